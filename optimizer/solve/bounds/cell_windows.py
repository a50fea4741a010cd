"""Windows as the cell master sees them: cells (m, n), classes of ship days, and certified cuts between them.

For weights w ≥ 0 on goods money per class of ship days, σ ≥ 0 on parcels per class and f ≥ 0 on fees, every team of a
window in cell c has::

    Σ w_class · goods + Σ σ_class · parcels + f · fees ≥ L_c(w, σ, f)

with L_c the quick bound of the cell at the priced costs. Days of one month, one lot and, where a daily capacity binds,
of one date are one class. Windows of an activation that differ in nothing the master can see are one group; its bounds
are the least of its members'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from optimizer.chance.covers import Cover
from optimizer.derive.instance import INFEASIBLE_COST, Floats, Instance, Ints
from optimizer.solve.problem import SearchProblem
from optimizer.solve.windows.candidates import best_days
from optimizer.solve.windows.cell_bounds import cell_bounds, cheapest_sums

LARGEST_BOUND = 3e7
"""A cut's L_c is capped here: less is valid, and what is larger is of no use."""


@dataclass(frozen=True)
class Cut:
    """Weights per class, of fees, and the certified L_c of each cell."""

    goods: Floats
    parcels: Floats
    fees: float
    least: Floats


@dataclass
class ClassedWindow:
    """One window: its options by class of ship days. `classes` has the rows month, lot, day."""

    instance: Instance
    index: int
    options: Ints
    classes: Ints
    class_of: Ints

    @classmethod
    def of(cls, instance: Instance, index: int) -> ClassedWindow:
        """Return a window with its classes."""
        table, limits = instance.options, instance.limits
        options = table.in_window(index)
        days = table.ship_day[options]
        arrivals = limits.arrivals.get(int(instance.product[int(instance.windows.activation[index])]), ())
        lot = np.zeros(len(options), dtype=np.int64)
        for day, _ in arrivals:
            lot += days >= day
        dated = days if limits.daily_capacity is not None else np.zeros(len(options), dtype=np.int64)
        month = limits.ship_month[days] if limits.month_caps else np.zeros(len(options), dtype=np.int64)
        classes, place = np.unique(np.stack([month, lot, dated]), axis=1, return_inverse=True)
        return cls(instance, index, options, classes, place.ravel())

    @property
    def goods(self) -> Ints:
        """Product and shipping of every option (minor units)."""
        table = self.instance.options
        return np.asarray(table.product_minor[self.options] + table.shipping_minor[self.options])

    def least_goods(self) -> Floats:
        """Return the cheapest parcel of every class."""
        least = np.full(self.classes.shape[1], np.inf)
        np.minimum.at(least, self.class_of, self.goods)
        return least

    def payments(self) -> Floats:
        """Return Σ of the m smallest fees, m = 0 …"""
        table = self.instance.options
        paid = self.options[table.paid[self.options]]
        return cheapest_sums(table.creator[paid], table.fee_minor[paid])


@dataclass
class WindowGroup:
    """Windows of one activation that the master need not tell apart.

    Attributes
    ----------
    cells
        Indices into the activation's cover of the cells that the master plans in.
    cover
        The cover with these cells and the rows that bound them best.
    paid, gifts, own, open
        Per cell: m, fewest gifts, the bound of its cost, and whether more people are allowed.
    aside
        (parcels, cost) of all other cells together, if there are any.
    """

    problem: SearchProblem
    members: Sequence[ClassedWindow]
    worth: float
    cells: Ints = field(init=False)
    cover: Cover = field(init=False)
    paid: Ints = field(init=False)
    gifts: Ints = field(init=False)
    own: Ints = field(init=False)
    open: np.ndarray = field(init=False)
    aside: tuple[int, int] | None = field(init=False, default=None)
    least_goods: Floats = field(init=False)
    payments: Floats = field(init=False)
    cuts: list[Cut] = field(default_factory=list)

    def __post_init__(self) -> None:
        instance, table = self.instance, self.instance.options
        cover = self.problem.covers[self.activation]
        bounds = []
        for member in self.members:
            cost = table.cost_minor[member.options]
            kept = best_days(instance, member.options, cost)
            bounds.append(cell_bounds(instance, cover, kept, table.cost_minor[kept]))
        bound, gifts = np.min([own.bound for own in bounds], axis=0), bounds[0].gifts
        budget = instance.limits.budget_minor
        most = INFEASIBLE_COST - 1 if budget is None else min(budget, INFEASIBLE_COST - 1)
        limit = min(most, int(self.worth * bound.min(initial=INFEASIBLE_COST)))
        self.cells = np.flatnonzero(bound <= limit)
        rest = np.flatnonzero((bound > limit) & (bound <= most))
        rows = np.unique([own.row[self.cells] for own in bounds])
        self.cover = cover.with_rows(rows.tolist(), self.cells.tolist())
        self.paid = np.array([cover.cells[i].paid for i in self.cells], dtype=np.int64)
        self.gifts, self.own = gifts[self.cells], bound[self.cells]
        self.open = np.array([cover.cells[i].more_paid or cover.cells[i].more_gifts for i in self.cells], dtype=bool)
        if len(rest):
            self.aside = min(int(cover.cells[i].paid + gifts[i]) for i in rest), int(bound[rest].min())
        self.least_goods = np.min([member.least_goods() for member in self.members], axis=0)
        payments = [member.payments() for member in self.members]
        size = min(len(own) for own in payments)
        self.payments = np.min([own[:size] for own in payments], axis=0)

    @property
    def instance(self) -> Instance:
        """The instance."""
        return self.problem.instance

    @property
    def activation(self) -> int:
        """The activation of all members."""
        return int(self.instance.windows.activation[self.members[0].index])

    @property
    def classes(self) -> Ints:
        """Month, lot and day of every class, shape (3, classes)."""
        return self.members[0].classes

    @property
    def month(self) -> int:
        """The month that fees fall in."""
        return int(self.instance.window_month[self.members[0].index])

    def fees_of(self) -> Floats:
        """Return what the payers of every cell cost at least."""
        return self.payments[np.minimum(self.paid, len(self.payments) - 1)]

    def price(self, goods: Floats, parcels: Floats, fees: float) -> Cut:
        """Return the cut at some weights: L_c is a bound of the costs rounded down, so it is certified."""
        table, least = self.instance.options, np.full(len(self.cells), np.inf)
        for member in self.members:
            cost = goods[member.class_of] * member.goods + fees * table.fee_minor[member.options]
            whole = np.floor(cost + parcels[member.class_of] - 1e-6).astype(np.int64)
            kept = best_days(self.instance, member.options, whole)
            bounds = cell_bounds(self.instance, self.cover, kept, whole[np.searchsorted(member.options, kept)])
            least = np.minimum(least, bounds.bound)
        return Cut(goods, parcels, fees, np.minimum(least, LARGEST_BOUND))


def groups_of(problem: SearchProblem, activations: Sequence[int], worth: float) -> list[WindowGroup]:
    """Return the windows within reach in groups, those that have no cell left out."""
    instance = problem.instance
    apart = instance.limits.daily_capacity is not None or bool(np.any(instance.gap_days))
    grouped: dict[tuple[object, ...], list[ClassedWindow]] = {}
    for activation in activations:
        for index in problem.windows_of(activation).tolist():
            window = ClassedWindow.of(instance, int(index))
            if len(window.options):
                alike = (index,) if apart else (int(instance.window_month[index]), window.classes.tobytes())
                grouped.setdefault((activation, *alike), []).append(window)
    made = [WindowGroup(problem, members, worth) for members in grouped.values()]
    return [group for group in made if len(group.cells) or group.aside is not None]


Prices = Mapping[tuple[str, int, int], float]
"""By ("month", month, 0), ("lot", product, lot), ("day", day, 0) and ("budget", 0, 0)."""


def weights(group: WindowGroup, prices: Prices, base: float) -> tuple[Floats, Floats, float]:
    """Return what prices of the shared rows make of a group: weights of goods, of parcels and of fees."""
    money = base + prices.get(("budget", 0, 0), 0.0)
    product = int(group.instance.product[group.activation])
    months, lots, days = group.classes
    goods = np.array([money + prices.get(("month", int(month), 0), 0.0) for month in months])
    parcels = np.array([prices.get(("day", int(day), 0), 0.0) for day in days])
    for (kind, owner, until), price in prices.items():
        if kind == "lot" and owner == product:
            parcels[lots <= until] += price
    return goods, parcels, money + prices.get(("month", group.month, 0), 0.0)
