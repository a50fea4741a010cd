"""Activations that rotation or gaps tie together, priced and placed as one.

Where creators need rest, or may take part only so often, the cheapest creators of a community cannot serve every wave:
the sum of the waves' own floors is too low, and placing wave after wave is too dear. A component is a set of
activations connected by shared creators or by gaps between windows of one community.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from optimizer.derive.instance import Instance
from optimizer.model import objective
from optimizer.model.parts import part_of
from optimizer.model.rules import add_rules
from optimizer.model.variables import Side, Variables
from optimizer.solve.blocks import SHARED_RULES, Problem, best_days, in_parallel
from optimizer.solve.call import Limits
from optimizer.solve.closing import close

EFFORT = 10.0


@dataclass(frozen=True)
class JointFloor:
    """All of these activations together cost at least `floor` (minor units)."""

    activations: tuple[int, ...]
    floor: int


def components(instance: Instance) -> list[tuple[int, ...]]:
    """Return the sets of two or more activations that creators or community gaps tie together, in order."""
    table, count = instance.options, len(instance.waves)
    pairs = np.unique(np.stack([table.activation, table.creator + count]), axis=1)
    same = np.unique(np.stack([np.arange(count), instance.community + count + len(instance.creator_ids)]), axis=1)
    size = count + len(instance.creator_ids) + len(instance.scenario.communities)
    links = np.concatenate([pairs, same], axis=1)
    _, label = connected_components(coo_array((np.ones(links.shape[1]), links), shape=(size, size)), directed=False)
    groups = [tuple(np.flatnonzero(label[:count] == value).tolist()) for value in np.unique(label[:count])]
    return [group for group in groups if len(group) > 1]


def joint_floors(problem: Problem, groups: Sequence[tuple[int, ...]], floors: Mapping[int, int]) -> list[JointFloor]:
    """Return what each group of activations costs at least when all of it is secured."""
    possible = [group for group in groups if all(a in floors for a in group)]
    found = in_parallel(lambda group: _joint_floor(problem, group, floors), possible, problem.workers)
    return [joint for joint in found if joint.floor > sum(floors[a] for a in joint.activations)]


def _joint_floor(problem: Problem, group: tuple[int, ...], floors: Mapping[int, int]) -> JointFloor:
    part = part_of(
        problem.instance,
        problem.covers,
        Side.BOUNDING,
        activations=group,
        windows=problem.windows,
        options=best_days(problem.instance),
    )
    v = Variables(part, Side.BOUNDING)
    add_rules(v, without=SHARED_RULES)
    for activation in group:
        v.model.add(v.secured[activation] == 1)
    objective.add_cost_floors(v, floors)
    limits = Limits(gap=problem.gap / 4, effort=EFFORT)
    closed = close(v, objective.cost(v), problem.control, seed=problem.seed, limits=limits, rounds=1)
    total = sum(floors[a] for a in group)
    if closed.infeasible:
        return JointFloor(group, int(problem.instance.options.cost_minor.sum()) + 1)
    return JointFloor(group, max(total, closed.bound or 0))
