"""The cheapest offers that bring the odds of an activation back to its confidence.

Waiting until the decision day loses nothing: fees and reliability do not depend on the day, and who posts meanwhile
needs no offer. On that day every set of the cheapest candidates is weighed, exactly, at all nodes at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.chance.tail import SECURE_TOLERANCE
from optimizer.derive.instance import Floats, Ints
from optimizer.track.odds import density_odds, fewer, with_one_more
from optimizer.track.posterior import Posterior
from optimizer.track.prospects import Prospect, chances

MOST_CANDIDATES = 12
"""Of so many candidates, the cheapest, every set is weighed."""
MOST_CELLS = 4_000_000
"""Sets of half of them × nodes × posts at a time: memory stays level."""
_EQUAL = 1e-12


@dataclass(frozen=True)
class Outcome:
    """Offers to candidates, by their place in `Rescuer.candidates`, and the odds if all agree."""

    offers: tuple[int, ...]
    cost: int
    odds: float


@dataclass(frozen=True)
class Rescuer:
    """Weighs offers of one activation on one day.

    Attributes
    ----------
    need
        Posts still missing.
    others
        Everybody who may post and is not up for an offer; who was asked and has not answered counts as agreeing.
    candidates
        Who may be offered a fee, the lowest first.
    most
        How many offers the paid share allows.
    """

    posterior: Posterior
    need: int
    confidence: float
    others: Sequence[Floats]
    candidates: Sequence[Prospect]
    most: int

    @cached_property
    def unasked(self) -> float:
        """The odds if nobody more is asked."""
        return self._odds(())

    @cached_property
    def best(self) -> Outcome:
        """The offers with the highest odds, and of these the cheapest."""
        if not self.candidates or not self.most:
            return Outcome((), 0, self.unasked)
        sets, odds, costs = self._weighed
        highest = odds >= odds.max() - _EQUAL
        return self._extended(self._outcome(sets, odds, costs, highest))

    def cheapest(self) -> Outcome | None:
        """Return the cheapest offers that reach the confidence, or those as near as they go.

        None where no offer is needed, or none helps.
        """
        goal = self.confidence - SECURE_TOLERANCE
        if self.unasked >= goal:
            return None
        sets, odds, costs = self._weighed
        enough = odds >= goal
        outcome = self._outcome(sets, odds, costs, enough) if enough.any() else self.best
        return outcome if outcome.odds > self.unasked + _EQUAL else None

    def _outcome(self, sets: Ints, odds: Floats, costs: Ints, among: np.ndarray) -> Outcome:
        """Return the cheapest of the sets; at equal cost that with the best odds, then the first by the list."""
        places = np.flatnonzero(among)
        order = np.lexsort((sets[places], -np.round(odds[places], 12), costs[places]))
        chosen = int(places[order[0]])
        offers = tuple(place for place in range(len(self.candidates)) if int(sets[chosen]) >> place & 1)
        return Outcome(offers, int(costs[chosen]), float(odds[chosen]))

    @cached_property
    def _weighed(self) -> tuple[Ints, Floats, Ints]:
        """All sets of the first candidates that the paid share allows, as bits, with odds and costs.

        The candidates are split into halves: P(N < need) of a set is a product of the tables of its two halves.
        """
        depth, weight = self._depth, self.posterior.weight
        base = [*self.others, *chances(self.candidates[depth:], self.posterior.ratio)]
        one = self._half(self.candidates[: depth // 2], base)
        other = np.cumsum(self._half(self.candidates[depth // 2 : depth], []), axis=2)[:, :, ::-1]
        short = (one * weight[:, None]).reshape(len(one), -1) @ other.reshape(len(other), -1).T
        sets = np.arange(len(other))[None, :] << depth // 2 | np.arange(len(one))[:, None]
        sets, odds = sets.ravel(), np.clip(1 - short.ravel(), 0.0, 1.0)
        member = (sets[:, None] >> np.arange(depth)) & 1
        allowed = member.sum(axis=1) <= self.most
        fees = np.array([fee_of(candidate) for candidate in self.candidates[:depth]], dtype=np.int64)
        return sets[allowed], odds[allowed] if self.need > 0 else np.ones(allowed.sum()), (member @ fees)[allowed]

    def _half(self, candidates: Sequence[Prospect], base: Sequence[Floats]) -> Floats:
        """Return P(N = s), s < need, at every node, of the base with every set of candidates asked, by their bits."""
        ratio = self.posterior.ratio
        counts = fewer(base, self.need, len(ratio))[None]
        for candidate in candidates:
            left, asked = candidate.chance(ratio), candidate.if_paid(ratio)
            counts = np.concatenate([with_one_more(counts, left), with_one_more(counts, asked)])
        return counts

    @property
    def _depth(self) -> int:
        cells = max(1, self.need * len(self.posterior.ratio))
        depth = MOST_CANDIDATES
        while depth > 2 and 2 ** (depth // 2) * cells > MOST_CELLS:
            depth -= 2
        return min(depth, len(self.candidates))

    def _extended(self, outcome: Outcome) -> Outcome:
        """Return the outcome with further candidates, the cheapest first, while it stays short of the confidence."""
        place = self._depth
        while (
            place < len(self.candidates)
            and len(outcome.offers) < self.most
            and outcome.odds < self.confidence - SECURE_TOLERANCE
        ):
            offers = (*outcome.offers, place)
            odds = self._odds(offers)
            if odds > outcome.odds + _EQUAL:
                outcome = Outcome(offers, outcome.cost + fee_of(self.candidates[place]), odds)
            place += 1
        return outcome

    def _odds(self, offers: tuple[int, ...]) -> float:
        ratio = self.posterior.ratio
        mine = [
            candidate.if_paid(ratio) if place in offers else candidate.chance(ratio)
            for place, candidate in enumerate(self.candidates)
        ]
        return density_odds(self.posterior, [*self.others, *mine], self.need)


def fee_of(candidate: Prospect) -> int:
    """Return a candidate's fee in minor units."""
    return candidate.line.fee or 0
