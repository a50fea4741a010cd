"""What can happen to a creator in a campaign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, get_args

EventName = Literal["shipped", "delivered", "posted", "asked", "agreed", "refused", "declined", "lost"]
EVENTS: tuple[EventName, ...] = get_args(EventName)
VOID = "void"
KINDS = (*EVENTS, VOID)
Pair = tuple[str, str]
"""Ids of a creator and an activation."""


@dataclass(frozen=True)
class Event:
    """One line of the events.

    Attributes
    ----------
    kind
        One of `KINDS`.
    where
        The line it stands in.
    fee
        With `asked` and `agreed`: the fee, where it differs from the scenario's.
    target
        Of a `void`: the event it takes back, by its kind (None where the note names none) and its day.
    """

    on: date
    creator: str
    activation: str
    kind: str
    where: str
    fee: Decimal | None = None
    target: tuple[EventName | None, date] | None = None

    @property
    def pair(self) -> Pair:
        """Who, in which activation."""
        return self.creator, self.activation

    @property
    def content(self) -> tuple[object, ...]:
        """What makes two lines the same."""
        return self.on, self.creator, self.activation, self.kind, self.fee, self.target
