"""Text files with one row a line: commas, semicolons, tabs or bars between the cells, as spreadsheets save them."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress

from optimizer.errors import InputError, Problem
from optimizer.tables.encodings import text_of
from optimizer.tables.grid import Line, Sheet, is_blank

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
LONGEST_CELL = 100_000
"""Characters; no cell that people write is near it."""
MOST_ROWS = 1_048_576
_SEP_LINE = re.compile(r"\s*\"?sep=(.)\"?[,;\t|]*\s*\r?\n", re.IGNORECASE)
_SAMPLE_LINES = 60


def sheet_of(raw: bytes, known: Callable[[str], bool], encoding: str | None = None) -> Sheet:
    """Return the cells of a text file.

    Parameters
    ----------
    raw
        The content of the file.
    known
        Tells whether a text is a known column name; the separator is the one that shows most of them.
    encoding
        What the file is said to be encoded in; None to find out.

    Raises
    ------
    InputError
        If it is no text, or a row cannot be read, for instance because a double quote is never closed.
    """
    text, name = text_of(raw, encoding)
    if "\0" in text:
        raise InputError([Problem("not_text", "", "this is no text file", "Save the table as CSV or .xlsx.")])
    said = _SEP_LINE.match(text)
    separator = said[1] if said else _separator(text, known)
    body = text[said.end() :] if said else text
    return Sheet(None, _lines(body, separator), f"{name}, separated by {_named(separator)}", separator)


def _named(separator: str) -> str:
    return SEPARATORS.get(separator, f"`{separator}`")


def _lines(text: str, separator: str) -> list[Line]:
    lines: list[Line] = []
    number = 0
    csv.field_size_limit(LONGEST_CELL)
    try:
        for number, cells in enumerate(csv.reader(_rows_in(text), delimiter=separator, strict=True), start=1):
            if not all(map(is_blank, cells)):
                lines.append(Line(number, cells))
    except csv.Error as error:
        where = f"row {number + 1}"
        if "field larger" in str(error):
            detail, remedy = f"a cell is longer than {LONGEST_CELL:,} characters", "Shorten it."
            remedy += " Perhaps a double quote is never closed."
        else:
            detail, remedy = f"the row cannot be read: {error}", "Check that every double quote is closed."
        raise InputError([Problem("not_csv", where, detail, remedy)]) from None
    if number > MOST_ROWS:
        detail = f"the file has {number:,} rows; no more than {MOST_ROWS:,} are read"
        raise InputError([Problem("too_many_rows", "", detail, "Take out the empty rows or split the file.")])
    return lines


def _rows_in(text: str) -> io.StringIO:
    """Return a file that keeps line breaks as they are, but reads those of old Macs as breaks too."""
    return io.StringIO(text if "\n" in text else text.replace("\r", "\n"), newline="")


def _separator(text: str, known: Callable[[str], bool]) -> str:
    """Return what separates the cells: where most column names are known, then most rows have the same width."""
    sample = _rows_in(text[:LONGEST_CELL]).readlines()[:_SAMPLE_LINES]
    return max(SEPARATORS, key=lambda separator: _fit(sample, separator, known))


def _fit(sample: Sequence[str], separator: str, known: Callable[[str], bool]) -> tuple[int, int, int]:
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(csv.reader(sample, delimiter=separator))
    filled = [row for row in rows if not all(map(is_blank, row))]
    names = max((len({cell for cell in row if known(cell)}) for row in filled), default=0)
    widths = Counter(len(row) for row in filled if len(row) > 1)
    width, agreeing = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return names, agreeing, width
