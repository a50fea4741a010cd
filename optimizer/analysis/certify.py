"""A plan with its certificate: search, describe, and let the two independent witnesses judge.

Nothing leaves here unverified: a plan that fails its own verification is a bug, raised as `VerificationError`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

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
from optimizer.scenario.models import Scenario
from optimizer.solve.control import Control, Progress
from optimizer.solve.search import Solution, search
from optimizer.solve.settings import Settings


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

    Raises
    ------
    VerificationError
        If the plan breaks a rule or a figure: a bug.
    """
    began = time.monotonic()
    reserve = min(3.0, 0.05 * settings.time_limit_seconds)
    deadline = began + settings.time_limit_seconds - reserve - afterwards
    control = Control(deadline, cancel or threading.Event(), listener, began)
    instance = build_instance(scenario, every_day=every_day())
    # Computed before the search, so that little is left to do once its time is up.
    facts = facts_of(scenario)
    solution = search(instance, settings, control, people=people)
    searched = time.monotonic()
    plan = plan_of(scenario, instance, solution, settings, facts)
    plan = judge(scenario, plan, settings.seed, draws, facts)
    failures = [f"{check.rule}: {check.detail}" for check in plan.certificate.checks if not check.ok]
    if failures:
        raise VerificationError(failures)
    ended = time.monotonic()
    run = plan.run.model_copy(update={"wall_seconds": round(ended - began, 3)})
    return Certified(plan.model_copy(update={"run": run}), instance, solution, ended - searched)


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
