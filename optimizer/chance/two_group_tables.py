"""Tables for thresholds of two groups: what gifts give, and what payers must add, for all shapes at once.

See `two_groups` for the theorem that they serve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.chance.roots import at_most, bend, convolved, place, repeated
from optimizer.chance.tail import SECURE_TOLERANCE, certified_count, nodes
from optimizer.chance.tilt import phi
from optimizer.derive.instance import Floats, RateModel

GIFT_POINTS = 65
"""Probabilities of equal gifts in the tables."""
TABLE_ERROR = 1e-7
"""Bound on quadrature plus rounding of a tail here: what lies between the points of the tables errs by more."""
ONE_THREAD = 200_000
"""Multiplications of one matrix product, so few that the library computes it in one thread: where a processor has
other work, the threads of a larger one wait for each other (52 tables: 3.4 s, against 0.3 s)."""
PAID_POINTS = 65
"""Probabilities of equal payers in the tables."""
ROOM = 1e-9
"""Sums of φ err by less than this."""


@dataclass(frozen=True)
class PairQuestion:
    """What thresholds for both groups are asked for; hashable, so that equal questions are answered once.

    Attributes
    ----------
    least, confidence, rates
        k posts with this probability under this rate model.
    low, high, paid_low, paid_high
        Ranges of in-window probabilities, gifts and payers.
    cells
        The (m, n) in question, m ≥ 1.
    gifts, payers
        The highest in-window probabilities that exist, from the highest down, inside the ranges.
    """

    least: int
    confidence: float
    rates: RateModel
    low: float
    high: float
    paid_low: float
    paid_high: float
    cells: tuple[tuple[int, int], ...]
    gifts: tuple[float, ...]
    payers: tuple[float, ...]


class Gifts:
    """Tables of what n gifts give, made from parts that all n share."""

    def __init__(self, question: PairQuestion) -> None:
        self.question = question
        most = max(1, *(count for _, count in question.cells))
        count = certified_count(question.rates, most, question.high, TABLE_ERROR / 4)
        self.rate, self.weight = nodes(question.rates, count)
        self.grid = np.linspace(question.low, question.high, GIFT_POINTS)
        low = repeated(self.rate * question.low, most, question.least)
        high = repeated(self.rate * question.high, most, question.least)
        total = np.repeat(np.arange(most), np.arange(1, most + 1))
        at_low = np.arange(len(total)) - place(0, total)
        self.ends = convolved(low[at_low], high[total - at_low]) * self.weight[:, None]
        self._binomials: dict[int, Floats] = {}

    def binomials(self, inside: int) -> Floats:
        """Return P(Binomial(inside, r_j v) ≤ t − s) for node and s by v and t: shape (nodes · k, grid · k)."""
        if inside not in self._binomials:
            least = self.question.least
            equal = at_most(inside, np.outer(self.rate, self.grid), least)
            table = np.zeros((len(self.rate), least, GIFT_POINTS, least))
            for ends in range(least):
                # Posts of the ends `ends`, at most t − ends of the equal gifts: column k − 1 − t + ends of `equal`.
                table[:, ends, :, ends:] = equal[ends:][::-1].transpose(1, 2, 0)
            self._binomials[inside] = table.reshape(len(self.rate) * least, GIFT_POINTS * least)
        return self._binomials[inside]

    def table(self, count: int) -> GiftTable:
        """Return the table of `count` gifts."""
        least = self.question.least
        ends = self.ends.reshape(len(self.ends), -1)
        sizes = np.arange(count, 0, -1)
        inside = np.repeat(np.arange(1, count + 1), sizes)
        at_low = np.concatenate([np.zeros(0, dtype=np.int64), *(np.arange(size) for size in sizes)]).astype(np.int64)
        below = np.empty((len(inside), GIFT_POINTS * least))
        for r, last in zip(range(1, count + 1), np.cumsum(sizes), strict=True):
            first = (count - r) * (count - r + 1) // 2
            mine, binomials = ends[first : first + count - r + 1], self.binomials(r)
            columns = max(least, ONE_THREAD // mine.size)
            for column in range(0, below.shape[1], columns):
                part = slice(column, column + columns)
                np.matmul(mine, binomials[:, part], out=below[last - len(mine) : last, part])
        return GiftTable(self.question, count, below.reshape(len(inside), GIFT_POINTS, least), inside, at_low)


@dataclass(frozen=True)
class GiftTable:
    """P(gifts ≤ t), t < k, of every shape of n gifts on the grid of v: shape (shapes, grid, k)."""

    question: PairQuestion
    count: int
    below: Floats
    inside: np.ndarray
    at_low: np.ndarray

    def sums(self, tilt: float, gifts: Sequence[float]) -> Floats:
        """Return the least and the largest Σφ that gifts can have, the largest of those who exist."""
        if not self.count:
            return np.zeros(1)
        least = self.count * float(phi(self.question.low, tilt))
        best = np.array(gifts[: self.count])
        most = min(self.count * float(phi(self.question.high, tilt)), float(phi(best, tilt).sum()) + ROOM)
        return np.array([least, max(most, least)])

    def envelopes(self, sums: Floats, tilt: float) -> tuple[Floats, Floats]:
        """Return the largest and the smallest C_s over all shapes with each sum: shape (sums, k), s < k."""
        question, least = self.question, self.question.least
        if not self.count:
            nothing = np.zeros((len(sums), least))
            return nothing, nothing
        low, high = float(phi(question.low, tilt)), float(phi(question.high, tilt))
        ends = self.at_low * low + (self.count - self.inside - self.at_low) * high
        rest = (sums[None, :] - ends[:, None]) / self.inside[:, None]
        value = rest if tilt == 0 else -np.expm1(-tilt * rest) / tilt
        column, shape = np.nonzero(((value >= question.low - 1e-12) & (value <= question.high + 1e-12)).T)
        step = (question.high - question.low) / (GIFT_POINTS - 1)
        at = (value[shape, column] - question.low) / step if step > 0 else np.zeros(len(shape))
        cell = np.clip(at.astype(np.int64), 0, GIFT_POINTS - 2)
        share = np.clip(at - cell, 0.0, 1.0)[:, None]
        reached = 1 - (self.below[shape, cell] * (1 - share) + self.below[shape, cell + 1] * share)[:, ::-1]
        room = bend(self.inside, step, question.low, question.high, question.rates)[shape][:, None]
        # A sum that no shape has is no team's; it promises nothing either way.
        highest, lowest = np.ones((len(sums), least)), np.zeros((len(sums), least))
        columns, first = np.unique(column, return_index=True)
        highest[columns] = np.maximum.reduceat(reached + room, first, axis=0)
        lowest[columns] = np.minimum.reduceat(reached - room, first, axis=0)
        return np.minimum(highest, 1.0), np.maximum(lowest, 0.0)


class Payers:
    """All shapes of m payers at one tilt: posts and Σφ on a grid of the equal ones' probability."""

    def __init__(self, question: PairQuestion, count: int, tilt: float) -> None:
        self.question, self.count, self.tilt = question, count, tilt
        low, high, least = question.paid_low, question.paid_high, question.least
        self.grid = np.linspace(low, high, PAID_POINTS) if high > low else np.array([low])
        inside = np.array([count - a - b for a in range(count) for b in range(count - a)])
        at_low = np.array([a for a in range(count) for b in range(count - a)])
        self.inside = inside
        self.base = at_low * float(phi(low, tilt)) + (count - inside - at_low) * float(phi(high, tilt))
        ends = [repeated(np.array([chance]), count, least + 1)[:, 0] for chance in (low, high)]
        equal = repeated(self.grid, count, least + 1)
        both = convolved(ends[0][at_low], ends[1][count - inside - at_low])
        posts = convolved(both[:, None], equal[inside])
        posts[..., least] = 1 - posts[..., :least].sum(axis=-1)
        self.posts = posts
        step = (high - low) / max(1, len(self.grid) - 1)
        self.bend = inside * (inside - 1) * step * step / 8

    @cached_property
    def most(self) -> float:
        """The largest Σφ that existing payers have."""
        return float(phi(np.array(self.question.payers[: self.count]), self.tilt).sum())

    @cached_property
    def least(self) -> float:
        """The smallest Σφ that payers in the range have."""
        return self.count * float(phi(self.question.paid_low, self.tilt))

    def needed(self, highest: Floats) -> Floats:
        """Return the smallest Σφ with which payers beside these C_s may hold; +∞ where none do."""
        level = self.question.confidence - SECURE_TOLERANCE - TABLE_ERROR
        reached = self._reached(highest) + self.bend[:, None, None]
        holds = reached >= level
        first = holds.argmax(axis=1)
        value = self._sum_at(reached, np.maximum(first - 1, 0), first, level)
        return np.asarray(np.where(holds.any(axis=1), value, np.inf).min(axis=0))

    def failing(self, lowest: Floats) -> Floats:
        """Return the largest Σφ with which payers beside these C_s may fail; −∞ where none do."""
        level = self.question.confidence + TABLE_ERROR
        reached = self._reached(lowest) - self.bend[:, None, None]
        fails = reached < level
        last = fails.shape[1] - 1 - fails[:, ::-1].argmax(axis=1)
        value = self._sum_at(reached, last, np.minimum(last + 1, len(self.grid) - 1), level)
        return np.asarray(np.where(fails.any(axis=1), value, -np.inf).max(axis=0))

    def _reached(self, chances: Floats) -> Floats:
        """Return Σ_s P(M = s)·C_s: shape (shapes, grid, sums)."""
        certain = np.concatenate([chances, np.ones((len(chances), 1))], axis=1)
        return np.asarray(self.posts @ certain.T)

    def _sum_at(self, reached: Floats, left: np.ndarray, right: np.ndarray, level: float) -> Floats:
        """Return Σφ where the line between two neighbours of the grid crosses the level."""
        shape, column = np.indices(left.shape)
        below, above = reached[shape, left, column], reached[shape, right, column]
        start, end = self.grid[left], self.grid[right]
        rise = above - below
        share = np.where(rise > 0, (level - below) / np.where(rise > 0, rise, 1.0), np.where(left == right, 0.0, 1.0))
        value = start + (end - start) * np.clip(share, 0.0, 1.0)
        return np.asarray(self.base[:, None] + self.inside[:, None] * phi(value, self.tilt))
