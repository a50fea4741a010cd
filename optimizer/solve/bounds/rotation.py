"""Prices for creators' participations: a Lagrangian bound over all waves that rotation ties together.

With prices ν ≥ 0 on the rows of `rotation_rows`, every plan that secures R costs at least::

    D(ν) = Σ_{a∈R} min over windows w of bound_w(cost + ν of the creator in w)  −  Σ ν · capacity

Prices are whole minor units, so D is computed in whole numbers and valid whatever the prices are. Subgradient steps of
Polyak's length along an average of the last directions raise it; groups that share no creator have steps of their own.
The same prices, as charges, lead the teams of different waves to different people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from optimizer.derive.instance import INFEASIBLE_COST, Floats, Ints
from optimizer.model.selection import Selection
from optimizer.solve.bounds.activation import bound_window
from optimizer.solve.bounds.lagrangian import minimiser
from optimizer.solve.bounds.lower_bounds import LagrangianBounds
from optimizer.solve.bounds.rotation_rows import RotationRows, rotation_rows
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.windows.candidates import best_days
from optimizer.solve.windows.cell_bounds import cell_bounds
from optimizer.solve.windows.window import WindowData


@dataclass(frozen=True)
class _Window:
    """A window ready to be priced: the days worth a look at the base costs, and what tells it from other windows."""

    item: WindowData
    options: Ints
    cost: Ints
    likeness: bytes


@dataclass
class RotationGroup:
    """The activations of one coupled group with their rows and windows.

    Attributes
    ----------
    base
        What options cost beside prices for participations: their cost and the charges of other limits (minor units).
    """

    problem: SearchProblem
    activations: Sequence[int]
    base: Ints
    rows: RotationRows = field(init=False)
    windows: dict[int, list[_Window]] = field(init=False)

    def __post_init__(self) -> None:
        self.rows = rotation_rows(self.problem.instance, self.activations, self.problem.windows)
        self.windows = {a: [self._window(int(w)) for w in self.problem.windows_of(a)] for a in self.activations}

    def _window(self, window: int) -> _Window:
        instance, item = self.problem.instance, self.problem.window_data[window]
        options = best_days(instance, item.options, self.base[item.options])
        table = instance.options
        columns = (table.creator[options], table.paid[options], table.probability[options], item.cells)
        likeness = b"|".join([str(item.rest).encode(), *(column.tobytes() for column in columns)])
        return _Window(item, options, self.base[options], likeness)

    @property
    def shape(self) -> tuple[int, int]:
        """Of the prices: creators, kinds of rows."""
        return len(self.problem.instance.creator_ids), len(self.rows)

    def priced(self, activation: int, charges: Ints) -> tuple[int, Ints]:
        """Return the least priced cost of an activation over its windows, and options that nearly reach it."""
        instance = self.problem.instance
        least, taken = INFEASIBLE_COST, np.zeros(0, dtype=np.int64)
        seen: set[tuple[bytes, bytes]] = set()
        for own in sorted(self.windows[activation], key=lambda own: (own.item.least, own.item.window)):
            if own.item.least >= least:
                break
            cost = own.cost + charges[instance.options.creator[own.options], own.item.window]
            # Windows with the same people at the same chances and prices have the same bound.
            key = own.likeness, cost.tobytes()
            if key in seen:
                continue
            seen.add(key)
            bounds = cell_bounds(instance, own.item.cover, own.options, cost)
            bound = min(own.item.rest, bounds.least)
            if bound < least:
                least, taken = bound, minimiser(instance, own.item, own.options, cost, bounds)
        return least, taken

    def exactly(self, problem: SearchProblem, activation: int, charges: Ints) -> int:
        """Return the least priced cost of an activation by CP-SAT, window by window, the most promising first."""
        instance, table = problem.instance, problem.instance.options
        cost = self.base + charges[table.creator, table.window]
        priced = []
        for own in self.windows[activation]:
            bounds = cell_bounds(instance, own.item.cover, own.options, cost[own.options])
            priced.append((min(own.item.rest, bounds.least), own.item.window, replace(own.item, bounds=bounds)))
        least = INFEASIBLE_COST
        for bound, _, item in sorted(priced, key=lambda own: own[:2]):
            if bound >= least:
                break
            least = min(least, bound_window(problem, item, least, cost)[0])
        return least

    def evaluate(self, prices: Ints, wanted: Sequence[int]) -> tuple[int, Ints]:
        """Return D at some prices for securing `wanted`, and how far their creators' use exceeds the rows."""
        charges = self.rows.charges(prices)
        answers = [self.priced(a, charges) for a in wanted]
        taken = np.concatenate([options for _, options in answers])
        excess = self.rows.use(self.problem.instance, taken) - self.rows.capacity
        return sum(bound for bound, _ in answers) - self.rows.worth(prices), excess


def climb(group: RotationGroup, wanted: Sequence[int], start: Ints, target: int, rounds: int) -> tuple[int, Ints]:
    """Return the best D met and its prices, from some prices on.

    Parameters
    ----------
    target
        What a plan of `wanted` costs: the climb ends there and aims no higher.
    """
    prices: Floats = start.astype(float)
    best, best_prices, best_excess = -INFEASIBLE_COST, start, np.zeros(group.shape, dtype=np.int64)
    direction, hope, in_vain = np.zeros(group.shape), PARAMETERS.rotation_hope, 0
    for _ in range(rounds):
        whole = np.rint(prices).astype(np.int64)
        value, excess = group.evaluate(whole, wanted)
        in_vain = 0 if value > best + 0.1 * hope * abs(best) else in_vain + 1
        if value > best:
            best, best_prices, best_excess = value, whole, excess
        if best >= target or group.problem.control.stopped:
            break
        if in_vain >= PARAMETERS.rotation_rounds_in_vain:
            # Whatever was hoped for is out of reach: hope for less, from the best prices on.
            hope, in_vain, direction = hope / 2, 0, np.zeros(group.shape)
            prices, value, excess = best_prices.astype(float), best, best_excess
            if hope < PARAMETERS.rotation_least_hope:
                break
        gradient = np.where((prices <= 0) & (excess < 0), 0.0, excess.astype(float))
        if not gradient.any():
            break
        direction = PARAMETERS.rotation_memory * direction + gradient
        aim = min(target, best + int(hope * abs(best)) + 1)
        prices = np.maximum(0.0, prices + (aim - value) / float((direction * direction).sum()) * direction)
    return best, best_prices


def raise_by_rotation(
    problem: SearchProblem,
    lower_bounds: Mapping[int, int],
    wanted: Sequence[int],
    incumbent: Selection | None = None,
    beside: LagrangianBounds | None = None,
) -> LagrangianBounds | None:
    """Return bounds at the best prices found for participations; None where prices add nothing.

    Parameters
    ----------
    incumbent
        A plan; what it costs is what the climb aims at.
    beside
        Prices that are paid already; more are added to them.
    """
    raised = beside
    if raised is None or raised.charges is None:
        raised = LagrangianBounds(lower_bounds, 0, np.zeros(len(problem.instance.options), dtype=np.int64))
    start = raised.own
    for activations in problem.coupled:
        mine = [a for a in activations if a in wanted]
        raised = _raised(problem, mine, incumbent, raised)
    return None if raised.own is start else raised


def _raised(
    problem: SearchProblem,
    wanted: Sequence[int],
    incumbent: Selection | None,
    beside: LagrangianBounds,
) -> LagrangianBounds:
    """Return bounds with prices for the participations of one group's wanted activations where they add something."""
    table, paid = problem.instance.options, beside.charges
    if len(wanted) < 2 or paid is None or problem.control.stopped:
        return beside
    base = table.cost_minor + paid
    group = RotationGroup(problem, wanted, base)
    if not len(group.rows):
        return beside
    start = sum(beside.own[a] for a in wanted)
    target = INFEASIBLE_COST
    if incumbent is not None and all(a in incumbent.windows for a in wanted):
        target = sum(int(base[incumbent.options_of(problem.instance, a)].sum()) for a in wanted)
    none = np.zeros(group.shape, dtype=np.int64)
    _, prices = climb(group, wanted, none, target, PARAMETERS.rotation_rounds)
    charges, worth = group.rows.charges(prices), group.rows.worth(prices)
    bounds = {a: group.priced(a, charges)[0] for a in wanted}
    if start - group.evaluate(none, wanted)[0] > problem.gap / 4 * start and prices.any():
        # The quick bounds say less than what the activations are proven to cost without prices.
        exact = problem.in_branches(lambda own, a: group.exactly(own, a, charges), wanted)
        bounds = {a: max(bounds[a], bound) for a, bound in zip(wanted, exact, strict=True)}
    if sum(bounds.values()) - worth <= start:
        return beside
    total: Ints = paid + charges[table.creator, table.window]
    return LagrangianBounds(dict(beside.own) | bounds, beside.constant + worth, total)
