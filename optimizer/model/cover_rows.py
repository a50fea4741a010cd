"""The chance constraint as rows: tilted covers and lazily added exact cuts."""

from __future__ import annotations

import math

import numpy as np
from ortools.sat.python import cp_model

from optimizer.chance.covers import Cell, Cover
from optimizer.chance.tilt import phi
from optimizer.derive.instance import Ints
from optimizer.model.variables import Approximation, Variables

SCALE = 100_000
"""Units per 1 of φ: fine enough that rounding n weights moves a threshold by less than a thousandth."""
LARGEST_ROW = 2**30
"""Coefficients of one row sum to at most this (CP-SAT 9.15 may err beyond 2^31)."""


def density(v: Variables) -> None:
    """A secured activation reaches its posts with its confidence: counts (m, n) and every tilted cover.

    OUTER: Σφx ≥ necessary for every tilt, weights rounded up and thresholds down. INNER: the cell's best tilt
    asks for `sufficient`, the others for `necessary` less n + 1 units (what a set that passes its own tilt passes
    anyway), weights rounded down and the deciding threshold up by one unit more.
    """
    for activation in v.cells:
        _counts(v, activation)
        cover = v.part.covers[activation]
        for row in range(len(cover.tilts)):
            _tilted(v, activation, cover, row)


def _counts(v: Variables, activation: int) -> None:
    """Exactly one cell of a secured activation, and the numbers of paid and gifted creators it stands for."""
    cells = v.cells[activation]
    v.model.add(cp_model.LinearExpr.sum([flag for _, flag in cells]) == v.secured[activation])
    for paid in (True, False):
        options = v.options_of(activation, paid=paid)
        if not v.part.covers[activation].cells:
            continue
        count = v.total(options)
        least = cp_model.LinearExpr.weighted_sum(
            [flag for _, flag in cells], [cell.paid if paid else cell.gifts for cell, _ in cells]
        )
        opened = [(cell, flag) for cell, flag in cells if (cell.more_paid if paid else cell.more_gifts)]
        if not opened:
            v.model.add(count == least)
            continue
        creators = len(np.unique(v.instance.options.creator[options]))
        extra = cp_model.LinearExpr.weighted_sum(
            [flag for _, flag in opened], [max(0, creators - (cell.paid if paid else cell.gifts)) for cell, _ in opened]
        )
        v.model.add(count >= least)
        v.model.add(count <= least + extra)


def _tilted(v: Variables, activation: int, cover: Cover, row: int) -> None:
    options = v.options_of(activation, paid=False)
    cells = v.cells[activation]
    chances = v.instance.options.probability[options]
    weights = phi(np.maximum(chances, cover.low), cover.tilts[row])
    scale = _scale(weights, [cell.sufficient[row] for cell, _ in cells if cell.choosable])
    up = v.approximation is Approximation.OUTER
    rounded = np.ceil(weights * scale) if up else np.floor(weights * scale)
    thresholds = [_threshold(cell, row, scale, v.approximation) for cell, _ in cells]
    if not any(thresholds):
        return
    v.model.add(
        v.total(options, rounded.astype(np.int64))
        >= cp_model.LinearExpr.weighted_sum([flag for _, flag in cells], thresholds)
    )


def _threshold(cell: Cell, row: int, scale: int, approximation: Approximation) -> int:
    if cell.necessary[row] <= 0 and (approximation is Approximation.OUTER or cell.sufficient[row] <= 0):
        return 0
    if approximation is Approximation.INNER and row == cell.best:
        return math.ceil(cell.sufficient[row] * scale) + 1
    slack = cell.gifts + 1 if approximation is Approximation.INNER else 1
    return max(0, math.floor(cell.necessary[row] * scale) - slack)


def _scale(weights: np.ndarray, thresholds: list[float]) -> int:
    total = float(weights.sum()) + sum(value for value in thresholds if math.isfinite(value))
    return max(1, min(SCALE, int(LARGEST_ROW / max(total, 1e-9))))


def outside(v: Variables, window: int, others: Ints) -> None:
    """Add the exact cut of a failing set: who takes `window` uses at least one of the options outside of the set."""
    v.model.add(v.total(others) >= v.window[window])
