"""What activations cost together where rest, participations or gaps keep them from using the same people and dates.

A run is a part of a tied group in which each activation can get in the way of the next. The pairs of neighbours in the
runs of the best set are priced as one, on the bounding side and without other limits, until it has no unpriced pair.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from ortools.sat.python import cp_model
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from optimizer.derive.instance import Instance
from optimizer.model import objective
from optimizer.model.parts import part_of
from optimizer.model.rules import add_rules
from optimizer.model.variables import Selection, Side, Variables
from optimizer.solve.blocks import SHARED_RULES
from optimizer.solve.call import Limits
from optimizer.solve.closing import close
from optimizer.solve.core import best_days
from optimizer.solve.exact import options_of
from optimizer.solve.floors import LARGEST_GROUP, Floors
from optimizer.solve.master import best_set
from optimizer.solve.parametric import BEYOND
from optimizer.solve.problem import Problem, in_parallel
from optimizer.solve.team import Team

EFFORT = 4.0
ROUNDS = 40


@dataclass(frozen=True)
class Run:
    """A priced run: its floor (minor units), None where it is impossible, and a selection that holds, if any."""

    activations: tuple[int, ...]
    floor: int | None
    selection: Selection | None


def runs_of(instance: Instance, activations: Sequence[int]) -> list[tuple[int, ...]]:
    """Return the parts of a set of tied activations that can get in each other's way, two or more each, in order."""
    ordered = sorted(activations)
    if len(ordered) < 2:
        return []
    most = instance.limits.max_activations
    if most is not None and most < 2:
        return [tuple(ordered)]
    links = [(i, j) for i, j in combinations(range(len(ordered)), 2) if _in_the_way(instance, ordered[i], ordered[j])]
    shape = (len(ordered), len(ordered))
    rows, columns = zip(*links, strict=True) if links else ((), ())
    graph = coo_array((np.ones(len(links)), (np.array(rows, dtype=int), np.array(columns, dtype=int))), shape=shape)
    _, label = connected_components(graph, directed=False)
    parts = [tuple(a for a, own in zip(ordered, label, strict=True) if own == value) for value in np.unique(label)]
    return [part for part in parts if len(part) > 1]


def _in_the_way(instance: Instance, first: int, second: int) -> bool:
    """Tell whether some windows of two activations lie too near each other for one creator, or for one community."""
    windows = instance.windows
    mine, other = windows.activation == first, windows.activation == second
    days = instance.limits.rest_days
    if instance.community[first] == instance.community[second]:
        days = max(days, int(instance.gap_days[first]))
    starts, ends = windows.start_day[mine][:, None], windows.end_day[mine][:, None]
    apart = (starts > windows.end_day[other] + days) | (windows.start_day[other] > ends + days)
    return bool((~apart).any())


def price_runs(
    problem: Problem, floors: Floors, teams: Mapping[int, Sequence[Team]] | None = None
) -> dict[int, list[Team]]:
    """Add the floors of the pairs of neighbours in the runs that matter; return teams met on the way, by activation.

    `teams`: those met before.

    Pairs bound longer runs well: where everybody rests through one wave, every other wave can use the same people.
    """
    found = {activation: list(known) for activation, known in (teams or {}).items()}
    for _ in range(ROUNDS):
        chosen = best_set(problem.instance, floors, problem.tied) if not problem.control.stopped else None
        if chosen is None or not price_neighbours(problem, floors, chosen, found):
            break
    return found


def price_neighbours(problem: Problem, floors: Floors, chosen: Collection[int], teams: dict[int, list[Team]]) -> bool:
    """Add the floors of the neighbours in the runs of a set, and to `teams` those met; tell whether any was new."""
    runs = [run for group in problem.tied for run in runs_of(problem.instance, [a for a in group if a in chosen])]
    pairs = dict.fromkeys(pair for run in runs for pair in pairwise(run) if pair not in floors.joint)
    for run in in_parallel(lambda pair: price_run(problem, pair, floors), pairs, problem.workers):
        record(problem, floors, run)
        for activation, team in _teams(problem.instance, run).items():
            teams.setdefault(activation, []).append(team)
    return bool(pairs)


def record(problem: Problem, floors: Floors, run: Run) -> None:
    """Keep the floor of a run; an impossible one costs more than any plan."""
    beyond = int(problem.instance.options.cost_minor.sum()) + 1
    floors.joint[run.activations] = beyond if run.floor is None else run.floor


def _teams(instance: Instance, run: Run) -> dict[int, Team]:
    """Return the teams of a run's selection by activation."""
    found = {}
    for activation in run.activations if run.selection is not None else ():
        options = options_of(instance, run.selection, activation) if run.selection else np.zeros(0, dtype=np.int64)
        cost = int(instance.options.cost_minor[options].sum())
        found[activation] = Team(tuple(options.tolist()), cost, cost)
    return found


def price_run(problem: Problem, run: tuple[int, ...], floors: Floors) -> Run:
    """Return what the activations of a run cost at least when all of them are secured."""
    v = run_model(problem, run, floors)
    for known, floor in floors.joint.items():
        if set(known) < set(run):
            v.model.add(cp_model.LinearExpr.sum([v.cost(a) for a in known]) >= floor)
    limits = Limits(gap=problem.gap / 4, effort=EFFORT)
    closed = close(v, objective.cost(v), problem.control, seed=problem.seed, limits=limits, rounds=3)
    total = floors.subset_costs(run)[-1] if len(run) <= LARGEST_GROUP else sum(floors.own[a] for a in run)
    beside = min(sum(floors.own[b] for b in run if b != a) + problem.rest_of(a) for a in run)
    if closed.infeasible:
        return Run(run, None if beside >= BEYOND else beside, None)
    return Run(run, min(beside, max(total, closed.bound or 0)), closed.selection)


def run_model(problem: Problem, run: tuple[int, ...], floors: Floors) -> Variables:
    """Return the bounding model of a run in which all are secured, without the limits that are shared by everybody."""
    instance = problem.instance
    windows = [int(w) for a in run for w in problem.windows_of(a)]
    core = problem.core_of(windows)
    part = part_of(
        instance,
        {a: problem.lean_cover(a) for a in run},
        Side.BOUNDING,
        activations=run,
        windows=windows,
        options=best_days(instance, core, instance.options.cost_minor[core]),
    )
    v = Variables(part, Side.BOUNDING)
    add_rules(v, without=SHARED_RULES)
    for activation in run:
        v.model.add(v.secured[activation] == 1)
    objective.add_cost_floors(v, {a: floors.own[a] for a in run})
    return v
