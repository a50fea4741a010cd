"""The table of options: creators × ways to use them × ship days, written out by arithmetic on arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np

from optimizer.derive.instance import Flags, Ints, Options, Windows
from optimizer.derive.people import People


class Kind(NamedTuple):
    """Options that differ only in creator and ship day: service (index), mode and, where it is locked, the ship day."""

    service: int
    paid: bool
    ship_on: date | None


@dataclass
class Stretches:
    """Ship days and τ of many kinds, one stretch after the other."""

    days: list[int] = field(default_factory=list)
    chances: list[float] = field(default_factory=list)

    def add(self, days: Iterable[tuple[int, float]]) -> tuple[int, int]:
        """Append ship days with their τ; return where they begin and how many they are."""
        begin = len(self.days)
        for day, chance in days:
            self.days.append(day)
            self.chances.append(chance)
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
        probability=np.repeat(rate, count) * np.array(stretches.chances, dtype=float)[cell],
        product_minor=np.repeat(unit[activation], count),
        shipping_minor=np.repeat(parcel[people.service[creator]], count),
        fee_minor=np.repeat(np.where(paid, people.fee_minor[creator], 0), count),
    )
