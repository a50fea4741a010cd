"""Which ship days are worth keeping."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from optimizer.derive.instance import Limits


def undominated_days(
    chances: Mapping[date, float],
    limits: Limits,
    product: int,
    most_parcels: int,
    offset: Callable[[date], int],
) -> list[date]:
    """Return the ship days no other day can replace at no loss, in order.

    Costs do not depend on the day, so day t replaces day s when its chance is at least as high and no shared limit
    is worse off: with a daily capacity that can bind, never; with stock, only a later day does (what is shipped up to
    a day must have arrived by then); with monthly caps, only a day of the same or of an uncapped month. Of equal
    days the first is kept.

    Parameters
    ----------
    chances
        τ by allowed ship day.
    product
        Index of the product sent.
    most_parcels
        Parcels all activations together could send; a capacity of at least that many never binds.
    """
    if limits.daily_capacity is not None and limits.daily_capacity < most_parcels:
        return sorted(chances)
    stocked = product in limits.arrivals

    def replaces(other: date, day: date) -> bool:
        if chances[other] < chances[day] or (stocked and other < day):
            return False
        month, own = limits.ship_month[offset(other)], limits.ship_month[offset(day)]
        if month != own and int(month) in limits.month_caps:
            return False
        return chances[other] > chances[day] or other < day or not replaces(day, other)

    return [day for day in sorted(chances) if not any(replaces(other, day) for other in chances if other != day)]
