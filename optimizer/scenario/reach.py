"""Which windows a parcel can be in time for: open ship days and mean delivery, in exact integers."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property

from optimizer.calendar import ShippingCalendar, days
from optimizer.scenario.logistics import Service
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import Wave, shipping_calendar, transit


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
        found = []
        day, beyond = self.horizon.start, 0
        while beyond < longest:
            if self.calendar.is_delivery_day(day):
                found.append(self._offset(day))
                beyond += day > self.horizon.end
            day += timedelta(days=1)
        return found

    def _offset(self, day: date) -> int:
        return (day - self.horizon.start).days

    def _mean_deliveries(self, service: Service) -> tuple[int, list[int]]:
        """Return a scale and, for every ship day, the mean delivery day times that scale, both integers; ascending."""
        if service.id not in self._means:
            chances = transit(service)
            scale = math.lcm(*(chance.denominator for _, chance in chances))
            weights = [(count, int(chance * scale)) for count, chance in chances]
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
