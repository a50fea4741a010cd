"""Teams placed so far and what they leave: places, stock, money by month, budget, people and dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from optimizer.derive.instance import UNLIMITED, Flags, Instance, Ints
from optimizer.model.rules import to_be_checked
from optimizer.model.selection import Selection
from optimizer.solve.cpsat.feasibility import keeps_checked_rules


@dataclass(frozen=True)
class Breach:
    """A shared limit that a team would break beside a plan.

    Attributes
    ----------
    rule
        Its id.
    subject
        Month, product or community it is of; 0 where there is one limit for all.
    days
        Days without a place; of stock the arrivals to wait for, `UNLIMITED` where nothing more arrives.
    """

    rule: str
    subject: int = 0
    days: tuple[int, ...] = ()


class PartialPlan:
    """A growing and shrinking selection that keeps every shared rule.

    Parameters
    ----------
    instance
        What is planned.
    fixed
        Selection to start from; it must keep the shared rules.
    over_budget
        Whether the partial plan may cost more than the budget for a while.
    """

    def __init__(self, instance: Instance, fixed: Selection | None = None, *, over_budget: bool = False) -> None:
        self.instance = instance
        self.over_budget = over_budget
        self.windows: dict[int, int] = {}
        self.teams: dict[int, Ints] = {}
        limits = instance.limits
        days = len(limits.ship_month)
        self._places = np.full(
            days, UNLIMITED if limits.daily_capacity is None else limits.daily_capacity, dtype=np.int64
        )
        self._stock = {product: np.array([total for _, total in lots]) for product, lots in limits.arrivals.items()}
        self._arrival_days = {product: np.array([day for day, _ in lots]) for product, lots in limits.arrivals.items()}
        self._months = dict(limits.month_caps)
        self._checked = bool(to_be_checked(instance))
        self.cost = 0
        chosen = np.array([] if fixed is None else fixed.options, dtype=np.int64)
        for activation, window in ({} if fixed is None else fixed.windows).items():
            self.insert(activation, window, chosen[instance.options.activation[chosen] == activation])

    def selection(self) -> Selection:
        """Return the plan so far."""
        options = sorted(int(o) for team in self.teams.values() for o in team)
        return Selection(tuple(options), dict(sorted(self.windows.items())))

    def insert(self, activation: int, window: int, options: Ints) -> None:
        """Add a team."""
        self.windows[activation], self.teams[activation] = window, options
        self._take(activation, window, options, 1)

    def remove(self, activation: int) -> None:
        """Take a team out."""
        self._take(activation, self.windows.pop(activation), self.teams.pop(activation), -1)

    def _take(self, activation: int, window: int, options: Ints, sign: int) -> None:
        self.cost += sign * int(self.instance.options.cost_minor[options].sum())
        np.subtract.at(self._places, self.instance.options.ship_day[options], sign)
        product = int(self.instance.product[activation])
        if product in self._stock:
            self._stock[product] -= sign * self._prefixes(product, options)
        for month, spent in self._spending(window, options).items():
            self._months[month] -= sign * spent

    def _prefixes(self, product: int, options: Ints) -> Ints:
        """Return how many of these parcels each lot's row counts: those shipped before the next arrival."""
        until = np.append(self._arrival_days[product][1:], UNLIMITED)
        days = self.instance.options.ship_day[options]
        counted: Ints = (days[:, None] < until[None]).sum(axis=0, dtype=np.int64)
        return counted

    def _spending(self, window: int, options: Ints) -> dict[int, int]:
        table, instance = self.instance.options, self.instance
        spending = {}
        for month in self._months:
            goods = instance.limits.ship_month[table.ship_day[options]] == month
            spent = int((table.product_minor + table.shipping_minor)[options[goods]].sum())
            if int(instance.window_month[window]) == month:
                spent += int(table.fee_minor[options].sum())
            spending[month] = spent
        return spending

    def remaining_capacity(self, activation: int) -> Ints:
        """Return how many parcels of an activation's product each day could still take, stock included."""
        free = self._places
        product = int(self.instance.product[activation])
        if product in self._stock:
            free = free.copy()
            until = np.append(self._arrival_days[product][1:], UNLIMITED)
            days = np.arange(len(free))
            for left, end in zip(self._stock[product], until, strict=True):
                free[days < end] = np.minimum(free[days < end], left)
            free[days < self._arrival_days[product][0]] = 0
        return np.maximum(free, 0)

    def fits(self, activation: int, window: int, options: Ints) -> bool:
        """Return whether a team keeps shared limits and rules that are checked; people and dates are not looked at."""
        parcels = np.bincount(self.instance.options.ship_day[options], minlength=len(self._places))
        if np.any(parcels > self.remaining_capacity(activation)):
            return False
        product = int(self.instance.product[activation])
        if product in self._stock and np.any(self._prefixes(product, options) > self._stock[product]):
            return False
        if any(spent > self._months[month] for month, spent in self._spending(window, options).items()):
            return False
        limit = self.instance.limits.budget_minor
        cost = int(self.instance.options.cost_minor[options].sum())
        if not self.over_budget and limit is not None and self.cost + cost > limit:
            return False
        team = Selection(tuple(options.tolist()), {activation: window})
        return not self._checked or keeps_checked_rules(self.instance, self.selection().union(team))

    def dates_allow(self, activation: int, window: int) -> bool:
        """Return whether a window keeps its distance from the other windows of its community."""
        gap = int(self.instance.gap_days[activation])
        mine = self.instance.community[activation]
        others = (w for a, w in self.windows.items() if a != activation and self.instance.community[a] == mine)
        return all(self._apart(window, other, gap) for other in others)

    def _apart(self, first: int, second: int, free_days: int) -> bool:
        start, end = self.instance.windows.start_day, self.instance.windows.end_day
        return bool(start[first] > end[second] + free_days or start[second] > end[first] + free_days)

    def available(self, activation: int, window: int, options: Ints) -> Flags:
        """Return for each option whether rest and participations let its creator take part, shape (options,)."""
        busy = self._busy(activation, window)
        if not len(busy):
            return np.ones(len(options), dtype=bool)
        free: Flags = ~np.isin(self.instance.options.creator[options], busy)
        return free

    def _busy(self, activation: int, window: int) -> Ints:
        """Return the creators who rest through a window or take part as often as they may."""
        return np.concatenate([self._resting(activation, window), self._taken_up(activation)])

    def _resting(self, activation: int, window: int) -> Ints:
        days = self.instance.limits.rest_days
        near = [
            self.instance.options.creator[team]
            for other, team in self.teams.items()
            if other != activation and not self._apart(window, self.windows[other], days)
        ]
        return np.concatenate([np.zeros(0, dtype=np.int64), *near])

    def _taken_up(self, activation: int) -> Ints:
        most = self.instance.limits.max_activations
        if most is None:
            return np.zeros(0, dtype=np.int64)
        teams = [self.instance.options.creator[team] for other, team in self.teams.items() if other != activation]
        creators, times = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *teams]), return_counts=True)
        busy: Ints = creators[times >= most]
        return busy

    def breaches(self, activation: int, window: int, options: Ints) -> Iterator[Breach]:
        """Yield the shared limits that a team would break; none exactly where it fits and people and dates allow it."""
        instance, limits = self.instance, self.instance.limits
        creators, days = instance.options.creator[options], instance.options.ship_day[options]
        cost = int(instance.options.cost_minor[options].sum())
        if not self.over_budget and limits.budget_minor is not None and self.cost + cost > limits.budget_minor:
            yield Breach("budget_total")
        for month, spent in self._spending(window, options).items():
            if spent > self._months[month]:
                yield Breach("budget_month", month)
        product = int(instance.product[activation])
        if product in self._stock:
            arrivals = self._arrival_days[product]
            short = np.flatnonzero(self._prefixes(product, options) > self._stock[product])
            waits = {int(arrivals[0])} if np.any(days < arrivals[0]) else set[int]()
            waits.update(int(day) for day in np.append(arrivals[1:], UNLIMITED)[short])
            if waits:
                yield Breach("stock", product, tuple(sorted(waits)))
        full = np.flatnonzero(np.bincount(days, minlength=len(self._places)) > self._places)
        if len(full):
            yield Breach("daily_capacity", 0, tuple(full.tolist()))
        if np.isin(creators, self._resting(activation, window)).any():
            yield Breach("rest_days")
        if np.isin(creators, self._taken_up(activation)).any():
            yield Breach("max_activations")
        if not self.dates_allow(activation, window):
            yield Breach("community_gap", int(instance.community[activation]))

    def within_budget(self) -> Selection:
        """Return the plan without those of least value per cost, until it is within the budget; required ones stay."""
        limit = self.instance.limits.budget_minor
        cost, gone = self.cost, set[int]()
        costs = {a: int(self.instance.options.cost_minor[team].sum()) for a, team in self.teams.items()}
        ranked = sorted(self.teams, key=lambda a: (self.instance.value[a] / max(1, costs[a]), a))
        for activation in ranked:
            if limit is None or cost <= limit:
                break
            if not self.instance.must_secure[activation]:
                gone.add(activation)
                cost -= costs[activation]
        options = sorted(int(o) for a, team in self.teams.items() if a not in gone for o in team)
        return Selection(tuple(options), {a: w for a, w in sorted(self.windows.items()) if a not in gone})

    def value(self, activations: Iterable[int] | None = None) -> int:
        """Return the value of the plan, or of some activations."""
        chosen = self.windows if activations is None else activations
        return int(sum(self.instance.value[a] for a in chosen))
