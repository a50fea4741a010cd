"""Put the windows' own best teams into the incumbent: no team is made, so it takes milliseconds.

Bounding leaves a team with every window, often the best there is. What an activation pays beyond such a team is saved
as soon as the rest of the plan leaves that team its places, stock, money, people and dates.
"""

from __future__ import annotations

import numpy as np

from optimizer.derive.instance import Ints
from optimizer.model.selection import EMPTY, Selection
from optimizer.solve.heuristics.partial_plan import PartialPlan
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search_state import SearchState

PASSES = 3
"""A team that makes room may let another one in; later passes seldom do."""


def place_window_teams(problem: SearchProblem, state: SearchState) -> None:
    """Improve the incumbent by the teams of the windows, the largest saving first; missing activations come last."""
    instance = problem.instance
    if state.incumbent is None:
        return
    partial = PartialPlan(instance, state.incumbent)
    for _ in range(PASSES):
        before = (partial.value(), -partial.cost)
        for activation in _by_saving(problem, partial):
            _place_cheaper(problem, partial, activation)
        if problem.control.stopped or (partial.value(), -partial.cost) == before:
            break
    state.try_improve(partial.selection())


def place_teams(problem: SearchProblem, state: SearchState, teams: Selection) -> None:
    """Improve the incumbent by teams: each replaces its activation's own where it fits beside the rest."""
    # Where it does not fit, the old team goes back.
    instance, incumbent = problem.instance, state.incumbent or EMPTY
    partial = PartialPlan(instance, incumbent.without(instance, teams.windows))
    for activation, window in teams.windows.items():
        offers = [(window, teams.options_of(instance, activation))]
        if activation in incumbent.windows:
            offers.append((incumbent.windows[activation], incumbent.options_of(instance, activation)))
        for place, options in offers:
            free = next(partial.breaches(activation, place, options), None) is None
            if free and partial.fits(activation, place, options):
                partial.insert(activation, place, options)
                break
    state.try_improve(partial.selection())


def _by_saving(problem: SearchProblem, partial: PartialPlan) -> list[int]:
    """Return the activations whose windows have a cheaper team, the largest saving first, then those left out."""
    instance, order = problem.instance, []
    for activation in instance.activations:
        teams = _teams(problem, activation)
        if teams:
            missing = activation not in partial.windows
            saving = -teams[0][0] if missing else _cost(problem, partial.teams[activation]) - teams[0][0]
            if missing or saving > 0:
                order.append((missing, -saving, activation))
    return [activation for *_, activation in sorted(order)]


def _teams(problem: SearchProblem, activation: int) -> list[tuple[int, int, Ints]]:
    """Return cost, window and options of the teams of an activation's windows, the cheapest first."""
    recorded = (problem.window_data[int(w)] for w in problem.windows_of(activation))
    teams = [(item.team, item.window) for item in recorded if item.team is not None]
    return sorted(
        ((team.cost, window, np.array(team.options, dtype=np.int64)) for team, window in teams), key=lambda own: own[:2]
    )


def _cost(problem: SearchProblem, options: Ints) -> int:
    return int(problem.instance.options.cost_minor[options].sum())


def _place_cheaper(problem: SearchProblem, partial: PartialPlan, activation: int) -> None:
    """Replace an activation's team by the cheapest recorded one that fits beside the rest, or leave it."""
    placed = partial.windows.get(activation)
    old = partial.teams.get(activation)
    if placed is not None:
        partial.remove(activation)
    limit = None if old is None else _cost(problem, old)
    for cost, window, options in _teams(problem, activation):
        if limit is not None and cost >= limit:
            break
        if next(partial.breaches(activation, window, options), None) is None and partial.fits(
            activation, window, options
        ):
            partial.insert(activation, window, options)
            return
    if placed is not None and old is not None:
        partial.insert(activation, placed, old)
