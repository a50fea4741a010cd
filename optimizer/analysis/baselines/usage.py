"""What a plan under construction has used: money, places, stock, people; for methods that take option by option."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from optimizer.derive.instance import Instance, Ints
from optimizer.derive.people import TIERS


@dataclass
class Usage:
    """What is taken so far, and what still fits."""

    instance: Instance
    costs: Ints
    spent: int = 0
    places: Counter[int] = field(default_factory=Counter)
    months: Counter[int] = field(default_factory=Counter)
    unshipped: dict[int, Ints] = field(init=False)
    engaged: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    opened: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        days = len(self.instance.limits.ship_month)
        self.unshipped = {}
        for product, arrivals in self.instance.limits.arrivals.items():
            arrived = np.zeros(days, dtype=np.int64)
            for day, total in arrivals:
                arrived[day:] = total
            self.unshipped[product] = arrived

    def may_open(self, window: int) -> bool:
        """Return whether the community's other windows leave the gap it asks for."""
        windows, instance = self.instance.windows, self.instance
        owner = int(windows.activation[window])
        for other in self.opened:
            theirs = int(windows.activation[other])
            if instance.community[theirs] == instance.community[owner]:
                gap = int(instance.gap_days[owner])
                first, second = sorted((window, other), key=lambda item: int(windows.start_day[item]))
                if windows.start_day[second] <= windows.end_day[first] + gap:
                    return False
        return True

    def open(self, window: int) -> None:
        """Take a window."""
        self.opened.append(window)

    def room(self, option: int) -> bool:
        """Return whether an option fits every shared rule, given what is taken."""
        instance, table, limits = self.instance, self.instance.options, self.instance.limits
        day = int(table.ship_day[option])
        if limits.daily_capacity is not None and self.places[day] >= limits.daily_capacity:
            return False
        product = int(instance.product[table.activation[option]])
        if product in self.unshipped and self.unshipped[product][day:].min() < 1:
            return False
        if limits.budget_minor is not None and self.spent + int(self.costs[option]) > limits.budget_minor:
            return False
        charged: Counter[int] = Counter()
        for month, amount in self._charges(option):
            charged[month] += amount
        if any(
            month in limits.month_caps and self.months[month] + amount > limits.month_caps[month]
            for month, amount in charged.items()
        ):
            return False
        return self._rested(option)

    def _charges(self, option: int) -> list[tuple[int, int]]:
        table = self.instance.options
        goods = int(table.product_minor[option] + table.shipping_minor[option])
        shipped = int(self.instance.limits.ship_month[table.ship_day[option]])
        return [(shipped, goods), (int(self.instance.window_month[table.window[option]]), int(table.fee_minor[option]))]

    def _rested(self, option: int) -> bool:
        table, windows, limits = self.instance.options, self.instance.windows, self.instance.limits
        mine = int(table.window[option])
        others = self.engaged[int(table.creator[option])]
        if limits.max_activations is not None and len(others) >= limits.max_activations:
            return False
        for other in others:
            first, second = sorted((mine, other), key=lambda item: int(windows.start_day[item]))
            if windows.start_day[second] <= windows.end_day[first] + limits.rest_days:
                return False
        return True

    def take(self, option: int, times: int = 1) -> None:
        """Take an option, or give it back (`times` = −1)."""
        table = self.instance.options
        day, product = int(table.ship_day[option]), int(self.instance.product[table.activation[option]])
        self.places[day] += times
        self.spent += times * int(self.costs[option])
        for month, amount in self._charges(option):
            self.months[month] += times * amount
        if product in self.unshipped:
            self.unshipped[product][day:] -= times
        engaged = self.engaged[int(table.creator[option])]
        if times > 0:
            engaged.append(int(table.window[option]))
        else:
            engaged.remove(int(table.window[option]))

    def team(self, activation: int, options: Sequence[int] = ()) -> GrowingTeam:
        """Return the team of an activation; options named are counted, not taken."""
        team = GrowingTeam(self, activation)
        for option in options:
            team.count(option)
        return team


@dataclass
class GrowingTeam:
    """The options of one activation, while it grows."""

    usage: Usage
    activation: int
    options: list[int] = field(default_factory=list)
    creators: set[int] = field(default_factory=set)
    tiers: Counter[int] = field(default_factory=Counter)
    paid: int = 0
    cost: int = 0
    expected: float = 0.0

    def count(self, option: int) -> None:
        """Count an option in."""
        table, instance = self.usage.instance.options, self.usage.instance
        self.options.append(option)
        self.creators.add(int(table.creator[option]))
        self.tiers[int(instance.tier[table.creator[option]])] += 1
        self.paid += bool(table.paid[option])
        self.cost += int(self.usage.costs[option])
        self.expected += float(table.probability[option])

    def take(self, option: int) -> bool:
        """Take an option if its creator is free and every rule allows it; return whether it was taken."""
        instance = self.usage.instance
        creator = int(instance.options.creator[option])
        tier = int(instance.tier[creator])
        if creator in self.creators or not self.usage.room(option):
            return False
        if tier >= 0:
            allowed = instance.waves[self.activation].tier_mix.get(TIERS[tier])  # type: ignore[call-overload]
            if allowed is not None and allowed.max is not None and self.tiers[tier] >= allowed.max:
                return False
        self.usage.take(option)
        self.count(option)
        return True

    def leave(self) -> None:
        """Give back everything that was taken."""
        for option in self.options:
            self.usage.take(option, -1)

    def room_for_paid(self, most: int) -> bool:
        """Return whether one more payer keeps the number allowed; the share must be kept in the end."""
        share = self.usage.instance.max_paid_share[self.activation]
        return self.paid < most and self.paid + 1 <= share * (len(self.options) + 1)

    def complete(self) -> bool:
        """Return whether the team keeps paid share, minimum of payers and tier mix."""
        instance = self.usage.instance
        wave = instance.waves[self.activation]
        if self.paid < wave.min_paid or self.paid > instance.max_paid_share[self.activation] * len(self.options):
            return False
        return all(
            allowed.min <= self.tiers[TIERS.index(tier)]
            and (allowed.max is None or self.tiers[TIERS.index(tier)] <= allowed.max)
            for tier, allowed in wave.tier_mix.items()
        )
