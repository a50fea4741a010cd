"""A quick bound for every cell (m paid, n gifts) of one window at once.

Relax a cell to any n gifts and m payers whose tilted weights reach its necessary threshold T. For λ ≥ 0
and one row, with g_i and h_i the least (cost − λ·weight) over the gift and the paid options of creator i::

    bound[m, n] = max over λ of  Σ of the n smallest g_i  +  Σ of the m smallest h_i  +  λ·T[m, n]

Every λ of a fixed grid and every row gives a valid bound, and one sort per λ serves all cells. Costs may carry prices
of shared limits. Bounds are rounded up after `SLACK` minor units are taken off, far more than the float sums err by.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from optimizer.chance.covers import Cell, Cover, least_gifts
from optimizer.derive.instance import INFEASIBLE_COST, Flags, Floats, Instance, Ints

SLACK = 1e-3
STEPS = 2.0 ** np.arange(-6, 8.25, 0.5)


@dataclass(frozen=True)
class CellBounds:
    """Per cell of a cover: the bound (minor units), fewest gifts, and the tilted row and multiplier λ of the bound."""

    bound: Ints
    gifts: Ints
    row: Ints
    multiplier: Floats

    @property
    def least(self) -> int:
        """The smallest bound: no selection in this window costs less."""
        return int(self.bound.min(initial=INFEASIBLE_COST))


def cell_bounds(instance: Instance, cover: Cover, options: Ints, cost: Ints) -> CellBounds:
    """Return the bounds of all cells of one window.

    Parameters
    ----------
    options
        Options of the window, sorted by creator.
    cost
        Per option of `options`: what it costs, prices included (minor units).
    """
    table = instance.options
    paid = table.paid[options]
    gifts, payers = options[~paid], options[paid]
    share = instance.max_paid_share[int(table.activation[options[0]])] if len(options) else Fraction(1)
    gift_count = np.array([fewest_gifts(cell, share) for cell in cover.cells], dtype=np.int64)
    paid_count = np.array([cell.paid for cell in cover.cells], dtype=np.int64)
    best = np.full(len(cover.cells), -np.inf)
    row, multiplier = np.zeros(len(best), dtype=np.int64), np.zeros(len(best))
    needs = np.array([cell.necessary for cell in cover.cells], dtype=float).reshape(len(best), len(cover.tilts))
    payments = cheapest_sums(table.creator[payers], cost[paid])[:, None]
    for index in range(len(cover.tilts)):
        weights = cover.gift_weights(table.probability[gifts], index)
        grid = multipliers(cost[~paid], weights)
        sums = smallest_sums(table.creator[gifts], cost[~paid], weights, grid)
        paid_sums = payments
        if cover.paid_rows[index][1]:
            own = cover.paid_weights(table.probability[payers], index)
            grid = multipliers(cost[~paid], weights) if len(gifts) else multipliers(cost[paid], own)
            sums = smallest_sums(table.creator[gifts], cost[~paid], weights, grid)
            paid_sums = smallest_sums(table.creator[payers], cost[paid], own, grid)
        reached = _of_count(sums, gift_count) + _of_count(paid_sums, paid_count) + np.outer(needs[:, index], grid)
        top = reached.argmax(axis=1)
        value = reached[np.arange(len(best)), top]
        better = value > best
        best[better], row[better], multiplier[better] = value[better], index, grid[top[better]]
    finite = np.isfinite(best) & _enough_paid(instance, cover, options)
    bound = np.where(finite, np.ceil(np.where(finite, best, 0) - SLACK), INFEASIBLE_COST)
    return CellBounds(np.maximum(bound, 0).astype(np.int64), gift_count, row, multiplier)


def _enough_paid(instance: Instance, cover: Cover, options: Ints) -> Flags:
    """Return which cells can have as many paid creators as the activation asks for."""
    least = instance.waves[int(instance.options.activation[options[0]])].min_paid if len(options) else 0
    return np.array([cell.paid >= least or cell.more_paid for cell in cover.cells], dtype=bool)


def _of_count(sums: Floats, count: Ints) -> Floats:
    """Return the sums of these numbers of people, one row each; infinite where there are fewer."""
    return np.where((count < len(sums))[:, None], sums[np.minimum(count, len(sums) - 1)], np.inf)


def fewest_gifts(cell: Cell, share: Fraction) -> int:
    """Return the fewest gifts a cell allows: an open one still owes the paid share."""
    return max(cell.gifts, least_gifts(cell.paid, share)) if cell.more_gifts else cell.gifts


def multipliers(cost: Ints, weights: Floats) -> Floats:
    """Return 0 and multipliers around what a unit of weight costs."""
    if not len(cost) or weights.max() <= 0:
        return np.zeros(1)
    unit = max(1.0, float(np.median(cost))) / float(weights.max())
    return np.concatenate([[0.0], unit * STEPS])


def smallest_sums(creators: Ints, cost: Ints, weights: Floats, grid: Floats) -> Floats:
    """Return Σ of the n smallest g_i per multiplier, n = 0 … number of creators: shape (creators + 1, multipliers)."""
    if not len(creators):
        return np.zeros((1, len(grid)))
    first = np.flatnonzero(np.concatenate([[True], creators[1:] != creators[:-1]]))
    least = np.minimum.reduceat(cost[:, None] - np.outer(weights, grid), first, axis=0)
    least.sort(axis=0)
    return np.concatenate([np.zeros((1, len(grid))), np.cumsum(least, axis=0)])


def cheapest_sums(creators: Ints, cost: Ints) -> Floats:
    """Return Σ of the m smallest costs, m = 0 … number of creators."""
    if not len(creators):
        return np.zeros(1)
    first = np.flatnonzero(np.concatenate([[True], creators[1:] != creators[:-1]]))
    least = np.sort(np.minimum.reduceat(cost, first))
    return np.concatenate([[0.0], np.cumsum(least)])
