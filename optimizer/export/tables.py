"""The one model of a table: columns with kinds, and rows of plain values.

Writers turn it into CSV (`csv_files.csv_text`), sheets of a workbook (`workbook.sheet`), tables of a page for the
terminal (`terminal.elements.figures_table`) and of the report (`report.tables.ReportTable`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

Kind = Literal[
    "text", "figure", "phone", "day", "month", "money", "change", "probability", "gap", "number", "count", "flag"
]
"""What a column holds. `figure`: a text made of figures. `change`: a difference of money."""
Plain = str | date | Decimal | float | bool | None
"""A value, None where there is nothing. Money is a `Decimal` with all decimals of the currency."""


@dataclass(frozen=True)
class Judged:
    """A value that is good or bad; pages mark it, files for programs hold the value alone."""

    value: Plain
    good: bool


Value = Plain | Judged
"""What a cell holds."""


class Column(NamedTuple):
    """One column of a table.

    Attributes
    ----------
    name
        Heading for programs.
    title
        Heading for people.
    kind
        What its cells hold, and so how they are shown.
    total
        Whether its sum means something.
    digits
        Decimals of a `number` on a page.
    parts
        Names of the columns whose sum it is in each row, ``-`` before what is taken off; a workbook writes it as a
        formula.
    """

    name: str
    title: str
    kind: Kind
    total: bool = False
    digits: int = 1
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """Columns, and rows with one value for each.

    Attributes
    ----------
    last
        The line of totals of a page, its label first; empty where there is none.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    last: Sequence[Value] = ()

    def total(self, name: str) -> Decimal:
        """Return the exact sum of a column of money, nothing counting 0."""
        place = [column.name for column in self.columns].index(name)
        return sum((amount for row in self.rows if isinstance(amount := row[place], Decimal)), Decimal(0))
