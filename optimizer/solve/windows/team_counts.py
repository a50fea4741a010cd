"""How few people and how little money one window asks for, by counting alone: no threshold is made.

No m payers and n gifts of a window hold more often than its m likeliest payers and n likeliest gifts, so where these
fail every such team does. Paid posts do not depend on the rate: a table over n of what the gifts give alone serves
every m. Everything here bounds from below, whatever the shared limits are.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from optimizer.chance.covers import least_gifts, strongest
from optimizer.chance.tail import SCREENING, SECURE_TOLERANCE, certified_count, nodes
from optimizer.derive.instance import Floats, Instance, Ints
from optimizer.model.rules import quotas_of

MOST_COUNTED = 120
"""Gifts, and payers, counted one by one; where even so many fail, at least one more is needed."""


@dataclass(frozen=True)
class TeamCounts:
    """The teams (m payers, n gifts) that one window may have by its own rules, and what each costs at least.

    Attributes
    ----------
    parcels
        Fewest parcels m + n of each m that can be, in order of m.
    cost
        What a team of that m costs at least (minor units), fees included.
    """

    parcels: Ints
    cost: Ints

    def within(self, most_parcels: int, most_money: int | None) -> TeamCounts:
        """Return the teams of at most so many parcels and so much money."""
        kept = self.parcels <= most_parcels
        if most_money is not None:
            kept &= self.cost <= most_money
        return TeamCounts(self.parcels[kept], self.cost[kept])


def team_counts(instance: Instance, activation: int, window: int, ids: frozenset[str]) -> TeamCounts:
    """Return what a window's teams ask for at least, by the rules of these ids; empty where no team can hold."""
    table, wave = instance.options, instance.waves[activation]
    options = table.in_window(window)
    paid = table.paid[options]
    gift_costs, paid_costs = _cheapest(instance, options[~paid]), _cheapest(instance, options[paid])
    gifts, payers = strongest(instance, options)
    fewest = _fewest_gifts(instance, activation, _downwards(gifts), _downwards(payers))
    locked = [choice.paid for choice in instance.locks if "locks" in ids and choice.activation == activation]
    share = instance.max_paid_share[activation] if "paid_share" in ids else Fraction(1)
    least_paid = wave.min_paid if "min_paid" in ids else 0
    least_people, most_people = _people(instance, activation, options)
    parcels, cost = [], []
    for number in range(max(least_paid, sum(locked)), len(paid_costs)):
        needed = int(fewest[min(number, len(fewest) - 1)])
        given = max(needed, least_gifts(number, share), len(locked) - sum(locked), least_people - number)
        if given < len(gift_costs) and number + given <= most_people:
            parcels.append(number + given)
            cost.append(int(paid_costs[number] + gift_costs[given]))
    return TeamCounts(np.array(parcels, dtype=np.int64), np.array(cost, dtype=np.int64))


def _downwards(chances: Floats) -> Floats:
    """Return the chances above 0 from the highest down, as many as are counted."""
    ordered: Floats = np.sort(chances[chances > 0])[::-1][:MOST_COUNTED]
    return ordered


def _cheapest(instance: Instance, options: Ints) -> Ints:
    """Return what 0, 1, 2 … different creators among some options cost together at least."""
    creators, place = np.unique(instance.options.creator[options], return_inverse=True)
    least = np.full(len(creators), np.iinfo(np.int64).max)
    np.minimum.at(least, place, instance.options.cost_minor[options])
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(np.sort(least))])


def _people(instance: Instance, activation: int, options: Ints) -> tuple[int, int]:
    """Return the fewest and the most people that the quotas of every rule leave; (1, 0) where they contradict."""
    creators = np.unique(instance.options.creator[options])
    least, most = 0, len(creators)
    for classes, quotas in quotas_of(instance, activation):
        own = classes[creators]
        asked, spare = 0, len(creators)
        for label, (fewest, limit) in quotas.items():
            there = int(np.count_nonzero(own == label))
            allowed = there if limit is None else min(there, limit)
            if fewest > allowed:
                return 1, 0
            asked += fewest
            spare -= there - allowed
        least, most = max(least, asked), min(most, spare)
    return least, most


def _fewest_gifts(instance: Instance, activation: int, gifts: Floats, payers: Floats) -> Ints:
    """Return for each number of payers the fewest gifts that may hold, one more than all counted where none do.

    Numbers of payers beyond the last are served by it. A tail this little below the confidence counts as holding:
    `SECURE_TOLERANCE`, and what quadrature (`SCREENING`) and rounding may take away.
    """
    wave, rates = instance.waves[activation], instance.rates
    level = wave.confidence - SECURE_TOLERANCE - 10 * SCREENING
    highest = min(1.0, float(np.ceil(20 * gifts.max(initial=0.0)) / 20))
    count = certified_count(rates, len(gifts), highest, SCREENING / 2) if len(gifts) else 1
    rate, weight = nodes(rates, count)
    # at_most[n, s]: the n likeliest gifts give at most s posts.
    at_most = np.empty((len(gifts) + 1, wave.min_posts))
    counts = np.zeros((len(rate), wave.min_posts))
    counts[:, 0] = 1.0
    at_most[0] = weight @ counts
    for number, chance in enumerate(gifts, start=1):
        posts = (rate * chance)[:, None]
        moved = counts[:, :-1] * posts
        counts *= 1 - posts
        counts[:, 1:] += moved
        at_most[number] = weight @ counts
    np.cumsum(at_most, axis=1, out=at_most)
    return _with_payers(at_most, payers, level)


def _with_payers(at_most: Floats, payers: Floats, level: float) -> Ints:
    """Return the fewest gifts beside 0, 1, 2 … of the payers, up to the first number that needs none."""
    given = np.zeros(at_most.shape[1])
    given[0] = 1.0
    fewest = []
    for chance in [0.0, *payers]:
        moved = given[:-1] * chance
        given *= 1 - chance
        given[1:] += moved
        holds = np.flatnonzero(1 - at_most @ given[::-1] >= level)
        fewest.append(int(holds[0]) if len(holds) else len(at_most))
        if fewest[-1] == 0:
            break
    if len(payers) == MOST_COUNTED:
        # Of more payers than are counted nothing is known.
        fewest.append(0)
    return np.array(fewest, dtype=np.int64)
