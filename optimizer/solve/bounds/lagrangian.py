"""Prices for what activations share: a Lagrangian bound, raised by cutting planes inside a box.

With prices σ ≥ 0 per ship day and per lot of stock (minor units a parcel) and β ≥ 0 per capped month (thousandths of a
unit per unit spent), every plan that secures R costs at least::

    D(σ, β) = Σ_{a∈R} rc_a(σ, β) − Σ σ·capacity − Σ β·cap

rc_a being a lower bound on the priced cost of a in any window. Charges are whole numbers, rounded down, and what the
limits are worth is rounded up, so D is valid for any prices. A linear program over the minimisers seen so far
proposes the next prices near the best ones; each evaluation takes milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from optimizer.derive.instance import INFEASIBLE_COST, Floats, Instance, Ints
from optimizer.solve.bounds.lower_bounds import LagrangianBounds
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.windows.candidates import best_days
from optimizer.solve.windows.cell_bounds import CellBounds, cell_bounds
from optimizer.solve.windows.window import WindowData

THOUSAND = 1000


@dataclass(frozen=True)
class Rows:
    """Shared rows: ship days that someone can use, (product, arrival) lots, capped months; and their capacities."""

    days: Ints
    lots: tuple[tuple[int, int], ...]
    months: Ints
    capacity: Floats

    def __len__(self) -> int:
        return len(self.days) + len(self.lots) + len(self.months)


def shared_rows(instance: Instance) -> Rows:
    """Return the rows that have a limit."""
    limits = instance.limits
    days = np.unique(instance.options.ship_day) if limits.daily_capacity is not None else np.zeros(0, dtype=np.int64)
    lots, units = [], []
    horizon = len(limits.ship_month)
    for product, arrivals in limits.arrivals.items():
        arrived = 0
        for day, total in (*arrivals, (horizon, arrivals[-1][1])):
            lots.append((product, day))
            units.append(arrived)
            arrived = total
    months = np.array(sorted(limits.month_caps), dtype=np.int64)
    caps = [limits.month_caps[int(month)] for month in months]
    capacity = np.array([*[limits.daily_capacity or 0] * len(days), *units, *caps], dtype=float)
    return Rows(days, tuple(lots), months, capacity)


def use_of(instance: Instance, rows: Rows, options: Ints) -> Floats:
    """Return what options take of every row: parcels, and minor units of a month."""
    table = instance.options
    shipped, product = table.ship_day[options], instance.product[table.activation[options]]
    days = [np.count_nonzero(shipped == day) for day in rows.days]
    lots = [np.count_nonzero((product == own) & (shipped < before)) for own, before in rows.lots]
    months = [int(_spent_in(instance, month, options).sum()) for month in rows.months.tolist()]
    return np.array([*days, *lots, *months], dtype=float)


def _spent_in(instance: Instance, month: int, options: Ints) -> Ints:
    table = instance.options
    goods = (instance.limits.ship_month[table.ship_day[options]] == month) * (
        table.product_minor[options] + table.shipping_minor[options]
    )
    fees = (instance.window_month[table.window[options]] == month) * table.fee_minor[options]
    spent: Ints = (goods + fees).astype(np.int64)
    return spent


def charges(instance: Instance, rows: Rows, prices: Ints, options: Ints) -> Ints:
    """Return what each option pays at whole prices (months: thousandths), rounded down."""
    table = instance.options
    shipped, product = table.ship_day[options], instance.product[table.activation[options]]
    total = np.zeros(len(options), dtype=np.int64)
    if len(rows.days):
        by_day = np.zeros(len(instance.limits.ship_month), dtype=np.int64)
        by_day[rows.days] = prices[: len(rows.days)]
        total += by_day[shipped]
    for (own, before), price in zip(rows.lots, prices[len(rows.days) :].tolist(), strict=False):
        if price:
            total += price * ((product == own) & (shipped < before))
    for month, price in zip(rows.months.tolist(), prices[len(rows.days) + len(rows.lots) :].tolist(), strict=True):
        if price:
            total += price * _spent_in(instance, month, options) // THOUSAND
    return total


@dataclass(frozen=True)
class PricedBound:
    """One activation at some prices: a bound on its priced cost, and options that reach it or nearly so."""

    bound: int
    options: Ints


def bound_at_prices(
    problem: SearchProblem,
    rows: Rows,
    prices: Ints,
    activation: int,
    lower_bounds: Mapping[int, int],
    beside: LagrangianBounds | None = None,
) -> PricedBound:
    """Return the least priced cost of an activation over its windows, at least its bound without prices.

    `beside`: prices of other limits that are paid as well.
    """
    instance = problem.instance
    best = PricedBound(INFEASIBLE_COST, np.zeros(0, dtype=np.int64))
    items = sorted(
        (problem.window_data[int(w)] for w in problem.windows_of(activation)), key=lambda e: (e.least, e.window)
    )
    for item in items:
        if item.least >= best.bound:
            break
        cost = instance.options.cost_minor[item.options] + charges(instance, rows, prices, item.options)
        if beside is not None and beside.charges is not None:
            cost = cost + beside.charges[item.options]
        kept = best_days(instance, item.options, cost)
        kept_cost = cost[np.searchsorted(item.options, kept)]
        bounds = cell_bounds(instance, item.cover, kept, kept_cost)
        bound = min(item.rest, bounds.least)
        if bound < best.bound:
            best = PricedBound(bound, minimiser(instance, item, kept, kept_cost, bounds))
    return PricedBound(max(best.bound, lower_bounds.get(activation, 0)), best.options)


def minimiser(instance: Instance, item: WindowData, options: Ints, cost: Ints, bounds: CellBounds) -> Ints:
    """Return the options the bound of the best cell takes: the n smallest g_i and the m smallest h_i."""
    if not len(bounds.bound):
        return np.zeros(0, dtype=np.int64)
    return cheapest_of_cell(instance, item, options, cost, bounds, int(bounds.bound.argmin()))


def cheapest_of_cell(
    instance: Instance, item: WindowData, options: Ints, cost: Ints, bounds: CellBounds, index: int, more: int = 0
) -> Ints:
    """Return the options the bound of a cell takes, and so many more of the next best gifts and payers."""
    table, cell = instance.options, item.cover.cells[index]
    paid = table.paid[options]
    row, multiplier = int(bounds.row[index]), float(bounds.multiplier[index])
    weights = item.cover.gift_weights(table.probability[options[~paid]], row)
    gifts = _smallest(
        table.creator[options[~paid]], cost[~paid] - multiplier * weights, int(bounds.gifts[index]) + more
    )
    weights = item.cover.paid_weights(table.probability[options[paid]], row)
    payers = _smallest(table.creator[options[paid]], cost[paid] - multiplier * weights, cell.paid + more)
    taken: Ints = np.concatenate([options[~paid][gifts], options[paid][payers]])
    return taken


def _smallest(creator: Ints, value: Floats, count: int) -> Ints:
    """Return the positions of the `count` creators' best options of least value."""
    if not len(creator):
        return np.zeros(0, dtype=np.int64)
    order = np.lexsort((value, creator))
    firsts = order[np.concatenate([[True], creator[order][1:] != creator[order][:-1]])]
    chosen: Ints = firsts[np.argsort(value[firsts], kind="stable")[:count]]
    return chosen


def raise_bound(
    problem: SearchProblem,
    lower_bounds: Mapping[int, int],
    wanted: Sequence[int],
    enough: int,
    beside: LagrangianBounds | None = None,
) -> LagrangianBounds | None:
    """Return bounds on securing all of `wanted`, at the best prices of the search; None where prices add nothing.

    Parameters
    ----------
    enough
        The search for prices ends at this bound (minor units).
    beside
        Prices of other limits that are paid as well.
    """
    instance = problem.instance
    rows = shared_rows(instance)
    if not len(rows) or not wanted:
        return None
    prices = _best_prices(problem, rows, lower_bounds, wanted, enough, beside)
    if prices is None:
        return None
    own = {a: bound_at_prices(problem, rows, prices, a, lower_bounds, beside).bound for a in lower_bounds}
    paid = charges(instance, rows, prices, np.arange(len(instance.options), dtype=np.int64))
    if beside is not None and beside.charges is not None:
        paid = paid + beside.charges
    return LagrangianBounds(own, _worth(rows, prices) + (0 if beside is None else beside.constant), paid)


def _best_prices(
    problem: SearchProblem,
    rows: Rows,
    lower_bounds: Mapping[int, int],
    wanted: Sequence[int],
    enough: int,
    beside: LagrangianBounds | None,
) -> Ints | None:
    """Return the prices with the highest bound on securing all of `wanted`; None where none beats the bound without."""
    model = _Planes(rows, len(wanted))
    worth = 0 if beside is None else beside.constant
    start = sum((lower_bounds if beside is None else beside.own)[a] for a in wanted) - worth
    best, centre = start, np.zeros(len(rows))
    costs = problem.instance.options.cost_minor
    box = np.full(len(rows), PARAMETERS.first_price_box * max(1.0, float(np.median(costs))))
    box[len(rows.days) + len(rows.lots) :] = 100.0
    proposal = centre
    for _ in range(PARAMETERS.price_rounds):
        prices = np.rint(proposal).astype(np.int64)
        evaluated = [bound_at_prices(problem, rows, prices, a, lower_bounds, beside) for a in wanted]
        value = sum(item.bound for item in evaluated) - _worth(rows, prices) - worth
        for number, item in enumerate(evaluated):
            model.add(number, item.bound, use_of(problem.instance, rows, item.options), prices)
        box *= 1.3 if value > best else 0.7
        if value > best:
            best, centre = value, prices.astype(float)
        answer = model.propose(centre, box)
        if (
            best >= enough
            or answer is None
            or problem.control.stopped
            or answer[1] - best < PARAMETERS.worth_a_price_round * start
        ):
            break
        proposal = answer[0]
    return None if best <= start else np.rint(centre).astype(np.int64)


def _worth(rows: Rows, prices: Ints) -> int:
    """Return Σ price · capacity, rounded up: months are priced in thousandths."""
    capacity = rows.capacity.astype(np.int64)
    parcels = len(rows.days) + len(rows.lots)
    months = int((prices[parcels:] * capacity[parcels:]).sum())
    return int((prices[:parcels] * capacity[:parcels]).sum()) - (-months // THOUSAND)


class _Planes:
    """Cutting planes θ_a ≤ value + use · (price − price seen), and the linear program over them."""

    def __init__(self, rows: Rows, count: int) -> None:
        self.count = count
        self.scale = np.ones(len(rows))
        self.scale[len(rows.days) + len(rows.lots) :] = 1 / THOUSAND
        self.worth = rows.capacity * self.scale
        self.owner: list[int] = []
        self.constant: list[float] = []
        self.slopes: list[Floats] = []

    def add(self, number: int, value: int, used: Floats, prices: Ints) -> None:
        slope = used * self.scale
        self.owner.append(number)
        self.slopes.append(slope)
        self.constant.append(value - float(slope @ prices))

    def propose(self, centre: Floats, box: Floats) -> tuple[Floats, float] | None:
        """Return the prices in the box that look best, and what they promise."""
        slopes = np.array(self.slopes)
        size = len(self.owner)
        rows, columns = np.nonzero(slopes)
        matrix = coo_array(
            (
                np.concatenate([np.ones(size), -slopes[rows, columns]]),
                (np.concatenate([np.arange(size), rows]), np.concatenate([self.owner, self.count + columns])),
            ),
            shape=(size, self.count + slopes.shape[1]),
        )
        low = np.maximum(0.0, centre - box)
        bounds = [(None, None)] * self.count + list(zip(low.tolist(), (centre + box).tolist(), strict=True))
        objective = np.concatenate([-np.ones(self.count), self.worth])
        answer = linprog(objective, A_ub=matrix.tocsr(), b_ub=self.constant, bounds=bounds, method="highs")
        if answer.status != 0:
            return None
        return np.asarray(answer.x[self.count :]), float(-answer.fun)
