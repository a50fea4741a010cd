"""The odds of one activation: distributions of posts still to come, node by node."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.derive.instance import Floats
from optimizer.track.posterior import Posterior


def fewer(chances: Sequence[Floats], need: int, nodes: int) -> Floats:
    """Return P(N = s) for s = 0 … need − 1 at every node, for independent posts with these chances at the nodes.

    Returns
    -------
    Floats
        Shape (nodes, need).
    """
    counts = np.zeros((nodes, max(0, need)))
    counts[:, :1] = 1.0
    for chance in chances:
        counts = with_one_more(counts, chance)
    return counts


def with_one_more(counts: Floats, chance: Floats) -> Floats:
    """Return counts (…, nodes, need) after one more who posts with a chance at every node."""
    share = chance[:, None]
    more = counts * (1 - share)
    more[..., 1:] += counts[..., :-1] * share
    return more


def density_odds(posterior: Posterior, chances: Sequence[Floats], need: int) -> float:
    """Return the chance of at least `need` more posts; 1 where none is needed."""
    if need <= 0:
        return 1.0
    if need > len(chances):
        return 0.0
    return posterior.mean(1 - fewer(chances, need, len(posterior.ratio)).sum(axis=1))
