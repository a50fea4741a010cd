"""How each creator of each activation stands on a day: the plan's decision, the facts, and what is presumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from optimizer.answers.status import CreatorState, EventWarning
from optimizer.derive.posting import PostingModel
from optimizer.money import decimals, to_minor
from optimizer.plan import Assignment, Plan, Window
from optimizer.scenario.fields import Mode
from optimizer.scenario.models import Creator, Scenario
from optimizer.scenario.semantics import Wave, service_of, shipping_calendar
from optimizer.track.events import Pair
from optimizer.track.ledger import NOTHING, Facts
from optimizer.track.names import Names

Presumed = Literal["shipped", "delivered"]


@dataclass(frozen=True)
class Line:
    """One creator in one activation, as of the day.

    Attributes
    ----------
    mode
        As planned; a gift for a parcel outside the plan; None for a post that nobody sent anything for.
    ship_on
        Day on which the latest parcel left, or will; None where none will.
    arrivals
        Ordinals of the days on which it may have arrived or may yet, with their chances; empty where it cannot.
    fee
        In minor units: agreed, offered, or the creator's own; None where there is none.
    parcels
        How many left.
    """

    creator: Creator
    wave: Wave
    window: Window
    facts: Facts
    planned: Assignment | None
    mode: Mode | None
    ship_on: date | None
    has_left: bool
    arrivals: Sequence[tuple[int, float]]
    presumed: Sequence[Presumed]
    never_came: bool
    fee: int | None
    parcels: int

    @property
    def pair(self) -> Pair:
        """Ids of creator and activation."""
        return self.creator.id, self.wave.id

    @property
    def is_in(self) -> bool:
        """Whether a post may still come of it, or has come."""
        facts = self.facts
        if self.mode is None or facts.lost or (facts.declined and not facts.agreed):
            return False
        return not (self.mode == "paid" and facts.refused)

    @property
    def pays(self) -> bool:
        """Whether a fee is due: paid in the plan and not refused, or agreed."""
        facts = self.facts
        if facts.agreed:
            return True
        return self.mode == "paid" and not (facts.refused or facts.declined or facts.lost)

    @property
    def posted(self) -> Literal["inside", "early", "late"] | None:
        """Where the post fell, None where there is none."""
        if self.facts.posted is None:
            return None
        day = self.facts.posted.on
        return "early" if day < self.window.start else "late" if day > self.window.end else "inside"


@dataclass
class Cast:
    """Makes the lines of a campaign."""

    scenario: Scenario
    plan: Plan
    names: Names
    facts: Mapping[Pair, Facts]
    as_of: date

    def __post_init__(self) -> None:
        services = {service.id: service for service in self.scenario.shipping.services}
        self.posting = PostingModel(self.scenario.posting, shipping_calendar(self.scenario), services)
        self._digits = decimals(self.scenario.currency)
        self._windows = {item.activation: item.window for item in self.plan.activations if item.window is not None}
        self.are_deliveries_recorded = any(facts.delivered for facts in self.facts.values())
        """While no delivery at all is recorded, a parcel without one may have arrived all the same."""

    def lines(self) -> list[Line]:
        """Return the plan's lines in its order, then those that only events know."""
        planned = [line for line in self.plan.assignments if line.activation in self._windows]
        known = {(line.creator, line.activation) for line in planned}
        lines = [self._line((item.creator, item.activation), item) for item in planned]
        return lines + [self._line(pair, None) for pair in self.facts if pair not in known]

    def first_delivery(self) -> date | None:
        """Return the first day on which a parcel of the campaign can have been there; None without parcels."""
        days = [facts.delivered.on for facts in self.facts.values() if facts.delivered]
        for item in self.plan.assignments:
            shipped = self.facts.get((item.creator, item.activation), NOTHING).shipped_on or item.ship_on
            days.append(self._first_arrival(item.creator, min(shipped, item.ship_on)))
        days += [
            self._first_arrival(pair[0], event.on) for pair, facts in self.facts.items() for event in facts.parcels
        ]
        return min(days, default=None)

    def _first_arrival(self, creator: str, shipped: date) -> date:
        return date.fromordinal(self._journey(self.names.creators[creator], shipped)[0][0])

    def _journey(self, creator: Creator, shipped: date) -> list[tuple[int, float]]:
        arrival = self.posting.journey(service_of(creator, self.scenario).id, shipped).arrival
        return [(shipped.toordinal() + offset, float(chance)) for offset, chance in enumerate(arrival) if chance > 0]

    def _line(self, pair: Pair, planned: Assignment | None) -> Line:
        creator, wave = self.names.creators[pair[0]], self.names.waves[pair[1]]
        facts, window = self.facts.get(pair, NOTHING), self._windows[pair[1]]
        presumed: list[Presumed] = []
        ship_on, has_left = self._shipping(facts, planned)
        if has_left and not facts.parcels:
            presumed.append("shipped")
        mode: Mode | None = planned.mode if planned else "gift" if has_left else None
        arrivals: Sequence[tuple[int, float]] = ()
        never_came = False
        if facts.delivered:
            arrivals = [(facts.delivered.on.toordinal(), 1.0)]
        elif ship_on is not None:
            arrivals = self._journey(creator, ship_on)
            is_open = not (facts.lost or facts.posted or facts.declined)
            if has_left and is_open and arrivals[-1][0] < self.as_of.toordinal():
                never_came = True
            elif has_left and self.are_deliveries_recorded and is_open:
                arrivals = _not_yet(arrivals, self.as_of.toordinal())
        came_first = facts.posted and has_left and (not facts.delivered or facts.delivered.on > facts.posted.on)
        if never_came or came_first:
            presumed.append("delivered")
        return Line(
            creator=creator,
            wave=wave,
            window=window,
            facts=facts,
            planned=planned,
            mode=mode,
            ship_on=ship_on,
            has_left=has_left,
            arrivals=arrivals,
            presumed=presumed,
            never_came=never_came,
            fee=self._fee(creator, facts),
            parcels=max(len(facts.parcels), int(has_left)),
        )

    def _shipping(self, facts: Facts, planned: Assignment | None) -> tuple[date | None, bool]:
        """Return the day on which the parcel left or will, and whether it has."""
        if facts.shipped_on is not None:
            return facts.shipped_on, True
        seen = [event.on for event in (facts.delivered, facts.lost) if event]
        if planned is None:
            return (min(seen), True) if seen else (None, False)
        if facts.posted:
            seen.append(facts.posted.on)
        if seen:
            return min(planned.ship_on, *seen), True
        no = [event.on for event in (facts.declined, facts.refused if planned.mode == "paid" else None) if event]
        if any(day <= planned.ship_on for day in no) and not facts.agreed:
            return None, False
        if planned.ship_on < self.as_of:
            return planned.ship_on, True
        # Who said no gets nothing that has not left.
        return (None, False) if no and not facts.agreed else (planned.ship_on, False)

    def _fee(self, creator: Creator, facts: Facts) -> int | None:
        given = [event.fee for event in (facts.agreed, facts.offer) if event and event.fee is not None]
        fee = given[0] if given else creator.paid_fee
        return None if fee is None else to_minor(fee, self._digits)


def _not_yet(arrivals: Sequence[tuple[int, float]], today: int) -> list[tuple[int, float]]:
    """Return the arrivals that are not ruled out where nothing has arrived before today."""
    left = [(day, chance) for day, chance in arrivals if day >= today]
    total = sum(chance for _, chance in left)
    return [(day, chance / total) for day, chance in left]


def state_of(line: Line, as_of: date) -> CreatorState:
    """Return how a creator stands."""
    facts, posted = line.facts, line.posted
    is_out = facts.declined is not None and not facts.agreed
    states: list[tuple[bool, CreatorState]] = [
        (posted == "inside", "posted"),
        (posted == "early", "posted_early"),
        (posted == "late", "posted_late"),
        (line.mode is not None and facts.lost is not None, "lost"),
        (is_out, "declined"),
        (facts.refused is not None and line.mode != "gift", "refused"),
        (line.mode is None, "no_parcel"),
        (as_of > line.window.end, "silent"),
        (facts.agreed is not None, "agreed"),
        (facts.asked is not None, "asked"),
        (not line.has_left, "to_ship"),
        (facts.delivered is not None or line.never_came, "delivered"),
    ]
    return next((state for holds, state in states if holds), "on_the_way")


def warnings_of(lines: Sequence[Line]) -> Iterator[EventWarning]:
    """Yield what is presumed of lines, and what lies outside the plan."""
    for line in lines:
        facts = line.facts
        if line.planned is None and line.has_left:
            first = facts.parcels[0] if facts.parcels else facts.delivered or facts.lost
            where = first.where if first else ""
            detail = "A parcel outside the plan: taken into it as a gift."
            yield _warning("unplanned_parcel", line, where, detail)
        elif line.planned is None and facts.posted:
            detail = "A post by a member of the community outside the plan: it counts towards density."
            yield _warning("unplanned_post", line, facts.posted.where, detail)
        if line.planned and "shipped" in line.presumed:
            day = line.ship_on
            yield _warning("presumed_shipped", line, "", f"No `shipped`: taken as shipped on {day}, as planned.")
        if line.never_came:
            last = date.fromordinal(line.arrivals[-1][0])
            detail = f"No `delivered`, although the longest transit ended on {last}: taken as delivered, day unknown."
            yield _warning("presumed_delivered", line, "", detail)
        elif "delivered" in line.presumed and facts.posted:
            detail = f"Posted on {facts.posted.on} before or without `delivered`: taken as delivered by then."
            yield _warning("presumed_delivered", line, facts.posted.where, detail)


def _warning(code: str, line: Line, where: str, detail: str) -> EventWarning:
    return EventWarning(code=code, where=where, creator=line.creator.id, activation=line.wave.id, detail=detail)
