"""Drawing the activations: what each will need, and the week each aims at."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from optimizer.calendar import ShippingCalendar, days
from optimizer.money import exact
from optimizer.scenario.families.estimate import Need, cheapest
from optimizer.scenario.families.people import pick
from optimizer.scenario.families.table import CONFIDENCE, SERVICES, VALUE, WINDOWS, Family
from optimizer.scenario.fields import Shipping
from optimizer.scenario.models import Delivery

Record = dict[str, Any]

HOLIDAYS = "GB-ENG"


@dataclass(frozen=True)
class Aim:
    """An activation, what one wave of it needs, and the Mondays its waves are aimed at."""

    activation: Record
    need: Need
    starts: tuple[date, ...]


class ShipDays:
    """Which ship days serve a window that starts on a given day, with `SERVICES` and the default delivery range."""

    def __init__(self) -> None:
        shipping = Shipping()
        self._calendar = ShippingCalendar(shipping.ship_weekdays, shipping.delivery_weekdays, HOLIDAYS)

    def of(self, start: date, service: int = 0) -> list[date]:
        """Return the open days on which a parcel of this service may leave, in order."""
        probabilities = {
            int(count): exact(probability) for count, probability in SERVICES[service]["transit_days"].items()
        }
        open_days = []
        for day in days(start - timedelta(days=21), start):
            mean = sum(
                probability * (start - self._calendar.arrival(day, count)).days
                for count, probability in probabilities.items()
            )
            if self._calendar.is_ship_day(day) and 0 <= mean <= Delivery().before_days:
                open_days.append(day)
        return open_days

    def of_any(self, start: date) -> set[date]:
        """Return the open days on which a parcel of some service may leave."""
        return {day for service in range(len(SERVICES)) for day in self.of(start, service)}


def draw_activation(family: Family, community: Record, product: str, rng: random.Random) -> Record:
    """Return an activation of a community, its dates still open."""
    activation: Record = {
        "id": community["id"],
        "community": community["id"],
        "product": product,
        "min_posts": rng.randint(*family.min_posts),
        "window_days": pick(WINDOWS, rng),
        "confidence": round(rng.uniform(*CONFIDENCE), 2),
    }
    if family.goal == "activate_most":
        activation["value"] = rng.randint(*VALUE)
    if family.tier_mix is not None:
        activation["tier_mix"] = {tier: dict(limits) for tier, limits in family.tier_mix.items()}
    return activation


def need_of(family: Family, activation: Record, community: Record, unit_cost: int, people: Sequence[Record]) -> Need:
    """Return the estimated need of one wave.

    Where people rotate, they are sorted by what they cost and how often they post, and a wave gets its fair share of
    each kind, so that the estimate does not count on the same few in every wave.
    """
    pool = people
    if family.rotation is not None:
        each = family.rotation["max_activations_per_creator"]
        ordered = sorted(people, key=lambda item: (float(item.get("paid_fee", "inf")), -item["organic_rate"]))
        pool = ordered[:: -(-family.waves // each)]
    return cheapest(activation, community["authenticity"], unit_cost, pool)


def aim(family: Family, activations: Sequence[Record], needs: Sequence[Need], rng: random.Random) -> list[Aim]:
    """Aim every activation at a week and write its dates around it.

    The largest need goes first, to the week in which its parcels make the shipping days least crowded.
    """
    ship_days = ShipDays()
    weeks = range(family.weeks[0], family.weeks[1] + 1)
    room = {week: sum(len(ship_days.of(start)) for start in _starts(family, week)) for week in weeks}
    load = dict.fromkeys(weeks, 0)
    chosen: dict[int, int] = {}
    for index in sorted(range(len(needs)), key=lambda index: (-needs[index].parcels, index)):
        week = min(weeks, key=lambda week: ((load[week] + needs[index].parcels) / room[week], week))
        load[week] += needs[index].parcels
        chosen[index] = week
    aims = []
    for index, activation in enumerate(activations):
        dates = _dates(family, chosen[index], rng)
        aims.append(Aim({**activation, **dates}, needs[index], tuple(_starts(family, chosen[index]))))
    return aims


def _starts(family: Family, week: int) -> Iterator[date]:
    for wave in range(family.waves):
        yield family.start + timedelta(weeks=week + wave * family.every_weeks)


def _dates(family: Family, week: int, rng: random.Random) -> Record:
    """Return start range or repetition; the target week is inside, and both ends inside the family's weeks."""
    first, last = family.weeks
    earliest = min(max(first, week - rng.randint(0, family.flex_weeks)), last - family.flex_weeks)
    opens = family.start + timedelta(weeks=earliest)
    if family.waves == 1:
        closes = opens + timedelta(weeks=family.flex_weeks)
        return {"start_earliest": opens.isoformat(), "start_latest": closes.isoformat()}
    repeat = {"times": family.waves, "every_days": 7 * family.every_weeks, "flex_days": 7 * family.flex_weeks}
    return {"start_earliest": opens.isoformat(), "repeat": repeat}


def candidate_starts(item: Aim) -> Iterator[date]:
    """Yield every Monday on which a window of this activation may start."""
    opens = date.fromisoformat(item.activation["start_earliest"])
    repeat = item.activation.get("repeat")
    if repeat is None:
        ranges = [(opens, date.fromisoformat(item.activation["start_latest"]))]
    else:
        firsts = [opens + timedelta(days=wave * repeat["every_days"]) for wave in range(repeat["times"])]
        ranges = [(first, first + timedelta(days=repeat["flex_days"])) for first in firsts]
    for first, last in ranges:
        for day in days(first, last):
            if day.weekday() == 0:
                yield day
