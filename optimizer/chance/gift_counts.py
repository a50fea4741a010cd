"""How many gifts are worth a threshold of their own: enough for the confidence, no more than a cheapest team pays for.

Up to `FEW` gifts every number has thresholds. Beyond, a threshold takes time that grows with the square of the number,
so only those are made between the fewest gifts with which the likeliest creators hold, and the most that the money of
that team would buy. More gifts than that are bounded by their parcels; teams of fewer do not exist.
"""

from __future__ import annotations

import numpy as np

from optimizer.chance.tail import SECURE_TOLERANCE, equal_gifts, tail, tails
from optimizer.derive.instance import Floats, Instance, Ints

FEW = 90
BESIDE = 3
"""Gifts beyond the number that suffices in the middle of the range."""
DEARER = 1.03
"""Where activations share days, months or stock, teams up to this factor dearer than the cheapest count."""


def gift_counts(
    instance: Instance, activation: int, low: float, high: float, most_paid: int
) -> tuple[int, tuple[int, ...]]:
    """Return the largest number of gifts with a threshold of its own, and the fewest for each number of payers.

    The second is empty where every number from one on has a threshold.
    """
    table, wave = instance.options, instance.waves[activation]
    mine = table.in_activation(activation)
    gifts = mine[~table.paid[mine]]
    givers = len(np.unique(table.creator[gifts]))
    middle = (2 * low + high) / 3
    below = equal_gifts(middle, FEW - 1, wave.min_posts, instance.rates)[1:, -1]
    enough = np.flatnonzero(1 - below >= wave.confidence)
    if len(enough):
        return min(givers, int(enough[0]) + 1 + BESIDE), ()
    if givers <= FEW:
        return givers, ()
    likeliest, cost = _likeliest(instance, gifts)
    payers = np.sort(table.best_by_creator(mine[table.paid[mine]]))[::-1]
    fewest = tuple(_fewest(instance, activation, likeliest, payers[:paid]) for paid in range(most_paid + 1))
    middle_count = _fewest(instance, activation, np.full(givers, middle), payers[:0])
    most = min(givers, middle_count + BESIDE)
    if fewest[0] <= givers:
        money = int(cost[: fewest[0]].sum()) * (DEARER if instance.limits.share_supplies else 1.0)
        most = min(most, int(np.count_nonzero(np.cumsum(np.sort(cost)) <= money)))
    return most, fewest


def affordable(instance: Instance, activation: int, most_paid: int, money: int) -> tuple[int, ...]:
    """Return for each number of payers the most gifts whose cheapest people cost no more than this; −1 for none."""
    table = instance.options
    mine = table.in_activation(activation)
    sums = []
    for paid in (False, True):
        own = mine[table.paid[mine] == paid]
        creators, place = np.unique(table.creator[own], return_inverse=True)
        least = np.full(len(creators), np.iinfo(np.int64).max)
        np.minimum.at(least, place, table.cost_minor[own])
        sums.append(np.concatenate([[0], np.cumsum(np.sort(least))]))
    gifts, payers = sums
    return tuple(
        int(np.count_nonzero(gifts + payers[min(m, len(payers) - 1)] <= money)) - 1 for m in range(most_paid + 1)
    )


def _likeliest(instance: Instance, options: Ints) -> tuple[Floats, Ints]:
    """Return the best in-window probabilities of creators from the highest down, and what each costs at least."""
    creators, place = np.unique(instance.options.creator[options], return_inverse=True)
    cost = np.full(len(creators), np.iinfo(np.int64).max)
    np.minimum.at(cost, place, instance.options.cost_minor[options])
    best = instance.options.best_by_creator(options)
    order = np.lexsort((cost, -best))
    return best[order], cost[order]


def _fewest(instance: Instance, activation: int, gifts: Floats, payers: Floats) -> int:
    """Return the fewest of these gifts, taken in order, with which the payers may hold; one more than all if none."""
    wave = instance.waves[activation]
    level = wave.confidence - SECURE_TOLERANCE - 1e-8
    low, high = 0, len(gifts) + 1
    while low < high:
        middle = (low + high) // 2
        if middle > len(gifts):
            reached = 1.0
        elif middle == 0:
            reached = tail([], payers, wave.min_posts, instance.rates)
        else:
            reached = float(tails(gifts[None, :middle], payers, wave.min_posts, instance.rates)[0])
        if reached >= level:
            high = middle
        else:
            low = middle + 1
    return low
