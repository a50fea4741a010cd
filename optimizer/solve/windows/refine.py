"""Rows of both groups where they pay: in the cells that a best team could be in, once the quick bounds leave a gap."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimizer.chance.covers import Cover
from optimizer.chance.pair_covers import payers_differ, with_pair_rows
from optimizer.derive.instance import INFEASIBLE_COST, Instance, Ints
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.windows.candidates import best_days, candidates_of
from optimizer.solve.windows.cell_bounds import CellBounds, cell_bounds
from optimizer.solve.windows.greedy_team import greedy_team


def refined(
    instance: Instance, activation: int, cover: Cover, gap: float, stopped: Callable[[], bool] = lambda: False
) -> Cover:
    """Return the cover of an activation, with rows of both groups where payers differ and that could matter.

    Raises
    ------
    UnfinishedError
        When `stopped`, asked between steps, says so.
    """
    if not payers_differ(cover):
        return cover
    bounds = _quick_bounds(instance, activation, cover)
    if not bounds:
        return cover
    cost = _quick_cost(instance, cover, bounds)
    least = np.min([own.bound for own in bounds.values()], axis=0)
    shared = instance.limits.share_supplies_or_people
    if least.min(initial=INFEASIBLE_COST) * (1 + gap / 4) >= cost and not shared:
        return cover
    worth = PARAMETERS.worth_planning if shared else 1.0
    limit = worth * cost if cost < INFEASIBLE_COST else INFEASIBLE_COST - 1
    near = np.flatnonzero(least <= limit)
    return with_pair_rows(instance, activation, cover, near.tolist(), stopped)


def _best_days(instance: Instance, window: int) -> Ints:
    options = instance.options.in_window(window)
    return best_days(instance, options, instance.options.cost_minor[options])


def _quick_bounds(instance: Instance, activation: int, cover: Cover) -> dict[int, CellBounds]:
    """Return the bounds of the activation's windows that have options."""
    windows = np.flatnonzero(instance.windows.activation == activation).tolist()
    best = {window: _best_days(instance, window) for window in windows}
    cost = instance.options.cost_minor
    return {window: cell_bounds(instance, cover, own, cost[own]) for window, own in best.items() if len(own)}


def _quick_cost(instance: Instance, cover: Cover, bounds: dict[int, CellBounds]) -> int:
    """Return the cost of the cheapest greedy team, the most promising windows first."""
    best = INFEASIBLE_COST
    for window, own in sorted(bounds.items(), key=lambda item: (item[1].least, item[0]))[: PARAMETERS.refine_windows]:
        if own.least >= best:
            break
        options = _best_days(instance, window)
        people = candidates_of(instance, window, options, instance.options.cost_minor[options])
        team = greedy_team(instance, cover, people, own, None, best, PARAMETERS.refine_cells)
        best = best if team is None else min(best, team.cost)
    return best
