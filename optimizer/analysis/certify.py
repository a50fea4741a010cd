"""A plan with its certificate: search, describe, and let the two independent witnesses judge.

Nothing leaves here unverified: a plan that fails its own verification is a bug, raised as `VerificationError`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import numpy as np

from optimizer.analysis.judging import (
    SIMULATED_CAMPAIGNS,
    Facts,
    bound,
    compose,
    facts_of,
    judge,
    run_of,
    without_plan,
)
from optimizer.analysis.open_gap import open_reasons
from optimizer.analysis.report import Decision, Figures, figures
from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.errors import VerificationError
from optimizer.model.rules import every_day
from optimizer.model.selection import Selection
from optimizer.money import from_minor
from optimizer.plan import (
    ObjectiveReport,
    Plan,
)
from optimizer.scenario.loading import fingerprint
from optimizer.scenario.models import Scenario
from optimizer.solve.control import Control, Progress
from optimizer.solve.search import SearchStatus, Solution, search
from optimizer.solve.settings import Settings

Keep = Callable[[Callable[[], Plan]], None]
"""Takes a function that returns the plan of an incumbent."""


@dataclass(frozen=True)
class Incumbents:
    """Plans that a search begins with and finds on its way.

    Attributes
    ----------
    start
        A plan of the scenario to begin with; one that does not fit it, or breaks a rule, is ignored.
    keep
        Called with each incumbent, as a function that returns its plan, judged, with status `feasible`. That function
        may be called from any thread and takes as long as judging; it raises `VerificationError` as `certified` does.
    """

    start: Plan | None = None
    keep: Keep | None = None


@dataclass(frozen=True)
class Certified:
    """A certified plan together with what the search knows beyond it, and how long describing and judging took."""

    plan: Plan
    instance: Instance
    solution: Solution
    judging_seconds: float = 0.0


def certified(
    scenario: Scenario,
    settings: Settings,
    *,
    listener: Callable[[Progress], None] | None = None,
    cancel: threading.Event | None = None,
    draws: int = SIMULATED_CAMPAIGNS,
    people: bool = True,
    afterwards: float = 0.0,
    incumbents: Incumbents | None = None,
) -> Certified:
    """Return the best verified plan of a checked scenario, without a diagnosis.

    Parameters
    ----------
    listener
        Called with every change of phase, incumbent and bound.
    cancel
        Set it to end early with the best plan so far.
    draws
        Simulated campaigns; 0 leaves the simulation out.
    people
        Choose the most embedded (step 3).
    afterwards
        Seconds of the time limit to leave for what comes after.
    incumbents
        The plan to begin with, and who hears of those on the way.

    Raises
    ------
    VerificationError
        If the plan breaks a rule or a figure: a bug.
    """
    began, known = time.monotonic(), incumbents or Incumbents()
    reserve = min(3.0, 0.05 * settings.time_limit_seconds)
    deadline = began + settings.time_limit_seconds - reserve - afterwards
    control = Control(deadline, cancel or threading.Event(), listener, began)
    instance = build_instance(scenario, every_day=every_day())
    # Computed before the search, so that little is left to do once its time is up.
    facts = facts_of(scenario)

    def judged(found: Solution) -> Plan:
        plan = judge(scenario, plan_of(scenario, instance, found, settings, facts), settings.seed, draws, facts)
        failures = [f"{check.rule}: {check.detail}" for check in plan.certificate.checks if not check.ok]
        if failures:
            raise VerificationError(failures)
        run = plan.run.model_copy(update={"wall_seconds": round(time.monotonic() - began, 3)})
        return plan.model_copy(update={"run": run})

    def improved(found: Solution) -> None:
        if known.keep is not None and found.value:
            known.keep(partial(judged, replace(found, status=SearchStatus.FEASIBLE)))

    begin_with = None if known.start is None else _usable(scenario, instance, known.start)
    solution = search(instance, settings, control, people=people, start=begin_with, improved=improved)
    searched = time.monotonic()
    plan = judged(solution)
    return Certified(plan, instance, solution, time.monotonic() - searched)


def _usable(scenario: Scenario, instance: Instance, plan: Plan) -> Selection | None:
    """Return the decisions of a plan; None where it is of another scenario, or of days that are no options now."""
    if plan.scenario.sha256 != fingerprint(scenario):
        return None
    try:
        return selection_of(instance, plan)
    except KeyError:
        return None


def plan_of(
    scenario: Scenario, instance: Instance, solution: Solution, settings: Settings, facts: Facts | None = None
) -> Plan:
    """Return the plan a solution stands for, not yet judged."""
    selection = solution.selection
    decisions, starts = decisions_of(instance, selection) if selection is not None else ([], {})
    described = figures(scenario, decisions, starts)
    if selection is None:
        described = without_plan(described)
    objective = _objective(scenario, instance, solution, described)
    run = run_of(settings, solution.method)
    plan = compose(facts or facts_of(scenario), described, objective, solution.status.value, run)
    return plan if selection is None else bound(scenario, plan)


def decisions_of(instance: Instance, selection: Selection) -> tuple[Sequence[Decision], dict[str, date]]:
    """Return a selection by names and days: its decisions and the start of every window."""
    table = instance.options
    decisions = [
        Decision(
            instance.creator_ids[table.creator[o]],
            instance.waves[table.activation[o]].id,
            "paid" if table.paid[o] else "gift",
            instance.day(table.ship_day[o]),
        )
        for o in selection.options
    ]
    starts = {instance.waves[a].id: instance.day(instance.windows.start_day[w]) for a, w in selection.windows.items()}
    return decisions, starts


def selection_of(instance: Instance, plan: Plan) -> Selection:
    """Return the decisions of a plan by index: the inverse of `decisions_of`."""
    activations = {wave.id: number for number, wave in enumerate(instance.waves)}
    table, windows = instance.options, instance.windows
    people = [instance.creator_ids[creator] for creator in table.creator.tolist()]
    rows = zip(people, table.activation.tolist(), table.paid.tolist(), table.ship_day.tolist(), strict=True)
    option_at = {row: option for option, row in enumerate(rows)}
    days = {instance.day(day): int(day) for day in np.unique([*table.ship_day, *windows.start_day])}
    options = [
        option_at[line.creator, activations[line.activation], line.mode == "paid", days[line.ship_on]]
        for line in plan.assignments
    ]
    window_at = {(int(windows.activation[w]), int(windows.start_day[w])): w for w in range(len(windows))}
    chosen = {
        number: window_at[number, days[item.window.start]]
        for number, item in enumerate(plan.activations)
        if item.secured and item.window is not None
    }
    return Selection(tuple(sorted(options)), chosen)


def _objective(scenario: Scenario, instance: Instance, solution: Solution, described: Figures) -> ObjectiveReport:
    digits = instance.digits
    least, bound = solution.least_cost, solution.cost_bound
    value_gap = cost_gap = None
    if solution.value is not None:
        value_gap = (solution.value_bound - solution.value) / max(1, solution.value_bound)
        if least is not None and bound is not None:
            cost_gap = (least - bound) / least if least else 0.0
    impossible = solution.status.value == "infeasible"
    return ObjectiveReport(
        goal=scenario.objective.goal,
        value=solution.value,
        value_bound=None if impossible else solution.value_bound,
        value_gap=value_gap,
        least_cost=None if least is None else from_minor(least, digits),
        cost_bound=None if bound is None else from_minor(bound, digits),
        cost_gap=cost_gap,
        gap=value_gap if value_gap else cost_gap,
        embeddedness=None if solution.selection is None else described.embeddedness,
        open=open_reasons(instance, solution),
    )
