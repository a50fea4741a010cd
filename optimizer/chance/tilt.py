"""Tilted covers: certified linear thresholds for the chance constraint.

For a tilt u, φ_u(π) = −ln(1 − uπ)/u (u → 0: π). A set of n gifted creators with Σφ_u(π_i) = S has nearly the same
tail whichever creators make it up; how nearly is computed exactly.

**Theorem** (Hoeffding 1956, tilted). Fix n. Let f be symmetric and multi-affine in π_1 … π_n: a Poisson–binomial tail,
any mixture of them over rates r_j, any such tail with paid creators folded in. Over [lo, hi]^n with Σφ_u(π_i) = S, the
maximum and the minimum of f are attained at vectors whose entries strictly between lo and hi are all equal.

*Proof.* Fix all but two entries: f = A + Bσ + Cρ with σ = π₁ + π₂, ρ = π₁π₂. On the constraint, K = (1 − uπ₁)(1 − uπ₂)
is fixed, so uσ = 1 − K + u²ρ and f is linear in ρ (for u = 0, σ is constant: linear again). ρ ranges over an interval
whose ends are π₁ = π₂ and one entry at an end of [lo, hi]; f is best at one of them. At slope zero move one entry to an
end at no loss. Among the extremal vectors take one with the fewest entries strictly inside: no two of them differ. ∎

So for m paid and n gifted creators only shapes (n_lo, n_hi, r) matter: n_lo entries at lo, n_hi at hi, r ≥ 1 equal ones
at v ∈ [lo, hi]. The tail grows with v; its root (`roots`) does not depend on u, so one root serves every tilt::

    sufficient_u[m, n] = max over shapes of n_lo φ(lo) + n_hi φ(hi) + r φ(v_holds)
    necessary_u[m, n]  = min over shapes of n_lo φ(lo) + n_hi φ(hi) + r φ(v_fails)

Every n-set with Σφ_u > sufficient holds: a failing set's sum is met by an extremal shape that fails too, whose v lies
below that shape's root. No n-set with Σφ_u < necessary holds, by the same argument turned round. n stays fixed: for
free n the extremes are not monotone in S.

Directions: `v_holds` reaches confidence + ε, `v_fails` stays below confidence − `SECURE_TOLERANCE` − ε, where ε covers
quadrature and rounding; sums carry a relative error of about 1e-15, far inside the unit the model rounds by.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

import numpy as np

from optimizer.chance.roots import TailQuestion, interior_roots
from optimizer.chance.tail import SECURE_TOLERANCE, conditional_counts, equal_gifts
from optimizer.derive.instance import Flags, Floats, RateModel

TILTS = (-2.0, -0.5, 0.0, 0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9)
LITTLE_SPREAD = 0.004
"""Payers whose in-window probabilities lie closer than this count as alike."""
ERROR = 1e-9
"""ε: proven bound on quadrature plus rounding of a tail."""
MOST_CACHED = 512

Asked = TypeVar("Asked", bound=Hashable)
Made = TypeVar("Made")


def phi(chance: Floats | float, tilt: float) -> Floats:
    """Return φ_u(π) = −ln(1 − uπ)/u, increasing in π; π itself at u = 0."""
    value = np.asarray(chance, dtype=float)
    tilted: Floats = value if tilt == 0 else -np.log1p(-tilt * value) / tilt
    return tilted


@dataclass(frozen=True)
class Question:
    """What thresholds are asked for; hashable, so that equal questions are answered once.

    Attributes
    ----------
    least, confidence, rates
        k posts with this probability under this rate model.
    low, high
        [lo, hi]: range of the gifted creators' in-window probabilities.
    paid_low, paid_high
        Range of the paid creators' in-window probabilities: the low end decides what suffices, the high end what is
        necessary.
    most_paid, most_gifts
        Largest m and n.
    fewest_gifts
        By m: fewer gifts than this exist in no team that holds; empty for no such knowledge.
    last_gifts
        By m: with more gifts there are no thresholds: nothing is necessary, nothing suffices; empty for all.
    """

    least: int
    confidence: float
    rates: RateModel
    low: float
    high: float
    paid_low: float
    paid_high: float
    most_paid: int
    most_gifts: int
    fewest_gifts: tuple[int, ...] = ()
    last_gifts: tuple[int, ...] = ()

    @property
    def payers_differ(self) -> bool:
        """Whether one probability for all payers says too little; `two_groups` then says what suffices."""
        return self.paid_high - self.paid_low > LITTLE_SPREAD


@dataclass(frozen=True)
class Thresholds:
    """Answer to a `Question`; arrays are indexed [tilt, m, n] and [m, n].

    `possible`: some selection within [lo, hi] holds (bounding side). `certain`: every selection within it holds, and
    thresholds are 0. Where not possible, thresholds are +∞; where payers differ, nothing but `certain` suffices.
    """

    question: Question
    necessary: Floats
    sufficient: Floats
    possible: Flags
    certain: Flags


class ThresholdCache(Generic[Asked, Made]):
    """Thresholds that many solves ask alike, worked out once: at most `MOST_CACHED`; beyond, all are forgotten."""

    def __init__(self) -> None:
        self._made: dict[Asked, Made] = {}
        self._locks: dict[Asked, Lock] = {}
        self._asking = Lock()

    def thresholds(self, question: Asked, work_out: Callable[[], Made]) -> Made:
        """Return the thresholds; of several threads with one question the first works it out, the others wait."""
        with self._asking:
            if len(self._locks) >= MOST_CACHED:
                self._locks.clear()
                self._made.clear()
            asked = self._locks.setdefault(question, Lock())
        with asked:
            made = self._made.get(question)
            if made is None:
                made = self._made[question] = work_out()
            return made


_CACHE: ThresholdCache[Question, Thresholds] = ThresholdCache()


class UnfinishedError(Exception):
    """The thresholds were not finished because their caller wants to stop."""


def thresholds(question: Question, stopped: Callable[[], bool] = lambda: False) -> Thresholds:
    """Return certified thresholds for all (m, n) and all `TILTS`; equal questions are answered once.

    Raises
    ------
    UnfinishedError
        When `stopped`, asked between steps, says so.
    """
    return _CACHE.thresholds(question, lambda: _answer(question, stopped))


def _answer(question: Question, stopped: Callable[[], bool]) -> Thresholds:
    shape = (len(TILTS), question.most_paid + 1, question.most_gifts + 1)
    necessary, sufficient = np.full(shape, np.inf), np.full(shape, np.inf)
    same = question.paid_low == question.paid_high
    weakest, strongest = (
        equal_gifts(chance, question.most_gifts, question.least, question.rates)
        for chance in (question.low, question.high)
    )
    for paid in range(question.most_paid + 1):
        low_row, high_row = (
            _Row(question, paid, chance, weakest, strongest) for chance in (question.paid_low, question.paid_high)
        )
        # Where payers differ these rows only say which cells are worth the rows of two groups.
        high_rows = _fill(high_row, stopped, closely=not (paid and question.payers_differ))
        necessary[:, paid] = high_rows[0]
        if same or paid == 0:
            sufficient[:, paid] = high_rows[1]
        elif question.payers_differ:
            sufficient[:, paid, low_row.first(weakest, question.confidence + ERROR) :] = 0.0
        else:
            sufficient[:, paid] = _fill(low_row, stopped)[1]
    return Thresholds(question, necessary, sufficient, np.isfinite(necessary[0]), np.all(sufficient == 0.0, axis=0))


@dataclass(frozen=True)
class _Row:
    """One m: its paid creators' in-window probability, and P(N ≤ s) of n gifts at lo and at hi."""

    question: Question
    paid: int
    paid_chance: float
    weakest: Floats
    strongest: Floats

    def first(self, gifts: Floats, level: float) -> int:
        """Return the smallest n for which these gifts and the paid creators reach `level`, most + 1 if none."""
        least = self.question.least
        posts = conditional_counts(np.zeros(0), np.full(self.paid, self.paid_chance), np.ones(1), least - 1)[0]
        reaching = np.flatnonzero(1 - gifts[:, ::-1] @ posts >= level)
        return int(reaching[0]) if len(reaching) else self.question.most_gifts + 1


def _fill(row: _Row, stopped: Callable[[], bool], *, closely: bool = True) -> tuple[Floats, Floats]:
    """Return (necessary, sufficient) for one m, shape (tilts, most_gifts + 1) each."""
    question = row.question
    most = question.most_gifts
    necessary, sufficient = np.full((len(TILTS), most + 1), np.inf), np.full((len(TILTS), most + 1), np.inf)
    holds, fails = question.confidence + ERROR, question.confidence - SECURE_TOLERANCE - ERROR
    first, sure = row.first(row.strongest, fails), row.first(row.weakest, holds)
    necessary[:, sure:], sufficient[:, sure:] = 0.0, 0.0
    fewest = question.fewest_gifts[row.paid] if question.fewest_gifts else 0
    start, last = max(1, first, fewest), min(sure, most + 1) - 1
    necessary[:, : min(fewest, sure)] = np.inf
    if first == 0 and sure > 0 and fewest == 0:
        necessary[:, 0] = 0.0
    if question.last_gifts and question.last_gifts[row.paid] < last:
        necessary[:, max(start, question.last_gifts[row.paid] + 1) : last + 1] = 0.0
        last = question.last_gifts[row.paid]
    if start <= last:
        ends = question.low, question.high, row.paid, row.paid_chance
        cover = TailQuestion(question.least, question.rates, *ends, holds, fails, ERROR / 2, last)
        necessary[:, start : last + 1], sufficient[:, start : last + 1] = _extremes(
            cover, start, last, stopped, closely=closely
        )
    return necessary, sufficient


def _extremes(
    cover: TailQuestion, first: int, last: int, stopped: Callable[[], bool], *, closely: bool = True
) -> tuple[Floats, Floats]:
    """Return (necessary, sufficient), shape (tilts, last − first + 1), over all shapes of each n."""
    necessary = np.full((len(TILTS), last - first + 1), np.inf)
    sufficient = np.full((len(TILTS), last - first + 1), -np.inf)
    low, high = (_phis(np.array([chance])) for chance in (cover.low, cover.high))
    for gifts in range(first, last + 1):
        if stopped():
            raise UnfinishedError
        roots = interior_roots(cover, gifts, closely=closely)
        base = roots.at_low * low + (gifts - roots.at_low - roots.inside) * high
        needs, enough = ~roots.never, ~roots.always
        needed = base[:, needs] + roots.inside[needs] * _phis(roots.fails[needs])
        plenty = base[:, enough] + roots.inside[enough] * _phis(roots.holds[enough])
        necessary[:, gifts - first] = needed.min(axis=1, initial=np.inf)
        sufficient[:, gifts - first] = plenty.max(axis=1, initial=-np.inf)
    return necessary, sufficient


def _phis(chance: Floats) -> Floats:
    """Return φ of every tilt: shape (tilts, …)."""
    return np.stack([phi(chance, tilt) for tilt in TILTS])
