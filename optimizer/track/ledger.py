"""What the events say together: repeated and voided lines taken out, and what contradicts each other found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from optimizer.answers.status import EventWarning
from optimizer.errors import Problem
from optimizer.scenario.models import Creator
from optimizer.track.events import VOID, Event, Pair

CONFLICT = "event_conflict"
_VOID_IT = "Correct one of the lines, or take one back with a `void`."


@dataclass
class Facts:
    """What is known of one creator in one activation.

    Attributes
    ----------
    parcels
        The shipments, the latest last; more than one where a lost parcel was replaced.
    delivered, lost
        Of the latest parcel.
    answer
        The latest of `asked`, `agreed` and `refused`.
    offer
        The latest `asked`.
    """

    parcels: list[Event] = field(default_factory=list)
    delivered: Event | None = None
    lost: Event | None = None
    posted: Event | None = None
    declined: Event | None = None
    answer: Event | None = None
    offer: Event | None = None

    @property
    def shipped_on(self) -> date | None:
        """Day on which the latest parcel left, None where no event says so."""
        return self.parcels[-1].on if self.parcels else None

    @property
    def agreed(self) -> Event | None:
        """The agreement to a fee that holds."""
        return self.answer if self.answer is not None and self.answer.kind == "agreed" else None

    @property
    def asked(self) -> Event | None:
        """The question that waits for an answer."""
        return self.answer if self.answer is not None and self.answer.kind == "asked" else None

    @property
    def refused(self) -> Event | None:
        """The no to a fee that holds."""
        return self.answer if self.answer is not None and self.answer.kind == "refused" else None


NOTHING = Facts()


@dataclass(frozen=True)
class Ledger:
    """The facts of every creator and activation with an event, and what was wrong or worth a warning."""

    facts: Mapping[Pair, Facts]
    problems: Sequence[Problem]
    warnings: Sequence[EventWarning]


def ledger_of(events: Iterable[Event], paid: frozenset[Pair], payable: Mapping[str, Creator]) -> Ledger:
    """Return what events say together.

    Parameters
    ----------
    events
        In the order of the file.
    paid
        Who is paid in the plan, and so counts as asked.
    payable
        The creators who accept a fee, and name one.
    """
    problems: list[Problem] = []
    warnings: list[EventWarning] = []
    standing = _standing(events, problems, warnings)
    by_pair: dict[Pair, list[Event]] = {}
    for event in standing:
        by_pair.setdefault(event.pair, []).append(event)
    facts = {}
    for pair, own in by_pair.items():
        # Of one day, the file's own order counts; but nobody answers before being asked.
        in_time = sorted(own, key=lambda event: (event.on, event.kind != "asked"))
        facts[pair] = _told(in_time, problems)
        problems += _money_conflicts(in_time, planned=pair in paid, payable=pair[0] in payable)
    return Ledger(facts, problems, warnings)


def _standing(events: Iterable[Event], problems: list[Problem], warnings: list[EventWarning]) -> list[Event]:
    """Return the events that hold: each once, without those taken back."""
    holding: dict[Pair, dict[tuple[object, ...], Event]] = {}
    voids: dict[tuple[object, ...], Event] = {}
    for event in events:
        own = holding.setdefault(event.pair, {})
        first = own.get(event.content)
        if event.kind == VOID:
            meant = _meant(event, own)
            first = None if meant else voids.get(event.content)
            if first is None:
                problems += _take_back(event, meant, own)
            voids.setdefault(event.content, event)
        elif first is None:
            own[event.content] = event
        if first is not None:
            warnings.append(_warning("event_repeated", event, f"The same as {first.where}: counted once."))
    return [event for own in holding.values() for event in own.values()]


def _meant(void: Event, own: Mapping[tuple[object, ...], Event]) -> list[Event]:
    """Return the events of the same creator and activation that hold and that a `void` may name."""
    assert void.target is not None
    kind, day = void.target
    return [event for event in own.values() if event.on == day and kind in (None, event.kind)]


def _take_back(void: Event, meant: Sequence[Event], own: dict[tuple[object, ...], Event]) -> Iterator[Problem]:
    assert void.target is not None
    kind, day = void.target
    if len(meant) == 1:
        del own[meant[0].content]
    elif not meant:
        what = f"`{kind}` on {day}" if kind else f"event on {day}"
        detail = f"above this line, `{void.creator}` has no {what} in `{void.activation}` to take back"
        yield Problem("nothing_to_void", void.where, detail, "Correct the day, or leave the line out.")
    else:
        detail = f"this may take back {' or '.join(f'{event.kind} ({event.where})' for event in meant)}"
        yield Problem("void_note", void.where, detail, f"Write which, as in `{meant[0].kind} {day}`.")


def _told(events: Sequence[Event], problems: list[Problem]) -> Facts:
    """Return the facts of one creator and activation; events come in time."""
    facts = Facts()
    for event in events:
        if event.kind in ("shipped", "delivered", "lost"):
            problems += _parcel(facts, event)
        elif event.kind == "posted":
            problems += _once(facts.posted, event)
            facts.posted = facts.posted or event
        elif event.kind == "declined":
            problems += _once(facts.declined, event)
            facts.declined = facts.declined or event
        else:
            facts.answer = event
            facts.offer = event if event.kind == "asked" else facts.offer
    if facts.posted and facts.lost:
        problems.append(_conflict(facts.posted, facts.lost, "a lost parcel brings no post"))
    if facts.posted and facts.declined and not facts.agreed:
        problems.append(_conflict(facts.posted, facts.declined, "who declined does not post"))
    return facts


def _parcel(facts: Facts, event: Event) -> Iterator[Problem]:
    if event.kind == "shipped":
        if facts.parcels and not facts.lost:
            yield _conflict(event, facts.parcels[-1], "a second parcel leaves only where the first is lost")
            return
        if facts.delivered and facts.delivered.on < event.on:
            yield _conflict(event, facts.delivered, "it was delivered before it left")
        facts.parcels.append(event)
        facts.lost = None
    elif event.kind == "delivered":
        if facts.lost:
            yield _conflict(event, facts.lost, "it is delivered or lost")
        yield from _once(facts.delivered, event)
        facts.delivered = facts.delivered or event
    else:
        if facts.delivered:
            yield _conflict(event, facts.delivered, "it is delivered or lost")
        yield from _once(facts.lost, event)
        facts.lost = facts.lost or event


def _once(first: Event | None, event: Event) -> Iterator[Problem]:
    if first is not None:
        yield _conflict(event, first, f"{event.kind} comes once")


def _money_conflicts(events: Sequence[Event], *, planned: bool, payable: bool) -> Iterator[Problem]:
    """Yield what is wrong with offers: to whom none can be made, and agreements that answer none."""
    agreed: Event | None = None
    for event in events:
        if event.kind in ("asked", "agreed") and not payable and event.fee is None and not planned:
            detail = f"`{event.creator}` has no fee, or does not accept to be paid"
            yield Problem(CONFLICT, event.where, detail, "Correct the creator, or write the fee into the line.")
        elif event.kind == "agreed":
            asked = any(other.kind == "asked" and other.on <= event.on for other in events)
            if not planned and not asked:
                later = next((other for other in events if other.kind == "asked"), None)
                beside = f"; {later.where} asks later" if later else ""
                detail = f"`{event.creator}` agreed to a fee without having been asked{beside}"
                yield Problem(CONFLICT, event.where, detail, "Add the line with `asked` before it.")
            if agreed is not None:
                yield _conflict(event, agreed, "agreed comes once")
        if event.kind in ("agreed", "refused"):
            agreed = event if event.kind == "agreed" else None


def _conflict(event: Event, other: Event, why: str) -> Problem:
    detail = (
        f"`{event.creator}` in `{event.activation}`: {event.kind} on {event.on} ({event.where}) contradicts "
        f"{other.kind} on {other.on} ({other.where}): {why}"
    )
    return Problem(CONFLICT, event.where, detail, _VOID_IT)


def _warning(code: str, event: Event, detail: str) -> EventWarning:
    return EventWarning(code=code, where=event.where, creator=event.creator, activation=event.activation, detail=detail)
