"""The cell master: which windows and cells, and how much of each shared limit, before any creator is chosen.

Binaries say which cell of which window group an activation takes; parcels and goods money per class of ship days and
fees are continuous. Shared rows (days, lots, months, the budget, gaps between windows) are linear in them, and the cuts
of `cell_windows` tie them to the cells. Every plan is a solution, so the optimum bounds, and an infeasible master
proves that no plan has that value.

HiGHS works in floats. Shared limits are therefore loosened by `LOOSER` of themselves before they become rows, and
`certified` takes a margin off what HiGHS calls its dual bound: both are far beyond its feasibility tolerance of 1e-6 to
1e-7, and cost less than the gap that plans are asked for.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array, vstack

from optimizer.derive.instance import Floats, Instance
from optimizer.solve.bounds.cell_windows import Prices, WindowGroup, weights
from optimizer.solve.cpsat.mip import LOOSER, certified


@dataclass(frozen=True)
class MasterResult:
    """The result of one call: its proof and its best solution.

    `infeasible`: no plan. `bound`: of cost, minor units; None where nothing is proven. `taken`: positions of the groups
    that the best solution takes; None where there is none.
    """

    infeasible: bool
    bound: int | None
    taken: frozenset[int] | None


@dataclass
class _Rows:
    """Rows low ≤ Σ value · variable ≤ high, in the making."""

    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def add(self, columns: Sequence[int], values: Sequence[float] | Floats, low: float, high: float) -> int:
        self.row.extend([len(self.low)] * len(columns))
        self.column.extend(columns)
        self.value.extend(np.asarray(values, dtype=float).tolist())
        self.low.append(low)
        self.high.append(high)
        return len(self.low) - 1

    def matrix(self, width: int) -> csr_array:
        return csr_array(coo_array((self.value, (self.row, self.column)), shape=(len(self.low), width)))


@dataclass(frozen=True)
class _Columns:
    """Where a group's variables stand."""

    cells: range
    aside: range
    parcels: range
    goods: range
    fees: int

    @property
    def taken(self) -> list[int]:
        return [*self.cells, *self.aside]


class CellMaster:
    """The master over the groups of an instance, with the cuts added so far."""

    def __init__(self, instance: Instance, groups: Sequence[WindowGroup], lower_bounds: dict[int, int]) -> None:
        self.instance, self.groups, self.lower_bounds = instance, list(groups), lower_bounds
        self.columns: list[_Columns] = []
        width = 0
        for group in self.groups:
            cells, aside, classes = len(group.cells), int(group.aside is not None), group.classes.shape[1]
            starts = np.cumsum([width, cells, aside, classes, classes])
            parts = [range(int(starts[i]), int(starts[i + 1])) for i in range(4)]
            self.columns.append(_Columns(parts[0], parts[1], parts[2], parts[3], int(starts[4])))
            width = int(starts[4]) + 1
        self.width = width
        self.integer = np.zeros(width)
        self.upper = np.full(width, np.inf)
        for own in self.columns:
            self.integer[own.taken], self.upper[own.taken] = 1, 1

    def money(self) -> list[int]:
        """Return the columns of goods and fees."""
        return [column for own in self.columns for column in (*own.goods, own.fees)]

    def values(self) -> Floats:
        """Return the value of every column."""
        value = np.zeros(self.width)
        for group, own in zip(self.groups, self.columns, strict=True):
            value[own.taken] = float(self.instance.value[group.activation])
        return value

    def rows(
        self, least_value: int | None, without: Collection[frozenset[int]]
    ) -> tuple[_Rows, dict[tuple[str, int, int], int]]:
        """Return all rows, and where the shared ones stand."""
        rows = _Rows()
        self._activations(rows)
        for group, own in zip(self.groups, self.columns, strict=True):
            self._group(rows, group, own)
        shared = self._shared(rows)
        self._gaps(rows)
        if least_value is not None:
            value = self.values()
            columns = np.flatnonzero(value).tolist()
            rows.add(columns, value[columns], least_value, np.inf)
        for taken in without:
            columns = [column for place in taken for column in self.columns[place].taken]
            rows.add(columns, np.ones(len(columns)), -np.inf, len(taken) - 1)
        return rows, shared

    def _activations(self, rows: _Rows) -> None:
        by_activation: dict[int, list[int]] = {}
        for group, own in zip(self.groups, self.columns, strict=True):
            by_activation.setdefault(group.activation, []).extend(own.taken)
        for activation in self.instance.activations:
            columns = by_activation.get(activation, [])
            rows.add(columns, np.ones(len(columns)), float(self.instance.must_secure[activation]), 1)

    def _group(self, rows: _Rows, group: WindowGroup, own: _Columns) -> None:
        """Add what ties a group's parcels, goods and fees to its cells."""
        people = group.paid + group.gifts
        least_aside, cost_aside = ([], []) if group.aside is None else ([group.aside[0]], [group.aside[1]])
        count, taken = [*own.parcels, *own.taken], np.ones(len(own.parcels))
        rows.add(count, [*taken, *-people, *(-parcels for parcels in least_aside)], 0, np.inf)
        everybody = float(len(self.instance.creator_ids))
        most = np.where(group.open, everybody, people)
        rows.add(count, [*taken, *-most, *(-everybody for _ in least_aside)], -np.inf, 0)
        for goods, parcels, price in zip(own.goods, own.parcels, group.least_goods, strict=True):
            rows.add([goods, parcels], [1.0, -price], 0, np.inf)
        rows.add([own.fees, *own.cells], [1.0, *-group.fees_of()], 0, np.inf)
        for cut in group.cuts:
            columns = [*own.goods, *own.parcels, own.fees, *own.cells]
            rows.add(columns, [*cut.goods, *cut.parcels, cut.fees, *-cut.least], 0, np.inf)
        floor = np.maximum(group.own, self.lower_bounds.get(group.activation, 0))
        money = [*own.goods, own.fees, *own.taken]
        rows.add(money, [*np.ones(len(own.goods) + 1), *-floor, *(-cost for cost in cost_aside)], 0, np.inf)

    def _shared(self, rows: _Rows) -> dict[tuple[str, int, int], int]:
        """Add the limits that all share; return where they stand."""
        limits, shared = self.instance.limits, {}

        def add(key: tuple[str, int, int], columns: list[int], limit: float) -> None:
            if columns:
                shared[key] = rows.add(columns, np.ones(len(columns)), -np.inf, limit * (1 + LOOSER) + LOOSER)

        pairs = list(zip(self.groups, self.columns, strict=True))
        if limits.daily_capacity is not None:
            for day in sorted({int(day) for group in self.groups for day in group.classes[2]}):
                columns = [own.parcels[c] for group, own in pairs for c in np.flatnonzero(group.classes[2] == day)]
                add(("day", day, 0), columns, limits.daily_capacity)
        for product, arrivals in limits.arrivals.items():
            for lot, units in enumerate([0, *(total for _, total in arrivals)]):
                columns = [
                    own.parcels[c]
                    for group, own in pairs
                    if int(self.instance.product[group.activation]) == product
                    for c in np.flatnonzero(group.classes[1] <= lot)
                ]
                add(("lot", product, lot), columns, units)
        for month, cap in limits.month_caps.items():
            columns = [own.goods[c] for group, own in pairs for c in np.flatnonzero(group.classes[0] == month)]
            columns += [own.fees for group, own in pairs if group.month == month]
            add(("month", int(month), 0), columns, cap)
        if limits.budget_minor is not None:
            add(("budget", 0, 0), self.money(), limits.budget_minor)
        return shared

    def _gaps(self, rows: _Rows) -> None:
        """Add the rows of windows of one community that lie too near each other."""
        windows, instance = self.instance.windows, self.instance
        if not np.any(instance.gap_days):
            return
        for community in np.unique(instance.community):
            own = [p for p, group in enumerate(self.groups) if instance.community[group.activation] == community]
            starts = {p: int(windows.start_day[self.groups[p].members[0].index]) for p in own}
            ends = {
                p: int(windows.end_day[self.groups[p].members[0].index] + instance.gap_days[self.groups[p].activation])
                for p in own
            }
            for moment in sorted(set(starts.values())):
                covering = [p for p in own if starts[p] <= moment <= ends[p]]
                if len({self.groups[p].activation for p in covering}) > 1:
                    columns = [column for p in covering for column in self.columns[p].taken]
                    rows.add(columns, np.ones(len(columns)), -np.inf, 1)

    def relax(self, least_value: int | None, fixed: Floats | None = None) -> tuple[Floats, Prices] | None:
        """Return the solution of the linear relaxation and the prices of the shared rows; None where it has none."""
        rows, shared = self.rows(least_value, ())
        matrix, low, high = rows.matrix(self.width), np.array(rows.low), np.array(rows.high)
        lower, upper = np.zeros(self.width), self.upper.copy()
        if fixed is not None:
            whole = self.integer > 0
            lower[whole] = upper[whole] = np.round(fixed[whole])
        above, below = np.isfinite(high), np.isfinite(low)
        answer = linprog(
            self._cost(),
            A_ub=vstack([matrix[above], -matrix[below]]),
            b_ub=np.concatenate([high[above], -low[below]]),
            bounds=np.stack([lower, upper], axis=1),
            method="highs",
        )
        if answer.status != 0:
            return None
        place = {row: number for number, row in enumerate(np.flatnonzero(above).tolist())}
        duals = {key: max(0.0, -float(answer.ineqlin.marginals[place[row]])) for key, row in shared.items()}
        return np.asarray(answer.x), duals

    def solve(
        self,
        seconds: float,
        *,
        least_value: int | None = None,
        without: Collection[frozenset[int]] = (),
        gap: float = 1e-5,
    ) -> tuple[MasterResult, Floats | None]:
        """Return the least cost of this value by whole cells within a relative `gap`, and the solution."""
        rows, _ = self.rows(least_value, without)
        answer = milp(
            self._cost(),
            constraints=LinearConstraint(rows.matrix(self.width), rows.low, rows.high),
            integrality=self.integer,
            bounds=Bounds(np.zeros(self.width), self.upper),
            options={"time_limit": seconds, "mip_rel_gap": gap},
        )
        if answer.status == 2:
            return MasterResult(True, None, None), None
        bound = answer.mip_dual_bound
        proven = None if bound is None or not math.isfinite(bound) else certified(float(bound))
        if answer.x is None:
            return MasterResult(False, proven, None), None
        x = np.asarray(answer.x)
        taken = frozenset(place for place, own in enumerate(self.columns) if x[own.taken].sum() > 0.5)
        return MasterResult(False, proven, taken), x

    def _cost(self) -> Floats:
        cost = np.zeros(self.width)
        cost[self.money()] = 1.0
        return cost

    def add_cut(self, place: int, prices: Prices, base: float, x: Floats | None = None) -> bool:
        """Add the cut of a group at some prices; return whether it is new, and violated by `x` if that is given."""
        group, own = self.groups[place], self.columns[place]
        if not len(group.cells):
            return False
        goods, parcels, fees = weights(group, prices, base)
        top = max(float(goods.max(initial=0.0)), fees)
        if top <= 1e-12:
            if parcels.max(initial=0.0) <= 1e-12:
                return False
            top = float(parcels.max()) / max(1.0, float(np.median(group.least_goods)))
        cut = group.price(goods / top, parcels / top, fees / top)
        if x is not None:
            have = cut.goods @ x[own.goods] + cut.parcels @ x[own.parcels] + cut.fees * x[own.fees]
            need = float(cut.least @ x[own.cells])
            if have >= need - max(1.0, 1e-5 * need):
                return False
        group.cuts.append(cut)
        return True
