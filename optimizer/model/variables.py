"""The decision variables of one model and the questions rules ask of them.

A model covers some activations of an instance (all of them, or a few) and some of their options.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

import numpy as np
from ortools.sat.python import cp_model

from optimizer.chance.covers import ROUNDING, Cell, Cover
from optimizer.derive.instance import Flags, Instance, Ints
from optimizer.model.selection import EMPTY, Selection


class Approximation(Enum):
    """Which way thresholds are rounded: every INNER solution holds, every holding selection is OUTER."""

    INNER = "choosing"
    OUTER = "bounding"


@dataclass(frozen=True)
class Part:
    """What a model is about: activations, the windows and options (indices into the instance) it may use, covers.

    Activations in `fixed` keep what they have: their only window and all their options are taken.
    """

    instance: Instance
    activations: tuple[int, ...]
    windows: Ints
    options: Ints
    covers: Mapping[int, Cover]
    fixed: frozenset[int] = frozenset()


@dataclass
class Variables:
    """Booleans of a model over one part.

    Attributes
    ----------
    secured, window, option
        By activation, window index, option index.
    cells
        Per activation: (cell, Boolean) for each usable (m, n).
    """

    part: Part
    approximation: Approximation
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    secured: dict[int, cp_model.IntVar] = field(init=False)
    window: dict[int, cp_model.IntVar] = field(init=False)
    option: dict[int, cp_model.IntVar] = field(init=False)
    cells: dict[int, list[tuple[Cell, cp_model.IntVar]]] = field(init=False)

    def __post_init__(self) -> None:
        new = self.model.new_bool_var
        self.secured = {a: new(f"secured[{a}]") for a in self.part.activations}
        self.window = {int(w): new(f"window[{w}]") for w in self.part.windows}
        self.option = {int(o): new(f"option[{o}]") for o in self.part.options}
        choosing = self.approximation is Approximation.INNER
        self.cells = {
            a: [
                (cell, new(f"cell[{a},{cell.paid},{cell.gifts}]"))
                for cell in self.part.covers[a].cells
                if cell.choosable or not choosing
            ]
            for a in self.part.activations
            if a not in self.part.fixed
        }

    @property
    def instance(self) -> Instance:
        """The instance the model is about."""
        return self.part.instance

    def of(self, indices: Ints) -> list[cp_model.IntVar]:
        """Return the Booleans of some options."""
        return [self.option[int(index)] for index in indices]

    def options_of(self, activation: int, *, paid: bool | None = None) -> Ints:
        """Return the option indices of an activation, of one mode if asked."""
        mine = self._by_activation.get(activation, np.zeros(0, dtype=np.int64))
        return mine if paid is None else mine[self.instance.options.paid[mine] == paid]

    def windows_of(self, activation: int) -> Ints:
        """Return the window indices of an activation."""
        return self._windows_by_activation.get(activation, np.zeros(0, dtype=np.int64))

    def grouped(self, *columns: str) -> Iterator[tuple[tuple[int, ...], Ints]]:
        """Yield (key, option indices) for each distinct combination of the named columns of the options."""
        options = self.part.options
        keys = np.stack([getattr(self.instance.options, name)[options] for name in columns])
        yield from groups(keys, options)

    def total(self, indices: Ints, weights: Ints | None = None) -> cp_model.LinearExpr:
        """Return Σ weight · option over some options (weight 1 where none are given)."""
        chosen = self.of(indices)
        if weights is None:
            return cp_model.LinearExpr.sum(chosen)
        return cp_model.LinearExpr.weighted_sum(chosen, weights.tolist())

    def cost(self, activation: int) -> cp_model.LinearExpr:
        """Return the cost of an activation in minor units."""
        mine = self.options_of(activation)
        return self.total(mine, self.instance.options.cost_minor[mine])

    def extract(self, value: Sequence[int]) -> Selection:
        """Return the selection a solution stands for; `value` is indexed by the variables' positions in the model."""
        chosen = tuple(index for index, var in self.option.items() if value[var.index])
        windows = {
            int(self.instance.windows.activation[index]): index
            for index, var in self.window.items()
            if value[var.index]
        }
        return Selection(chosen, windows)

    @cached_property
    def _by_activation(self) -> dict[int, Ints]:
        return {key[0]: indices for key, indices in self.grouped("activation")}

    @cached_property
    def _windows_by_activation(self) -> dict[int, Ints]:
        windows = self.part.windows
        return {key[0]: mine for key, mine in groups(self.instance.windows.activation[windows][None], windows)}


def groups(keys: np.ndarray, items: Ints) -> Iterator[tuple[tuple[int, ...], Ints]]:
    """Yield (key, items) for each distinct column of `keys` (rows are key parts), in sorted order."""
    if not len(items):
        return
    order = np.lexsort(keys[::-1])
    keys, items = keys[:, order], items[order]
    changes = np.flatnonzero(np.any(keys[:, 1:] != keys[:, :-1], axis=0)) + 1
    for chunk in np.split(np.arange(len(items)), changes):
        yield tuple(int(part) for part in keys[:, chunk[0]]), items[chunk]


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
