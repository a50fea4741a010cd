"""Tables as a spreadsheet saves them: cells separated by commas, semicolons or tabs."""

from __future__ import annotations

import csv
import io

from optimizer.errors import InputError, Problem

SEPARATORS = (",", ";", "\t")


def cells_of(text: str) -> list[list[str]]:
    """Return the cells of a CSV, row by row; the separator is the one that the first line uses most.

    Raises
    ------
    InputError
        If a row cannot be read, for instance because a double quote is never closed.
    """
    heading = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=heading.count)
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        remedy = "Check that every double quote is closed."
        where = f"row {len(rows) + 1}"
        raise InputError([Problem("not_csv", where, f"the row cannot be read: {error}", remedy)]) from None
    return rows
