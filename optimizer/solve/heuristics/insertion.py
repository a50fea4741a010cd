"""Insert activations into a partial plan, one after the other, each with a greedy team in its cheapest window."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from optimizer.derive.instance import INFEASIBLE_COST, UNLIMITED, Ints
from optimizer.model.rules import team_made
from optimizer.solve.heuristics.partial_plan import PartialPlan
from optimizer.solve.problem import SearchProblem
from optimizer.solve.windows.candidates import candidates_of
from optimizer.solve.windows.cell_bounds import cell_bounds
from optimizer.solve.windows.core import best_days
from optimizer.solve.windows.greedy_team import Team, greedy_team, redated

Charges = Ints
"""Per option of the instance: what prices of shared limits add to its cost (minor units)."""


def insert_greedily(
    problem: SearchProblem,
    partial: PartialPlan,
    activation: int,
    *,
    charges: Charges | None = None,
    below: int = INFEASIBLE_COST,
    reserved: Collection[int] = (),
    proposals: Sequence[Team] = (),
) -> bool:
    """Insert an activation with the cheapest greedy team found; return whether one was found.

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
    best: tuple[int, int, Team] | None = None
    tried = [int(w) for w in problem.windows_of(activation)]
    for window in sorted(tried, key=lambda w: (problem.window_data[w].least, w)):
        limit = below if best is None else best[0]
        if problem.window_data[window].least >= limit or not partial.dates_allow(activation, window):
            continue
        team = greedy_team_beside(
            problem, partial, window, charges=charges, below=limit, reserved=reserved, proposals=proposals
        )
        if team is not None:
            best = (team.priced, window, team)
    if best is None:
        return False
    partial.insert(activation, best[1], np.array(best[2].options, dtype=np.int64))
    return True


def greedy_team_beside(
    problem: SearchProblem,
    partial: PartialPlan,
    window: int,
    *,
    charges: Charges | None = None,
    below: int = INFEASIBLE_COST,
    reserved: Collection[int] = (),
    proposals: Sequence[Team] = (),
    kept: Ints | None = None,
) -> Team | None:
    """Return a greedy team for a window that keeps every rule beside the partial plan; None if none was found.

    The arguments are those of `insert_greedily`; `kept` are places per day that are kept for others.
    """
    instance, item = problem.instance, problem.window_data[window]
    table, activation = instance.options, item.activation
    if not team_made(instance, activation):
        return None
    free = (
        partial.remaining_capacity(activation)
        if kept is None
        else np.maximum(partial.remaining_capacity(activation) - kept, 0)
    )
    options = item.options[(free[table.ship_day[item.options]] > 0)]
    options = options[partial.available(activation, window, options)]
    if reserved:
        options = options[~np.isin(table.creator[options], list(reserved))]
    if not len(options):
        return None
    cost = table.cost_minor[options] + (0 if charges is None else charges[options])
    reduced = best_days(instance, options, cost)
    bounds = cell_bounds(instance, item.cover, reduced, cost[np.searchsorted(options, reduced)])
    unlimited = free.min() >= UNLIMITED // 2
    pool = reduced if unlimited else options
    people = candidates_of(instance, window, pool, cost[np.searchsorted(options, pool)])
    proposal: Team | None = None
    for team in [*proposals, *([] if item.team is None else [item.team])]:
        dated = redated(instance, people, team, free)
        if dated is not None and dated.priced < below and partial.fits(activation, window, _array(dated)):
            proposal, below = dated, dated.priced
            if proposals:
                return proposal
    quick = greedy_team(instance, item.cover, people, bounds, None if unlimited else free, below)
    return proposal if quick is None or not partial.fits(activation, window, _array(quick)) else quick


def _array(team: Team) -> Ints:
    return np.array(team.options, dtype=np.int64)
