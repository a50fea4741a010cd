"""Where on a sheet the table is: the row of column names below titles, and the rows that are no records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from optimizer.errors import InputError, Problem
from optimizer.tables.grid import UNCALCULATED, Book, Line, Sheet, Value, is_blank, plain_name, shown

_HEADER_WITHIN = 50
_TOTAL = re.compile(
    r"(?:(?:grand|sub|gesamt|zwischen)[\s-]*)?(?:totals?|totales|totaux|totale|totaal|sum|summe|summa|suma|somme|somma"
    r"|gesamt|insgesamt|average|avg|mean|median|durchschnitt|mittelwert|moyenne|promedio|media|count|anzahl|∑|Σ|ø)"
    r"(?:\s+(?:général|generale?|of|for|the|all|creators?|influencers?|rows?|people|shown|selected|followers|reach|fees?"
    r"|costs?|spend))*\s*(?:[:=]|\([0-9.,\s]*\)|[0-9.,\s])*",
    re.IGNORECASE,
)
_QUANTITY = re.compile(r"[^\w]*(?:[A-Z]{3})?\s*[0-9][0-9.,'’\s\u00a0\u202f]*\s*(?:[^\w]*|[A-Za-z]{1,3})", re.DOTALL)


@dataclass(frozen=True)
class Table:
    """A table on a sheet.

    Attributes
    ----------
    sheet
        Where it stands.
    header
        The number of the row of column names.
    names
        The column names as written, tidied; empty for a column without one.
    rows
        The records.
    totals
        Rows that sum up the others, left out of `rows`.
    """

    sheet: Sheet
    header: int
    names: Sequence[str]
    rows: Sequence[Line]
    totals: Sequence[Line] = ()

    def where(self, number: int, position: int | None = None) -> str:
        """Return the place of a row or, with the position of a column, of a cell."""
        return self.sheet.where(number, "" if position is None else self.names[position], position)

    def column(self, position: int) -> Iterator[Value]:
        """Yield the cells of a column, without those that hold nothing."""
        return (
            value
            for row in self.rows
            if position < len(row.cells)
            for value in (row.cells[position],)
            if not is_blank(value)
        )

    @cached_property
    def unnamed(self) -> list[int]:
        """The positions of columns that hold something but have no name."""
        width = max((len(row.cells) for row in self.rows), default=0)
        blank = [place for place in range(width) if place >= len(self.names) or not self.names[place]]
        return [place for place in blank if any(True for _ in self.column(place))]

    def extra_cells(self) -> Iterator[Problem]:
        """Yield the rows of a text file with more cells than there are column names, as unquoted ``12,300`` makes."""
        if self.sheet.name is not None:
            return
        for row in self.rows:
            beyond = row.cells[len(self.names) :]
            if not all(map(is_blank, beyond)):
                detail = f"the row has more cells than there are columns ({len(self.names)})"
                remedy = "Put a cell that contains the separator in double quotes."
                yield Problem("extra_cells", self.where(row.number), detail, remedy, list(beyond))


def table_on(sheet: Sheet, known: Callable[[str], bool]) -> Table | None:
    """Return the table on a sheet; None where nothing stands there.

    Parameters
    ----------
    sheet
        What was read.
    known
        Tells whether a text is a known column name. The row with most of them has the names; where none is known, the
        first row that fills more than one cell, or the first.
    """
    if not sheet.lines:
        return None
    first = sheet.lines[:_HEADER_WITHIN]
    scores = [(_known(line, known), sum(not is_blank(cell) for cell in line.cells)) for line in first]
    best = max(range(len(first)), key=lambda place: (scores[place], -place))
    if not scores[best][0]:
        best = next((place for place, score in enumerate(scores) if score[1] > 1), 0)
    names = [shown(cell) for cell in first[best].cells]
    while names and not names[-1]:
        names.pop()
    rows: list[Line] = []
    totals: list[Line] = []
    for line in sheet.lines[best + 1 :]:
        (totals if is_total(line.cells) else rows).append(line)
    return Table(sheet, first[best].number, names, rows, totals)


def _known(line: Line, known: Callable[[str], bool]) -> int:
    return len({plain_name(cell) for cell in line.cells if isinstance(cell, str) and known(cell)})


def is_total(cells: Sequence[Value]) -> bool:
    """Return whether a row sums up others: one text, which says so, and nothing beside it but numbers.

    A formula that was never calculated may well be a sum.

    Examples
    --------
    >>> is_total(["Total", "", "", "5180", "£150"]), is_total(["Total", "@total", "ferns", "90"])
    (True, False)
    """
    texts = [cell for cell in cells if isinstance(cell, str) and cell.strip() and cell != UNCALCULATED]
    named = [text for text in texts if _TOTAL.fullmatch(text.strip())]
    if len(named) != 1:
        return False
    return all(text is named[0] or _QUANTITY.fullmatch(text.strip()) for text in texts)


def table_in(book: Book, known: Callable[[str], bool], sheet: str | None = None) -> Table:
    """Return the table of a file: on the sheet that is named, or on the only one with known column names.

    Raises
    ------
    InputError
        If there is no such sheet, if several sheets could be meant, or if nothing stands there.
    """
    names = [item.name or "" for item in book.sheets]
    if sheet is not None:
        chosen = [item for item in book.sheets if item.name == sheet]
        if not chosen:
            remedy = f"The file has: {', '.join(names)}." if any(names) else "Leave --sheet out: this is no workbook."
            raise InputError([Problem("unknown_sheet", "", "there is no such sheet", remedy, sheet)])
    else:
        visible = [item for item in book.sheets if item.name not in book.hidden]
        chosen = _most_known(visible or book.sheets, known)
    if len(chosen) > 1:
        detail = f"several sheets could be meant: {', '.join(item.name or '' for item in chosen)}"
        raise InputError([Problem("several_sheets", "", detail, "Name one with --sheet.")])
    table = table_on(chosen[0], known) if chosen else None
    if table is None:
        raise InputError([Problem("empty_file", "row 1", "there are no column names", "Write one line of them first.")])
    return table


def _most_known(sheets: Sequence[Sheet], known: Callable[[str], bool]) -> list[Sheet]:
    """Return the sheets whose row of column names has most that are known; of one that has none, the first."""
    filled = [sheet for sheet in sheets if sheet.lines]
    if len(filled) < 2:
        return filled
    counts = [max(_known(line, known) for line in sheet.lines[:_HEADER_WITHIN]) for sheet in filled]
    most = max(counts)
    return filled[:1] if most == 0 else [item for item, number in zip(filled, counts, strict=True) if number == most]
