"""Thresholds for paid and gifted creators together, where paid creators differ in reliability.

Paid posts do not depend on the rate. With M paid posts and r_j, ω_j the nodes of the rate::

    P(N ≥ k) = Σ_s P(M = s) · C_s,    C_s = Σ_j ω_j P(gifts give ≥ k − s | r_j),    C_s = 1 for s ≥ k

so all mixing over rates sits in the vector C, which does not fall with s.

**Theorem.** Fix (m, n) and a tilt u. Let U_s(S) be the maximum of C_s over gift vectors in [lo, hi]ⁿ with Σφ_u = S, and
P(S) the minimum of Σφ_u(q) over q ∈ [paid_lo, paid_hi]ᵐ with Σ_s P(M = s)·U_s(S) ≥ level. Every team that holds has
Σφ_u(q) ≥ P(Σφ_u(π)), P does not rise, and for every A > 0 and any grid S_0 < S_1 < … of sums a team can have::

    A·Σφ_u(π) + Σφ_u(q)  ≥  min_i (A·S_i + P(S_{i+1}))

*Proof.* A team that holds has C_s ≤ U_s(S) for its own S, so its q is admissible in the definition of P(S). U_s grows
with S (raise one entry), so P falls; on [S_i, S_{i+1}] A·S + P(S) ≥ A·S_i + P(S_{i+1}). Both inner extremes lie at
vectors whose entries strictly inside the range are equal (`tilt`): for the gifts for each s by itself, for the payers
because the tail is symmetric and multi-affine in q when U is fixed. ∎

What suffices is the mirror image: the minimum of C_s, the largest Σφ_u of payers that fail, A·S_{i+1} + P(S_i).

C_s is tabulated on a grid of the equal entries' probability and interpolated linearly; how far r equal entries can bend
the tail between two points (`roots.bend`) is allowed for. The sums S that matter lie between the first that the best
existing payers could complete and the largest that existing gifts have: elsewhere no team is, so the grid is finer
where it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.chance.tilt import ThresholdCache, UnfinishedError
from optimizer.chance.two_group_tables import ROOM, Gifts, GiftTable, PairQuestion, Payers
from optimizer.derive.instance import Floats

PAIR_TILTS = (0.35, 0.6)
"""Tilts of the rows, for payers and gifts alike: the best lay there for gifts of 0.14–0.36, payers of 0.75–0.98."""
COARSE_SUMS, SUMS = 12, 32
"""Sums S looked at: to find where the frontier begins, and on it."""
QUANTILES = (0.1, 0.5, 0.9)
"""Of the slopes of the frontiers: each gives a row, as a row with A far from the slope is slack."""


@dataclass(frozen=True)
class PairThresholds:
    """Rows Σφ_u(π) + weight·Σφ_u(q), as (u, weight), and what each cell needs and what suffices in them.

    `necessary` and `sufficient` have the shape (cells, rows); +∞ in `necessary`: nobody who exists can fill the cell.
    """

    rows: tuple[tuple[float, float], ...]
    necessary: Floats
    sufficient: Floats


_CACHE: ThresholdCache[PairQuestion, PairThresholds] = ThresholdCache()


def pair_thresholds(question: PairQuestion, stopped: Callable[[], bool] = lambda: False) -> PairThresholds:
    """Return certified thresholds of every cell; equal questions are answered once.

    Raises
    ------
    UnfinishedError
        When `stopped`, asked between steps, says so.
    """
    return _CACHE.thresholds(question, lambda: _answer(question, stopped))


def _answer(question: PairQuestion, stopped: Callable[[], bool]) -> PairThresholds:
    frontiers: dict[tuple[float, int, int], _Frontier] = {}
    gifts = Gifts(question)
    payers = {
        (tilt, paid): Payers(question, paid, tilt)
        for tilt in PAIR_TILTS
        for paid in sorted({paid for paid, _ in question.cells})
    }
    for count in sorted({count for _, count in question.cells}):
        if stopped():
            raise UnfinishedError
        table = gifts.table(count)
        for tilt in PAIR_TILTS:
            mine = [payers[tilt, paid] for paid, own in question.cells if own == count]
            for paid, frontier in zip(mine, _frontiers(question, table, mine, tilt), strict=True):
                frontiers[tilt, paid.count, count] = frontier
    rows, necessary, sufficient = [], [], []
    for tilt in PAIR_TILTS:
        own = [frontiers[tilt, *cell] for cell in question.cells]
        for slope in _slopes(own):
            rows.append((tilt, 1 / slope))
            necessary.append([frontier.necessary(slope) / slope for frontier in own])
            sufficient.append([frontier.sufficient(slope) / slope for frontier in own])
    return PairThresholds(tuple(rows), np.array(necessary).T, np.array(sufficient).T)


def _slopes(frontiers: Sequence[_Frontier]) -> list[float]:
    """Return the A worth a row each: quantiles of how much of the payers' sum a unit of the gifts' sum saves."""
    slopes = [slope for frontier in frontiers for slope in frontier.slope()]
    return sorted({max(0.05, round(float(slope), 2)) for slope in np.quantile(slopes or [1.0], QUANTILES)})


@dataclass(frozen=True)
class _Frontier:
    """One cell at one tilt: at each sum S of the gifts, what payers need at least and at most fail with."""

    sums: Floats
    needed: Floats
    failing: Floats
    least: float
    most: float

    def slope(self) -> Iterator[float]:
        """Yield −P′, fitted where the payers' sum is strictly inside what they can have."""
        inside = np.isfinite(self.needed) & (self.needed > self.least + 1e-6)
        if np.count_nonzero(inside) >= 4:
            yield -float(np.polyfit(self.sums[inside], self.needed[inside], 1)[0])

    def necessary(self, slope: float) -> float:
        """Return what A·S + Σφ(q) is at least in a team that holds."""
        if len(self.sums) == 1:
            return slope * float(self.sums[0]) + float(self.needed[0])
        return float(np.min(slope * self.sums[:-1] + self.needed[1:]))

    def sufficient(self, slope: float) -> float:
        """Return what A·S + Σφ(q) is at most in a team that fails; teams below the first sum have the best payers."""
        below = slope * float(self.sums[0]) + self.most
        if len(self.sums) == 1:
            return float(slope * self.sums[0] + self.failing[0]) if np.isfinite(self.failing[0]) else np.inf
        last = slope * float(self.sums[-1]) + float(self.failing[-1])
        return max(below, float(np.max(slope * self.sums[1:] + self.failing[:-1])), last)


def _frontiers(question: PairQuestion, table: GiftTable, payers: Sequence[Payers], tilt: float) -> list[_Frontier]:
    """Return the frontier of each number of payers beside these gifts."""
    sums = table.sums(tilt, question.gifts)
    if len(sums) > 1:
        highest, _ = table.envelopes(np.linspace(sums[0], sums[-1], COARSE_SUMS), tilt)
        grid = np.linspace(sums[0], sums[-1], COARSE_SUMS)
        starts = []
        for paid in payers:
            possible = np.flatnonzero(paid.needed(highest) <= paid.most + ROOM)
            starts.append(grid[max(0, int(possible[0]) - 1)] if len(possible) else grid[-1])
        sums = (
            np.linspace(min(starts), sums[-1], SUMS)
            if min(starts) < sums[-1] - ROOM
            else sums[-1] - np.array([1e-6, 0])
        )
    highest, lowest = table.envelopes(sums, tilt)
    frontiers = []
    for paid in payers:
        needed = paid.needed(highest)
        needed = np.where(needed > paid.most + ROOM, np.inf, needed)
        frontiers.append(_Frontier(sums, needed, paid.failing(lowest), paid.least, paid.most))
    return frontiers
