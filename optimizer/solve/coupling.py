"""Activations that rotation or gaps tie together, priced and placed as one.

Where creators need rest, or may take part only so often, the cheapest creators of a community cannot serve every wave:
the sum of the waves' own lower bounds is too low, and placing wave after wave is too dear. A component is a set of
activations connected by shared creators or by gaps between windows of one community.
"""

from __future__ import annotations

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
