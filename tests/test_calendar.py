from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.calendar import WEEKDAYS, ShippingCalendar, days, is_known_holiday_calendar, split_holiday_calendar

WORKING = WEEKDAYS[:5]
EASTER = date(2027, 3, 28)


def test_days_include_both_ends() -> None:
    assert list(days(date(2028, 2, 28), date(2028, 3, 1))) == [date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)]
    assert list(days(EASTER, EASTER)) == [EASTER]
    assert list(days(EASTER, EASTER - timedelta(days=1))) == []


@pytest.mark.parametrize(
    ("name", "parts"), [("GB-ENG", ("GB", "ENG")), ("DE", ("DE", None)), ("US-CA", ("US", "CA")), ("GB-", ("GB", None))]
)
def test_a_calendar_is_split_at_the_hyphen(name: str, parts: tuple[str, str | None]) -> None:
    assert split_holiday_calendar(name) == parts


@pytest.mark.parametrize(
    ("name", "known"),
    [("GB-ENG", True), ("GB", True), ("DE-BY", True), ("GB-XXX", False), ("XX", False), ("GB-", False), ("", False)],
)
def test_which_calendars_are_known(name: str, known: bool) -> None:
    assert is_known_holiday_calendar(name) is known


@pytest.mark.parametrize(
    ("day", "ships", "delivers"),
    [
        (date(2027, 3, 25), True, True),
        (date(2027, 3, 26), False, False),
        (date(2027, 3, 27), False, True),
        (EASTER, False, False),
        (date(2027, 3, 29), False, False),
        (date(2027, 3, 30), False, True),
        (date(2027, 3, 31), True, True),
    ],
)
def test_weekdays_holidays_and_closed_dates(day: date, ships: bool, delivers: bool) -> None:
    """Good Friday and Easter Monday stop everybody, a closed Tuesday the warehouse alone."""
    calendar = ShippingCalendar(WORKING, WEEKDAYS[:6], "GB-ENG", frozenset({date(2027, 3, 30)}))
    assert calendar.is_ship_day(day) is ships
    assert calendar.is_delivery_day(day) is delivers


def test_subdivisions_have_their_own_holidays() -> None:
    """Easter Monday is a holiday in England and not in Scotland."""
    monday = EASTER + timedelta(days=1)
    assert ShippingCalendar(WORKING, WORKING, "GB-ENG").holiday(monday) == "Easter Monday"
    assert ShippingCalendar(WORKING, WORKING, "GB-SCT").holiday(monday) is None
    assert ShippingCalendar(WORKING, WORKING).holiday(monday) is None


@pytest.mark.parametrize(
    ("shipped", "number", "arrives"),
    [
        (date(2027, 3, 1), 1, date(2027, 3, 2)),
        (date(2027, 3, 5), 1, date(2027, 3, 6)),
        (date(2027, 3, 5), 2, date(2027, 3, 8)),
        (date(2027, 3, 25), 1, date(2027, 3, 27)),
        (date(2027, 3, 25), 2, date(2027, 3, 30)),
        (date(2027, 12, 24), 1, date(2027, 12, 29)),
    ],
)
def test_arrival_counts_delivery_days(shipped: date, number: int, arrives: date) -> None:
    """At Christmas 2027 both holidays fall on the weekend and are made up for on Monday and Tuesday."""
    assert ShippingCalendar(WORKING, WEEKDAYS[:6], "GB-ENG").arrival(shipped, number) == arrives


@given(
    st.sets(st.sampled_from(WEEKDAYS), min_size=1),
    st.dates(date(2026, 12, 1), date(2028, 2, 1)),
    st.integers(1, 20),
    st.sampled_from((None, "GB-ENG", "DE")),
)
@settings(max_examples=80, deadline=None)
def test_exactly_so_many_delivery_days_lie_between(
    weekdays: set[str], shipped: date, number: int, country: str | None
) -> None:
    calendar = ShippingCalendar(WORKING, weekdays, country)
    arrives = calendar.arrival(shipped, number)
    open_days = [day for day in days(shipped + timedelta(days=1), arrives) if calendar.is_delivery_day(day)]
    assert len(open_days) == number
    assert open_days[-1] == arrives
