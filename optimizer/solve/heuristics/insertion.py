"""Insert activations into a partial plan, one after the other, each with a greedy team in its cheapest window.

Where no greedy team will do, CP-SAT chooses team and window beside everything that is fixed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from optimizer.derive.instance import INFEASIBLE_COST, UNLIMITED, Instance, Ints
from optimizer.model.rules import add_rules, every_day
from optimizer.model.selection import Selection
from optimizer.model.variables import Approximation, Variables, part_of
from optimizer.solve.cpsat.cut_loop import solve_with_cuts
from optimizer.solve.cpsat.feasibility import failing
from optimizer.solve.cpsat.solve_model import CallLimits, optimise
from optimizer.solve.heuristics.partial_plan import PartialPlan
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.windows.candidates import best_days, candidates_of
from optimizer.solve.windows.cell_bounds import cell_bounds
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
    """Insert an activation with the cheapest greedy team; return whether the greedy search has one.

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
    """Return a greedy team for a window that keeps every rule beside the partial plan; None without one.

    The arguments are those of `insert_greedily`; `kept` are places per day that are kept for others.
    """
    instance, item = problem.instance, problem.window_data[window]
    table, activation = instance.options, item.activation
    free = (
        partial.remaining_capacity(activation)
        if kept is None
        else np.maximum(partial.remaining_capacity(activation) - kept, 0)
    )
    options = _available(problem, partial, window, free, reserved)
    if not len(options):
        return None
    cost = table.cost_minor[options] + (0 if charges is None else charges[options])
    reduced = best_days(instance, options, cost)
    bounds = cell_bounds(instance, item.cover, reduced, cost[np.searchsorted(options, reduced)])
    unlimited = free.min() >= UNLIMITED // 2
    pool = reduced if unlimited else options
    people = candidates_of(instance, window, pool, cost[np.searchsorted(options, pool)])
    known = [*proposals, *([] if item.team is None else [item.team])]
    dated = (redated(instance, people, team, free) for team in known)
    cheap = (team for team in dated if team is not None and team.priced < below)
    proposal = next((team for team in cheap if partial.fits(activation, window, _array(team))), None)
    if proposal is not None and proposals:
        return proposal
    limit = below if proposal is None else proposal.priced
    quick = greedy_team(instance, item.cover, people, bounds, None if unlimited else free, limit)
    return proposal if quick is None or not partial.fits(activation, window, _array(quick)) else quick


def _available(
    problem: SearchProblem, partial: PartialPlan, window: int, free: Ints, reserved: Collection[int]
) -> Ints:
    """Return the options of a window on days with a free place, of creators who are neither in use nor reserved."""
    table, item = problem.instance.options, problem.window_data[window]
    options = item.options[(free[table.ship_day[item.options]] > 0)]
    options = options[partial.available(item.activation, window, options)]
    return options[~np.isin(table.creator[options], list(reserved))] if reserved else options


def _array(team: Team) -> Ints:
    return np.array(team.options, dtype=np.int64)


def insert_exactly(
    problem: SearchProblem, activation: int, fixed: Selection, lower_bound: int, ceiling: int | None = None
) -> Selection | None:
    """Return `fixed` with an activation added as cheaply as the search can; None if it fits in no window tried.

    Windows are tried in order of how much room the warehouse has on their ship days; the first whose cost is within
    half the gap of `lower_bound` is taken, else the cheapest, which must cost less than `ceiling`.
    """
    best: Selection | None = None
    best_cost = ceiling
    target = int(lower_bound * (1 + problem.gap / 2))
    for window in _by_room(problem, activation, fixed):
        if problem.control.stopped:
            break
        if best_cost is not None and problem.window_data[window].least >= best_cost:
            continue
        inserted = _insert_in_window(problem, activation, window, fixed, lower_bound, best_cost)
        if inserted is None:
            continue
        best, best_cost = inserted, inserted.cost(problem.instance)
        if best_cost <= target:
            break
    return best


def _by_room(problem: SearchProblem, activation: int, fixed: Selection) -> Sequence[int]:
    """Return the windows of an activation: least used ship days first, then the highest in-window chances."""
    instance, table = problem.instance, problem.instance.options
    used = np.bincount(
        table.ship_day[np.array(fixed.options, dtype=np.int64)], minlength=len(instance.limits.ship_month)
    )

    def key(window: int) -> tuple[float, float, int]:
        options = problem.window_data[window].options
        if not len(options):
            return (np.inf, 0.0, window)
        busy = used[np.unique(table.ship_day[options])].mean() if instance.limits.daily_capacity else 0.0
        probabilities = np.sort(table.probability[options])[::-1][: 2 * instance.waves[activation].min_posts]
        return (round(float(busy), 3), -round(float(probabilities.mean()), 3), window)

    return sorted((int(w) for w in problem.windows_of(activation)), key=key)


def _insert_in_window(
    problem: SearchProblem, activation: int, window: int, fixed: Selection, lower_bound: int, ceiling: int | None
) -> Selection | None:
    """Return the cheapest selection for one activation in one window beside `fixed`, cheaper than `ceiling`."""
    options = worth_shipping(problem.instance, activation, problem.window_data[window].options, fixed)
    limits = CallLimits(gap=problem.gap / 2, effort=PARAMETERS.insertion_effort, rounds=PARAMETERS.insertion_cut_rounds)
    v = _insertion_model(problem, window, options, fixed, Approximation.INNER, lower_bound, ceiling)
    chosen = optimise(v, v.cost(activation), problem.control, seed=problem.seed, limits=limits)
    inserted = None if chosen.selection is None else chosen.selection.only(problem.instance, activation)
    if inserted is not None and failing(problem.instance, inserted, [activation]):
        inserted = None
    cost = None if inserted is None else inserted.cost(problem.instance)
    if cost is not None and cost <= int(lower_bound * (1 + problem.gap / 2)):
        return inserted
    ceiling = ceiling if cost is None else cost
    v = _insertion_model(problem, window, options, fixed, Approximation.OUTER, lower_bound, ceiling)
    result = solve_with_cuts(
        v,
        v.cost(activation),
        problem.control,
        seed=problem.seed,
        limits=limits,
        pool=problem.dominance,
    )
    return inserted if result.selection is None else result.selection.only(problem.instance, activation)


def _insertion_model(
    problem: SearchProblem,
    window: int,
    options: Ints,
    fixed: Selection,
    approximation: Approximation,
    lower_bound: int,
    ceiling: int | None,
) -> Variables:
    """Return the model of one activation in one window beside `fixed`, its cost at least `lower_bound`."""
    activation = problem.window_data[window].activation
    part = part_of(
        problem.instance,
        problem.covers,
        approximation,
        activations=[activation],
        windows=[window],
        options=options,
        fixed=fixed,
    )
    v = Variables(part, approximation)
    add_rules(v, without=frozenset({"required"}))
    v.model.add(v.secured[activation] == 1)
    v.model.add(v.cost(activation) >= lower_bound)
    if ceiling is not None:
        v.model.add(v.cost(activation) <= ceiling - 1)
    return v


def worth_shipping(instance: Instance, activation: int, options: Ints, fixed: Selection) -> Ints:
    """Return the options of a window worth a look when only this activation is placed beside `fixed`.

    With a daily capacity but neither stock nor monthly caps, a service needs only its best days until their free
    places could take everybody: a creator on another day could move to a better one that is not full.
    """
    table, limits = instance.options, instance.limits
    product = int(instance.product[activation])
    if (
        every_day()
        or limits.daily_capacity is None
        or product in limits.arrivals
        or limits.month_caps
        or not len(options)
    ):
        return options
    used = np.bincount(table.ship_day[np.array(fixed.options, dtype=np.int64)], minlength=table.ship_day.max() + 1)
    room = np.maximum(0, limits.daily_capacity - used[table.ship_day[options]])
    everybody = len(np.unique(table.creator[options]))
    creator, paid = table.creator[options], table.paid[options]
    order = np.lexsort((table.ship_day[options], -table.probability[options], paid, creator))
    changes = (creator[order][1:] != creator[order][:-1]) | (paid[order][1:] != paid[order][:-1])
    starts = np.concatenate([[True], changes])
    before = np.cumsum(room[order]) - room[order]
    before -= np.maximum.accumulate(np.where(starts, before, 0))
    locked = [choice.creator for choice in instance.locks if choice.activation == activation]
    kept: Ints = np.sort(options[order[(before < everybody) | np.isin(creator[order], locked)]])
    return kept
