"""The cover of an activation, as fine as pays.

A first team, found before any threshold is computed, says which cells are worth thresholds. Rows of both groups follow
in the cells that a best team could be in, where the quick bounds leave a gap.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimizer.chance.covers import Cover, cover_of
from optimizer.chance.pair_covers import payers_differ, with_pair_rows
from optimizer.derive.instance import INFEASIBLE_COST, Instance, Ints
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.windows.candidates import Candidates, best_days, candidates_of
from optimizer.solve.windows.cell_bounds import CellBounds, cell_bounds
from optimizer.solve.windows.greedy_team import first_team, greedy_team


def activation_cover(instance: Instance, activation: int, gap: float, stopped: Callable[[], bool]) -> Cover:
    """Return the cover of an activation, with the thresholds and the rows of both groups that could matter.

    Raises
    ------
    UnfinishedError
        When `stopped`, asked between steps, says so.
    """
    cost = _first_cost(instance, activation, stopped)
    shared = instance.limits.share_supplies_or_people
    worth = PARAMETERS.worth_thresholds_shared if shared else PARAMETERS.worth_thresholds
    money = int(worth * cost) if cost < INFEASIBLE_COST else None
    return _refined(instance, activation, cover_of(instance, activation, stopped, money), gap, stopped)


def strongest_windows(instance: Instance, activation: int) -> list[int]:
    """Return a few windows whose likeliest people are likelier than those of others, the strongest first."""
    table = instance.options
    strength = {}
    for window in np.flatnonzero(instance.windows.activation == activation).tolist():
        options = table.in_window(window)
        options = options[~table.paid[options]]
        best = table.best_by_creator(options)
        strength[window] = float(np.sort(best)[::-1][: 4 * instance.waves[activation].min_posts].sum())
    return sorted(strength, key=lambda w: (-round(strength[w], 3), w))[: PARAMETERS.quick_start_windows]


def _first_cost(instance: Instance, activation: int, stopped: Callable[[], bool]) -> int:
    """Return the cost of the cheapest first team, without shared limits; `INFEASIBLE_COST` without one."""
    best = INFEASIBLE_COST
    for window in strongest_windows(instance, activation)[: PARAMETERS.refine_windows]:
        if stopped():
            break
        options = _best_days(instance, window)
        if not len(options):
            continue
        team = first_team(instance, _people(instance, window, options), None)
        best = best if team is None else min(best, team.cost)
    return best


def _refined(instance: Instance, activation: int, cover: Cover, gap: float, stopped: Callable[[], bool]) -> Cover:
    """Return a cover with rows of both groups where payers differ and that could matter."""
    if not payers_differ(cover):
        return cover
    bounds = _quick_bounds(instance, activation, cover)
    if not bounds:
        return cover
    cost = _greedy_cost(instance, cover, bounds)
    least = np.min([own.bound for own in bounds.values()], axis=0)
    shared = instance.limits.share_supplies_or_people
    if least.min(initial=INFEASIBLE_COST) * (1 + gap / 4) >= cost and not shared:
        return cover
    worth = PARAMETERS.worth_pair_rows if shared else 1.0
    limit = worth * cost if cost < INFEASIBLE_COST else INFEASIBLE_COST - 1
    near = np.flatnonzero(least <= limit)
    return with_pair_rows(instance, activation, cover, near.tolist(), stopped)


def _quick_bounds(instance: Instance, activation: int, cover: Cover) -> dict[int, CellBounds]:
    """Return the bounds of the activation's windows that have options."""
    windows = np.flatnonzero(instance.windows.activation == activation).tolist()
    best = {window: _best_days(instance, window) for window in windows}
    cost = instance.options.cost_minor
    return {window: cell_bounds(instance, cover, own, cost[own]) for window, own in best.items() if len(own)}


def _greedy_cost(instance: Instance, cover: Cover, bounds: dict[int, CellBounds]) -> int:
    """Return the cost of the cheapest greedy team, the most promising windows first."""
    best = INFEASIBLE_COST
    for window, own in sorted(bounds.items(), key=lambda item: (item[1].least, item[0]))[: PARAMETERS.refine_windows]:
        if own.least >= best:
            break
        people = _people(instance, window, _best_days(instance, window))
        team = greedy_team(instance, cover, people, own, None, best, PARAMETERS.refine_cells)
        best = best if team is None else min(best, team.cost)
    return best


def _best_days(instance: Instance, window: int) -> Ints:
    options = instance.options.in_window(window)
    return best_days(instance, options, instance.options.cost_minor[options])


def _people(instance: Instance, window: int, options: Ints) -> Candidates:
    return candidates_of(instance, window, options, instance.options.cost_minor[options])
