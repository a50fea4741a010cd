"""The people worth a look when a whole coupled group is decided again: those that prices for participations single out.

A group has many waves and every wave the whole network to choose from, too many choices for one model. At the prices
each wave's bound names the people it would take; with a few more of the next best, and those in the plan, they suffice
for a group's model in the windows of the plan.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.derive.instance import INFEASIBLE_COST, Ints
from optimizer.model.selection import Selection
from optimizer.solve.bounds.lagrangian import cheapest_of_cell
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.windows.candidates import best_days
from optimizer.solve.windows.cell_bounds import cell_bounds


def people_at_prices(problem: SearchProblem, activations: Sequence[int], best: Selection, charges: Ints) -> Ints:
    """Return options of some activations in the windows of a plan: the plan's own and those worth their charges."""
    own = [best.options_of(problem.instance, a) for a in activations]
    promising = [_promising(problem, best.windows[a], charges) for a in activations]
    return np.unique(np.concatenate([*own, *promising]))


def _promising(problem: SearchProblem, window: int, charges: Ints) -> Ints:
    """Return what the cells near the least priced bound of a window take, and the next best of each mode."""
    instance, item = problem.instance, problem.window_data[window]
    cost = instance.options.cost_minor[item.options] + charges[item.options]
    options = best_days(instance, item.options, cost)
    cost = cost[np.searchsorted(item.options, options)]
    bounds = cell_bounds(instance, item.cover, options, cost)
    limit = min(INFEASIBLE_COST - 1, int(bounds.least * (1 + PARAMETERS.priced_cells_worth)))
    taken = [
        cheapest_of_cell(instance, item, options, cost, bounds, int(index), PARAMETERS.next_best_people)
        for index in np.flatnonzero(bounds.bound <= limit)
    ]
    return np.concatenate([np.zeros(0, dtype=np.int64), *taken])
