"""A plan as a calendar (RFC 5545): ship days and posting windows as all-day events.

Equal plans give equal files: every DTSTAMP is the first day of the horizon instead of the time of writing, and a UID is
derived from the scenario's title, the kind of event and its activation or day. A new plan of the same scenario, when it
is imported, therefore moves the windows that a calendar already holds.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from icalendar import Calendar, Event

from optimizer.export import formatting
from optimizer.export.plan_tables import Directory
from optimizer.plan import ActivationResult, Assignment, Plan
from optimizer.scenario.models import Scenario

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://groundswell.invalid/calendar")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def calendar_file(scenario: Scenario, plan: Plan) -> bytes:
    """Return a plan as a calendar.

    Returns
    -------
    bytes
        The content of an ``.ics`` file; without assignments it has no events.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//groundswell//plan//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, _plain(scenario.name))
    stamp = datetime.combine(scenario.horizon.start, time(), tzinfo=UTC)
    for event in (*_ship_days(plan), *_windows(plan, Directory(scenario))):
        event.add("dtstamp", stamp)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _ship_days(plan: Plan) -> Iterator[Event]:
    parcels = sorted(plan.assignments, key=lambda line: line.ship_on)
    for day, group in groupby(parcels, key=lambda line: line.ship_on):
        lines = list(group)
        title = f"Ship {formatting.count(len(lines), 'parcel')}: {', '.join(_activations(lines))}"
        described = "\n".join(
            f"{name}: {formatting.count(count, 'parcel')}" for name, count in _activations(lines).items()
        )
        yield _event(plan, f"ship/{day}", (day, day), title, described)


def _activations(lines: list[Assignment]) -> Counter[str]:
    return Counter(sorted(line.activation for line in lines))


def _windows(plan: Plan, directory: Directory) -> Iterator[Event]:
    for result in plan.activations:
        window = result.window
        if window is not None:
            name, span = result.activation, (window.start, window.end)
            yield _event(plan, f"window/{name}", span, f"Window: {name}", _described(result, directory))


def _described(result: ActivationResult, directory: Directory) -> str:
    """Return the description of a window: community, people, probability of enough posts."""
    people = f"{formatting.count(result.gifts, 'gift')}, {result.paid:,} paid"
    needed = f"at least {formatting.count(result.min_posts, 'post')}"
    return (
        f"Community: {directory.community(result.activation)}\n"
        f"People: {people}\n"
        f"Chance of {needed}: {formatting.probability_and_goal(result.probability, result.confidence)}"
    )


def _event(plan: Plan, key: str, days: tuple[date, date], title: str, described: str) -> Event:
    """Return an all-day event from the first to the last day, both included, that leaves the time free."""
    first, last = days
    event = Event()
    event.add("uid", f"{uuid.uuid5(_NAMESPACE, f'{plan.scenario.name}/{key}')}@groundswell")
    event.add("summary", _plain(title))
    event.add("description", "\n".join(_plain(line) for line in described.split("\n")))
    event.add("dtstart", first)
    event.add("dtend", last + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event


def _plain(text: str) -> str:
    """Return a text without the control characters that a calendar may not hold."""
    return _CONTROL.sub(" ", text)
