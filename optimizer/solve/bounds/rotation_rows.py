"""Rows that rotation sets on every creator: participations in all, and one participation at a time with rest.

A moment is the first day of some window. Windows lengthened by the rest that contain one moment exclude each other for
one creator, and by Helly's property the moments say all that rest asks for. All rows have one form: over some windows,
the options of a creator are at most `capacity`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.derive.instance import Flags, Instance, Ints


@dataclass(frozen=True)
class RotationRows:
    """One kind of row per column of prices, the same for every creator.

    Attributes
    ----------
    covers
        Whether a window of the instance counts in a kind of row, shape (kinds, windows).
    capacity
        Most participations in the windows of each kind.
    """

    covers: Flags
    capacity: Ints

    def __len__(self) -> int:
        return len(self.capacity)

    def charges(self, prices: Ints) -> Ints:
        """Return what a creator pays in a window at whole prices, shape (creators, windows).

        Parameters
        ----------
        prices
            Minor units a participation, shape (creators, kinds).
        """
        paid: Ints = prices @ self.covers.astype(np.int64)
        return paid

    def worth(self, prices: Ints) -> int:
        """Return Σ price · capacity (minor units)."""
        return int((prices * self.capacity).sum())

    def use(self, instance: Instance, options: Ints) -> Ints:
        """Return how often creators take part by kind of row, shape (creators, kinds)."""
        used = np.zeros((len(instance.creator_ids), len(self)), dtype=np.int64)
        np.add.at(used, instance.options.creator[options], self.covers[:, instance.options.window[options]].T)
        return used


def rotation_rows(instance: Instance, activations: Sequence[int], windows: Ints) -> RotationRows:
    """Return the kinds of rows that can bind among some activations, in the windows they may take."""
    everything, all_windows = instance.windows, len(instance.windows)
    mine = windows[np.isin(everything.activation[windows], list(activations))]
    starts, ends = everything.start_day, everything.end_day + instance.limits.rest_days
    covers, capacity = [], []
    for moment in np.unique(starts[mine]):
        flags = np.zeros(all_windows, dtype=bool)
        flags[mine] = (starts[mine] <= moment) & (moment <= ends[mine])
        if len(np.unique(everything.activation[flags])) > 1:
            covers.append(flags)
            capacity.append(1)
    kept = [n for n, flags in enumerate(covers) if not _beaten(flags, n, covers)]
    covers, capacity = [covers[n] for n in kept], [capacity[n] for n in kept]
    most = instance.limits.max_activations
    if most is not None and most < len(activations):
        flags = np.zeros(all_windows, dtype=bool)
        flags[mine] = True
        covers.append(flags)
        capacity.append(most)
    shape = (len(covers), all_windows)
    return RotationRows(np.array(covers, dtype=bool).reshape(shape), np.array(capacity, dtype=np.int64))


def _beaten(flags: Flags, number: int, covers: Sequence[Flags]) -> bool:
    """Return whether some other moment lies in all windows of this one, and in more, or comes first."""
    return any(
        not (flags & ~other).any() and ((other & ~flags).any() or place < number)
        for place, other in enumerate(covers)
        if place != number
    )
