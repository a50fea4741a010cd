"""Notices about public holidays that a calendar leaves out: those of a country's regions, and of years nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from optimizer.calendar import WEEKDAYS, known_years, regional_holidays, split_holiday_calendar
from optimizer.errors import Notice, pointer
from optimizer.scenario.models import Scenario
from optimizer.wording import counted

_FEW = 8
_WHERE = pointer("shipping", "holiday_calendar")


def regional_holidays_left_out(scenario: Scenario) -> Iterator[Notice]:
    """The calendar is a whole country's, and some of its regions keep further days."""
    name, horizon, shipping = scenario.shipping.holiday_calendar, scenario.horizon, scenario.shipping
    if name is None or split_holiday_calendar(name)[1] is not None:
        return
    open_weekdays = {*shipping.ship_weekdays, *shipping.delivery_weekdays}
    days = [
        (day, places)
        for day, places in regional_holidays(name, horizon.start, horizon.end)
        if WEEKDAYS[day.weekday()] in open_weekdays and day not in shipping.closed_dates
    ]
    if days:
        detail = (
            f"`{name}` leaves out days that are public holidays in some of its regions only: {_shown(days)}. They "
            f"count as open; name the region, such as `{name}-{days[0][1][0]}`, or add them to `closed_dates`."
        )
        yield Notice("holidays_regional", _WHERE, detail)


def _shown(days: Sequence[tuple[date, Sequence[str]]]) -> str:
    told = []
    for day, places in days[:_FEW]:
        more = f" and {len(places) - 4} more" if len(places) > 4 else ""
        told.append(f"{day} ({', '.join(places[:4])}{more})")
    rest = f" and {counted(len(days) - _FEW, 'more day', 'more days')}" if len(days) > _FEW else ""
    return ", ".join(told) + rest


def holidays_unknown(scenario: Scenario) -> Iterator[Notice]:
    """The horizon reaches into years for which no public holidays are known."""
    name, horizon = scenario.shipping.holiday_calendar, scenario.horizon
    if name is None:
        return
    first, last = known_years(name)
    unknown = [year for year in range(horizon.start.year, horizon.end.year + 1) if not first <= year <= last]
    if unknown:
        years = str(unknown[0]) if len(unknown) == 1 else f"{unknown[0]} to {unknown[-1]}"
        detail = (
            f"No public holidays of `{name}` are known for {years} (known: {first} to {last}): parcels are planned to "
            "leave and arrive on them; add them to `closed_dates`."
        )
        yield Notice("holidays_unknown", _WHERE, detail)
