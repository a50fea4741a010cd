"""One window as arrays: who could be gifted or paid, on which days, at what cost and chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.derive.instance import Floats, Instance, Ints


@dataclass(frozen=True)
class Mode:
    """One mode of one window: rows are creators, columns the ship days of the candidates_of.

    Attributes
    ----------
    creator
        Creator per row.
    cost
        What the creator costs on their cheapest day, prices included (minor units), shape (rows,).
    chance
        In-window probability by day, 0 where there is no option, shape (rows, days).
    option
        Option index by day, -1 where there is none, shape (rows, days).
    priced
        Cost by day, prices included, shape (rows, days).
    """

    creator: Ints
    cost: Ints
    chance: Floats
    option: Ints
    priced: Ints

    def __len__(self) -> int:
        return len(self.creator)


@dataclass(frozen=True)
class Candidates:
    """Gifts and payers of one window over the same ship days."""

    activation: int
    window: int
    days: Ints
    gifts: Mode
    payers: Mode


def candidates_of(instance: Instance, window: int, options: Ints, cost: Ints) -> Candidates:
    """Return the candidates_of of a window.

    Parameters
    ----------
    options
        Options of the window that may be used.
    cost
        Per option of `options`: prices included (minor units).
    """
    table = instance.options
    days = np.unique(table.ship_day[options])
    paid = table.paid[options]
    return Candidates(
        int(instance.windows.activation[window]),
        window,
        days,
        _mode(instance, options[~paid], cost[~paid], days),
        _mode(instance, options[paid], cost[paid], days),
    )


def _mode(instance: Instance, options: Ints, cost: Ints, days: Ints) -> Mode:
    table = instance.options
    creator, row = np.unique(table.creator[options], return_inverse=True)
    column = np.searchsorted(days, table.ship_day[options])
    shape = (len(creator), len(days))
    chance, option = np.zeros(shape), np.full(shape, -1, dtype=np.int64)
    priced = np.full(shape, np.iinfo(np.int64).max // 4, dtype=np.int64)
    chance[row, column] = table.probability[options]
    option[row, column] = options
    priced[row, column] = cost
    return Mode(creator, priced.min(axis=1, initial=np.iinfo(np.int64).max // 4), chance, option, priced)
