"""Place activations one after the other with quick teams, each in its cheapest window beside what stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from optimizer.derive.instance import Ints
from optimizer.solve.board import PLENTY, Board
from optimizer.solve.core import best_days
from optimizer.solve.parametric import BEYOND, cell_bounds
from optimizer.solve.problem import Problem
from optimizer.solve.roster import roster
from optimizer.solve.team import Team, quick_team, redated

Charges = Ints
"""Per option of the instance: what prices of shared limits add to its cost (minor units)."""


def place_quickly(
    problem: Problem,
    board: Board,
    activation: int,
    *,
    charges: Charges | None = None,
    below: int = BEYOND,
    reserved: Collection[int] = (),
    proposals: Sequence[Team] = (),
) -> bool:
    """Put the cheapest quick team found for an activation on the board; tell whether one was found.

    Parameters
    ----------
    charges
        Prices to reckon with; None for none.
    below
        Cost (charges included) a team must stay under.
    reserved
        Creators kept for others.
    proposals
        People to try in every window first; where one will do, no other team is looked for.
    """
    found: tuple[int, int, Team] | None = None
    tried = [int(w) for w in problem.windows_of(activation)]
    for window in sorted(tried, key=lambda w: (problem.entries[w].least, w)):
        limit = below if found is None else found[0]
        if problem.entries[window].least >= limit or not board.dates_allow(activation, window):
            continue
        team = team_beside(problem, board, window, charges=charges, below=limit, reserved=reserved, proposals=proposals)
        if team is not None:
            found = (team.priced, window, team)
    if found is None:
        return False
    board.put(activation, found[1], np.array(found[2].options, dtype=np.int64))
    return True


def team_beside(
    problem: Problem,
    board: Board,
    window: int,
    *,
    charges: Charges | None = None,
    below: int = BEYOND,
    reserved: Collection[int] = (),
    proposals: Sequence[Team] = (),
    kept: Ints | None = None,
) -> Team | None:
    """Return a quick team for a window that keeps every rule beside what stands, None if none was found.

    The arguments are those of `place_quickly`; `kept` are places per day that are kept for others.
    """
    instance, item = problem.instance, problem.entries[window]
    table, activation = instance.options, item.activation
    if any(choice.activation == activation for choice in instance.fixed):
        return None
    free = board.places(activation) if kept is None else np.maximum(board.places(activation) - kept, 0)
    options = item.options[(free[table.ship_day[item.options]] > 0)]
    options = options[board.available(activation, window, options)]
    if reserved:
        options = options[~np.isin(table.creator[options], list(reserved))]
    if not len(options):
        return None
    cost = table.cost_minor[options] + (0 if charges is None else charges[options])
    reduced = best_days(instance, options, cost)
    bounds = cell_bounds(instance, item.cover, reduced, cost[np.searchsorted(options, reduced)])
    unlimited = free.min() >= PLENTY // 2
    pool = reduced if unlimited else options
    people = roster(instance, window, pool, cost[np.searchsorted(options, pool)])
    known: Team | None = None
    for team in [*proposals, *([] if item.team is None else [item.team])]:
        dated = redated(instance, people, team, free)
        if dated is not None and dated.priced < below and board.fits(activation, window, _array(dated)):
            known, below = dated, dated.priced
            if proposals:
                return known
    quick = quick_team(instance, item.cover, people, bounds, None if unlimited else free, below)
    return known if quick is None or not board.fits(activation, window, _array(quick)) else quick


def _array(team: Team) -> Ints:
    return np.array(team.options, dtype=np.int64)
