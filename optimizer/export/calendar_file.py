"""A plan as a calendar (RFC 5545): ship days, windows, fees and checks as all-day events.

Equal plans give equal files: every DTSTAMP is the first day of the horizon instead of the time of writing, and a UID is
derived from the scenario's title, the kind of event and its activation or day. A new plan of the same scenario, when it
is imported, therefore moves the windows that a calendar already holds. Where the plans before it are known, an event
that differs has a higher SEQUENCE, and one that vanished is there once more as CANCELLED (RFC 5546, 3.2.1).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from icalendar import Alarm, Calendar, Event, vText

from optimizer.export.calendar_entries import Entry, entries
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://groundswell.invalid/calendar")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
REMINDED_AT = timedelta(hours=9)
"""Time of day of a reminder: when people are at work."""


def calendar_file(scenario: Scenario, plan: Plan, earlier: Sequence[Plan] = ()) -> bytes:
    """Return a plan as a calendar.

    Parameters
    ----------
    earlier
        The plans whose calendars people may have, the oldest first.

    Returns
    -------
    bytes
        The content of an ``.ics`` file; without assignments, now and before, it has no events.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//groundswell//plan//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        # As a text: icalendar knows neither name, and would write an unknown value as it is.
        calendar.add(name, vText(_plain(scenario.name)))
    stamp = datetime.combine(scenario.horizon.start, time(), tzinfo=UTC)
    states = [entries(scenario, each) for each in (*earlier, plan)]
    for entry in states[-1].values():
        calendar.add_component(_event(scenario.name, stamp, entry, _sequence(entry.key, states)))
    for entry in _vanished(states):
        event = _event(scenario.name, stamp, replace(entry, reminds=False), _sequence(entry.key, states))
        event.add("status", "CANCELLED")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _sequence(key: str, states: Sequence[Mapping[str, Entry]]) -> int:
    """Return how often an event has changed since it was first there; vanishing and coming back are changes."""
    versions = [state.get(key) for state in states]
    first = next(place for place, version in enumerate(versions) if version is not None)
    return sum(one != other for one, other in zip(versions[first:], versions[first + 1 :], strict=False))


def _vanished(states: Sequence[Mapping[str, Entry]]) -> list[Entry]:
    """Return the events of earlier plans that the last does not have, as they last stood."""
    known = {key: entry for state in states for key, entry in state.items()}
    return [entry for key, entry in known.items() if key not in states[-1]]


def _event(campaign: str, stamp: datetime, entry: Entry, sequence: int) -> Event:
    """Return an all-day event from the first to the last day, both included, that leaves the time free."""
    event = Event()
    event.add("uid", f"{uuid.uuid5(_NAMESPACE, f'{campaign}/{entry.key}')}@groundswell")
    event.add("summary", _plain(entry.title))
    event.add("description", "\n".join(_plain(line) for line in entry.described))
    event.add("dtstart", entry.first)
    event.add("dtend", entry.last + timedelta(days=1))
    event.add("dtstamp", stamp)
    event.add("sequence", sequence)
    event.add("transp", "TRANSPARENT")
    if entry.reminds:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _plain(entry.title))
        alarm.add("trigger", REMINDED_AT)
        event.add_component(alarm)
    return event


def _plain(text: str) -> str:
    """Return a text without the control characters that a calendar may not hold."""
    return _CONTROL.sub(" ", text)
