"""Activations that rotation or gaps tie together, priced and placed as one.

Where creators need rest, or may take part only so often, the cheapest creators of a community cannot serve every wave:
the sum of the waves' own lower bounds is too low, and plans made wave after wave cost too much. A component is a set of
activations connected by shared creators or by gaps between windows of one community.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from optimizer.derive.instance import Instance


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


def coupled_parts(instance: Instance, activations: Sequence[int]) -> list[tuple[int, ...]]:
    """Return the parts of a set of coupled activations that can get in each other's way, two or more each, in order."""
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
    """Return whether some windows of two activations lie too near each other for one creator, or for one community."""
    windows = instance.windows
    mine, other = windows.activation == first, windows.activation == second
    days = instance.limits.rest_days
    if instance.community[first] == instance.community[second]:
        days = max(days, int(instance.gap_days[first]))
    starts, ends = windows.start_day[mine][:, None], windows.end_day[mine][:, None]
    apart = (starts > windows.end_day[other] + days) | (windows.start_day[other] > ends + days)
    return bool((~apart).any())
