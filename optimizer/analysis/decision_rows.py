"""Rows somebody wrote by hand → decisions, with a problem for every cell that its writer has to correct."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from optimizer.analysis.report import Decision
from optimizer.errors import InputError, Problem
from optimizer.scenario.checks_dates import FIRST_YEAR, LAST_YEAR
from optimizer.scenario.fields import Mode
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import Wave, waves
from optimizer.tables.numbers import CellError
from optimizer.wording import counted

MODES: Mapping[str, Mode] = {"gift": "gift", "paid": "paid"}


class SheetCell(NamedTuple):
    """A value as written, None where it is missing, where it stands, and why it cannot be read for certain."""

    value: Any
    where: str
    doubt: CellError | None = None


Row = Mapping[str, SheetCell]
"""Cells by column: creator, activation, mode, ship_on, window_start and, where stated, window_end."""


@dataclass(frozen=True)
class Sheet:
    """What a file says.

    Attributes
    ----------
    rows
        One per decision.
    windows
        Further statements of windows: rows of activation, window_start and window_end.
    problems
        What was wrong with the layout.
    """

    rows: list[Row]
    windows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def decided(sheet: Sheet, scenario: Scenario) -> tuple[list[Decision], dict[str, date]]:
    """Return the decisions of a sheet and the window starts; raise InputError with every problem of it."""
    reader = _Reader(
        {creator.id for creator in scenario.creators}, {wave.id: wave for wave in waves(scenario)}, [*sheet.problems]
    )
    decisions = [decision for row in sheet.rows if (decision := reader.decision(row)) is not None]
    for row in sheet.windows:
        reader.window(row)
    if reader.problems:
        raise InputError(reader.problems)
    return decisions, reader.starts


@dataclass
class _Reader:
    """Reads cell by cell; a cell that cannot be read becomes a problem and None."""

    creators: Collection[str]
    waves: Mapping[str, Wave]
    problems: list[Problem]
    starts: dict[str, date] = field(default_factory=dict)
    stated: dict[str, str] = field(default_factory=dict)
    pairs: dict[tuple[str, str], str] = field(default_factory=dict)

    def decision(self, row: Row) -> Decision | None:
        creator = self._reference(row["creator"], self.creators, "creator")
        activation = self.window(row)
        mode = self._mode(row["mode"])
        ship_on = self._day(row["ship_on"])
        if creator is None or activation is None:
            return None
        first = self.pairs.setdefault((creator, activation), row["creator"].where)
        if first != row["creator"].where:
            self._report(
                "duplicate_decision",
                row["creator"],
                f"`{creator}` takes part in `{activation}` at {first} already",
                "Keep one of the two; a creator takes part in an activation once.",
            )
        return None if mode is None or ship_on is None else Decision(creator, activation, mode, ship_on)

    def window(self, row: Row) -> str | None:
        """Take note of the window a row states; return its activation."""
        activation = self._reference(row["activation"], self.waves, "activation")
        start = self._day(row["window_start"])
        if activation is None or start is None:
            return activation
        first = self.starts.setdefault(activation, start)
        if first != start:
            self._report(
                "conflicting_window",
                row["window_start"],
                f"the window of `{activation}` starts on {first} at {self.stated[activation]}",
                "Give an activation one window.",
            )
        self.stated.setdefault(activation, row["window_start"].where)
        end = row.get("window_end")
        if end is not None and end.value is not None:
            self._length(activation, start, end)
        return activation

    def _length(self, activation: str, start: date, end: SheetCell) -> None:
        last, due = self._day(end), self.waves[activation].end_of(start)
        if last is not None and last != due:
            days = self.waves[activation].window_days
            self._report(
                "window_length",
                end,
                f"a window of `{activation}` has {counted(days, 'day')}, both ends included",
                f"Write {due}.",
            )

    def _reference(self, cell: SheetCell, names: Collection[str], kind: str) -> str | None:
        if cell.doubt is not None:
            self._report("wrong_type", cell, cell.doubt.detail, cell.doubt.remedy)
            return None
        if isinstance(cell.value, str) and cell.value in names:
            return cell.value
        name = self._text(cell)
        if name is None or name in names:
            return name
        close = difflib.get_close_matches(name, list(names)[:1000], n=1)
        remedy = f"Did you mean `{close[0]}`?" if close else f"Write the id of a {kind} of the scenario."
        self._report("unknown_reference", cell, f"the scenario has no such {kind}", remedy)
        return None

    def _mode(self, cell: SheetCell) -> Mode | None:
        text = self._text(cell)
        if text is None:
            return None
        if text.lower() not in MODES:
            self._report("unknown_choice", cell, "should be gift or paid", "Write gift or paid.")
        return MODES.get(text.lower())

    def _day(self, cell: SheetCell) -> date | None:
        text = self._text(cell)
        if text is None:
            return None
        if cell.doubt is not None:
            self._report("date_format", cell, cell.doubt.detail, cell.doubt.remedy)
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        if day is None or day.isoformat() != text:
            self._report("date_format", cell, "should be a calendar day", "Write it as YYYY-MM-DD.")
            return None
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self._report(
                "out_of_range", cell, f"should lie in the years {FIRST_YEAR} to {LAST_YEAR}", "Correct the year."
            )
            return None
        return day

    def _text(self, cell: SheetCell) -> str | None:
        if cell.value is not None and not isinstance(cell.value, str):
            self._report("wrong_type", cell, "should be text", "Write it in double quotes.")
            return None
        text = (cell.value or "").strip()
        if not text:
            self._report("missing_field", cell, "nothing stands here", "Fill it in.")
        return text or None

    def _report(self, code: str, cell: SheetCell, detail: str, remedy: str) -> None:
        self.problems.append(Problem(code, cell.where, detail, remedy, cell.value))
