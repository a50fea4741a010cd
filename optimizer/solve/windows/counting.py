"""Counting first: what people, parcels, places, stock and money rule out before any threshold is made.

Each window's teams are counted (`team_counts`) against what its ship days can send, what is in stock by then and what
its months may spend. Windows no team fits are dropped. Where a required activation has no window left, or the required
ones together ask for more than days, stock, months or the budget give, there is no plan. All is integer arithmetic
over relaxations, so what is ruled out is ruled out for good; a rule that does not stand in the table rules out nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.derive.instance import UNLIMITED, Instance, Ints
from optimizer.model.rules import rule_ids
from optimizer.solve.windows.team_counts import team_counts


@dataclass(frozen=True)
class Need:
    """What every plan spends on one activation it secures, at least and nowhere else.

    Attributes
    ----------
    cost, parcels
        At least (minor units); over all windows left.
    days
        First and last ship day of any option left.
    months
        First and last month that any of its money may fall in.
    """

    activation: int
    cost: int
    parcels: int
    days: tuple[int, int]
    months: tuple[int, int]


@dataclass(frozen=True)
class Counted:
    """What counting says of an instance.

    Attributes
    ----------
    windows
        Those that are not ruled out, in order.
    needs
        By activation; absent where no window is left.
    infeasible
        Whether it is proven that there is no plan.
    """

    windows: Ints
    needs: dict[int, Need]
    infeasible: bool

    @property
    def costs(self) -> dict[int, int]:
        """What each activation that has a window left costs at least (minor units)."""
        return {activation: need.cost for activation, need in self.needs.items()}


def count(instance: Instance, stopped: Callable[[], bool]) -> Counted:
    """Return what counting rules out; nothing once `stopped` says so."""
    ids = rule_ids(instance)
    windows, needs = [], {}
    for activation in instance.activations:
        own = []
        for window in np.flatnonzero(instance.windows.activation == activation).tolist():
            if stopped():
                return Counted(np.arange(len(instance.windows), dtype=np.int64), {}, False)
            need = _need(instance, activation, window, ids)
            if need is not None:
                windows.append(window)
                own.append(need)
        if own:
            needs[activation] = _least(own)
    must = np.flatnonzero(instance.must_secure).tolist() if "required" in ids else []
    infeasible = any(a not in needs for a in must) or _too_much(instance, [needs[a] for a in must if a in needs], ids)
    return Counted(np.array(sorted(windows), dtype=np.int64), needs, infeasible)


def _need(instance: Instance, activation: int, window: int, ids: frozenset[str]) -> Need | None:
    """Return what the teams of a window ask for at least, or None where there can be none."""
    options = instance.options.in_window(window)
    if not len(options):
        return None
    days = instance.options.ship_day[options]
    months = instance.limits.ship_month[days]
    end = int(instance.window_month[window])
    span = min(int(months.min()), end), max(int(months.max()), end)
    money = _money_in(instance, np.unique([*months, end]).tolist()) if "budget_month" in ids else None
    teams = team_counts(instance, activation, window, ids).within(_most_parcels(instance, window, ids), money)
    if not len(teams.cost):
        return None
    return Need(activation, int(teams.cost.min()), int(teams.parcels.min()), (int(days.min()), int(days.max())), span)


def _least(needs: Sequence[Need]) -> Need:
    """Return what holds whichever of an activation's windows is taken."""
    return Need(
        needs[0].activation,
        min(need.cost for need in needs),
        min(need.parcels for need in needs),
        (min(need.days[0] for need in needs), max(need.days[1] for need in needs)),
        (min(need.months[0] for need in needs), max(need.months[1] for need in needs)),
    )


def _most_parcels(instance: Instance, window: int, ids: frozenset[str]) -> int:
    """Return how many parcels a window's ship days, and the stock by the last of them, allow at most."""
    table, limits = instance.options, instance.limits
    options = table.in_window(window)
    most = len(np.unique(table.creator[options]))
    if limits.daily_capacity is not None and "daily_capacity" in ids:
        pairs = np.unique(np.stack([table.ship_day[options], table.creator[options]]), axis=1)
        _, waiting = np.unique(pairs[0], return_counts=True)
        most = min(most, int(np.minimum(waiting, limits.daily_capacity).sum()))
    if "stock" in ids:
        product = int(instance.product[instance.windows.activation[window]])
        most = min(most, arrived_by(instance, product, int(table.ship_day[options].max())))
    return most


def arrived_by(instance: Instance, product: int, day: int) -> int:
    """Return the units of a product that may have left by the end of a day."""
    arrivals = instance.limits.arrivals.get(product)
    if arrivals is None:
        return UNLIMITED
    return max((total for on, total in arrivals if on <= day), default=0)


def _money_in(instance: Instance, months: Sequence[int]) -> int | None:
    """Return what some months may spend together; None where one of them has no cap."""
    caps = instance.limits.month_caps
    return sum(caps[month] for month in months) if all(month in caps for month in months) else None


def _too_much(instance: Instance, needs: Sequence[Need], ids: frozenset[str]) -> bool:
    """Return whether activations that are all secured ask for more than there is."""
    budget = instance.limits.budget_minor
    if budget is not None and "budget_total" in ids and sum(need.cost for need in needs) > budget:
        return True
    return (
        ("budget_month" in ids and _months_overspent(instance, needs))
        or ("stock" in ids and _stock_short(instance, needs))
        or ("daily_capacity" in ids and _days_full(instance, needs))
    )


def _months_overspent(instance: Instance, needs: Sequence[Need]) -> bool:
    """Return whether what must fall in some run of capped months is more than they may spend."""
    for first in {need.months[0] for need in needs}:
        for last in {need.months[1] for need in needs}:
            money = _money_in(instance, range(first, last + 1))
            inside = [need.cost for need in needs if first <= need.months[0] and need.months[1] <= last]
            if money is not None and sum(inside) > money:
                return True
    return False


def _stock_short(instance: Instance, needs: Sequence[Need]) -> bool:
    """Return whether what must leave by some day is more than has arrived by then."""
    for product in instance.limits.arrivals:
        own = [need for need in needs if instance.product[need.activation] == product]
        for day in {need.days[1] for need in own}:
            if sum(need.parcels for need in own if need.days[1] <= day) > arrived_by(instance, product, day):
                return True
    return False


def _days_full(instance: Instance, needs: Sequence[Need]) -> bool:
    """Return whether what must leave within some run of days is more than its ship days can send."""
    capacity = instance.limits.daily_capacity
    if capacity is None:
        return False
    ship_days = np.unique(instance.options.ship_day)
    for first in {need.days[0] for need in needs}:
        for last in {need.days[1] for need in needs}:
            parcels = sum(need.parcels for need in needs if first <= need.days[0] and need.days[1] <= last)
            if parcels > capacity * int(np.count_nonzero((first <= ship_days) & (ship_days <= last))):
                return True
    return False
