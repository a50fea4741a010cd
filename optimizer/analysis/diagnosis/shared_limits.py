"""Limits that all activations share: money, parcels, units, people's rest; as relaxable parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import accumulate

from optimizer.analysis.diagnosis.documents import Patch, Scalar
from optimizer.analysis.diagnosis.relaxable import Relaxable, listed_values, raised, steps
from optimizer.derive.instance import Limits
from optimizer.errors import pointer
from optimizer.money import decimals, from_minor, to_minor
from optimizer.plan import Plan
from optimizer.scenario.fields import Product
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import Wave
from optimizer.wording import money


@dataclass(frozen=True)
class Limit:
    """One rule that may stand in the way.

    Attributes
    ----------
    rule
        Its id.
    words
        What it is, for people, inside a sentence.
    relaxables
        The fields it could be eased by.
    removal
        The changes that take it away altogether.
    relaxed
        The same for an instance's shared limits; None where it is none of them.
    """

    rule: str
    words: str
    relaxables: tuple[Relaxable, ...]
    removal: tuple[Patch, ...]
    relaxed: Limits | None = field(default=None, compare=False)


def limit(rule: str, words: str, *relaxables: Relaxable, relaxed: Limits | None = None) -> Limit:
    """Return a limit that is gone when all its relaxables are at their extremes."""
    return Limit(rule, words, relaxables, tuple(relaxable.removal for relaxable in relaxables), relaxed)


@dataclass(frozen=True)
class SharedLimits:
    """The shared limits of a scenario that are in use, for some waves."""

    scenario: Scenario
    given: Limits
    waves: Collection[Wave]

    def __iter__(self) -> Iterator[Limit]:
        yield from self._budget()
        yield from self._months()
        yield from self._capacity()
        yield from self._stock()
        yield from self._rotation()
        yield from self._gaps()

    def _money(self, minor: int) -> str:
        return from_minor(minor, decimals(self.scenario.currency))

    def _spoken(self, amount: Scalar) -> str:
        return money(str(amount), self.scenario.currency)

    def _minor(self, amount: str | Decimal | None) -> int:
        return to_minor(Decimal(amount or 0), decimals(self.scenario.currency))

    def _budget(self) -> Iterator[Limit]:
        total = self.scenario.budget.total
        if total is not None:
            relaxable = raised(
                pointer("budget", "total"),
                "Total budget",
                self._minor(total),
                lambda plan: self._minor(plan.totals.cost),
                show=self._money,
                spoken=self._spoken,
                priced=True,
            )
            yield limit("budget_total", "the total budget", relaxable, relaxed=replace(self.given, budget_minor=None))

    def _months(self) -> Iterator[Limit]:
        horizon = self.scenario.horizon
        for month, cap in sorted(self.scenario.budget.monthly.items()):
            if horizon.start.isoformat()[:7] <= month <= horizon.end.isoformat()[:7]:
                relaxable = raised(
                    pointer("budget", "monthly", month),
                    f"Budget of {month}",
                    self._minor(cap),
                    partial(self._spent_in, month),
                    show=self._money,
                    spoken=self._spoken,
                )
                index = int(month[:4]) * 12 + int(month[5:]) - 1
                caps = {other: most for other, most in self.given.month_caps.items() if other != index}
                relaxed = replace(self.given, month_caps=caps)
                yield limit("budget_month", f"the budget of {month}", relaxable, relaxed=relaxed)

    def _spent_in(self, month: str, plan: Plan) -> int:
        return sum(self._minor(line.total) for line in plan.cash if line.month == month)

    def _capacity(self) -> Iterator[Limit]:
        most = self.scenario.shipping.daily_capacity
        if most is not None:
            relaxable = raised(pointer("shipping", "daily_capacity"), "Parcels a day", most, _parcels_a_day)
            relaxed = replace(self.given, daily_capacity=None)
            yield limit("daily_capacity", "the daily capacity", relaxable, relaxed=relaxed)

    def _stock(self) -> Iterator[Limit]:
        sent = {wave.product for wave in self.waves}
        for index, product in enumerate(self.scenario.products):
            if product.id in sent and product.stock is not None:
                gone = Patch(pointer("products", index, "stock"), None)
                arrivals = {other: lots for other, lots in self.given.arrivals.items() if other != index}
                relaxed = replace(self.given, arrivals=arrivals)
                relaxables = tuple(self._lots(index, product))
                yield Limit("stock", f"the stock of {product.id}", relaxables, (gone,), relaxed)

    def _lots(self, index: int, product: Product) -> Iterator[Relaxable]:
        """More units in the first or the last lot, or the last lot earlier."""
        lots = product.stock or []
        ordered = sorted(range(len(lots)), key=lambda number: lots[number].on)
        most = len(self.scenario.creators) * max(1, len(self.waves))
        for number in dict.fromkeys([*ordered[:1], *ordered[-1:]]):
            lot = lots[number]
            yield Relaxable(
                pointer("products", index, "stock", number, "units"),
                f"Units of {product.id} that arrive on {lot.on}",
                lot.units,
                most,
                partial(_more, lot.units),
                1 / max(1, lot.units),
                lot.units + most,
                enough=partial(self._units_short, product, number),
            )
        horizon = self.scenario.horizon
        if ordered and lots[ordered[-1]].on > horizon.start:
            last = lots[ordered[-1]]
            first = min(last.on, horizon.end)
            earlier = [
                (first - timedelta(days=back)).isoformat() for back in range(1, (first - horizon.start).days + 1)
            ]
            where, subject = (
                pointer("products", index, "stock", ordered[-1], "on"),
                f"Arrival of {last.units} units of {product.id}",
            )
            yield listed_values(where, subject, last.on.isoformat(), earlier, size=1 / 14)

    def _units_short(self, product: Product, number: int, plan: Plan) -> int:
        """Return the level of a lot with all the units a plan ships after its arrival and has not."""
        lots = product.stock or []
        sends = {wave.id for wave in self.waves if wave.product == product.id}
        shipped = Counter(line.ship_on for line in plan.assignments if line.activation in sends)
        days = sorted(shipped)
        short = [
            used - sum(lot.units for lot in lots if lot.on <= day)
            for day, used in zip(days, accumulate(shipped[day] for day in days), strict=True)
            if day >= lots[number].on
        ]
        return max(0, max(short, default=0) - 1)

    def _rotation(self) -> Iterator[Limit]:
        rotation = self.scenario.rotation
        if len(self.waves) < 2:
            return
        if rotation.rest_days:
            relaxable = steps(pointer("rotation", "rest_days"), "Rest days of a creator", rotation.rest_days, 0)
            yield limit("rest_days", "the rest of creators", relaxable, relaxed=replace(self.given, rest_days=0))
        if rotation.max_activations_per_creator is not None:
            relaxable = raised(
                pointer("rotation", "max_activations_per_creator"),
                "Activations of a creator",
                rotation.max_activations_per_creator,
                _activations_of_a_creator,
            )
            relaxed = replace(self.given, max_activations=None)
            yield limit("max_activations", "the most activations of a creator", relaxable, relaxed=relaxed)

    def _gaps(self) -> Iterator[Limit]:
        waves = Counter(wave.community for wave in self.waves)
        for index, community in enumerate(self.scenario.communities):
            if community.min_gap_days and waves[community.id] > 1:
                where = pointer("communities", index, "min_gap_days")
                relaxable = steps(where, f"Free days between windows of {community.id}", community.min_gap_days, 0)
                yield limit("community_gap", f"the gap between windows of {community.id}", relaxable)


def _more(units: int, level: int) -> int:
    return units + level + 1


def _parcels_a_day(plan: Plan) -> int:
    return max(Counter(line.ship_on for line in plan.assignments).values(), default=0)


def _activations_of_a_creator(plan: Plan) -> int:
    return max(Counter(line.creator for line in plan.assignments).values(), default=0)
