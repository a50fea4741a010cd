"""The calendar, read back: what is in it, how it is written, and that it stays the same."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from icalendar import Calendar

from optimizer.analysis.report import Decision
from optimizer.export.calendar_file import calendar_file
from tests.export.cases import DECISIONS, case

BOTH = (*DECISIONS, Decision("cat", "bread-a", "gift", date(2027, 3, 11)))


def read(raw: bytes) -> tuple[Any, list[Any]]:
    (calendar,) = Calendar.from_ical(raw, multiple=True)
    return calendar, [event for event in calendar.walk("VEVENT") if not event.errors]


def test_ship_days_and_windows_are_all_day_events() -> None:
    scenario, plan = case(BOTH)
    calendar, events = read(calendar_file(scenario, plan))
    assert calendar["x-wr-calname"] == calendar["name"] == scenario.name
    assert [(str(event["summary"]), event["dtstart"].dt, event["dtend"].dt) for event in events] == [
        ("Ship 1 parcel: trail-a", date(2027, 3, 10), date(2027, 3, 11)),
        ("Ship 2 parcels: bread-a, trail-a", date(2027, 3, 11), date(2027, 3, 12)),
        ("Window: trail-a", date(2027, 3, 15), date(2027, 3, 29)),
        ("Window: bread-a", date(2027, 3, 22), date(2027, 3, 29)),
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
    assert len(set(uids.values())) == 4
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
    assert str(calendar["name"]) == read_as
    assert len(events) == 3
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert all(line.decode() is not None for line in raw.split(b"\r\n"))


def test_a_plan_without_assignments_has_no_events() -> None:
    assert read(calendar_file(*case(())))[1] == []
