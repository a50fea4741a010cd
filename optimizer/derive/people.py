"""Creators as columns, read once, and the options that activations have of them, by arithmetic on arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np

from optimizer.derive.instance import Flags, Floats, Ints, Options, Windows
from optimizer.money import decimals, to_minor
from optimizer.scenario.models import Creator, Scenario
from optimizer.scenario.semantics import accepted_modes, embeddedness, passes_floor

TIERS = ("nano", "emerging", "established")


@dataclass(frozen=True)
class People:
    """The creators of a scenario; every column has one entry per creator, in the scenario's order."""

    scenario: Scenario

    @property
    def creators(self) -> list[Creator]:
        """The creators themselves."""
        return self.scenario.creators

    @cached_property
    def embeddedness(self) -> Floats:
        """Embeddedness, 0 where unknown."""
        return np.array([embeddedness(creator) or 0.0 for creator in self.creators])

    @cached_property
    def tier(self) -> Ints:
        """Position in `TIERS`, -1 where not given."""
        places = {None: -1} | {tier: place for place, tier in enumerate(TIERS)}
        return np.array([places[creator.tier] for creator in self.creators], dtype=np.int64)

    @cached_property
    def accepts(self) -> tuple[Flags, Flags]:
        """Who may be gifted, who may be paid."""
        modes = [accepted_modes(creator) for creator in self.creators]
        return np.array(["gift" in each for each in modes], dtype=bool), np.array(
            ["paid" in each for each in modes], dtype=bool
        )

    @cached_property
    def rate(self) -> tuple[Floats, Floats]:
        """Probability of a post when gifted and when paid, whenever the parcel arrives."""
        posting = self.scenario.posting
        middle, reliable = (posting.organic_rate.low + posting.organic_rate.high) / 2, posting.paid_reliability
        gifted = [creator.organic_rate for creator in self.creators]
        paid = [creator.paid_reliability for creator in self.creators]
        return np.array([middle if own is None else own for own in gifted], dtype=float), np.array(
            [reliable if own is None else own for own in paid], dtype=float
        )

    @cached_property
    def fee_minor(self) -> Ints:
        """Fee for a paid post, 0 where there is none."""
        digits = decimals(self.scenario.currency)
        fees = [creator.paid_fee for creator in self.creators]
        return np.array([0 if fee is None else to_minor(fee, digits) for fee in fees], dtype=np.int64)

    @cached_property
    def service(self) -> Ints:
        """Position of the shipping service in the scenario's list."""
        places = {service.id: place for place, service in enumerate(self.scenario.shipping.services)} | {None: 0}
        return np.array([places[creator.service] for creator in self.creators], dtype=np.int64)

    @cached_property
    def members(self) -> dict[str, Ints]:
        """Creators by community, in order; those below its floor are left out."""
        communities = {community.id: community for community in self.scenario.communities}
        numbers_of: dict[str, list[int]] = {name: [] for name in communities}
        for number, creator in enumerate(self.creators):
            for name in creator.communities:
                if communities[name].min_embeddedness is None or passes_floor(creator, communities[name]):
                    numbers_of[name].append(number)
        return {name: np.array(numbers, dtype=np.int64) for name, numbers in numbers_of.items()}

    @cached_property
    def away(self) -> tuple[Ints, Ints, Ints]:
        """Unavailable spans: creator, first and last day, counted from the horizon's start; sorted by creator."""
        spans = np.array(list(self._spans()), dtype=np.int64).reshape(-1, 3)
        return spans[:, 0], spans[:, 1], spans[:, 2]

    def _spans(self) -> Iterator[tuple[int, int, int]]:
        first = self.scenario.horizon.start
        for number, creator in enumerate(self.creators):
            for span in creator.unavailable:
                yield number, (span.start - first).days, (span.end - first).days


class Kind(NamedTuple):
    """Options that differ only in creator and ship day: service (index), mode and, where it is locked, the ship day."""

    service: int
    paid: bool
    ship_on: date | None


@dataclass
class Stretches:
    """Ship days and τ of many kinds, one stretch after the other."""

    days: list[int] = field(default_factory=list)
    in_time: list[float] = field(default_factory=list)

    def add(self, days: Iterable[tuple[int, float]]) -> tuple[int, int]:
        """Append ship days with their τ; return where they begin and how many they are."""
        begin = len(self.days)
        for day, tau in days:
            self.days.append(day)
            self.in_time.append(tau)
        return begin, len(self.days) - begin


@dataclass(frozen=True)
class Choices:
    """Who may be used and how, one row each, sorted by creator, gifts first; `kind` is a place in `kinds`.

    `members` are all who may be used at all, also those who accept nothing. `begin` and `count` say where in the
    stretches the ship days of a row stand; empty before a window is opened.
    """

    members: Ints
    kinds: tuple[Kind, ...]
    creator: Ints
    paid: Flags
    kind: Ints
    begin: Ints
    count: Ints

    @classmethod
    def of(cls, people: People, community: str) -> Choices:
        """Return the choices among the members of a community."""
        members = people.members[community]
        accepted = np.column_stack([modes[members] for modes in people.accepts]).ravel()
        creator = np.repeat(members, 2)[accepted]
        paid = np.tile([False, True], len(members))[accepted]
        codes, kind = np.unique(people.service[creator] * 2 + paid, return_inverse=True)
        kinds = tuple(Kind(code // 2, code % 2 == 1, None) for code in codes.tolist())
        return cls(members, kinds, creator, paid, kind.astype(np.int64), _NONE, _NONE)

    def locked(self, creator: int, paid: bool | None, ship_on: date | None) -> Choices:
        """Return the choices that a lock leaves: of this creator only this mode and day, or nothing (`paid` None)."""
        own = self.creator == creator
        keep = ~own if paid is None else ~own | (self.paid == paid)
        members = self.members[self.members != creator] if paid is None else self.members
        kinds, kind = self.kinds, self.kind
        if ship_on is not None and (own & keep).any():
            place = int(np.flatnonzero(own & keep)[0])
            kinds = (*kinds, kinds[kind[place]]._replace(ship_on=ship_on))
            kind = kind.copy()
            kind[place] = len(kinds) - 1
        return Choices(members, kinds, self.creator[keep], self.paid[keep], kind[keep], _NONE, _NONE)

    def opened(self, free: Flags, stretches: Sequence[tuple[int, int]]) -> Choices:
        """Return the choices of a window: rows that are `free`, with the stretch of their kind, where it has days."""
        places = np.array(stretches, dtype=np.int64).reshape(-1, 2)
        rows = np.flatnonzero(free & (places[self.kind, 1] > 0))
        kind = self.kind[rows]
        return Choices(
            self.members, self.kinds, self.creator[rows], self.paid[rows], kind, places[kind, 0], places[kind, 1]
        )


_NONE = np.zeros(0, dtype=np.int64)


def tabulated(
    opened: Sequence[Choices], stretches: Stretches, windows: Windows, people: People, unit: Ints, parcel: Ints
) -> Options:
    """Return all options: every choice of every window on each of its ship days.

    Rows come out sorted, because windows follow each other by activation, choices by creator and mode, and ship days
    in order.

    Parameters
    ----------
    opened
        The choices of each window.
    unit, parcel
        Cost of a unit by activation, of a parcel by service (minor units).
    """
    count, begin, creator = (
        np.concatenate([_NONE, *(getattr(each, name) for each in opened)]) for name in ("count", "begin", "creator")
    )
    paid = np.concatenate([np.zeros(0, dtype=bool), *(each.paid for each in opened)])
    window = np.repeat(np.arange(len(opened)), np.array([len(each.creator) for each in opened], dtype=np.int64))
    total = int(count.sum())
    cell = np.arange(total) + np.repeat(begin - (np.cumsum(count) - count), count)
    activation = windows.activation[window]
    gift_rate, paid_rate = people.rate
    rate = np.where(paid, paid_rate[creator], gift_rate[creator])
    return Options(
        activation=np.repeat(activation, count),
        window=np.repeat(window, count),
        creator=np.repeat(creator, count),
        paid=np.repeat(paid, count),
        ship_day=np.array(stretches.days, dtype=np.int64)[cell],
        probability=np.repeat(rate, count) * np.array(stretches.in_time, dtype=float)[cell],
        product_minor=np.repeat(unit[activation], count),
        shipping_minor=np.repeat(parcel[people.service[creator]], count),
        fee_minor=np.repeat(np.where(paid, people.fee_minor[creator], 0), count),
    )
