"""What all activations share, read off the scenario, and which ship days it makes worth keeping."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np

from optimizer.calendar import days
from optimizer.derive.instance import Limits
from optimizer.money import decimals, to_minor
from optimizer.scenario.models import Scenario


def undominated_days(
    in_time: Mapping[date, float],
    limits: Limits,
    product: int,
    most_parcels: int,
    offset: Callable[[date], int],
) -> list[date]:
    """Return the ship days no other day can replace at no loss, in order.

    Costs do not depend on the day, so day t replaces day s when its τ is at least as high and no shared limit
    is worse off: with a daily capacity that can bind, never; with stock, only a later day does (what is shipped up to
    a day must have arrived by then); with monthly caps, only a day of the same or of an uncapped month. Of equal
    days the first is kept.

    Parameters
    ----------
    in_time
        τ by allowed ship day.
    product
        Index of the product sent.
    most_parcels
        Parcels all activations together could send; a capacity of at least that many never binds.
    """
    if limits.daily_capacity is not None and limits.daily_capacity < most_parcels:
        return sorted(in_time)
    stocked = product in limits.arrivals

    def replaces(other: date, day: date) -> bool:
        if in_time[other] < in_time[day] or (stocked and other < day):
            return False
        month, own = limits.ship_month[offset(other)], limits.ship_month[offset(day)]
        if month != own and int(month) in limits.month_caps:
            return False
        return in_time[other] > in_time[day] or other < day or not replaces(day, other)

    return [day for day in sorted(in_time) if not any(replaces(other, day) for other in in_time if other != day)]


def limits_of(scenario: Scenario) -> Limits:
    """Return the shared limits of a scenario."""
    digits = decimals(scenario.currency)
    total = scenario.budget.total
    horizon = days(scenario.horizon.start, scenario.horizon.end)
    return Limits(
        budget_minor=None if total is None else to_minor(total, digits),
        month_caps={_month(text): to_minor(cap, digits) for text, cap in scenario.budget.monthly.items()},
        ship_month=np.array([_month_of(day) for day in horizon], dtype=np.int64),
        daily_capacity=scenario.shipping.daily_capacity,
        arrivals=_arrivals(scenario),
        rest_days=scenario.rotation.rest_days,
        max_activations=scenario.rotation.max_activations_per_creator,
    )


def _arrivals(scenario: Scenario) -> dict[int, tuple[tuple[int, int], ...]]:
    arrivals = {}
    for index, item in enumerate(scenario.products):
        if item.stock is None:
            continue
        by_day = {} if item.stock else {0: 0}
        for lot in item.stock:
            day = max(0, (lot.on - scenario.horizon.start).days)
            by_day[day] = by_day.get(day, 0) + lot.units
        ordered = sorted(by_day)
        totals = np.cumsum([by_day[day] for day in ordered]).tolist()
        arrivals[index] = tuple(zip(ordered, totals, strict=True))
    return arrivals


def _month(text: str) -> int:
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def _month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def month_name(month: int) -> str:
    """Return a month index as ``YYYY-MM``."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"
