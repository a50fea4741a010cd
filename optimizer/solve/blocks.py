"""What each activation costs at least on its own: the floors that every bound is made of.

A block is one activation with its own rules. Other activations and shared limits are left out and each creator ships on
the best day, so the block's least cost bounds that activation's cost in any plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from optimizer.chance.covers import Cover, cover_of
from optimizer.chance.network import ceiling
from optimizer.chance.tail import SECURE_TOLERANCE
from optimizer.chance.tilt import UnfinishedError
from optimizer.derive.instance import Instance, Ints
from optimizer.model import objective
from optimizer.model.parts import part_of
from optimizer.model.rules import add_rules
from optimizer.model.variables import Selection, Side, Variables
from optimizer.solve.call import Limits
from optimizer.solve.closing import close
from optimizer.solve.control import Control

SHARED_RULES = frozenset({"budget_total", "budget_month", "stock", "daily_capacity", "required"})
EFFORT = 20.0
NOTHING_PREPARED = Cover((), 0.0, 1.0, 1.0, ())
Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Block:
    """One activation, priced alone.

    `impossible`: proven that it cannot be secured whatever the shared limits; else `floor` is a lower bound on its
    cost (minor units) and `selection`, if any, a selection that holds, on the best days.
    """

    activation: int
    impossible: bool
    floor: int
    selection: Selection | None


@dataclass(frozen=True)
class Problem:
    """An instance with what the search needs to know of it: covers, windows within reach, settings of a call."""

    instance: Instance
    covers: Mapping[int, Cover]
    windows: Ints
    control: Control
    seed: int
    gap: float
    workers: int

    def windows_of(self, activation: int) -> Ints:
        """Return the windows of an activation that are within reach."""
        mine: Ints = self.windows[self.instance.windows.activation[self.windows] == activation]
        return mine


def in_parallel(work: Callable[[Item], Result], items: Iterable[Item], workers: int) -> list[Result]:
    """Return `work` of every item, in order, computed on `workers` threads."""
    listed = list(items)
    if workers == 1 or len(listed) < 2:
        return [work(item) for item in listed]
    with ThreadPoolExecutor(max_workers=workers) as pool:
        return list(pool.map(work, listed))


def prepare(instance: Instance, control: Control, *, seed: int, gap: float, workers: int) -> Problem:
    """Return the problem: covers of all activations, and the windows whose whole network could reach the confidence.

    Once the control is stopped nothing more is prepared: no solver call begins after that, so nothing is concluded
    from what is missing.
    """

    def cover(activation: int) -> Cover:
        try:
            return NOTHING_PREPARED if control.stopped else cover_of(instance, activation, lambda: control.stopped)
        except UnfinishedError:
            return NOTHING_PREPARED

    covers = in_parallel(cover, instance.activations, workers)
    reachable = [
        window
        for window, activation in enumerate(instance.windows.activation)
        if control.stopped or _within_reach(instance, int(activation), window)
    ]
    windows = np.array(reachable, dtype=np.int64)
    return Problem(instance, dict(enumerate(covers)), windows, control, seed, gap, workers)


def _within_reach(instance: Instance, activation: int, window: int) -> bool:
    """Tell whether everybody together could reach the confidence; rounding (1e-12) counts in favour."""
    least = instance.waves[activation].confidence - SECURE_TOLERANCE - 1e-12
    return ceiling(instance, activation, window) >= least


def best_days(instance: Instance) -> Ints:
    """Return one option per window, creator and mode: that of the ship day with the highest probability."""
    table = instance.options
    order = np.lexsort((table.ship_day, -table.probability, table.paid, table.creator, table.window))
    keys = np.stack([table.window[order], table.creator[order], table.paid[order]])
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.any(keys[:, 1:] != keys[:, :-1], axis=0)
    return np.sort(order[first])


def price(problem: Problem, activations: Sequence[int]) -> list[Block]:
    """Return the blocks of some activations, in order."""
    days = best_days(problem.instance)
    return in_parallel(lambda activation: _price(problem, activation, days), activations, problem.workers)


def _price(problem: Problem, activation: int, days: Ints) -> Block:
    windows = problem.windows_of(activation)
    if not len(windows):
        return Block(activation, True, 0, None)
    part = part_of(
        problem.instance, problem.covers, Side.BOUNDING, activations=[activation], windows=windows, options=days
    )
    v = Variables(part, Side.BOUNDING)
    add_rules(v, without=SHARED_RULES)
    v.model.add(v.secured[activation] == 1)
    limits = Limits(gap=problem.gap / 4, effort=EFFORT)
    closed = close(v, objective.cost(v), problem.control, seed=problem.seed, limits=limits, rounds=4)
    return Block(activation, closed.infeasible, closed.bound or 0, closed.selection)
