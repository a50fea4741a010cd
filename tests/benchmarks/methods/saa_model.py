"""The textbook chance-constrained set-multicover model on sampled scenarios (see `saa`)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from ortools.sat.python import cp_model

from optimizer.analysis.baselines.greedy import Reach
from optimizer.derive.instance import Flags, Floats, Instance, Ints
from optimizer.model.selection import Selection
from optimizer.model.variables import Variables
from tests.benchmarks.methods.linear import business_model, goal, values_of
from tests.benchmarks.methods.sampling import Sampler


class TooLateError(Exception):
    """The time was over before the model was written."""


@dataclass
class Sample:
    """Who posts in which scenario, by activation, and the share of scenarios each must reach its posts in."""

    sampler: Sampler
    asked: list[float]
    posts: dict[int, tuple[Ints, Flags]] = field(default_factory=dict)

    def of(self, activation: int) -> tuple[Ints, Flags]:
        """Return the options of an activation and whether each posts in time, by scenario."""
        if activation not in self.posts:
            self.posts[activation] = self.sampler.posts(activation)
        return self.posts[activation]

    def needed(self, activation: int) -> int:
        """Return the number of scenarios in which the posts must be reached."""
        return min(self.sampler.count, math.ceil(self.asked[activation] * self.sampler.count - 1e-9))

    def reached(self, activation: int, options: Sequence[int] | Ints) -> Flags:
        """Return in which scenarios these options reach the posts."""
        mine, posts = self.of(activation)
        rows = np.searchsorted(mine, np.array(sorted(options), dtype=np.int64))
        enough: Flags = posts[rows].sum(axis=0) >= self.sampler.instance.waves[activation].min_posts
        return enough

    def reach(self) -> Reach:
        """Return the sample's stop rule for the greedy start."""
        return lambda activation, options: int(self.reached(activation, options).sum()) >= self.needed(activation)


@dataclass
class SaaModel:
    """Business rules, one z per activation and scenario, and the sum of each (creator, mode, window) over ship days."""

    v: Variables
    z: dict[tuple[int, int], cp_model.IntVar] = field(default_factory=dict)
    sums: dict[int, tuple[cp_model.IntVar, Ints]] = field(default_factory=dict)

    def values(self, sample: Sample, selection: Selection) -> dict[int, int]:
        """Return the values of all variables for a selection."""
        values = values_of(self.v, selection)
        chosen = np.array(selection.options, dtype=np.int64)
        owner = self.v.instance.options.activation[chosen]
        for activation in self.v.secured:
            reached = sample.reached(activation, chosen[owner == activation])
            taken = activation in selection.windows
            for scenario in range(sample.sampler.count):
                values[self.z[activation, scenario].index] = int(taken and bool(reached[scenario]))
        picked = set(selection.options)
        for var, options in self.sums.values():
            values[var.index] = int(any(int(option) in picked for option in options))
        return values


def saa_model(instance: Instance, sample: Sample, late: Callable[[], bool]) -> SaaModel:
    """Return the model; minimises cost, or cost less value by its weight.

    Raises
    ------
    TooLateError
        `late` said so between activations.
    """
    built = SaaModel(business_model(instance))
    model = built.v.model
    for activation in instance.activations:
        if late():
            raise TooLateError
        _density(built, sample, activation)
    model.minimize(goal(built.v))
    return built


def _density(built: SaaModel, sample: Sample, activation: int) -> None:
    """Add Σ_o A[s, o] x_o ≥ k z_s for every scenario s, and Σ_s z_s ≥ ⌈α·count⌉ · secured."""
    v, model = built.v, built.v.model
    mine, posts = sample.of(activation)
    starts, sizes = _runs(v.instance, mine)
    hits = np.add.reduceat(posts, starts, axis=0, dtype=np.int32) if len(mine) else np.zeros((0, sample.sampler.count))
    for start, size in zip(starts.tolist(), sizes.tolist(), strict=True):
        if size > 2:
            total = model.new_bool_var("")
            options = mine[start : start + size]
            model.add(v.total(options) == total)
            built.sums[int(mine[start])] = (total, options)
    group = np.repeat(np.arange(len(starts)), sizes)
    compact = (sizes > 2)[:, None] & (hits > sizes[:, None] - hits + 1)
    option_vars = [v.option[int(option)] for option in mine]
    total_vars = [built.sums[int(mine[s])][0] if n > 2 else None for s, n in zip(starts, sizes, strict=True)]
    least, flags = v.instance.waves[activation].min_posts, []
    for scenario in range(sample.sampler.count):
        flag = model.new_bool_var("")
        built.z[activation, scenario] = flag
        flags.append(flag)
        inside = compact[group, scenario]
        plus = np.flatnonzero(posts[:, scenario] & ~inside)
        minus = np.flatnonzero(~posts[:, scenario] & inside)
        sums = [total_vars[g] for g in np.flatnonzero(compact[:, scenario])]
        terms = [*(option_vars[i] for i in plus), *sums, *(option_vars[i] for i in minus), flag]
        weights = [1] * (len(plus) + len(sums)) + [-1] * len(minus) + [-least]
        model.add(cp_model.LinearExpr.weighted_sum(terms, weights) >= 0)
    model.add(cp_model.LinearExpr.sum(flags) >= sample.needed(activation) * v.secured[activation])


def _runs(instance: Instance, mine: Ints) -> tuple[Ints, Ints]:
    """Return start and length of each run of options that differ in the ship day only (they stand side by side)."""
    if not len(mine):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    table = instance.options
    keys = np.stack([table.window[mine], table.creator[mine], table.paid[mine].astype(np.int64)])
    starts = np.concatenate([[0], np.flatnonzero(np.any(keys[:, 1:] != keys[:, :-1], axis=0)) + 1])
    return starts.astype(np.int64), np.diff(np.append(starts, len(mine))).astype(np.int64)


def selection_of(v: Variables, values: Sequence[float] | Floats) -> Selection:
    """Return the selection of a solver's values by column, rounded."""
    chosen = tuple(index for index, var in v.option.items() if values[var.index] > 0.5)
    windows = {
        int(v.instance.windows.activation[index]): index for index, var in v.window.items() if values[var.index] > 0.5
    }
    return Selection(chosen, windows)
