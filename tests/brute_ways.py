"""The ways to secure one activation, in arrays with one entry a way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.scenario.semantics import Wave
from tests.brute_decisions import Ints, Option, no_dearer

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Menu = list[Option | None]
"""What can be done with one creator; None is to leave them out."""
TIERS = ("nano", "emerging", "established")
OWN_FIGURES = 4 + len(TIERS)
"""Columns of `Ways.figures` before the use of shared rows: creators as bits, gifted, paid, cost, one count per tier."""


@dataclass(frozen=True)
class Ways:
    """All ways to secure one activation, cheapest first; arrays have one entry or row per way.

    `lean`: no creator of it can be left out or used otherwise at no more cost and no more use of any shared row.
    """

    wave: Wave
    start: Ints
    figures: Ints
    embeddedness: Floats
    probability: Floats
    lean: Flags

    @property
    def members(self) -> Ints:
        """Creators as bits."""
        return self.figures[:, 0]

    @property
    def creators(self) -> Ints:
        """Number of creators."""
        return self.figures[:, 1] + self.figures[:, 2]

    @property
    def cost(self) -> Ints:
        """Cost in minor units."""
        return self.figures[:, 3]

    @property
    def use(self) -> Ints:
        """Use of the shared rows, shape (ways, rows)."""
        return self.figures[:, OWN_FIGURES:]

    def only(self, kept: Flags | Ints) -> Ways:
        """Return some of the ways."""
        return Ways(
            self.wave,
            self.start[kept],
            self.figures[kept],
            self.embeddedness[kept],
            self.probability[kept],
            self.lean[kept],
        )


def all_windows(wave: Wave, parts: Sequence[Ways]) -> Ways:
    """Return the ways of all windows of an activation, cheapest first."""
    names = ("start", "figures", "embeddedness", "probability", "lean")
    joined = Ways(wave, *(np.concatenate([getattr(part, name) for part in parts]) for name in names))
    return joined.only(np.argsort(joined.cost, kind="stable"))


def far_apart(one: Ways, index: int, other: Ways, free_days: int) -> Flags:
    """Return which windows of `other` leave so many free days after, or before, one window of another activation."""
    after = other.start - (one.start[index] + one.wave.window_days - 1) >= free_days + 1
    before = one.start[index] - (other.start + other.wave.window_days - 1) >= free_days + 1
    apart: Flags = after | before
    return apart


def lean_among(good: Flags, menus: Sequence[Menu]) -> Flags:
    """Return which good ways have no good way that differs in one creator and costs and uses no more."""
    wasteful = np.zeros_like(good)
    for axis, menu in enumerate(menus):
        marks, known = np.moveaxis(wasteful, axis, 0), np.moveaxis(good, axis, 0)
        for worse, dear in enumerate(menu):
            for better, cheap in enumerate(menu):
                if better != worse and no_dearer(cheap, dear) and (better < worse or not no_dearer(dear, cheap)):
                    marks[worse] |= known[better]
    lean: Flags = good & ~wasteful
    return lean
