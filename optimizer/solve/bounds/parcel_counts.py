"""What an activation costs at least with no more than a given number of parcels.

The quick bounds promise small teams of payers at prices that no such team reaches, and a schedule short of places
believes them. So the fewest parcels are priced exactly: for a team with n parcels, what does one with at
most n − 1 cost, and so on, until there is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from optimizer.model import objective
from optimizer.solve.bounds.activation import window_model
from optimizer.solve.bounds.lower_bounds import LowerBounds, ParcelCountBound, parcel_count_bounds_from
from optimizer.solve.cpsat.cut_loop import CutLoopResult, solve_with_cuts
from optimizer.solve.cpsat.solve_model import CallLimits
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.windows.candidates import best_days
from optimizer.solve.windows.window import WindowData


def parcel_count_bounds(problem: SearchProblem, lower_bounds: LowerBounds, window: int) -> tuple[ParcelCountBound, ...]:
    """Return the sizes of a window: as they were priced, or else by the quick bounds."""
    counted = lower_bounds.sizes.get(window)
    if counted is not None:
        return counted
    item = problem.window_data[window]
    return parcel_count_bounds_from(window, item.kept, item.aside)


def bound_parcel_counts(
    problem: SearchProblem, lower_bounds: LowerBounds, windows: Sequence[int], window_bounds: Mapping[int, int]
) -> None:
    """Price the sizes of some windows that have lower bounds, and keep them with the lower bounds."""

    def priced(own: SearchProblem, window: int) -> tuple[ParcelCountBound, ...]:
        item = own.window_data[window]
        lower_bound = max(lower_bounds.own.get(item.activation, 0), window_bounds.get(window, 0))
        steps = [(parcels, max(cost, lower_bound)) for parcels, cost in kept_steps(own, item)]
        return parcel_count_bounds_from(
            window, steps, [(parcels, max(cost, lower_bound)) for parcels, cost in item.aside]
        )

    fresh = [window for window in windows if window not in lower_bounds.sizes]
    lower_bounds.sizes.update(zip(fresh, problem.in_branches(priced, fresh), strict=True))


def kept_steps(problem: SearchProblem, item: WindowData) -> list[tuple[int, int]]:
    """Return (parcels, cost): with this many parcels or more the kept cells of a window cost at least this."""
    quick = list(item.kept)
    if not quick:
        return []
    team = item.team
    most = len(team.options) - 1 if team is not None else quick[0][0] - 1
    steps = [(most + 1, quick[0][1])]
    while (
        most >= quick[-1][0]
        and steps[-1][1] < PARAMETERS.dear_parcel_counts * quick[0][1]
        and not problem.control.stopped
    ):
        result = _with_at_most(problem, item, most)
        if result.infeasible:
            return steps
        if result.selection is None:
            break
        most = len(result.selection.options) - 1
        steps.append((most + 1, max(result.bound or 0, steps[-1][1])))
    return steps + [(parcels, max(cost, steps[-1][1])) for parcels, cost in quick if parcels <= most]


def _with_at_most(problem: SearchProblem, item: WindowData, parcels: int) -> CutLoopResult:
    """Return what the cheapest team with at most this many parcels costs in a window."""
    instance = problem.instance
    v = window_model(problem, item, best_days(instance, item.options, instance.options.cost_minor[item.options]))
    v.model.add(v.total(v.part.options) <= parcels)
    limits = CallLimits(
        gap=problem.gap / 4, effort=PARAMETERS.parcel_count_effort, rounds=PARAMETERS.parcel_count_cut_rounds
    )
    return solve_with_cuts(
        v,
        objective.cost(v),
        problem.control,
        seed=problem.seed,
        limits=limits,
        pool=problem.dominance,
    )
