"""What a scenario's fields mean once defaults, shorthands and derivations are applied.

Everything that both the model and the independent verifier must read in the same way stands here and only here: it is
the vocabulary of the format, not of the optimiser. That includes which windows a parcel can be in time for.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property

from optimizer.calendar import WEEKDAYS, ShippingCalendar, days
from optimizer.errors import pointer
from optimizer.money import exact
from optimizer.scenario.fields import Service, Tier
from optimizer.scenario.models import Activation, Community, Creator, Scenario, TierRange

PAID_SHARE_BY_AUTHENTICITY = {"high": 0.2, "medium": 0.5, "low": 1.0}
WILSON_Z = 1.959964
EMBEDDEDNESS_TOLERANCE = 1e-9
"""A creator passes the floor when embeddedness ≥ floor − this (derived values carry rounding of about 1e-16)."""


@dataclass(frozen=True)
class Wave:
    """One activation after `repeat` has been expanded and defaults filled in.

    `earliest` and `latest` bound the window's start, both included, already clipped so that the window
    lies inside the horizon; `pointer` is where it was written.
    """

    id: str
    community: str
    product: str
    min_posts: int
    window_days: int
    confidence: float
    earliest: date
    latest: date
    start_weekday: str
    value: int
    required: bool
    min_paid: int
    tier_mix: Mapping[Tier, TierRange]
    before_days: int
    after_days: int
    labels: Mapping[str, str]
    pointer: str

    def starts(self) -> list[date]:
        """Return every candidate start of the window, in order."""
        count = (self.latest - self.earliest).days + 1
        every = (self.earliest + timedelta(days=offset) for offset in range(max(0, count)))
        return [day for day in every if self.start_weekday == "any" or WEEKDAYS[day.weekday()] == self.start_weekday]

    def end_of(self, start: date) -> date:
        """Return the last day of the window that starts on `start`."""
        return start + timedelta(days=self.window_days - 1)


def written_activations(scenario: Scenario) -> list[tuple[Activation, str]]:
    """Return the activations as written, or one per community where the list is left out, with their pointers."""
    if scenario.activations is None:
        return [
            (Activation(id=community.id, community=community.id), pointer("communities", index))
            for index, community in enumerate(scenario.communities)
        ]
    return [(item, pointer("activations", index)) for index, item in enumerate(scenario.activations)]


def waves(scenario: Scenario) -> list[Wave]:
    """Return all activations of a scenario, expanded, in the order written."""
    return [wave for activation, where in written_activations(scenario) for wave in expand(activation, where, scenario)]


def wave_ids(activation: Activation) -> list[str]:
    """Return the ids of an activation's waves: its own, or `id-1` … `id-times`."""
    if activation.repeat is None:
        return [activation.id]
    return [f"{activation.id}-{number + 1}" for number in range(activation.repeat.times)]


def expand(activation: Activation, where: str, scenario: Scenario) -> list[Wave]:
    """Return the waves of one activation: itself, or `repeat.times` of it.

    With `repeat`, `start_latest` still bounds every wave's start, as it does without.
    """
    first = activation.start_earliest or scenario.horizon.start
    last = activation.start_latest or scenario.horizon.end
    if activation.repeat is None:
        return [_wave(activation, activation.id, first, last, where, scenario)]
    repeat = activation.repeat
    expanded = []
    for number, name in enumerate(wave_ids(activation)):
        opens = first + timedelta(days=number * repeat.every_days)
        closes = min(opens + timedelta(days=repeat.flex_days), last)
        expanded.append(_wave(activation, name, opens, closes, where, scenario))
    return expanded


def _wave(activation: Activation, wave_id: str, first: date, last: date, where: str, scenario: Scenario) -> Wave:
    latest_inside = scenario.horizon.end - timedelta(days=activation.window_days - 1)
    return Wave(
        id=wave_id,
        community=activation.community,
        product=activation.product or scenario.products[0].id,
        min_posts=activation.min_posts,
        window_days=activation.window_days,
        confidence=activation.confidence,
        earliest=max(first, scenario.horizon.start),
        latest=min(last, latest_inside),
        start_weekday=activation.start_weekday,
        value=activation.value,
        required=activation.required,
        min_paid=activation.min_paid,
        tier_mix=activation.tier_mix,
        before_days=activation.delivery.before_days,
        after_days=activation.delivery.after_days,
        labels=activation.labels,
        pointer=where,
    )


def max_paid_share(community: Community) -> Fraction:
    """Return the community's paid share as an exact fraction: its own, or the default of its authenticity."""
    share = community.max_paid_share
    return exact(PAID_SHARE_BY_AUTHENTICITY[community.authenticity] if share is None else share)


def embeddedness(creator: Creator) -> float | None:
    """Return a creator's embeddedness in [0, 1], None where it is unknown.

    Given, or derived from a comment sample as w · (0.7 + 0.3 · min(1, replies / max(1, substantive))), with w the
    lower end of the 95 % Wilson interval of substantive/sampled (Wilson 1927, z = 1.959964):
    w = (p + z²/2n − z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n). No sample is unknown.

    Examples
    --------
    >>> round(embeddedness(Creator(id="a", communities=[], embeddedness=0.4)), 3)
    0.4
    """
    if creator.embeddedness is not None:
        return creator.embeddedness
    sample = creator.comments
    if sample is None or sample.sampled == 0:
        return None
    n, share = sample.sampled, sample.substantive / sample.sampled
    z2 = WILSON_Z**2
    spread = WILSON_Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    wilson = max(0.0, (share + z2 / (2 * n) - spread) / (1 + z2 / n))
    return wilson * (0.7 + 0.3 * min(1.0, sample.creator_replies / max(1, sample.substantive)))


def passes_floor(creator: Creator, community: Community) -> bool:
    """Return whether a creator may be used for a community with regard to `min_embeddedness`."""
    if community.min_embeddedness is None:
        return True
    own = embeddedness(creator)
    return own is not None and own >= community.min_embeddedness - EMBEDDEDNESS_TOLERANCE


def accepted_modes(creator: Creator) -> tuple[str, ...]:
    """Return the modes that may be offered: gift unless refused, paid where there is a fee and it is not refused."""
    accepts = creator.accepts
    gift = accepts is None or "gift" in accepts
    paid = creator.paid_fee is not None and (accepts is None or "paid" in accepts)
    if gift:
        return ("gift", "paid") if paid else ("gift",)
    return ("paid",) if paid else ()


def service_of(creator: Creator, scenario: Scenario) -> Service:
    """Return the shipping service of a creator: the named one, or the first listed."""
    services = scenario.shipping.services
    if creator.service is None:
        return services[0]
    return next(service for service in services if service.id == creator.service)


def transit(service: Service) -> list[tuple[int, Fraction]]:
    """Return (delivery days, probability) of a service, exact and scaled to sum to 1, impossible ones left out."""
    probabilities = [
        (int(days), exact(probability)) for days, probability in service.transit_days.items() if probability > 0
    ]
    total = sum((probability for _, probability in probabilities), Fraction(0))
    return sorted((days, probability / total) for days, probability in probabilities)


def shipping_calendar(scenario: Scenario) -> ShippingCalendar:
    """Return the open days of the scenario's warehouse and carriers."""
    shipping = scenario.shipping
    return ShippingCalendar(
        ship_weekdays=frozenset(shipping.ship_weekdays),
        delivery_weekdays=frozenset(shipping.delivery_weekdays),
        holiday_calendar=shipping.holiday_calendar,
        closed_dates=frozenset(shipping.closed_dates),
    )


class Reach:
    """The ship days of a scenario and where each service's mean delivery falls; days count from the horizon's start."""

    def __init__(self, scenario: Scenario):
        self.horizon = scenario.horizon
        self.calendar: ShippingCalendar = shipping_calendar(scenario)
        self.services = {service.id: service for service in scenario.shipping.services}
        self._means: dict[str, tuple[int, list[int]]] = {}
        self._starts: dict[str, list[date]] = {}
        self._reachable: dict[tuple[str, str], bool] = {}

    @cached_property
    def ship_days(self) -> list[date]:
        """Open ship days inside the horizon, in order."""
        return [day for day in days(self.horizon.start, self.horizon.end) if self.calendar.is_ship_day(day)]

    @cached_property
    def _deliveries(self) -> list[int]:
        """Delivery days from the horizon's start until every parcel of every service has arrived."""
        longest = max(int(count) for service in self.services.values() for count in service.transit_days)
        deliveries = []
        day, beyond = self.horizon.start, 0
        while beyond < longest:
            if self.calendar.is_delivery_day(day):
                deliveries.append(self._offset(day))
                beyond += day > self.horizon.end
            day += timedelta(days=1)
        return deliveries

    def _offset(self, day: date) -> int:
        return (day - self.horizon.start).days

    def _mean_deliveries(self, service: Service) -> tuple[int, list[int]]:
        """Return a scale and, for every ship day, the mean delivery day times that scale, both integers; ascending."""
        if service.id not in self._means:
            probabilities = transit(service)
            scale = math.lcm(*(probability.denominator for _, probability in probabilities))
            weights = [(count, int(probability * scale)) for count, probability in probabilities]
            after = [bisect_right(self._deliveries, self._offset(day)) for day in self.ship_days]
            means = [sum(weight * self._deliveries[first + count - 1] for count, weight in weights) for first in after]
            self._means[service.id] = scale, means
        return self._means[service.id]

    def starts(self, wave: Wave) -> list[date]:
        """Return the candidate starts of a wave."""
        if wave.id not in self._starts:
            self._starts[wave.id] = wave.starts()
        return self._starts[wave.id]

    def reachable_starts(self, service_id: str, wave: Wave) -> Iterator[date]:
        """Yield the starts w for which some ship day has its mean delivery in [w − before_days, w + after_days]."""
        scale, means = self._mean_deliveries(self.services[service_id])
        for start in self.starts(wave):
            day = self._offset(start)
            earliest = bisect_left(means, (day - wave.before_days) * scale)
            if earliest < len(means) and means[earliest] <= (day + wave.after_days) * scale:
                yield start

    def is_reachable(self, service_id: str, wave: Wave) -> bool:
        """Return whether a parcel of this service can be in time for some window of the wave."""
        key = (service_id, wave.id)
        if key not in self._reachable:
            self._reachable[key] = any(True for _ in self.reachable_starts(service_id, wave))
        return self._reachable[key]
