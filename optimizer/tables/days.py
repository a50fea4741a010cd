"""Days as spreadsheets write them: ``2027-04-13``, ``13/04/2027``, ``4/13/27``, ``13.04.2027``, ``13-Apr-27``.

``04/05/2027`` is in April or in May. Another cell of the column, then of the file, tells: ``13/04/2027`` can only begin
with the day. Where none does, such a cell is doubtful, and the option ``--dates`` decides. Points stand between day,
month and year in that order only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from optimizer.tables.grid import Value, shown
from optimizer.tables.numbers import CellError

Order = Literal["day-first", "month-first"]
FIRST_SERIAL, LAST_SERIAL = 25_569, 109_940
_CLOCK = r"(?:[T ]\s*00?:00(?::00(?:\.0+)?)?\s*(?:Z|[+]00:?00)?)?"
_ISO = re.compile(rf"([0-9]{{4}})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}}){_CLOCK}")
_SLASHED = re.compile(rf"(?<![0-9])([0-9]{{1,2}})([-/.])([0-9]{{1,2}})\2([0-9]{{4}}|[0-9]{{2}})(?![0-9]){_CLOCK}")
_WEEKDAY = r"(?:[^\W\d_]{2,10}\.?,?\s+)?"
_WORDED = re.compile(
    rf"{_WEEKDAY}(?:([0-9]{{1,2}})(?:st|nd|rd|th|er|\.|º)?[-\s]*(?:of |de )?([^\W\d_]{{3,10}})\.?"
    rf"|([^\W\d_]{{3,10}})\.?\s+([0-9]{{1,2}})(?:st|nd|rd|th)?),?[-\s]+(?:de )?([0-9]{{4}}|[0-9]{{2}})",
    re.IGNORECASE,
)
_MONTHS = {
    1: "january januar janvier enero gennaio januari janeiro jan janv ene gen",
    2: "february februar février febrero febbraio februari fevereiro feb fév fev",
    3: "march märz mars marzo maart março mar mär mrt mrz",
    4: "april avril abril aprile apr avr abr",
    5: "may mai mayo maggio mei maio mag",
    6: "june juni juin junio giugno junho jun giu",
    7: "july juli juillet julio luglio julho jul juil lug",
    8: "august août agosto augustus aug aoû ago",
    9: "september septembre septiembre settembre setembro sep sept set",
    10: "october oktober octobre octubre ottobre outubro oct okt ott out",
    11: "november novembre noviembre novembro nov",
    12: "december dezember décembre diciembre dicembre dezembro dec dez déc dic",
}
_NAMES = {name: month for month, names in _MONTHS.items() for name in names.split()}


@dataclass(frozen=True)
class DateOrder:
    """Which orders of day and month the cells of a column prove."""

    proven: frozenset[Order] = frozenset()

    @property
    def order(self) -> Order | None:
        """The order, None where none or both are proven."""
        return next(iter(self.proven)) if len(self.proven) == 1 else None

    def __or__(self, other: DateOrder) -> DateOrder:
        return DateOrder(self.proven | other.proven)


NO_ORDER = DateOrder()


def date_order(cells: Iterable[Value]) -> DateOrder:
    """Return what the days of a column prove.

    Examples
    --------
    >>> date_order(["04/05/2027", "13/04/2027"]).order, date_order(["04/05/2027"]).order
    ('day-first', None)
    """
    proven: set[Order] = set()
    for cell in cells:
        if isinstance(cell, str) and len(cell) <= 200:
            for match in _SLASHED.finditer(cell):
                meanings = _meanings(match)
                if len(set(meanings.values())) == 1 and len(meanings) == 1 and match[2] != ".":
                    proven |= set(meanings)
    return DateOrder(frozenset(proven))


def _day(year: str, month: str | int, day: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None


def _meanings(match: re.Match[str]) -> dict[Order, date]:
    """Return the days that a cell may mean, by order; points stand in one order only."""
    first, mark, second, year = match.groups()
    both: Iterator[tuple[Order, date | None]] = iter(
        [("day-first", _day(year, second, first)), ("month-first", None if mark == "." else _day(year, first, second))]
    )
    return {order: day for order, day in both if day is not None}


def day_of(value: Value, order: DateOrder = NO_ORDER) -> date:
    """Return the day in a cell; raise `CellError` where it is none, or may be two.

    Examples
    --------
    >>> day_of("13/04/2027").isoformat(), day_of("13-Apr-27").isoformat(), day_of("2027-04-13 00:00").isoformat()
    ('2027-04-13', '2027-04-13', '2027-04-13')
    """
    if isinstance(value, datetime):
        if value.time() != time():
            raise CellError("should be a calendar day, without a time", "Write it as YYYY-MM-DD.")
        return value.date()
    if isinstance(value, date):
        return value
    text = shown(value)
    if re.fullmatch(r"[0-9]{5}", text) and FIRST_SERIAL <= int(text) <= LAST_SERIAL:
        perhaps = date(1899, 12, 30) + timedelta(days=int(text))
        remedy = f"Format the column as a date, or write {perhaps} if that is meant."
        raise CellError("this is a number, perhaps a day that has lost its format", remedy)
    iso, slashed, worded = (pattern.fullmatch(text) for pattern in (_ISO, _SLASHED, _WORDED))
    day: date | None = None
    if iso:
        day = _day(iso[1], iso[3], iso[4])
    elif slashed:
        day = _chosen(_meanings(slashed), order)
    elif worded:
        month = _NAMES.get((worded[2] or worded[3]).casefold())
        day = _day(worded[5], month, worded[1] or worded[4]) if month else None
    if day is None:
        raise CellError("should be a calendar day", "Write it as YYYY-MM-DD.")
    return day


def _chosen(meanings: dict[Order, date], order: DateOrder) -> date | None:
    days = set(meanings.values())
    if len(days) < 2:
        return next(iter(days), None)
    if order.order is not None:
        return meanings[order.order]
    remedy = "Write it as YYYY-MM-DD, or say with --dates day-first or --dates month-first how days are written."
    raise CellError(f"this may be {meanings['day-first']} or {meanings['month-first']}", remedy)
