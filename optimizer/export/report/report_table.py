"""How a table is drawn in the page of the report: styles of its columns, texts, marks and sort keys of its cells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from optimizer.export.formatting import plain, shown
from optimizer.export.tables import Column, Judged, Kind, Table, Value

FIGURES: frozenset[Kind] = frozenset({"figure", "money", "change", "probability", "gap", "number", "count"})
NAMES = ("Activation", "Creator", "Community")
WHOLE = ("Window",)
"""Columns of text that does not break into lines."""


@dataclass(frozen=True)
class ReportHead:
    """The head of a column and the class of its cells in the style sheet."""

    head: str
    style: str


@dataclass(frozen=True)
class ReportCell:
    """The text of a cell, the `key` it is sorted by, and a `mark` where it is good or bad."""

    text: str
    key: str | float | None = None
    mark: bool | None = None


@dataclass(frozen=True)
class ReportTable:
    """A table in the page; `years` says whether days have their year, `searched` that it is sorted and filtered."""

    caption: str
    table: Table
    currency: str = ""
    note: str = ""
    years: bool = False
    searched: bool = False

    @property
    def columns(self) -> list[ReportHead]:
        """Return the heads of the columns."""
        return [ReportHead(column.title, _style(column)) for column in self.table.columns]

    @property
    def rows(self) -> list[list[ReportCell]]:
        """Return the cells below the heads; the first of a row is its name."""
        columns = self.table.columns
        return [[self._cell(*pair) for pair in zip(row, columns, strict=True)] for row in self.table.rows]

    @property
    def total(self) -> list[ReportCell]:
        """Return the line of totals, empty where there is none."""
        if not self.table.last:
            return []
        label, *sums = self.table.last
        figures = zip(sums, self.table.columns[1:], strict=True)
        return [ReportCell(str(label)), *(ReportCell(shown(value, column, self.currency)) for value, column in figures)]

    def _cell(self, value: Value, column: Column) -> ReportCell:
        mark = value.good if isinstance(value, Judged) else None
        text = shown(value, column, self.currency, years=self.years)
        return ReportCell(text, _key(value, column) if self.searched else None, mark)


def _style(column: Column) -> str:
    """Return the class of the column's cells in the style sheet."""
    if column.kind in FIGURES:
        return "figure"
    return "whole" if column.kind == "day" or column.title in WHOLE else "name" if column.title in NAMES else ""


def _key(value: Value, column: Column) -> str | float | None:
    """Return what a cell is sorted by; None for texts, which are sorted as they are shown."""
    value = plain(value)
    if isinstance(value, date):
        return value.isoformat()
    if column.kind not in FIGURES:
        return None
    return -1 if value is None else float(value) if isinstance(value, Decimal) else value
