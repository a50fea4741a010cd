"""What two coupled activations cost beyond what their numbers of parcels cost each.

In a schedule that trades parcels for money a pair's joint lower bound is soon idle: small teams cost more than it asks
for anyway. What the two lose by not using the same people hardly depends on their sizes, so it is priced as such::

    excess[a, b] = min  cost_a + cost_b − size_a(parcels_a) − size_b(parcels_b)

over what the cores serve. A selection that no core need serve costs at least its size plus what the size can spare, so
the excess is owed wherever both sizes can spare it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ortools.sat.python import cp_model

from optimizer.model import objective
from optimizer.model.variables import Variables
from optimizer.solve.bounds.coupled import part_model
from optimizer.solve.bounds.lower_bounds import LowerBounds, ParcelCountBound
from optimizer.solve.cpsat.cut_loop import solve_with_cuts
from optimizer.solve.cpsat.solve_model import CallLimits
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search_parameters import PARAMETERS


def bound_excess(problem: SearchProblem, lower_bounds: LowerBounds) -> bool:
    """Add the excess of every pair with a joint bound and bounded parcel counts; return whether any was new."""
    windows = {a: [int(w) for w in problem.windows_of(a)] for pair in lower_bounds.joint for a in pair}
    ready = {a for a, mine in windows.items() if all(lower_bounds.sizes.get(w) for w in mine)}
    fresh = [
        pair for pair in lower_bounds.joint if pair not in lower_bounds.excess and len(pair) == 2 and set(pair) <= ready
    ]
    excesses = problem.in_branches(lambda own, pair: _excess(own, pair, lower_bounds), fresh)
    lower_bounds.excess.update(zip(fresh, excesses, strict=True))
    return bool(fresh)


def _excess(problem: SearchProblem, pair: tuple[int, ...], lower_bounds: LowerBounds) -> int:
    """Return what a pair costs beyond its sizes; where it has no choice of sizes its joint lower bound tells."""
    sizes = {a: [lower_bounds.sizes[int(w)] for w in problem.windows_of(a)] for a in pair}
    dearest = sum(max(size.cost for own in sizes[a] for size in own) for a in pair)
    from_joint = max(0, lower_bounds.joint[pair] - dearest)
    if all(len(own) == 1 for a in pair for own in sizes[a]):
        return from_joint
    v = part_model(problem, pair, lower_bounds)
    credit = cp_model.LinearExpr.sum([_credit(v, a, sizes[a]) for a in pair])
    limits = CallLimits(gap=PARAMETERS.excess_gap, effort=PARAMETERS.excess_effort, rounds=PARAMETERS.excess_cut_rounds)
    beyond = objective.cost(v) - credit
    result = solve_with_cuts(
        v,
        beyond,
        problem.control,
        seed=problem.seed,
        limits=limits,
        pool=problem.dominance,
    )
    return max(from_joint, result.bound or 0)


def _credit(v: Variables, activation: int, sizes: Sequence[Sequence[ParcelCountBound]]) -> cp_model.LinearExpr:
    """Return what an activation's number of parcels costs at least by itself, in the window it takes."""
    table = v.instance.options
    mine = v.options_of(activation)
    credit: list[cp_model.LinearExpr] = []
    for own in sizes:
        here = mine[table.window[mine] == own[0].window]
        flags = [v.model.new_bool_var("") for _ in own]
        v.model.add(cp_model.LinearExpr.sum(flags) == v.window[own[0].window])
        least = cp_model.LinearExpr.weighted_sum(flags, [size.parcels for size in own])
        most = [len(here), *(size.parcels - 1 for size in own[:-1])]
        v.model.add(v.total(here) >= least)
        v.model.add(v.total(here) <= cp_model.LinearExpr.weighted_sum(flags, most))
        cost = cp_model.LinearExpr.weighted_sum(flags, [size.cost for size in own])
        v.model.add(v.total(here, table.cost_minor[here]) >= cost)
        credit.append(cost)
    return cp_model.LinearExpr.sum(credit)
