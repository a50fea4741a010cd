"""What a community's whole network could reach: the ceiling over any plan."""

from __future__ import annotations

import numpy as np

from optimizer.chance.rates import exact_count, nodes
from optimizer.chance.tail import tail
from optimizer.derive.instance import Floats, Instance, Ints


def ceiling(instance: Instance, activation: int, window: int) -> float:
    """Return an upper bound on the probability any selection in this window can reach.

    Everybody usable takes part, at each rate in the mode that is stronger there; the tail grows with every entry, so
    no selection reaches more. Paid share and all shared limits are left out.
    """
    gifts, paid = strongest(instance, instance.options.in_window(window))
    rate, weight = nodes(instance.rates, exact_count(len(gifts)))
    total = 0.0
    for r, share in zip(rate, weight, strict=True):
        total += share * tail(
            [], np.maximum(np.minimum(r * gifts, 1.0), paid), instance.waves[activation].min_posts, instance.rates
        )
    return float(total)


def attainable(instance: Instance, activation: int, window: int) -> float:
    """Return a probability that is attained in this window with everybody usable and the paid share kept.

    Shared limits are left out; the people are those of `whole_team`.
    """
    return tail(*whole_team(instance, activation, window), instance.waves[activation].min_posts, instance.rates)


def whole_team(instance: Instance, activation: int, window: int) -> tuple[Floats, Floats]:
    """Return the in-window probabilities (gifts, paid) of everybody usable in a window, the paid share kept.

    As many are paid as the share allows, among those who gain by it at any rate, the largest gains first; creators who
    can only be paid stay out beyond it.
    """
    gifts, paid = strongest(instance, instance.options.in_window(window))
    share = instance.max_paid_share[activation]
    gainers = np.flatnonzero(paid > gifts * max(1.0, instance.rates.high))
    gainers = gainers[np.argsort(gifts[gainers] - paid[gainers], kind="stable")]
    count = len(gainers)
    while count > share * (count + int(np.count_nonzero(np.delete(gifts, gainers[:count])))):
        count -= 1
    rest = np.delete(gifts, gainers[:count])
    return rest[rest > 0], paid[gainers[:count]]


def strongest(instance: Instance, options: Ints) -> tuple[Floats, Floats]:
    """Return per creator among `options` the best gift and the best paid probability (0 where there is none)."""
    table = instance.options
    creators, position = np.unique(table.creator[options], return_inverse=True)
    gifts, paid = np.zeros(len(creators)), np.zeros(len(creators))
    is_paid = table.paid[options]
    np.maximum.at(gifts, position[~is_paid], table.probability[options[~is_paid]])
    np.maximum.at(paid, position[is_paid], table.probability[options[is_paid]])
    return gifts, paid
