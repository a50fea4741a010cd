"""The writer of sheets: typed cells, a frozen head, a filter, widths that fit, totals as formulas, and print settings.

Texts are written as text cells, which no spreadsheet calculates; those that look like formulas are marked as quoted, so
that they stay text when they are edited.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from optimizer.export import formatting
from optimizer.export.formatting import plain
from optimizer.export.tables import Column, Kind, Table, Value
from optimizer.money import decimals
from optimizer.scenario.csv_injection import neutral

A4 = 9
LONGEST_TEXT = 32_767
"""Most characters of a cell (Excel's limit)."""
WIDEST = 60
"""Widest column (characters); longer texts wrap."""
FILTER_BUTTON = 4
"""Width of the button of a filter in a heading (characters)."""
_NO_CHARACTERS = {0xFFFE: "\ufffd", 0xFFFF: "\ufffd"}
"""Characters that XML cannot hold."""


class Style:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Workbook, currency: str):
        self.book = book
        digits = decimals(currency)
        self.currency = currency
        self.shown: dict[Kind, str] = {
            "day": "ddd d mmm yyyy",
            "month": "mmm yyyy",
            "money": f'"{formatting.symbol(currency)}"#,##0' + ("." + "0" * digits if digits else ""),
            "probability": "0.00%",
            "number": "0.00",
            "count": "#,##0",
        }
        self.made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def get(self, kind: Kind = "text", **more: Any) -> Any:
        """Return the format of a kind of value, with further properties of XlsxWriter."""
        shown = {"num_format": self.shown[kind]} if kind in self.shown else {"text_wrap": True}
        properties = {"valign": "top", **shown, **more}
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(properties)
        return self.made[key]


def put(sheet: Worksheet, place: tuple[int, int], value: Value, style: Style, kind: Kind = "text", **more: Any) -> None:
    """Write a value into a cell; a text is always written as text.

    Money becomes the double nearest to its decimal string, which is exact to the minor unit for any budget.
    """
    value = plain(value)
    form = style.get(kind, **more)
    if value is None:
        sheet.write_blank(*place, None, form)
    elif isinstance(value, bool):
        sheet.write_string(*place, "yes" if value else "no", form)
    elif isinstance(value, Decimal | int | float):
        sheet.write_number(*place, float(value), form)
    elif isinstance(value, date):
        sheet.write_datetime(*place, value, form)
    elif kind == "month":
        sheet.write_datetime(*place, date.fromisoformat(f"{value}-01"), form)
    else:
        quoted = {"quote_prefix": True} if neutral(value) != value else {}
        text = value.translate(_NO_CHARACTERS)[:LONGEST_TEXT]
        sheet.write_string(*place, text, style.get(kind, **more, **quoted))


class TableSheet:
    """A sheet with one table that begins in its first row."""

    def __init__(self, book: Workbook, name: str, table: Table, style: Style):
        self.table = table
        self.style = style
        self.name = name
        self.sheet = book.add_worksheet(name)
        self.last = len(table.rows)
        """Number of the last row of the table; row 0 is the head."""

    def write(self, *, totals: bool = True) -> int:
        """Write head, rows and totals; return the number of the first free row."""
        for place, column in enumerate(self.table.columns):
            side = "left" if column.kind in ("text", "phone", "flag") else "right"
            put(self.sheet, (0, place), column.title, self.style, bold=True, bottom=1, bg_color="#E8EEF4", align=side)
            self.sheet.set_column(place, place, self._width(place, column))
        for number, row in enumerate(self.table.rows, start=1):
            for place, (column, value) in enumerate(zip(self.table.columns, row, strict=True)):
                if column.parts:
                    self._added(number, row, place)
                else:
                    put(self.sheet, (number, place), value, self.style, column.kind)
        self.sheet.freeze_panes(1, 1)
        self.sheet.autofilter(0, 0, self.last, len(self.table.columns) - 1)
        printed(self.sheet)
        self.sheet.repeat_rows(0)
        if totals and self.table.rows:
            self._totals()
            return self.last + 2
        return self.last + 1

    def _added(self, number: int, row: Sequence[Value], place: int) -> None:
        """Write a cell as the sum of others of its row; as a value where it is not their sum, so that it is seen."""
        column, value = self.table.columns[place], row[place]
        parts = [(name[0] == "-", self._names.index(name.removeprefix("-"))) for name in column.parts]
        amounts = [(-1 if less else 1, row[part]) for less, part in parts]
        summed = sum((sign * each for sign, each in amounts if isinstance(each, Decimal)), Decimal(0))
        if value != summed:
            put(self.sheet, (number, place), value, self.style, column.kind)
            return
        cells = "".join(f"{'-' if less else '+'}{xl_rowcol_to_cell(number, part)}" for less, part in parts)
        self.sheet.write_formula(number, place, f"={cells[1:]}", self.style.get(column.kind), float(summed))

    def sum_of(self, name: str, number: int, key: str = "number") -> Decimal:
        """Return the exact sum of a column of money over the rows whose `key` is a number."""
        place, own = self._names.index(name), self._names.index(key)
        amounts = [row[place] for row in self.table.rows if row[own] == number]
        return sum((amount for amount in amounts if isinstance(amount, Decimal)), Decimal(0))

    def range_of(self, name: str) -> str:
        """Return the range of a column for a formula; of an empty table it is one empty cell."""
        place = self._names.index(name)
        return f"'{self.name}'!{xl_range_abs(1, place, max(1, self.last), place)}"

    @cached_property
    def _names(self) -> list[str]:
        return [column.name for column in self.table.columns]

    def _totals(self) -> None:
        """Write sums of the rows that a filter shows; the stored values are the sums of all rows."""
        row = self.last + 1
        for place, column in enumerate(self.table.columns):
            form = self.style.get(column.kind, bold=True, top=1)
            if column.total:
                cells = xl_range_abs(1, place, self.last, place)
                self.sheet.write_formula(row, place, f"=SUBTOTAL(109,{cells})", form, _sum(self.table.rows, place))
            elif place:
                self.sheet.write_blank(row, place, None, form)
            else:
                self.sheet.write_string(row, place, "Total of the rows shown", form)

    def _width(self, place: int, column: Column) -> float:
        """Return the width of the longest cell as it is shown, with some room (characters)."""
        longest = max((_length(row[place], column.kind) for row in self.table.rows), default=0)
        if column.total:
            longest = max(longest, _length(_sum(self.table.rows, place), column.kind) + 1)
        return min(WIDEST, max(longest + 2, len(column.title) + FILTER_BUTTON, 10 if place else 24))


def printed(sheet: Worksheet) -> None:
    """Set up printing: landscape, as wide as the page, with the sheet's name and page numbers."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&RPage &P of &N")


def _sum(rows: Sequence[Sequence[Value]], place: int) -> float:
    """Return the sum of a column, exact for money."""
    values = [row[place] for row in rows]
    amounts = [value for value in values if isinstance(value, Decimal)]
    numbers = [value for value in values if isinstance(value, int | float)]
    return float(sum(amounts, Decimal(0))) if amounts else float(sum(numbers))


def _length(value: Value, kind: Kind) -> int:
    """Return the width of a value as it is shown (characters)."""
    value = plain(value)
    if value is None:
        return 0
    if kind == "money":
        return len(f"{float(value):,.2f}") + 5  # type: ignore[arg-type]
    if kind == "day":
        return len("Wed 30 Mar 2027")
    if isinstance(value, str):
        return max(len(line) for line in value.split("\n"))
    return len(f"{value:,.2f}") if isinstance(value, float) else len(str(value))
