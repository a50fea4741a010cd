"""The smallest teams along many orders of people: a first team of a window, without thresholds and in milliseconds.

For a multiplier λ take payers and gifts in order of cost − λφ, and for each number of payers the fewest gifts with
which the exact tail holds: one pass over the people gives all prefixes of all orders at once, as the tail grows with
every member.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.chance.covers import least_gifts
from optimizer.chance.tail import SCREENING, SECURE_TOLERANCE, certified_count, nodes
from optimizer.chance.tilt import phi
from optimizer.derive.instance import Floats, Instance, Ints
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.windows.candidates import Candidates, ModeCandidates

STEPS = 2.0 ** np.arange(-5, 5)
"""Multipliers, in units of a median cost for the largest φ."""


@dataclass(frozen=True)
class Prefix:
    """The first `paid` payers of an order and the first `count` of an order of gifts (rows), and what they cost."""

    payers: Ints
    paid: int
    gifts: Ints
    count: int
    priced: int


def prefixes(instance: Instance, people: Candidates, most: int) -> list[Prefix]:
    """Return the smallest prefixes that hold where everybody ships on their best day, the cheapest first.

    Parameters
    ----------
    most
        How many are returned at most.
    """
    wave, share = instance.waves[people.activation], instance.max_paid_share[people.activation]
    owed = [least_gifts(paid, share) for paid in range(min(len(people.payers), 2 * wave.min_posts) + 1)]
    held = int(people.gifts.held.sum())
    least = max(wave.min_paid, int(people.payers.held.sum()))
    counts = [m for m, gifts in enumerate(owed) if m >= least and gifts <= len(people.gifts)]
    if not counts or not people.whole or not len(people.gifts) + len(people.payers):
        return []
    steps = np.repeat(_unit(people) * STEPS, len(counts))
    paid = np.tile(np.array(counts), len(STEPS))
    payers = _orders(people.payers, steps)
    taken = np.zeros((len(steps), len(instance.creator_ids)), dtype=bool)
    first = np.arange(payers.shape[1]) < paid[:, None]
    rows, columns = np.nonzero(first)
    taken[rows, people.payers.creator[payers[rows, columns]]] = True
    gifts = _orders(people.gifts, steps, taken[:, people.gifts.creator])
    free = (~taken[:, people.gifts.creator]).sum(axis=1)
    fewest = np.maximum(_fewest(instance, people, payers, paid, gifts), np.maximum(np.array(owed)[paid], held))
    usable = np.flatnonzero(fewest <= free)
    cost = np.where(first, people.payers.cost[payers], 0).sum(axis=1)
    cost += np.where(np.arange(gifts.shape[1]) < fewest[:, None], people.gifts.cost[gifts], 0).sum(axis=1)
    ranked = usable[np.argsort(cost[usable], kind="stable")]
    teams: dict[tuple[bytes, bytes], Prefix] = {}
    for row in ranked.tolist():
        m, n = int(paid[row]), int(fewest[row])
        key = np.sort(payers[row, :m]).tobytes(), np.sort(gifts[row, :n]).tobytes()
        teams.setdefault(key, Prefix(payers[row], m, gifts[row, : free[row]], n, int(cost[row])))
        if len(teams) >= most:
            break
    return list(teams.values())


def _unit(people: Candidates) -> float:
    costs = np.concatenate([people.gifts.cost, people.payers.cost])
    strongest = max(float(mode.probability.max(initial=0.0)) for mode in (people.gifts, people.payers))
    return max(1.0, float(np.median(costs))) / max(float(phi(strongest, PARAMETERS.greedy_tilt)), 1e-9)


def _orders(mode: ModeCandidates, steps: Floats, taken: np.ndarray | None = None) -> Ints:
    """Return the rows of a mode in order of cost − λφ, one order a multiplier.

    Those whom a lock holds come first, and who is taken comes last.
    """
    weights = phi(mode.probability.max(axis=1, initial=0.0), PARAMETERS.greedy_tilt)
    reduced = mode.cost - np.outer(steps, weights)
    reduced[:, mode.held] = -np.inf
    if taken is not None:
        reduced[taken] = np.inf
    return np.argsort(reduced, axis=1, kind="stable")


def _fewest(instance: Instance, people: Candidates, payers: Ints, paid: Ints, gifts: Ints) -> Ints:
    """Return for each order the fewest gifts with which the tail holds; more than there are where none do."""
    wave, rates = instance.waves[people.activation], instance.rates
    level = wave.confidence - SECURE_TOLERANCE - SCREENING
    sure = people.payers.probability.max(axis=1, initial=0.0)[payers]
    counts = np.zeros((len(payers), wave.min_posts))
    counts[:, 0] = 1.0
    for number in range(int(paid.max(initial=0))):
        posts = np.where(number < paid, sure[:, number], 0.0)[:, None]
        moved = counts[:, :-1] * posts
        counts *= 1 - posts
        counts[:, 1:] += moved
    chances = people.gifts.probability.max(axis=1, initial=0.0)[gifts]
    highest = min(1.0, np.ceil(20 * chances.max(initial=0.0)) / 20)
    size = gifts.shape[1]
    rate, weight = nodes(rates, certified_count(rates, size, float(highest), SCREENING / 2) if size else 1)
    counts = np.repeat(counts[:, None], len(rate), axis=1)
    fewest = np.full(len(gifts), size + 1, dtype=np.int64)
    for number in range(size + 1):
        reached = 1 - counts.sum(axis=2) @ weight
        fewest[(reached >= level) & (fewest > size)] = number
        if number == size or np.all(fewest <= size):
            break
        posts = chances[:, number][:, None, None] * rate[:, None]
        moved = counts[..., :-1] * posts
        counts *= 1 - posts
        counts[..., 1:] += moved
    return fewest
