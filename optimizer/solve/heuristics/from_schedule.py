"""From a schedule to a plan: place people in its windows, repair where its days are too narrow, learn what cannot be.

A schedule counts parcels and knows nothing of who can ship on which day, so some activations may not fit. Those are
decided anew, exactly, together with the ones that share their days, all in their scheduled windows. Where that fails
too, this combination of windows is ruled out and another schedule is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from optimizer.model import objective
from optimizer.model.rules import add_rules
from optimizer.model.selection import Selection
from optimizer.model.variables import Approximation, Variables, part_of
from optimizer.solve.bounds.schedule import Schedule
from optimizer.solve.cpsat.feasibility import failing
from optimizer.solve.cpsat.solve_model import CallLimits, CallStatus, optimise
from optimizer.solve.heuristics.insertion import greedy_team_beside
from optimizer.solve.heuristics.partial_plan import PartialPlan
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.windows.greedy_team import Team


def plan_from_schedule(
    problem: SearchProblem, schedule: Schedule, order: Sequence[int], proposals: Mapping[int, Sequence[Team]]
) -> tuple[PartialPlan, list[frozenset[int]]]:
    """Return a partial plan of as much of a schedule as could be placed, and the sets of windows that did not fit.

    The partial plan may be over budget.

    Parameters
    ----------
    order
        Activations in the order to place them.
    proposals
        Teams to try first, by activation.
    """
    partial = PartialPlan(problem.instance, over_budget=True)
    pending = {a: schedule.parcels[a] for a in order}
    missing = []
    for activation in order:
        del pending[activation]
        kept = np.sum(list(pending.values()), axis=0) if pending else None
        window = schedule.windows[activation]
        own = proposals.get(activation, ())
        team = greedy_team_beside(problem, partial, window, proposals=own, kept=kept)
        if team is None:
            missing.append(activation)
        else:
            partial.insert(activation, window, np.array(team.options, dtype=np.int64))
    return _repaired(problem, schedule, partial, missing)


def _repaired(
    problem: SearchProblem, schedule: Schedule, partial: PartialPlan, missing: Sequence[int]
) -> tuple[PartialPlan, list[frozenset[int]]]:
    conflicts = []
    for activation in missing:
        if problem.control.stopped:
            break
        window = schedule.windows[activation]
        alone = greedy_team_beside(problem, partial, window)
        if alone is not None:
            partial.insert(activation, window, np.array(alone.options, dtype=np.int64))
            continue
        free: list[int] = []
        for size in PARAMETERS.repair_sizes:
            wider = _cluster(problem, schedule, partial, activation, size)
            if len(wider) == len(free):
                break
            free = wider
            selection, impossible = _together(problem, schedule, partial.selection(), free)
            if selection is not None:
                partial = PartialPlan(problem.instance, selection, over_budget=True)
            if not impossible:
                break
        if impossible:
            conflicts.append(frozenset(schedule.windows[a] for a in free))
    return partial, conflicts


def _cluster(problem: SearchProblem, schedule: Schedule, partial: PartialPlan, activation: int, size: int) -> list[int]:
    """Return an activation and up to `size` − 1 fixed ones: who uses the days it could use, then who uses theirs."""
    table = problem.instance.options
    usable = {
        a: frozenset(np.unique(table.ship_day[problem.window_data[window].options]).tolist())
        for a, window in schedule.windows.items()
        if a == activation or partial.windows.get(a) == window
    }
    chosen, days = [activation], set(usable[activation])
    while len(chosen) < size:
        weight = {
            a: int(np.isin(table.ship_day[partial.teams[a]], list(days)).sum()) for a in usable if a not in chosen
        }
        best = max(weight, key=lambda a: (weight[a], -a), default=None)
        if best is None or not weight[best]:
            break
        chosen.append(best)
        days |= usable[best]
    return chosen


def _together(
    problem: SearchProblem, schedule: Schedule, fixed: Selection, free: Sequence[int]
) -> tuple[Selection | None, bool]:
    """Return the cheapest selection with `free` in their scheduled windows, and whether a proof excludes one.

    The proof holds for the inner approximation, the core and the rest of the plan as it is: no bound, but a reason to
    look elsewhere.
    """
    instance = problem.instance
    windows = [schedule.windows[a] for a in free]
    rest = fixed.without(instance, free)
    part = part_of(
        instance,
        problem.covers,
        Approximation.INNER,
        activations=free,
        windows=windows,
        options=problem.core_of(windows),
        fixed=rest,
    )
    v = Variables(part, Approximation.INNER)
    add_rules(v, without=frozenset({"required", "budget_total"}))
    for activation in free:
        v.model.add(v.secured[activation] == 1)
    limits = CallLimits(gap=0.002, effort=PARAMETERS.repair_effort)
    out = optimise(v, objective.cost(v), problem.control, seed=problem.seed, limits=limits)
    if out.selection is None or failing(instance, out.selection, free):
        return None, out.status is CallStatus.INFEASIBLE
    return out.selection, False
