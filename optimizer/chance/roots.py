"""Where a shape of gifted creators starts to hold: bracketed roots of the tail, for all shapes at once.

A shape has n_lo entries at lo, n_hi at hi and r ≥ 1 at v. With B the distribution of posts from the ends and the
paid creators and C(s; r, q) the binomial distribution function::

    P(N < k | v) = Σ_j ω_j Σ_{s<k} B_j(s) · C(k − 1 − s; r, r_j v)

falls with v. It is tabulated on a grid of v by one matrix product per r, refined by the secant rule, and the refined
bracket is accepted only where both its ends are seen to be on their side; else the grid's cell stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import bdtr

from optimizer.chance.rates import certified_count, nodes
from optimizer.derive.instance import Flags, Floats, Ints, RateModel

GRID = 33
SMALLEST_START = 1e-200
FINE = 2e-6
"""Half-width of the refined bracket in v, before the slope of the tail is taken into account."""


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
class Cover:
    """Fixed data of one row of thresholds: k, rates, [lo, hi], the paid creators, the two levels, quadrature error."""

    least: int
    rates: RateModel
    low: float
    high: float
    paid: int
    paid_chance: float
    upper: float
    lower: float
    error: float

    @cached_property
    def table(self) -> _Table:
        """Distributions of the ends, grown as needed."""
        return _Table(self)


class _Table:
    """Truncated distributions of posts from gifted creators at the ends plus paid ones."""

    def __init__(self, cover: Cover):
        self.cover = cover
        self.size = 0

    def ends(self, most: int) -> tuple[Floats, Floats, Floats]:
        """Return (rate nodes, B weighted by node [n_lo, n_hi, j, s], grid of v) for up to `most` gifts."""
        if most > self.size:
            self._build(max(most, 2 * self.size, 24))
        return self.rate, self.weighted, self.grid

    def _build(self, size: int) -> None:
        cover, keep = self.cover, self.cover.least
        count = certified_count(cover.rates, size, cover.high, cover.error)
        self.rate, weight = nodes(cover.rates, count)
        low = _repeated(self.rate * cover.low, size, keep)
        high = _repeated(self.rate * cover.high, size, keep)
        paid = _repeated(np.full(len(self.rate), cover.paid_chance), cover.paid, keep)[-1]
        high = _convolve(high, paid[None])
        self.weighted = _convolve(low[:, None], high[None]) * weight[:, None]
        self.grid = np.linspace(cover.low, cover.high, GRID)
        self.size = size
        self._tabulated: dict[int, Floats] = {}

    def tabulated(self, inside: int) -> Floats:
        """Return C(k − 1 − s; inside, r_j v) on the grid of v: shape (nodes · k, grid)."""
        if inside not in self._tabulated:
            found = _at_most(inside, np.outer(self.rate, self.grid), self.cover.least)
            self._tabulated[inside] = found.transpose(0, 2, 1).reshape(-1, len(self.grid))
        return self._tabulated[inside]


def _repeated(chance: Floats, times: int, keep: int) -> Floats:
    """Return P(s of t trials succeed), t = 0…times, s < keep, per node: shape (times + 1, nodes, keep)."""
    found = np.zeros((times + 1, len(chance), keep))
    found[0, :, 0] = 1.0
    for step in range(times):
        found[step + 1] = found[step] * (1 - chance)[:, None]
        found[step + 1, :, 1:] += found[step, :, :-1] * chance[:, None]
    return found


def _convolve(first: Floats, second: Floats) -> Floats:
    """Return the truncated convolution along the last axis, broadcasting the others."""
    keep = first.shape[-1]
    shape = np.broadcast_shapes(first.shape, second.shape)
    found = np.zeros(shape)
    for shift in range(keep):
        found[..., shift:] += first[..., shift, None] * second[..., : keep - shift]
    return found


def _at_most(trials: Ints | int, chance: Floats, keep: int) -> Floats:
    """Return P(Binomial(trials, chance) ≤ keep − 1 − s), s = 0…keep − 1, along a new last axis.

    The recursion starts from (1 − chance)^trials; where that is too small for a float, the incomplete beta function
    answers instead.
    """
    start = np.power(1 - chance, trials)
    if np.any(start < SMALLEST_START):
        of = np.broadcast_to(np.asarray(trials, dtype=np.int64), chance.shape)[..., None]
        return np.asarray(bdtr(np.minimum(keep - 1.0 - np.arange(keep), of), of, np.asarray(chance)[..., None]))
    ratio = chance / (1 - chance)
    term = start
    found = np.empty((*chance.shape, keep))
    total = np.zeros_like(term)
    for successes in range(keep):
        total = total + term
        found[..., keep - 1 - successes] = total
        term = term * np.maximum(np.subtract(trials, successes), 0) / (successes + 1) * ratio
    return found


def interior_roots(cover: Cover, gifts: int) -> Roots:
    """Return the bracketed roots of every shape of `gifts` gifted creators."""
    rate, weighted, grid = cover.table.ends(gifts)
    inside = np.concatenate([np.full(gifts - r + 1, r) for r in range(1, gifts + 1)])
    at_low = np.concatenate([np.arange(gifts - r + 1) for r in range(1, gifts + 1)])
    ends = weighted[at_low, gifts - at_low - inside].reshape(len(at_low), -1)
    below = np.empty((len(at_low), len(grid)))
    for r in range(1, gifts + 1):
        rows = inside == r
        below[rows] = ends[rows] @ cover.table.tabulated(r)
    reached = 1 - below
    holds, fails = grid[_first_true(reached >= cover.upper)], grid[_last_true(reached < cover.lower)]
    never, always = reached[:, -1] < cover.lower, reached[:, 0] >= cover.upper
    holds[reached[:, -1] < cover.upper] = cover.high
    fails[reached[:, 0] >= cover.lower] = cover.low
    _refine(cover, rate, ends, inside, reached, holds, fails)
    return Roots(at_low, inside, holds, fails, never, always)


def _first_true(flags: Flags) -> Ints:
    return np.asarray(np.where(flags.any(axis=1), flags.argmax(axis=1), flags.shape[1] - 1), dtype=np.int64)


def _last_true(flags: Flags) -> Ints:
    backwards = flags[:, ::-1].argmax(axis=1)
    return np.asarray(np.where(flags.any(axis=1), flags.shape[1] - 1 - backwards, 0), dtype=np.int64)


def _refine(
    cover: Cover, rate: Floats, ends: Floats, inside: Ints, reached: Floats, holds: Floats, fails: Floats
) -> None:
    """Tighten `holds` and `fails` in place where a root lies strictly inside the grid."""
    rows = np.flatnonzero((reached[:, 0] < cover.lower) & (reached[:, -1] >= cover.upper))
    if not len(rows):
        return
    ends, trials = ends[rows], inside[rows]

    def at(chance: Floats) -> Floats:
        tables = _at_most(trials[:, None], chance[:, None] * rate, cover.least)
        value: Floats = 1 - np.einsum("ij,ij->i", ends, tables.reshape(len(chance), -1))
        return value

    level = (cover.upper + cover.lower) / 2
    grid = cover.table.grid
    left, right = fails[rows], holds[rows]
    cells = np.searchsorted(grid, left), np.searchsorted(grid, right)
    low_value, high_value = reached[rows, cells[0]], reached[rows, cells[1]]
    slope = (high_value - low_value) / (right - left)
    guess = left + (level - low_value) / slope
    value = at(guess)
    second = np.clip(guess + (level - value) / slope, left, right)
    second_value = at(second)
    moved = np.abs(second - guess) > 1e-12
    slope = np.where(moved, (second_value - value) / np.where(moved, second - guess, 1.0), slope)
    root = np.clip(second + (level - second_value) / slope, left, right)
    width = FINE + (cover.upper - cover.lower) / slope
    up, down = np.minimum(root + width, right), np.maximum(root - width, left)
    holds[rows] = np.where(at(up) >= cover.upper, up, right)
    fails[rows] = np.where(at(down) < cover.lower, down, left)
