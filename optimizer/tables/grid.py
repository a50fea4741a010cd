"""What a file holds before anybody asks what it means: sheets of cells, each with its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

Value = str | int | float | bool | date | datetime | time | timedelta | None
"""A cell: text of a text file; what the spreadsheet holds of a workbook; None where nothing stands."""

ERRORS = ("#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")
"""What spreadsheets show where a formula has failed."""
UNCALCULATED = "#FORMULA?"
"""Stands in a cell whose formula has no stored value."""


class Line(NamedTuple):
    """A row of a sheet that holds something; `number` is the one that a spreadsheet shows beside it."""

    number: int
    cells: Sequence[Value]


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, or a text file.

    Attributes
    ----------
    name
        None for a text file.
    lines
        The rows that hold anything.
    reading
        How a text file was read, for people: ``UTF-8, separated by commas``; empty for a workbook.
    separator
        What separates the cells of a text file.
    """

    name: str | None
    lines: Sequence[Line]
    reading: str = ""
    separator: str | None = None

    def where(self, number: int, column: str = "", position: int | None = None) -> str:
        """Return the place of a row or cell, for a problem.

        Examples
        --------
        >>> Sheet(None, []).where(3, "fee", 1), Sheet("Creators", []).where(3, "fee", 1)
        ('row 3, column fee', 'sheet Creators, row 3, column fee (B3)')
        """
        sheet = "" if self.name is None else f"sheet {self.name}, "
        cell = "" if self.name is None or position is None else f" ({letters(position)}{number})"
        return f"{sheet}row {number}" + (f", column {column}" if column else "") + cell


@dataclass(frozen=True)
class Book:
    """All sheets of a file, in its order; hidden ones come last."""

    sheets: Sequence[Sheet]
    hidden: frozenset[str] = field(default_factory=frozenset)


def letters(position: int) -> str:
    """Return the letters of a column, counted from 0.

    Examples
    --------
    >>> letters(0), letters(25), letters(26), letters(16383)
    ('A', 'Z', 'AA', 'XFD')
    """
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def is_blank(value: Value) -> bool:
    """Return whether nothing stands in a cell that anybody could see."""
    return value is None or (isinstance(value, str) and not value.strip())


def shown(value: Value) -> str:
    """Return a cell as text, white space tidied: whole numbers without decimals, days as YYYY-MM-DD.

    Examples
    --------
    >>> shown(1001.0), shown("  @ana  b "), shown(date(2027, 4, 13)), shown(True), shown(None)
    ('1001', '@ana b', '2027-04-13', 'true', '')
    """
    if isinstance(value, str):
        return " ".join(value.split())
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.15g}" if abs(value) >= 1e15 or not value.is_integer() else str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def plain_name(text: str) -> str:
    """Return a header or name without regard to case, spaces, hyphens, underscores and punctuation at its end.

    Examples
    --------
    >>> plain_name(" Paid_Fee: "), plain_name("Ship-On")
    ('paidfee', 'shipon')
    """
    return re.sub(r"[\s_\-\u2010-\u2015.:*#?!]+", "", text).casefold()
