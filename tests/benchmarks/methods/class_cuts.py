"""Valid inequalities from the exact tail: how many strong gifts a window needs beside weak gifts and payers.

For one window and a threshold t, options fall into three classes: payers, strong gifts (in-window probability above t)
and weak gifts. Let s(m, n) be the fewest strong gifts that reach the confidence beside m payers and n weak gifts, all
taken to be the likeliest of their class and every creator counted in each class they have an option in. The tail grows
with every probability, so no plan has fewer, and every

    e · Σ strong x + c · Σ weak x + d · Σ paid x ≥ b · y      with  e·s(m, n) + c·n + d·m ≥ b  for all m, n

is valid (c, d, e ≥ 0). The strongest of them are the facets of the convex hull of the points (m, n, s(m, n)) and all
that lies above; they are computed once, so that separating is a product of a small matrix with three sums.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from scipy.spatial import ConvexHull

from optimizer.chance.tail import SECURE_TOLERANCE, exact_count, nodes
from optimizer.derive.instance import Flags, Floats, Instance, Ints

MOST_GIFTS = 70
"""So many gifts of a class are counted one by one."""
HIGHEST = 30.0
"""Largest coefficient beside one of 1 for strong gifts."""
FAR = 10_000.0
ROUNDING = 1e-6
VIOLATED = 0.01


@dataclass(frozen=True)
class Cut:
    """Σ coefficient · option ≥ most · window."""

    window: int
    options: Ints
    coefficients: Floats
    most: float
    violation: float


@dataclass(frozen=True)
class WindowCuts:
    """Cuts for one candidate window of one activation."""

    instance: Instance
    window: int

    @cached_property
    def activation(self) -> int:
        """The activation the window is for."""
        return int(self.instance.windows.activation[self.window])

    @cached_property
    def options(self) -> Ints:
        """All options in the window."""
        found: Ints = np.flatnonzero(self.instance.options.window == self.window)
        return found

    @cached_property
    def paid(self) -> Flags:
        """Which of the options are paid."""
        return self.instance.options.paid[self.options]

    @cached_property
    def chances(self) -> Floats:
        """In-window probabilities of the options."""
        return self.instance.options.probability[self.options]

    @cached_property
    def ranks(self) -> Floats:
        """The best gift probability of every creator, the highest first."""
        return self._best(~self.paid)

    def thresholds(self, places: tuple[int, ...]) -> list[float]:
        """Return thresholds at some ranks of the gifts, and one below all of them (every gift is strong)."""
        return [-1.0, *sorted({float(self.ranks[place]) for place in places if place < len(self.ranks)})]

    def cut(self, values: Floats, opened: float, threshold: float) -> Cut | None:
        """Return the inequality of a threshold that `values` (by option of the window) violate most, None if none is.

        Parameters
        ----------
        opened
            Value of the window's own variable.
        """
        facets = self._facets(threshold)
        strong, weak = ~self.paid & (self.chances > threshold), ~self.paid & (self.chances <= threshold)
        sums = np.array([values[members].sum() for members in (self.paid, weak, strong)])
        violations = facets[:, 3] * opened - facets[:, :3] @ sums
        if not len(facets) or violations.max() < VIOLATED:
            return None
        each_paid, each_weak, each_strong, most = facets[violations.argmax()].tolist()
        coefficients = np.where(strong, each_strong, np.where(weak, each_weak, each_paid))
        kept = coefficients > 0
        return Cut(self.window, self.options[kept], coefficients[kept], most, float(violations.max()))

    def _best(self, members: Flags) -> Floats:
        """Return the best probability of every creator among some options, the highest first."""
        creators = self.instance.options.creator[self.options[members]]
        _, who = np.unique(creators, return_inverse=True)
        best = np.zeros(len(np.unique(creators)))
        np.maximum.at(best, who, self.chances[members])
        return np.sort(best)[::-1]

    def _facets(self, threshold: float) -> Floats:
        if threshold not in self._known:
            self._known[threshold] = facets_above(self._points(threshold))
        return self._known[threshold]

    @cached_property
    def _known(self) -> dict[float, Floats]:
        return {}

    def _points(self, threshold: float) -> Floats:
        """Return (m, n, s(m, n)) for all m and n at which a plan is possible, up to where s is 0."""
        gift = ~self.paid
        payers = self._best(self.paid)
        strong = self._best(gift & (self.chances > threshold))[:MOST_GIFTS]
        weak = self._best(gift & (self.chances <= threshold))
        tails = _Tails(self.instance, self.activation, len(strong) + min(MOST_GIFTS, len(weak)))
        share = self.instance.max_paid_share[self.activation]
        found: list[tuple[int, int, int]] = []
        beside_payers = tails.empty()
        for count in range(len(payers) + 1):
            if count:
                beside_payers = tails.plus(beside_payers, payers[count - 1], paid=True)
            column = _column(tails, beside_payers, strong, weak)
            least = _least_gifts(count, share)
            longer = [(n, 0) for n in range(column[-1][0] + 1, least + 1)] if column and column[-1][1] == 0 else []
            found += [(count, n, max(s, least - n)) for n, s in column + longer]
            if column and column[0] == (0, 0):
                break
        return np.array(found, dtype=float).reshape(-1, 3)


def facets_above(points: Floats) -> Floats:
    """Return (d, c, e, b), one row per facet d·m + c·n + e·s ≥ b of the points and all that lies above them.

    Directions upward are stood for by points far away. Coefficients are rounded, and b is the least left-hand side over
    the points, so that every row is valid whatever the geometry lost.
    """
    if not len(points):
        return np.zeros((0, 4))
    raised = [points + FAR * direction for direction in np.eye(3)]
    normals = -ConvexHull(np.vstack([points, *raised]), qhull_options="QJ").equations[:, :3]
    normals = normals[(normals > -ROUNDING).all(axis=1) & (normals.max(axis=1) > 0)]
    normals = np.maximum(0.0, normals)
    scale = np.where(normals[:, 2:] > normals.max(axis=1, keepdims=True) / HIGHEST, normals[:, 2:], np.nan)
    scale = np.where(np.isnan(scale), normals.max(axis=1, keepdims=True), scale)
    rounded = np.unique(np.round(normals / scale, 4), axis=0)
    least = (points @ rounded.T).min(axis=0) - 1e-9
    useful = least > ROUNDING
    return np.column_stack([rounded[useful], least[useful]])


def _column(tails: _Tails, base: Floats, strong: Floats, weak: Floats) -> list[tuple[int, int]]:
    """Return (n, s) for all n at which enough strong gifts exist, up to where none is needed.

    Beyond `MOST_GIFTS` of a class nothing is counted: so many strong gifts are taken to be needed at least, and beside
    so many weak gifts none.
    """
    found: list[tuple[int, int]] = []
    beside = base
    for count in range(len(weak) + 1):
        if count == MOST_GIFTS:
            found.append((count, 0))
            break
        if count:
            beside = tails.plus(beside, weak[count - 1])
        needed, state = 0, beside
        while not tails.enough(state) and needed < len(strong):
            state = tails.plus(state, strong[needed])
            needed += 1
        if tails.enough(state):
            found.append((count, needed))
        elif len(strong) == MOST_GIFTS:
            found.append((count, MOST_GIFTS))
        if found and found[-1][1] == 0:
            break
    return found


def _least_gifts(paid: int, share: Fraction) -> int:
    if paid == 0:
        return 0
    return MOST_GIFTS if share == 0 else min(MOST_GIFTS, math.ceil(paid * (1 - share) / share))


@dataclass(frozen=True)
class _Tails:
    """Distributions of fewer than k posts at every rate node, built up creator by creator."""

    instance: Instance
    activation: int
    gifts: int

    @cached_property
    def nodes(self) -> tuple[Floats, Floats]:
        return nodes(self.instance.rates, exact_count(self.gifts))

    def empty(self) -> Floats:
        state = np.zeros((len(self.nodes[0]), self.instance.waves[self.activation].min_posts))
        state[:, 0] = 1.0
        return state

    def plus(self, state: Floats, chance: float, *, paid: bool = False) -> Floats:
        each = np.full(len(state), chance) if paid else self.nodes[0] * chance
        moved = state * (1 - each)[:, None]
        moved[:, 1:] += state[:, :-1] * each[:, None]
        return moved

    def enough(self, state: Floats) -> bool:
        confidence = self.instance.waves[self.activation].confidence
        return float(self.nodes[1] @ state.sum(axis=1)) <= 1 - confidence + SECURE_TOLERANCE
