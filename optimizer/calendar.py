"""Which days parcels leave and arrive.

A *ship day* is one of the ship weekdays that is neither a public holiday nor a closed date; a *delivery day* is
one of the delivery weekdays that is no public holiday (a warehouse that is closed does not stop the carrier).
Public holidays come from the `holidays` library.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import holidays

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def days(first: date, last: date) -> Iterator[date]:
    """Yield every calendar day from `first` to `last`, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def split_holiday_calendar(name: str) -> tuple[str, str | None]:
    """Split ``GB-ENG`` at the hyphen into country and subdivision.

    Examples
    --------
    >>> split_holiday_calendar("GB-ENG"), split_holiday_calendar("DE")
    (('GB', 'ENG'), ('DE', None))
    """
    country, _, subdivision = name.partition("-")
    return country, subdivision or None


def is_known_holiday_calendar(name: str) -> bool:
    """Return whether the `holidays` library knows this country or country-subdivision."""
    country, subdivision = split_holiday_calendar(name)
    if name.endswith("-") or country not in holidays.list_supported_countries():
        return False
    try:
        holidays.country_holidays(country, subdiv=subdivision)
    except NotImplementedError:
        return False
    return True


def known_years(name: str) -> tuple[int, int]:
    """Return the first and the last year for which a calendar knows public holidays."""
    country, subdivision = split_holiday_calendar(name)
    calendar = holidays.country_holidays(country, subdiv=subdivision)
    return calendar.start_year, calendar.end_year


@lru_cache(maxsize=32)
def regional_holidays(country: str, first: date, last: date) -> tuple[tuple[date, tuple[str, ...]], ...]:
    """Return the days that are public holidays in some subdivisions of a country only, with these, from first to last.

    Examples
    --------
    >>> [(str(day), places) for day, places in regional_holidays("GB", date(2027, 3, 27), date(2027, 3, 31))]
    [('2027-03-29', ('ENG', 'NIR', 'WLS'))]
    """
    years = range(first.year, last.year + 1)
    whole = holidays.country_holidays(country, years=years)
    kept: dict[date, list[str]] = {}
    for subdivision in whole.subdivisions:
        for day in holidays.country_holidays(country, subdiv=subdivision, years=years):
            if first <= day <= last and day not in whole:
                kept.setdefault(day, []).append(subdivision)
    return tuple((day, tuple(kept[day])) for day in sorted(kept))


@dataclass(frozen=True)
class ShippingCalendar:
    """Open days of a warehouse and its carriers.

    Parameters
    ----------
    ship_weekdays, delivery_weekdays
        Names out of `WEEKDAYS`.
    holiday_calendar
        Country or country-subdivision, None for no public holidays.
    closed_dates
        Days on which nothing is shipped.
    """

    ship_weekdays: Collection[str]
    delivery_weekdays: Collection[str]
    holiday_calendar: str | None = None
    closed_dates: Collection[date] = ()
    _public: holidays.HolidayBase | dict[date, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        public: holidays.HolidayBase | dict[date, str] = {}
        if self.holiday_calendar is not None:
            country, subdivision = split_holiday_calendar(self.holiday_calendar)
            public = holidays.country_holidays(country, subdiv=subdivision)
        object.__setattr__(self, "_public", public)

    def holiday(self, day: date) -> str | None:
        """Return the name of the public holiday on `day`, None where there is none."""
        return self._public.get(day)

    def is_ship_day(self, day: date) -> bool:
        """Return whether parcels leave on `day`."""
        return (
            WEEKDAYS[day.weekday()] in self.ship_weekdays and day not in self.closed_dates and self.holiday(day) is None
        )

    def is_delivery_day(self, day: date) -> bool:
        """Return whether parcels arrive on `day`."""
        return WEEKDAYS[day.weekday()] in self.delivery_weekdays and self.holiday(day) is None

    def arrival(self, shipped: date, transit_days: int) -> date:
        """Return the `transit_days`-th delivery day after the day `shipped`."""
        day = shipped
        for _ in range(transit_days):
            day += timedelta(days=1)
            while not self.is_delivery_day(day):
                day += timedelta(days=1)
        return day
