"""A quick estimate of what an activation costs, from its strongest windows, before any threshold is computed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimizer.derive.instance import INFEASIBLE_COST, Instance
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.windows.candidates import best_days, candidates_of
from optimizer.solve.windows.greedy_team import first_team


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


def quick_cost(instance: Instance, activation: int, stopped: Callable[[], bool]) -> int:
    """Return the cost of a quick team without shared limits; `INFEASIBLE_COST` without one."""
    table, best = instance.options, INFEASIBLE_COST
    for window in strongest_windows(instance, activation)[: PARAMETERS.refine_windows]:
        options = table.in_window(window)
        if stopped() or not len(options):
            continue
        options = best_days(instance, options, table.cost_minor[options])
        team = first_team(instance, candidates_of(instance, window, options, table.cost_minor[options]), None)
        best = best if team is None else min(best, team.cost)
    return best
