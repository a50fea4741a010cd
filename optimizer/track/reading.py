"""From rows to events: every cell that cannot be used becomes a problem with its line, all of them at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import get_args

from optimizer.answers.status import EventWarning
from optimizer.errors import Problem
from optimizer.money import decimals
from optimizer.scenario.models import Scenario
from optimizer.tables.days import day_of
from optimizer.tables.numbers import CellError, amount
from optimizer.tables.words import words
from optimizer.track.events import EVENTS, KINDS, VOID, Event, EventName
from optimizer.track.names import Names, did_you_mean
from optimizer.track.rows import REQUIRED, Cell, Row, Rows

LEEWAY_DAYS = 120
"""So far before the horizon's start and after its end an event may lie: no post comes later after delivery."""
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORD = re.compile(r"[a-z]+")
WITH_FEE = ("asked", "agreed")


@dataclass
class EventReader:
    """Reads row by row.

    Attributes
    ----------
    planned
        The activations that have a window in the plan.
    """

    scenario: Scenario
    names: Names
    planned: frozenset[str]
    source: Rows
    problems: list[Problem] = field(default_factory=list)
    warnings: list[EventWarning] = field(default_factory=list)

    def events(self) -> list[Event]:
        """Return the events of all rows that can be used; the others are in `problems`."""
        self.problems += self.source.problems
        self.warnings += self.source.warnings
        self._digits = decimals(self.scenario.currency)
        horizon = self.scenario.horizon
        leeway = timedelta(days=LEEWAY_DAYS)
        self._first, self._last = horizon.start - leeway, horizon.end + leeway
        return [event for row in self.source.rows if (event := self._event(row)) is not None]

    def _event(self, row: Row) -> Event | None:
        texts = {name: self._text(name, row.cells[name]) for name in REQUIRED[1:]}
        on = self._day(row.cells["on"])
        creator, activation = self._creator(texts["creator"], row), self._activation(texts["activation"], row)
        kind = self._kind(texts["event"], row)
        fee = self._fee(row.cells["fee"], kind)
        target = self._target(row.cells["note"]) if kind == VOID else None
        if None in (on, creator, activation, kind) or (kind == VOID and target is None):
            return None
        assert on is not None
        assert creator is not None
        assert activation is not None
        assert kind is not None
        community = self.names.waves[activation].community
        if community not in self.names.creators[creator].communities:
            remedy = "Correct creator or activation, or add the creator to the community."
            self._report("not_a_member", row.cells["creator"], f"`{creator}` is no member of `{community}`", remedy)
            return None
        return Event(on, creator, activation, kind, row.where, fee, target)

    def _text(self, name: str, cell: Cell) -> str | None:
        if cell.value is None:
            self._report("missing_field", cell, "nothing stands here", f"Fill in the {name}.")
            return None
        if not isinstance(cell.value, str):
            try:
                return words(cell.value)
            except CellError as error:
                self._report("wrong_type", cell, error.detail, error.remedy)
                return None
        return cell.value

    def _creator(self, text: str | None, row: Row) -> str | None:
        found = None if text is None else self.names.creator(text)
        if text is not None and found is None:
            remedy = did_you_mean(text, list(self.names.creators), "Write the id or handle of a creator.")
            self._report("unknown_creator", row.cells["creator"], "the scenario has no such creator", remedy)
        return found

    def _activation(self, text: str | None, row: Row) -> str | None:
        found = None if text is None else self.names.activation(text)
        cell = row.cells["activation"]
        if text is not None and found is None:
            remedy = did_you_mean(text, list(self.names.waves), "Write the id of an activation.")
            self._report("unknown_activation", cell, "the scenario has no such activation", remedy)
        elif found is not None and found not in self.planned:
            detail = "the plan has no window for this activation"
            self._report("not_planned", cell, detail, "Name an activation of the plan, or leave the line out.")
            return None
        return found

    def _kind(self, text: str | None, row: Row) -> str | None:
        if text is None:
            return None
        kind = text.strip().casefold()
        if kind not in KINDS:
            remedy = did_you_mean(kind, list(KINDS), f"Write one of {', '.join(KINDS)}.")
            self._report("unknown_event", row.cells["event"], "there is no such event", remedy)
            return None
        return kind

    def _day(self, cell: Cell) -> date | None:
        if cell.value is None:
            self._report("missing_field", cell, "nothing stands here", "Fill in the day.")
            return None
        try:
            day = date.fromisoformat(cell.value) if self._is_iso(cell.value) else day_of(cell.value, self.source.order)
        except (CellError, ValueError) as error:
            detail, remedy = getattr(error, "detail", "should be a calendar day"), "Write it as YYYY-MM-DD."
            self._report("date_format", cell, detail, getattr(error, "remedy", remedy))
            return None
        if not self._first <= day <= self._last:
            detail = (
                f"this is more than {LEEWAY_DAYS} days before or after the horizon, "
                f"{self.scenario.horizon.start} to {self.scenario.horizon.end}"
            )
            self._report("event_out_of_range", cell, detail, "Correct the day.")
            return None
        return day

    @staticmethod
    def _is_iso(value: object) -> bool:
        return isinstance(value, str) and _ISO.fullmatch(value) is not None

    def _fee(self, cell: Cell, kind: str | None) -> Decimal | None:
        if cell.value is None or kind is None:
            return None
        try:
            fee = Decimal(amount(cell.value, self.scenario.currency, self._digits, self.source.style))
        except CellError as error:
            self._report("money_format", cell, error.detail, error.remedy)
            return None
        if kind not in WITH_FEE:
            if fee:
                detail = f"A fee belongs to `asked` or `agreed`; that of this `{kind}` was ignored."
                self.warnings.append(
                    EventWarning(code="fee_ignored", where=cell.where, creator=None, activation=None, detail=detail)
                )
            return None
        return fee

    def _target(self, cell: Cell) -> tuple[EventName | None, date] | None:
        """Return what the note of a `void` names: a day, and perhaps a kind before it."""
        text = cell.value if isinstance(cell.value, str) else ""
        days = _ISO.findall(text)
        try:
            if not isinstance(cell.value, str) and cell.value is not None:
                return None, day_of(cell.value, self.source.order)
            if not days:
                bare = " ".join(word for word in text.split() if word.casefold() not in EVENTS)
                return self._named(text), day_of(bare, self.source.order)
            if len(set(days)) == 1:
                return self._named(text), date.fromisoformat(days[0])
        except (CellError, ValueError):
            pass
        detail = "the note of a `void` names the event that it takes back"
        self._report("void_note", cell, detail, "Write its kind and its day, as in `posted 2027-04-09`.")
        return None

    @staticmethod
    def _named(text: str) -> EventName | None:
        named = [kind for kind in get_args(EventName) if kind in _WORD.findall(text.casefold())]
        return named[0] if len(named) == 1 else None

    def _report(self, code: str, cell: Cell, detail: str, remedy: str) -> None:
        self.problems.append(Problem(code, cell.where, detail, remedy, cell.value))
