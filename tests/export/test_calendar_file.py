"""The calendar, read back: what is in it, how it is written, and that it stays the same."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from optimizer.analysis.report import Decision
from optimizer.export.calendar_file import calendar_file
from tests.export.cases import DECISIONS, case

BOTH = (*DECISIONS, Decision("cat", "bread-a", "gift", date(2027, 3, 11)))


def unescaped(text: str) -> str:
    """Return a text of a property that icalendar does not know, and reads as it stands."""
    return re.sub(r"\\(.)", r"\1", text)


def read(raw: bytes) -> tuple[Any, list[Any]]:
    (calendar,) = Calendar.from_ical(raw, multiple=True)
    return calendar, [event for event in calendar.walk("VEVENT") if not event.errors]


def test_ship_days_and_windows_are_all_day_events() -> None:
    scenario, plan = case(BOTH)
    calendar, events = read(calendar_file(scenario, plan))
    assert unescaped(calendar["x-wr-calname"]) == unescaped(calendar["name"]) == scenario.name
    assert [(str(event["summary"]), event["dtstart"].dt, event["dtend"].dt) for event in events] == [
        ("Ship 1 parcel: trail-a", date(2027, 3, 10), date(2027, 3, 11)),
        ("Ship 2 parcels: bread-a, trail-a", date(2027, 3, 11), date(2027, 3, 12)),
        ("Window: trail-a", date(2027, 3, 15), date(2027, 3, 29)),
        ("Fees due: £80.05 for trail-a", date(2027, 3, 28), date(2027, 3, 29)),
        ("Check posts: trail-a", date(2027, 3, 29), date(2027, 3, 30)),
        ("Window: bread-a", date(2027, 3, 22), date(2027, 3, 29)),
        ("Check posts: bread-a", date(2027, 3, 29), date(2027, 3, 30)),
    ]
    assert str(events[1]["description"]) == "bread-a: 1 parcel\ntrail-a: 1 parcel"
    assert str(events[2]["description"]).splitlines()[:2] == ["Community: Trail running", "People: 1 gift, 1 paid"]
    assert all(type(event["dtstart"].dt) is date for event in events)


def test_nothing_comes_from_a_clock_and_uids_stay() -> None:
    scenario, plan = case(BOTH)
    assert calendar_file(scenario, plan) == calendar_file(*case(BOTH))
    events = read(calendar_file(scenario, plan))[1]
    assert {event["dtstamp"].dt for event in events} == {datetime.fromisoformat("2027-03-01T00:00:00Z")}
    uids = {str(event["summary"]): str(event["uid"]) for event in events}
    assert len(set(uids.values())) == 7
    later = [Decision(line.creator, line.activation, line.mode, date(2027, 3, 12)) for line in DECISIONS]
    moved = {str(event["summary"]): str(event["uid"]) for event in read(calendar_file(*case(later)))[1]}
    assert moved["Window: trail-a"] == uids["Window: trail-a"]
    assert moved["Ship 2 parcels: trail-a"] not in uids.values()


@pytest.mark.parametrize(
    ("name", "read_as"),
    [
        ('a;b,c\\d "e" :f', 'a;b,c\\d "e" :f'),
        ("Größe 🧦 " * 20, "Größe 🧦 " * 20),
        ("two\nlines\r\nBEGIN:VEVENT", "two lines BEGIN:VEVENT"),
    ],
)
def test_texts_are_escaped_and_lines_folded(name: str, read_as: str) -> None:
    scenario, plan = case(name=name)
    raw = calendar_file(scenario, plan)
    calendar, events = read(raw)
    assert unescaped(calendar["name"]) == read_as
    assert len(events) == 5
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert all(line.decode() is not None for line in raw.split(b"\r\n"))


def test_a_plan_without_assignments_has_no_events() -> None:
    assert read(calendar_file(*case(())))[1] == []


def test_names_of_the_calendar_are_escaped_like_every_text() -> None:
    raw = calendar_file(*case(name="Autumn, part 2; north\\new")).decode()
    for name in ("NAME", "X-WR-CALNAME"):
        assert f"\r\n{name}:Autumn\\, part 2\\; north\\\\new\r\n" in raw


def test_fees_and_checks_remind_on_their_day() -> None:
    _, events = read(calendar_file(*case(BOTH)))
    reminding = {str(event["summary"]): event.walk("VALARM") for event in events if event.walk("VALARM")}
    assert set(reminding) == {"Fees due: £80.05 for trail-a", "Check posts: trail-a", "Check posts: bread-a"}
    for (alarm,) in reminding.values():
        assert (str(alarm["action"]), alarm["trigger"].dt) == ("DISPLAY", timedelta(hours=9))
    fees = next(event for event in events if str(event["summary"]).startswith("Fees"))
    assert str(fees["description"]) == "@ben: £80.05"


def state(raw: bytes) -> dict[tuple[str, int], tuple[int, str]]:
    """Return the sequence and status of every event by its title and the day of March it begins on."""
    events = read(raw)[1]
    assert len({str(event["uid"]) for event in events}) == len(events)
    return {
        (str(event["summary"]), event["dtstart"].dt.day): (int(event["sequence"]), str(event.get("status", "")))
        for event in events
    }


def test_after_an_earlier_plan_what_differs_counts_up_and_what_vanished_is_cancelled() -> None:
    """First with bread, then without it, then with it again; the parcels of trail leave as before."""
    scenario, first = case(BOTH)
    _, second = case(DECISIONS)
    assert set(state(calendar_file(scenario, first)).values()) == {(0, "")}
    assert state(calendar_file(scenario, second, [first])) == {
        ("Ship 1 parcel: trail-a", 10): (0, ""),
        ("Ship 1 parcel: trail-a", 11): (1, ""),
        ("Window: trail-a", 15): (0, ""),
        ("Fees due: £80.05 for trail-a", 28): (0, ""),
        ("Check posts: trail-a", 29): (0, ""),
        ("Window: bread-a", 22): (1, "CANCELLED"),
        ("Check posts: bread-a", 29): (1, "CANCELLED"),
    }
    third = state(calendar_file(scenario, first, [first, second]))
    assert third[("Window: bread-a", 22)] == third[("Ship 2 parcels: bread-a, trail-a", 11)] == (2, "")
    assert third[("Window: trail-a", 15)] == (0, "")


def test_no_reminder_of_what_is_cancelled() -> None:
    scenario, first = case(BOTH)
    _, events = read(calendar_file(scenario, case(())[1], [first]))
    assert {str(event["status"]) for event in events} == {"CANCELLED"}
    assert not any(event.walk("VALARM") for event in events)
