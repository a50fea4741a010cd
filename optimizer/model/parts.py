"""Which options a model gets to see."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from optimizer.chance.covers import ROUNDING, Cover
from optimizer.derive.instance import Flags, Instance, Ints
from optimizer.model.selection import EMPTY, Selection
from optimizer.model.variables import Approximation, Part


def part_of(
    instance: Instance,
    covers: Mapping[int, Cover],
    approximation: Approximation,
    *,
    activations: Collection[int] | None = None,
    windows: Collection[int] | None = None,
    options: Ints | None = None,
    fixed: Selection | None = None,
) -> Part:
    """Return the part of an instance a model covers.

    The inner approximation leaves out options below the range its thresholds are certified for; the outer one has all.

    Parameters
    ----------
    activations, windows, options
        Indices up for decision; None for all.
    fixed
        Decisions on other activations that stay as they are but take their share of every limit.
    """
    kept = np.array(sorted(instance.activations if activations is None else activations), dtype=np.int64)
    open_windows = np.isin(instance.windows.activation, kept)
    if windows is not None:
        open_windows &= np.isin(np.arange(len(instance.windows)), list(windows))
    usable = np.arange(len(instance.options)) if options is None else options
    usable = usable[open_windows[instance.options.window[usable]]]
    if approximation is Approximation.INNER:
        usable = usable[_certified(instance, covers, usable)]
    fixed = fixed or EMPTY
    return Part(
        instance,
        tuple(sorted({*kept.tolist(), *fixed.windows})),
        np.union1d(np.flatnonzero(open_windows), np.array([*fixed.windows.values()], dtype=np.int64)),
        np.union1d(usable, np.array(fixed.options, dtype=np.int64)),
        covers,
        frozenset(fixed.windows),
    )


def _certified(instance: Instance, covers: Mapping[int, Cover], options: Ints) -> Flags:
    low = np.array([covers[a].low if a in covers else 0.0 for a in instance.activations])
    paid_low = np.array([covers[a].paid_low if a in covers else 0.0 for a in instance.activations])
    owner = instance.options.activation[options]
    lower_bound = np.where(instance.options.paid[options], paid_low[owner], low[owner])
    return np.asarray(instance.options.probability[options] >= lower_bound - ROUNDING)
