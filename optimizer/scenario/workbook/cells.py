"""How the value of a field stands in a cell, and how a cell is read: one pair of functions for each kind of column.

`written` and `read` are inverse wherever a cell can hold the value; `filling` keeps the others in a sheet of their own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from optimizer.money import minor_digits
from optimizer.scenario.workbook.columns import Column
from optimizer.scenario.workbook.lists import LISTS, day_read, list_read, list_written
from optimizer.scenario.workbook.texts import choice, text_read, text_written
from optimizer.tables.grid import Value, is_blank, shown
from optimizer.tables.numbers import NO_NOTATION, CellError, Notation, amount, count, share
from optimizer.tables.words import check_calculated, flag

LONGEST = 32_000
"""No longer text is put into a cell; spreadsheets cut at 32,767 characters."""
MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
FIRST_DAY = date(1900, 3, 1)
"""Days before it are texts: spreadsheets count them in two ways."""
YES, NO = "yes", "no"


@dataclass(frozen=True)
class Spelling:
    """How amounts are read: the currency, and how a number cell is spelled in JSON.

    Attributes
    ----------
    amounts
        `minor`: ``"28.00"``; `plain`: ``"28"``; `number`: ``28``.
    """

    currency: str = "GBP"
    amounts: str = "minor"

    @property
    def digits(self) -> int:
        """Return the decimals that amounts may have."""
        digits = minor_digits(self.currency)
        return 6 if digits is None else digits

    def spelled(self, plain: str) -> str | int | float:
        """Return an amount as JSON has it."""
        exact = Decimal(plain)
        if self.amounts == "minor":
            return f"{exact:.{self.digits}f}" if minor_digits(self.currency) is not None else plain
        text = f"{exact.normalize():f}"
        if self.amounts == "plain":
            return text
        return float(text) if "." in text else int(text)


def written(column: Column, value: Any) -> Value:
    """Return the cell of a value; None where a cell cannot hold it."""
    if value is None:
        return None
    cell = _written(column.kind, value)
    if isinstance(cell, str) and len(cell) > LONGEST:
        return None
    if column.kind in LISTS:
        try:
            list_read(column, cell)
        except CellError:
            return None
    return cell


def _written(kind: str, value: Any) -> Value:
    if kind in LISTS:
        return list_written(kind, value)
    if kind == "flag":
        return YES if value else NO
    if kind == "day":
        day = date.fromisoformat(value)
        return day if day >= FIRST_DAY else str(value)
    if kind == "money":
        return float(Decimal(str(value)))
    if kind in ("share", "number", "count"):
        return value if isinstance(value, int | float) else None
    return text_written(value) if isinstance(value, str) and kind != "json" else json.dumps(value, ensure_ascii=False)


def read(column: Column, cell: Value, spelling: Spelling, style: Notation = NO_NOTATION) -> Any:
    """Return the value of a cell as JSON data, None where nothing stands in it.

    Raises
    ------
    CellError
        It cannot be told for certain.
    """
    if is_blank(cell):
        return None
    check_calculated(cell)
    if column.kind in LISTS:
        return list_read(column, cell)
    if column.kind == "money":
        return spelling.spelled(amount(cell, spelling.currency, spelling.digits, style))
    if column.kind in _NUMBERS:
        return _NUMBERS[column.kind](column, cell, style)
    return _OTHERS[column.kind](column, cell)


def _choice(column: Column, cell: Value) -> str:
    return choice(text_read(cell), column.choices)


def _month(cell: Value) -> str:
    """Return a month, YYYY-MM: of a day the spreadsheet has made of it, or of words such as April 2027."""
    text = f"{cell:%Y-%m}" if isinstance(cell, date) else text_read(cell)
    if MONTH.fullmatch(text):
        return text
    try:
        return day_read(f"1 {text}")[:7]
    except CellError:
        raise CellError("should be a month such as 2027-03", "Write year and month: YYYY-MM.") from None


def _number(column: Column, cell: Value, style: Notation) -> float:
    """Return a number, per cent or plain; whole ones as whole numbers."""
    limits = dict(column.limits)
    if limits.get("le", limits.get("lt")) == 1:
        number = share(cell, style)
    else:
        text = cell.strip() if isinstance(cell, str) else ""
        per_cent = text.endswith("%")
        exact = Decimal(amount(text.rstrip("% ") if per_cent else cell, "", 40, style))
        number = float(exact / 100 if per_cent else exact)
    return int(number) if number == int(number) else number


def _json(cell: Value) -> Any:
    if isinstance(cell, datetime | date):
        return shown(cell)
    if not isinstance(cell, str):
        return cell if isinstance(cell, bool | int | float) else shown(cell)
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        raise CellError("should be JSON", "Correct the cell or empty it.") from None


_NUMBERS: dict[str, Callable[[Column, Value, Notation], Any]] = {
    "count": lambda _, cell, style: count(cell, style),
    "share": _number,
    "number": _number,
}
_OTHERS: dict[str, Callable[[Column, Value], Any]] = {
    "text": lambda _, cell: text_read(cell),
    "choice": _choice,
    "flag": lambda _, cell: flag(cell),
    "day": lambda _, cell: day_read(cell),
    "month": lambda _, cell: _month(cell),
    "json": lambda _, cell: _json(cell),
}
"""The readers of the kinds that hold one value."""
