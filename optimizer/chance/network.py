"""What a community's whole network could reach: the ceiling over any plan."""

from __future__ import annotations

import math

import numpy as np

from optimizer.chance.rates import exact_count, nodes
from optimizer.chance.tail import tail
from optimizer.derive.instance import Floats, Instance, Ints


def ceiling(instance: Instance, activation: int, window: int) -> float:
    """Return an upper bound on the probability any selection in this window can reach.

    Everybody usable takes part, at each rate in the mode that is stronger there; the tail grows with every entry, so
    no selection reaches more. Paid share and all shared limits are left out.
    """
    gifts, paid = strongest(instance, np.flatnonzero(instance.options.window == window))
    rate, weight = nodes(instance.rates, exact_count(len(gifts)))
    total = 0.0
    for r, share in zip(rate, weight, strict=True):
        total += share * tail(
            [], np.maximum(np.minimum(r * gifts, 1.0), paid), instance.waves[activation].min_posts, instance.rates
        )
    return float(total)


def attainable(instance: Instance, activation: int, window: int) -> float:
    """Return a probability that is attained in this window with everybody usable and the paid share kept.

    The largest allowed number of payable creators is paid, the weakest gifts among them first; shared limits are left
    out.
    """
    gifts, paid = strongest(instance, np.flatnonzero(instance.options.window == window))
    share = instance.max_paid_share[activation]
    least = instance.waves[activation].min_posts
    order = sorted(np.flatnonzero(paid > 0), key=lambda index: (gifts[index] > 0, gifts[index]))
    best = 0.0
    for count in range(len(order) + 1):
        payers = order[:count]
        keeps = np.setdiff1d(np.flatnonzero(gifts > 0), payers)
        if count > math.floor(share * (count + len(keeps))):
            continue
        best = max(best, tail(gifts[keeps], paid[payers], least, instance.rates))
    return best


def strongest(instance: Instance, options: Ints) -> tuple[Floats, Floats]:
    """Return per creator among `options` the best gift and the best paid probability (0 where there is none)."""
    table = instance.options
    creators, position = np.unique(table.creator[options], return_inverse=True)
    gifts, paid = np.zeros(len(creators)), np.zeros(len(creators))
    is_paid = table.paid[options]
    np.maximum.at(gifts, position[~is_paid], table.probability[options[~is_paid]])
    np.maximum.at(paid, position[is_paid], table.probability[options[is_paid]])
    return gifts, paid
