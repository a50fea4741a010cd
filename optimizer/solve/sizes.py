"""How many parcels a window needs: what an activation costs at least with no more than so many of them.

The quick bounds promise small teams of payers at prices no such team is found for, and a schedule in want of places
takes them at their word. So the fewest parcels are priced exactly: for a team with n parcels, what does one with at
most n − 1 cost, and so on, until there is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from optimizer.model import objective
from optimizer.solve.blocks import window_model
from optimizer.solve.call import Limits
from optimizer.solve.catalogue import Entry
from optimizer.solve.closing import Closed, close
from optimizer.solve.core import best_days
from optimizer.solve.floors import Floors, Size, sizes_from
from optimizer.solve.problem import Problem, in_parallel

EFFORT = 2.0
ROUNDS = 4
DEAR = 3.0
"""Teams that cost so many times what the window costs at least are not worth another call."""


def sizes_of(problem: Problem, floors: Floors, window: int) -> tuple[Size, ...]:
    """Return the sizes of a window: as they were priced, or else by the quick bounds."""
    known = floors.sizes.get(window)
    if known is not None:
        return known
    item = problem.entries[window]
    return sizes_from(window, item.kept, item.aside)


def price_sizes(problem: Problem, floors: Floors, windows: Sequence[int], window_floors: Mapping[int, int]) -> None:
    """Price the sizes of some windows whose floors are known, and keep them with the floors."""

    def priced(window: int) -> tuple[Size, ...]:
        item = problem.entries[window]
        floor = max(floors.own.get(item.activation, 0), window_floors.get(window, 0))
        steps = [(parcels, max(cost, floor)) for parcels, cost in kept_steps(problem, item)]
        return sizes_from(window, steps, [(parcels, max(cost, floor)) for parcels, cost in item.aside])

    fresh = [window for window in windows if window not in floors.sizes]
    floors.sizes.update(zip(fresh, in_parallel(priced, fresh, problem.workers), strict=True))


def kept_steps(problem: Problem, item: Entry) -> list[tuple[int, int]]:
    """Return (parcels, cost): with so many parcels or more the kept cells of a window cost at least this."""
    quick = list(item.kept)
    if not quick:
        return []
    team = item.team
    most = len(team.options) - 1 if team is not None else quick[0][0] - 1
    steps = [(most + 1, quick[0][1])]
    while most >= quick[-1][0] and steps[-1][1] < DEAR * quick[0][1] and not problem.control.stopped:
        closed = _with_at_most(problem, item, most)
        if closed.infeasible:
            return steps
        if closed.selection is None:
            break
        most = len(closed.selection.options) - 1
        steps.append((most + 1, max(closed.bound or 0, steps[-1][1])))
    return steps + [(parcels, max(cost, steps[-1][1])) for parcels, cost in quick if parcels <= most]


def _with_at_most(problem: Problem, item: Entry, parcels: int) -> Closed:
    """Return what the cheapest team with at most so many parcels costs in a window."""
    instance = problem.instance
    v = window_model(problem, item, best_days(instance, item.options, instance.options.cost_minor[item.options]))
    v.model.add(v.total(v.part.options) <= parcels)
    limits = Limits(gap=problem.gap / 4, effort=EFFORT)
    return close(v, objective.cost(v), problem.control, seed=problem.seed, limits=limits, rounds=ROUNDS)
