"""From a scenario, its plan and rows of events to a campaign on a day: lines, and everything worth a warning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from optimizer.answers.status import EventWarning
from optimizer.errors import InputError, Problem
from optimizer.plan import Plan
from optimizer.scenario.checks_dates import LAST_YEAR
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import accepted_modes
from optimizer.scenario.validation_errors import MOST_FAULTS
from optimizer.track.events import Event
from optimizer.track.ledger import ledger_of
from optimizer.track.lines import Cast, Line, warnings_of
from optimizer.track.names import Names
from optimizer.track.reading import LEEWAY_DAYS, EventReader
from optimizer.track.rows import Rows


@dataclass(frozen=True)
class Campaign:
    """A plan that is being carried out, on the morning of a day."""

    scenario: Scenario
    plan: Plan
    as_of: date
    lines: Sequence[Line]
    warnings: Sequence[EventWarning]


def campaign_of(scenario: Scenario, plan: Plan, source: Rows, as_of: date | None = None) -> Campaign:
    """Return the campaign that events tell of.

    Parameters
    ----------
    plan
        The scenario's plan.
    as_of
        The day whose morning counts; None for the day after the last event, without events the horizon's first.

    Raises
    ------
    InputError
        With everything that is wrong with the events, each with its line.
    """
    names = Names(scenario)
    planned = frozenset(item.activation for item in plan.activations if item.window is not None)
    reader = EventReader(scenario, names, planned, source)
    events = reader.events()
    today = as_of or _default_day(scenario, events)
    paid = frozenset((line.creator, line.activation) for line in plan.assignments if line.mode == "paid")
    payable = {creator.id: creator for creator in scenario.creators if "paid" in accepted_modes(creator)}
    past = [event for event in events if event.on < today]
    ledger = ledger_of(past, paid, payable)
    cast = Cast(scenario, plan, names, ledger.facts, today)
    problems = [*reader.problems, *_future(events, today), *ledger.problems, *_too_early(cast, past)]
    if problems:
        raise InputError(_in_order(problems, source))
    lines = cast.lines()
    return Campaign(scenario, plan, today, lines, [*reader.warnings, *ledger.warnings, *warnings_of(lines)])


def check_day(scenario: Scenario, day: date) -> None:
    """Raise InputError where a day cannot be one on which a campaign stands."""
    first = scenario.horizon.start - timedelta(days=LEEWAY_DAYS)
    if not first <= day <= date(LAST_YEAR, 12, 31):
        detail = f"should lie between {first} and the year {LAST_YEAR}"
        raise InputError([Problem("out_of_range", "--as-of", detail, "Correct the day.", day.isoformat())])


def _default_day(scenario: Scenario, events: Sequence[Event]) -> date:
    last = max((event.on for event in events), default=None)
    return scenario.horizon.start if last is None else last + timedelta(days=1)


def _future(events: Sequence[Event], today: date) -> Iterator[Problem]:
    for event in events:
        if event.on >= today:
            detail = f"`{event.kind}` on {event.on} lies in the future: as of the morning of {today}"
            remedy = "Correct the day, or say with --as-of a day after it."
            yield Problem("event_in_future", event.where, detail, remedy)


def _too_early(cast: Cast, events: Sequence[Event]) -> Iterator[Problem]:
    """Yield posts before anybody can have had the product."""
    first = cast.first_delivery()
    for event in events:
        if first is not None and event.kind == "posted" and event.on < first:
            detail = f"`{event.creator}` posted on {event.on}, before the first parcel can be there, on {first}"
            yield Problem("posted_before_delivery", event.where, detail, "Correct the day, or leave the line out.")


def _in_order(problems: Sequence[Problem], source: Rows) -> list[Problem]:
    """Return the problems in the order of the file, or the first of too many."""
    place = {row.where: number for number, row in enumerate(source.rows)}
    for row in source.rows:
        place.update({cell.where: place[row.where] for cell in row.cells.values()})
    shown = list(islice(sorted(problems, key=lambda problem: place.get(problem.pointer, -1)), MOST_FAULTS + 1))
    if len(shown) > MOST_FAULTS:
        detail = f"there are more problems than the {MOST_FAULTS:,} listed here"
        shown[-1] = Problem("too_many_problems", "", detail, "Correct these first; many of them may have one cause.")
    return shown
