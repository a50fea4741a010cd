"""Where a shape of gifted creators starts to hold: bracketed roots of the tail, for all shapes at once.

A shape has n_lo entries at lo, n_hi at hi and r ≥ 1 at v. With B the distribution of posts from the ends and the
paid creators and C(s; r, q) the binomial distribution function::

    P(N < k | v) = Σ_j ω_j Σ_{s<k} B_j(s) · C(k − 1 − s; r, r_j v)

falls with v. It is tabulated on a grid of v by one matrix product per r; a cubic through four neighbours says where
the root lies, and a bracket around it is accepted only where both its ends are seen to be on their side; else the
cell is narrowed by what was seen, and a secant or its middle says where to try again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from scipy.special import bdtr

from optimizer.chance.tail import certified_count, nodes
from optimizer.derive.instance import Flags, Floats, Ints, RateModel

SHAPE_POINTS = 33
STEP = 16
"""Tables are made for multiples of this many gifts, so that questions of nearly equal size share them."""
SMALLEST_START = 1e-200
HALF_WIDTH = 2e-6
"""Half-width of the refined bracket in v, before the slope of the tail is taken into account."""
TRIES = 8
"""Brackets tried around a root; few shapes need a second one."""
FLAT = 1e-6
"""Least slope that a guess is made with."""
LIKELIEST = 0.4689
"""No value of a sum of independent yes-or-no trials is likelier than this over its standard deviation (Baillon,
Cominetti, Vaisman 2016: A sharp uniform bound for the distribution of sums of Bernoulli trials)."""


@dataclass(frozen=True)
class Roots:
    """All shapes of one n: `holds` reaches the upper level, `fails` stays below the lower one.

    `never`: not even v = hi reaches the lower level (then `holds` is hi); `always`: v = lo reaches the upper one
    (then `fails` is lo).
    """

    at_low: Ints
    inside: Ints
    holds: Floats
    fails: Floats
    never: Flags
    always: Flags


@dataclass(frozen=True)
class TailQuestion:
    """Fixed data of one row of thresholds: k, rates, [lo, hi], the paid creators, the two levels, quadrature error.

    `most` is the largest number of gifts that will be asked for.
    """

    least: int
    rates: RateModel
    low: float
    high: float
    paid: int
    paid_chance: float
    upper: float
    lower: float
    error: float
    most: int

    @cached_property
    def basis(self) -> Basis:
        """What does not depend on the paid creators and the levels."""
        size = -(-self.most // STEP) * STEP
        return _basis(self.least, self.rates, self.low, self.high, size, self.error)

    @cached_property
    def ends(self) -> Floats:
        """B weighted by node, one row per (n_lo, n_hi) as `place` numbers them: shape (pairs, nodes, k)."""
        basis = self.basis
        paid = repeated(np.full(len(basis.rate), self.paid_chance), self.paid, self.least)[-1]
        high = convolved(basis.high, paid[None])
        total = np.repeat(np.arange(self.most), np.arange(1, self.most + 1))
        at_low = np.arange(len(total)) - place(0, total)
        return convolved(basis.low[at_low], high[total - at_low]) * basis.weight[:, None]

    @cached_property
    def ends_by_posts(self) -> Floats:
        """The same with the posts in front: shape (k, pairs, nodes)."""
        return np.ascontiguousarray(np.moveaxis(self.ends, 2, 0))


def place(at_low: Ints | int, total: Ints) -> Ints:
    """Return the row of `TailQuestion.ends` for n_lo of n_lo + n_hi = `total` creators at the ends."""
    return total * (total + 1) // 2 + at_low


class Basis:
    """Truncated distributions of up to `size` creators at either end, and tables of the binomial distribution."""

    def __init__(self, least: int, rates: RateModel, low: float, high: float, size: int, error: float):
        self.rate, self.weight = nodes(rates, certified_count(rates, size, high, error))
        self.low = repeated(self.rate * low, size, least)
        self.high = repeated(self.rate * high, size, least)
        self.grid = np.linspace(low, high, SHAPE_POINTS)
        self._least = least
        self._tabulated: dict[int, Floats] = {}

    def tabulated(self, inside: int) -> Floats:
        """Return C(k − 1 − s; inside, r_j v) on the grid of v: shape (nodes · k, grid)."""
        if inside not in self._tabulated:
            at_grid = at_most(inside, np.outer(self.rate, self.grid), self._least)
            self._tabulated[inside] = at_grid.transpose(1, 0, 2).reshape(-1, len(self.grid))
        return self._tabulated[inside]


@lru_cache(maxsize=16)
def _basis(least: int, rates: RateModel, low: float, high: float, size: int, error: float) -> Basis:
    return Basis(least, rates, low, high, size, error)


def repeated(chance: Floats, times: int, keep: int) -> Floats:
    """Return P(s of t trials succeed), t = 0…times, s < keep, per node: shape (times + 1, nodes, keep)."""
    exactly = np.zeros((times + 1, len(chance), keep))
    exactly[0, :, 0] = 1.0
    for step in range(times):
        exactly[step + 1] = exactly[step] * (1 - chance)[:, None]
        exactly[step + 1, :, 1:] += exactly[step, :, :-1] * chance[:, None]
    return exactly


def convolved(first: Floats, second: Floats) -> Floats:
    """Return the truncated convolution along the last axis, broadcasting the others."""
    keep = first.shape[-1]
    shape = np.broadcast_shapes(first.shape, second.shape)
    product = np.zeros(shape)
    for shift in range(keep):
        product[..., shift:] += first[..., shift, None] * second[..., : keep - shift]
    return product


def at_most(trials: Ints | int, chance: Floats, keep: int) -> Floats:
    """Return P(Binomial(trials, chance) ≤ keep − 1 − s), s = 0…keep − 1, along a new first axis.

    The recursion starts from (1 − chance)^trials; where that is too small for a float, the incomplete beta function
    answers instead.
    """
    start = np.power(1 - chance, trials)
    if np.any(start < SMALLEST_START):
        of = np.broadcast_to(np.asarray(trials, dtype=np.int64), chance.shape)
        left = (keep - 1.0 - np.arange(keep)).reshape(-1, *(1,) * chance.ndim)
        return np.asarray(bdtr(np.minimum(left, of), of, chance))
    ratio = chance / (1 - chance)
    term, total = start, np.zeros_like(start)
    cumulative = np.empty((keep, *chance.shape))
    for successes in range(keep):
        total = np.add(total, term, out=cumulative[keep - 1 - successes])
        term *= np.maximum(np.subtract(trials, successes), 0) / (successes + 1)
        term *= ratio
    return cumulative


def bend(inside: Ints, step: float, low: float, high: float, rates: RateModel) -> Floats:
    """Return by how much the tail can leave the chord between two probabilities `step` apart, for r equal entries.

    Notes
    -----
    With B the posts of the others, d²/dv² P(B + Bin(r, r_j v) ≥ t) is r(r − 1)r_j² times the difference of two
    neighbouring probabilities of B + Bin(r − 2, r_j v), which is at most the largest of Bin(r − 2, r_j v), so at most
    `LIKELIEST` over its standard deviation. A function leaves its chord by at most step²/8 times that.
    """
    least, most = low * rates.low, min(1.0, high * rates.high)
    variance = (np.maximum(inside, 3) - 2) * min(least * (1 - least), most * (1 - most))
    likeliest = np.where(inside > 2, np.minimum(1.0, LIKELIEST / np.sqrt(np.maximum(variance, 1e-12))), 1.0)
    return np.asarray(likeliest * inside * (inside - 1) * (rates.high * step) ** 2 / 8)


def interior_roots(cover: TailQuestion, gifts: int, *, closely: bool = True) -> Roots:
    """Return the bracketed roots of every shape of `gifts` ≤ `TailQuestion.most` gifted creators.

    Parameters
    ----------
    closely
        Refine the brackets; else `fails` comes from the chord between two points of the grid, less what the tail can
        bend between them (`bend`), and `holds` from the grid itself.
    """
    basis = cover.basis
    sizes = np.arange(gifts, 0, -1)
    inside = np.repeat(np.arange(1, gifts + 1), sizes)
    at_low = np.concatenate([np.arange(size) for size in sizes])
    ends = cover.ends.reshape(len(cover.ends), -1)
    below = np.empty((len(at_low), SHAPE_POINTS))
    for r, last in zip(range(1, gifts + 1), np.cumsum(sizes), strict=True):
        total = gifts - r
        first = total * (total + 1) // 2
        np.matmul(ends[first : first + total + 1], basis.tabulated(r), out=below[last - total - 1 : last])
    reached = np.subtract(1, below, out=below)
    grid = basis.grid
    holds, fails = grid[_first_true(reached >= cover.upper)], grid[_last_true(reached < cover.lower)]
    never, always = reached[:, -1] < cover.lower, reached[:, 0] >= cover.upper
    holds[reached[:, -1] < cover.upper] = cover.high
    fails[reached[:, 0] >= cover.lower] = cover.low
    if closely:
        _refine(cover, at_low, inside, reached, holds, fails)
    else:
        _along_chords(cover, inside, reached, fails)
    return Roots(at_low, inside, holds, fails, never, always)


def _along_chords(cover: TailQuestion, inside: Ints, reached: Floats, fails: Floats) -> None:
    """Raise `fails` in place along the chord to the next point of the grid."""
    grid = cover.basis.grid
    rows = np.flatnonzero((reached[:, 0] < cover.lower) & (reached[:, -1] >= cover.lower))
    if not len(rows):
        return
    step = float(grid[1] - grid[0])
    left = _last_true(reached[rows] < cover.lower)
    low, high = reached[rows, left], reached[rows, left + 1]
    room = bend(inside[rows], step, cover.low, cover.high, cover.rates)
    share = (cover.lower - room - low) / np.maximum(high - low, FLAT * step)
    fails[rows] = grid[left] + step * np.clip(share, 0.0, 1.0)


def _first_true(flags: Flags) -> Ints:
    return np.asarray(np.where(flags.any(axis=1), flags.argmax(axis=1), flags.shape[1] - 1), dtype=np.int64)


def _last_true(flags: Flags) -> Ints:
    backwards = flags[:, ::-1].argmax(axis=1)
    return np.asarray(np.where(flags.any(axis=1), flags.shape[1] - 1 - backwards, 0), dtype=np.int64)


def _refine(cover: TailQuestion, at_low: Ints, inside: Ints, reached: Floats, holds: Floats, fails: Floats) -> None:
    """Tighten `holds` and `fails` in place where a root lies strictly inside the grid."""
    rows = np.flatnonzero((reached[:, 0] < cover.lower) & (reached[:, -1] >= cover.upper))
    if not len(rows):
        return
    gifts = int(inside[-1])
    places = place(at_low, gifts - inside)
    level = (cover.upper + cover.lower) / 2
    root, slope = _crossing(cover.basis.grid, reached[rows], fails[rows], holds[rows], level)
    for _ in range(TRIES):
        left, right = fails[rows], holds[rows]
        width = HALF_WIDTH + (cover.upper - cover.lower) / slope
        up, down = np.minimum(root + width, right), np.maximum(root - width, left)
        both = np.concatenate([rows, rows])
        high, low = _tails(cover, places[both], inside[both], np.concatenate([up, down])).reshape(2, -1)
        holds[rows] = np.where(low >= cover.upper, down, np.where(high >= cover.upper, up, right))
        fails[rows] = np.where(high < cover.lower, up, np.where(low < cover.lower, down, left))
        # A bracket that misses the root narrows the cell; the secant through its ends, or the middle, is next.
        slope = np.maximum((high - low) / np.maximum(up - down, HALF_WIDTH), FLAT)
        root = down + (level - low) / slope
        inside_cell = (fails[rows] < root) & (root < holds[rows])
        root = np.where(inside_cell, root, (fails[rows] + holds[rows]) / 2)
        missed = (high < cover.upper) | (low >= cover.lower)
        rows, root, slope = rows[missed], root[missed], slope[missed]
        if not len(rows):
            return


def _tails(cover: TailQuestion, places: Ints, inside: Ints, chance: Floats) -> Floats:
    """Return the tail of the shapes with these ends and `inside` creators at `chance`."""
    tables = at_most(inside[:, None], chance[:, None] * cover.basis.rate, cover.least)
    tables *= cover.ends_by_posts[:, places]
    below: Floats = tables.sum(axis=0).sum(axis=1)
    return 1 - below


def _crossing(grid: Floats, reached: Floats, left: Floats, right: Floats, level: float) -> tuple[Floats, Floats]:
    """Return where the cubic through four neighbours of the cell [left, right] crosses `level`, and its slope there.

    Newton's method on the forward differences; nothing is proven by it.
    """
    step = grid[1] - grid[0]
    first = np.clip(np.searchsorted(grid, left) - 1, 0, len(grid) - 4)
    values = np.take_along_axis(reached, first[:, None] + np.arange(4), axis=1)
    once = np.diff(values, axis=1)
    d1, d2, d3 = once[:, 0], once[:, 1] - once[:, 0], once[:, 2] - 2 * once[:, 1] + once[:, 0]
    low, high = (left - grid[first]) / step, (right - grid[first]) / step
    edges = np.rint((np.stack([left, right], axis=1) - grid[0]) / step).astype(np.int64)
    here, there = np.take_along_axis(reached, np.clip(edges, 0, len(grid) - 1), axis=1).T
    secant = at = low + (level - here) / np.maximum(there - here, FLAT * step) * (high - low)
    for _ in range(3):
        value = values[:, 0] + at * (d1 + (at - 1) * (d2 / 2 + (at - 2) * d3 / 6))
        slope = d1 + (2 * at - 1) * d2 / 2 + (3 * at * at - 6 * at + 2) * d3 / 6
        slope = np.maximum(slope, FLAT * step)
        at = np.clip(at + (level - value) / slope, low, high)
    # At high confidence a cell may span many steps, of which the four neighbours say nothing: the secant has to do.
    wide = high - low > 1.5
    root: Floats = grid[first] + np.where(wide, np.clip(secant, low, high), at) * step
    slope = np.where(wide, np.maximum((there - here) / (high - low), FLAT * step), slope)
    return root, slope / step
