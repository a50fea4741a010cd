"""What activations cost together where rest, participations or gaps keep them from using the same people and dates.

A coupled part is a part of a coupled group in which each activation can get in the way of the next. The pairs of
neighbours in the parts of the best set are bounded as one, in the outer approximation and without other limits, until
it has no pair without a bound.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from ortools.sat.python import cp_model

from optimizer.derive.instance import INFEASIBLE_COST, Instance
from optimizer.model import objective
from optimizer.model.rules import add_rules, outside_of_parts
from optimizer.model.selection import Selection
from optimizer.model.variables import Approximation, Variables, part_of
from optimizer.solve.bounds.activation import best_set
from optimizer.solve.bounds.lower_bounds import LowerBounds
from optimizer.solve.cpsat.cut_loop import solve_with_cuts
from optimizer.solve.cpsat.solve_model import CallLimits
from optimizer.solve.problem import SearchProblem, coupled_parts
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.windows.candidates import best_days
from optimizer.solve.windows.greedy_team import Team


@dataclass(frozen=True)
class CoupledBound:
    """What activations cost together at least (minor units), None where that is impossible, and a selection, if any."""

    activations: tuple[int, ...]
    lower_bound: int | None
    selection: Selection | None


def bound_coupled(
    problem: SearchProblem, lower_bounds: LowerBounds, teams: Mapping[int, Sequence[Team]] | None = None
) -> dict[int, list[Team]]:
    """Bound the pairs of neighbours in the parts that matter; return teams met on the way, by activation.

    `teams`: those met before.

    Pairs bound longer parts well: where everybody rests through one wave, every other wave can use the same people.
    """
    met = {activation: list(own) for activation, own in (teams or {}).items()}
    for _ in range(PARAMETERS.coupled_rounds):
        chosen = best_set(problem.instance, lower_bounds, problem.coupled) if not problem.control.stopped else None
        if chosen is None or not bound_neighbours(problem, lower_bounds, chosen, met):
            break
    return met


def bound_neighbours(
    problem: SearchProblem, lower_bounds: LowerBounds, chosen: Collection[int], teams: dict[int, list[Team]]
) -> bool:
    """Bound the neighbours in the parts of a set, and add the teams met to `teams`; return whether any pair was new."""
    parts = [
        part for group in problem.coupled for part in coupled_parts(problem.instance, [a for a in group if a in chosen])
    ]
    pairs = dict.fromkeys(pair for part in parts for pair in pairwise(part) if pair not in lower_bounds.joint)
    for bound in problem.in_branches(lambda own, pair: bound_part(own, pair, lower_bounds), pairs):
        keep_bound(problem, lower_bounds, bound)
        for activation, team in _teams(problem.instance, bound).items():
            teams.setdefault(activation, []).append(team)
    return bool(pairs)


def keep_bound(problem: SearchProblem, lower_bounds: LowerBounds, bound: CoupledBound) -> None:
    """Keep a bound; what is impossible costs more than any plan."""
    beyond = int(problem.instance.options.cost_minor.sum()) + 1
    lower_bounds.joint[bound.activations] = beyond if bound.lower_bound is None else bound.lower_bound


def _teams(instance: Instance, bound: CoupledBound) -> dict[int, Team]:
    """Return the teams of the selection by activation."""
    teams = {}
    for activation in bound.activations if bound.selection is not None else ():
        options = bound.selection.options_of(instance, activation) if bound.selection else np.zeros(0, dtype=np.int64)
        cost = int(instance.options.cost_minor[options].sum())
        teams[activation] = Team(tuple(options.tolist()), cost, cost)
    return teams


def bound_part(problem: SearchProblem, activations: tuple[int, ...], lower_bounds: LowerBounds) -> CoupledBound:
    """Return what activations cost at least when all of them are secured."""
    v = part_model(problem, activations, lower_bounds)
    for members, lower_bound in lower_bounds.joint.items():
        if set(members) < set(activations):
            v.model.add(cp_model.LinearExpr.sum([v.cost(a) for a in members]) >= lower_bound)
    limits = CallLimits(gap=problem.gap / 4, effort=PARAMETERS.coupled_effort, rounds=PARAMETERS.coupled_cut_rounds)
    result = solve_with_cuts(
        v,
        objective.cost(v),
        problem.control,
        seed=problem.seed,
        limits=limits,
        pool=problem.dominance,
    )
    total = (
        lower_bounds.subset_costs(activations)[-1]
        if len(activations) <= PARAMETERS.largest_subset_group
        else sum(lower_bounds.own[a] for a in activations)
    )
    beside = min(sum(lower_bounds.own[b] for b in activations if b != a) + problem.rest_of(a) for a in activations)
    if result.infeasible:
        return CoupledBound(activations, None if beside >= INFEASIBLE_COST else beside, None)
    return CoupledBound(activations, min(beside, max(total, result.bound or 0)), result.selection)


def part_model(problem: SearchProblem, activations: tuple[int, ...], lower_bounds: LowerBounds) -> Variables:
    """Return the outer approximation of activations that are all secured, without the limits that all share."""
    instance = problem.instance
    windows = [int(w) for a in activations for w in problem.windows_of(a)]
    core = problem.core_of(windows)
    part = part_of(
        instance,
        {a: problem.lean_cover(a) for a in activations},
        Approximation.OUTER,
        activations=activations,
        windows=windows,
        options=best_days(instance, core, instance.options.cost_minor[core]),
    )
    v = Variables(part, Approximation.OUTER)
    add_rules(v, without=outside_of_parts())
    for activation in activations:
        v.model.add(v.secured[activation] == 1)
    objective.add_cost_bounds(v, {a: lower_bounds.own[a] for a in activations})
    return v
