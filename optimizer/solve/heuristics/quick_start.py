"""A first plan at once: teams along orders of people, inserted one by one, before any threshold is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from optimizer.derive.instance import UNLIMITED, Instance, Ints
from optimizer.model.selection import Selection
from optimizer.solve.heuristics.partial_plan import PartialPlan
from optimizer.solve.windows.activation_cover import strongest_windows
from optimizer.solve.windows.candidates import best_days, candidates_of
from optimizer.solve.windows.greedy_team import Team, first_team


def quick_start(instance: Instance, stopped: Callable[[], bool]) -> Selection:
    """Return a plan that keeps every rule; some activations may be missing, required ones as well.

    Required activations come first, then those of most value for their cost.
    """
    strongest = {a: strongest_windows(instance, a) for a in instance.activations}
    costs = {}
    for activation, windows in strongest.items():
        if stopped():
            break
        alone = next(_teams(instance, PartialPlan(instance), activation, windows[:1]), None)
        costs[activation] = UNLIMITED if alone is None else alone[1].cost
    must, value = instance.must_secure, instance.value
    partial = PartialPlan(instance)
    for activation in sorted(costs, key=lambda a: (not must[a], costs[a] / value[a], a)):
        if stopped():
            break
        for window, team in _teams(instance, partial, activation, strongest[activation]):
            options = np.array(team.options, dtype=np.int64)
            if partial.fits(activation, window, options):
                partial.insert(activation, window, options)
                break
    return partial.selection()


def _teams(instance: Instance, partial: PartialPlan, activation: int, windows: list[int]) -> Iterator[tuple[int, Team]]:
    """Yield a team beside the partial plan for each window that has one."""
    table, free = instance.options, partial.remaining_capacity(activation)
    for window in windows:
        if not partial.dates_allow(activation, window):
            continue
        options: Ints = table.in_window(window)
        options = options[free[table.ship_day[options]] > 0]
        options = options[partial.available(activation, window, options)]
        if not len(options):
            continue
        if free.min() >= UNLIMITED // 2:
            options = best_days(instance, options, table.cost_minor[options])
        people = candidates_of(instance, window, options, table.cost_minor[options])
        team = first_team(instance, people, free)
        if team is not None:
            yield window, team
