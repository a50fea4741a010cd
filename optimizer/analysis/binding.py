"""Which limits a plan uses up: where one more parcel, unit, pound or paid creator would not fit.

A limit that binds is not yet one that costs anything; the diagnosis says what stands in the way of an activation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import groupby

from optimizer.money import decimals, from_minor, to_minor
from optimizer.plan import ActivationResult, Assignment, BindingLimit, Plan
from optimizer.scenario.fields import Product
from optimizer.scenario.models import Community, Creator, Scenario
from optimizer.scenario.semantics import Wave, accepted_modes, max_paid_share, service_of, waves
from optimizer.wording import counted, money

LINES_PER_LIMIT = 3
"""More places than this share one line."""
NAMED = 3
"""Places named in such a line; the rest are counted."""


@dataclass(frozen=True)
class Place:
    """One place at which a plan uses a limit up.

    Attributes
    ----------
    limit, where, detail
        As in `BindingLimit`.
    path
        Of a limit of one activation with several fields: which of them, below the activation.
    """

    limit: str
    where: str
    detail: str
    path: tuple[str, ...] = ()


def binding(scenario: Scenario, plan: Plan) -> list[BindingLimit]:
    """Return the limits that a plan uses up, as `places` does, in few lines."""
    secured = sum(result.secured for result in plan.activations)
    among = {
        "paid_share": f"of {counted(secured, 'activation')}",
        "min_paid": f"of {counted(secured, 'activation')}",
        "tier_mix": "places",
    }
    grouped = groupby(places(scenario, plan), key=lambda place: place.limit)
    return [line for limit, group in grouped for line in _lines(limit, list(group), among.get(limit))]


def places(scenario: Scenario, plan: Plan) -> list[Place]:
    """Return every place at which a plan uses a limit up, by limit in a fixed order.

    A sum of money binds when what is left would not pay the cheapest possible parcel; a ship day when it is full; stock
    when all units that have arrived by some day are gone; a paid share when one more paid creator would break it; a
    minimum or maximum number of people when it is met exactly. Plans that break a limit use it up, too.
    """
    usage = _Usage(scenario, plan)
    return [place for limit in LIMITS for place in limit(usage)]


def listed(names: list[str]) -> str:
    """Return names joined by commas, cut after `NAMED` with an ellipsis."""
    return ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")


@dataclass
class _Usage:
    scenario: Scenario
    plan: Plan

    @cached_property
    def digits(self) -> int:
        return decimals(self.scenario.currency)

    @cached_property
    def waves(self) -> dict[str, Wave]:
        return {wave.id: wave for wave in waves(self.scenario)}

    @cached_property
    def communities(self) -> dict[str, Community]:
        return {community.id: community for community in self.scenario.communities}

    @cached_property
    def creators(self) -> dict[str, Creator]:
        return {creator.id: creator for creator in self.scenario.creators}

    @cached_property
    def secured(self) -> list[tuple[ActivationResult, Wave]]:
        return [(result, self.waves[result.activation]) for result in self.plan.activations if result.secured]

    def team(self, wave: Wave) -> list[Assignment]:
        return [line for line in self.plan.assignments if line.activation == wave.id]

    @cached_property
    def cheapest_minor(self) -> int:
        """Least that one more creator costs: product + shipping, and the fee of those who cannot be gifted."""
        units = {product.id: to_minor(product.unit_cost, self.digits) for product in self.scenario.products}
        cheapest_unit: dict[str, int] = {}
        for wave in self.waves.values():
            unit = units[wave.product]
            cheapest_unit[wave.community] = min(unit, cheapest_unit.get(wave.community, unit))
        return min(
            (
                cheapest_unit[community] + parcel
                for (_, communities, _), parcel in self._parcels.items()
                for community in communities
                if community in cheapest_unit
            ),
            default=0,
        )

    @cached_property
    def _parcels(self) -> dict[tuple[str | None, tuple[str, ...], Decimal], int]:
        """Cost of shipping and unavoidable fee, by service, communities and fee: far fewer than creators."""
        parcels: dict[tuple[str | None, tuple[str, ...], Decimal], int] = {}
        for creator in self.scenario.creators:
            modes = accepted_modes(creator)
            fee = Decimal(0) if "gift" in modes else creator.paid_fee or Decimal(0)
            key = (creator.service, tuple(creator.communities), fee)
            if modes and key not in parcels:
                cost = service_of(creator, self.scenario).cost
                parcels[key] = to_minor(cost, self.digits) + to_minor(fee, self.digits)
        return parcels

    def used_up(self, spent: int, limit: int) -> bool:
        return limit - spent < max(1, self.cheapest_minor)

    def of(self, spent: int, limit: int) -> str:
        spent_of, most = (money(from_minor(minor, self.digits), self.scenario.currency) for minor in (spent, limit))
        return f"{spent_of} of {most}"


def _lines(limit: str, members: list[Place], among: str | None) -> Iterator[BindingLimit]:
    """Yield one line per place, or a single one where they are many and of a kind."""
    if among is None or len(members) <= LINES_PER_LIMIT:
        yield from (BindingLimit(limit=limit, where=place.where, detail=place.detail) for place in members)
        return
    where, detail = listed([place.where for place in members]), f"at its limit in {len(members)} {among}"
    yield BindingLimit(limit=limit, where=where, detail=detail)


def _budget_total(usage: _Usage) -> Iterator[Place]:
    total, cost = usage.scenario.budget.total, usage.plan.totals.cost
    if total is None or cost is None:
        return
    spent, limit = to_minor(Decimal(cost), usage.digits), to_minor(total, usage.digits)
    if usage.used_up(spent, limit):
        yield Place("budget_total", "total", usage.of(spent, limit))


def _budget_month(usage: _Usage) -> Iterator[Place]:
    spent = {line.month: to_minor(Decimal(line.total), usage.digits) for line in usage.plan.cash}
    for month, cap in sorted(usage.scenario.budget.monthly.items()):
        limit = to_minor(cap, usage.digits)
        if month in spent and usage.used_up(spent[month], limit):
            yield Place("budget_month", month, usage.of(spent[month], limit))


def _daily_capacity(usage: _Usage) -> Iterator[Place]:
    most = usage.scenario.shipping.daily_capacity
    if most is None:
        return
    parcels = Counter(line.ship_on for line in usage.plan.assignments)
    full = sorted(day for day, count in parcels.items() if count >= most)
    names = [day.isoformat() for day in full]
    if len(full) == 1:
        detail = f"{parcels[full[0]]} of {counted(most, 'parcel')} on {names[0]}"
        yield Place("daily_capacity", names[0], detail)
    elif full:
        detail = (
            f"full ({counted(most, 'parcel')}) on {len(full)} of {counted(len(parcels), 'ship day')}: {listed(names)}"
        )
        yield Place("daily_capacity", listed(names), detail)


def _stock(usage: _Usage) -> Iterator[Place]:
    for product in usage.scenario.products:
        gone = list(_sold_out(usage, product))
        if gone:
            yield Place("stock", product.id, "; ".join(gone[:NAMED]))


def _sold_out(usage: _Usage, product: Product) -> Iterator[str]:
    """Yield each moment, before an arrival or at the end, by which all units that had arrived are shipped."""
    shipped = sorted(
        line.ship_on for line in usage.plan.assignments if usage.waves[line.activation].product == product.id
    )
    lots = [lot for lot in product.stock or [] if lot.units]
    arrivals = sorted({max(lot.on, usage.scenario.horizon.start) for lot in lots})
    for arrival, following in zip(arrivals, [*arrivals[1:], date.max][: len(arrivals)], strict=True):
        units = sum(lot.units for lot in lots if lot.on <= arrival)
        early = [day for day in shipped if day < following]
        if len(early) >= units:
            last = early[-1]
            waits = "" if following == date.max else f", the next arrive on {following}"
            yield f"{len(early)} of {counted(units, 'unit')} shipped by {last}{waits}"


def _paid_share(usage: _Usage) -> Iterator[Place]:
    payable = {
        name for creator in usage.scenario.creators if "paid" in accepted_modes(creator) for name in creator.communities
    }
    for result, wave in usage.secured:
        share = max_paid_share(usage.communities[wave.community])
        people = result.gifts + result.paid
        if wave.community in payable and result.paid + 1 > share * (people + 1):
            detail = (
                f"{result.paid} of {counted(people, 'creator')} paid, at most {float(share * 100):g}% of them may be"
            )
            yield Place("paid_share", wave.id, detail)


def _min_paid(usage: _Usage) -> Iterator[Place]:
    for result, wave in usage.secured:
        if wave.min_paid and result.paid <= wave.min_paid:
            yield Place("min_paid", wave.id, f"{result.paid} paid, at least {wave.min_paid}")


def _tier_mix(usage: _Usage) -> Iterator[Place]:
    for _, wave in usage.secured:
        tiers = Counter(usage.creators[line.creator].tier for line in usage.team(wave))
        for tier, allowed in wave.tier_mix.items():
            if allowed.min and tiers[tier] <= allowed.min:
                detail = f"{tiers[tier]} {tier}, at least {allowed.min}"
                yield Place("tier_mix", wave.id, detail, ("tier_mix", tier, "min"))
            elif allowed.max is not None and tiers[tier] >= allowed.max:
                detail = f"{tiers[tier]} {tier}, at most {allowed.max}"
                yield Place("tier_mix", wave.id, detail, ("tier_mix", tier, "max"))


def _max_activations(usage: _Usage) -> Iterator[Place]:
    most = usage.scenario.rotation.max_activations_per_creator
    if most is None:
        return
    times = Counter(line.creator for line in usage.plan.assignments)
    busy = [creator for creator in usage.creators if times[creator] >= most]
    if busy:
        verb = "takes" if len(busy) == 1 else "take"
        detail = f"{len(busy)} of {counted(len(times), 'creator')} in use {verb} part in {most}"
        yield Place("max_activations", listed(busy), detail)


LIMITS: tuple[Callable[[_Usage], Iterator[Place]], ...] = (
    _budget_total,
    _budget_month,
    _daily_capacity,
    _stock,
    _paid_share,
    _min_paid,
    _tier_mix,
    _max_activations,
)
