"""Where creators live, from a spreadsheet that stays outside the scenario: addresses are for the warehouse alone.

One creator per row below a line of column names; case, spaces and hyphens of the names do not matter, further columns
are not read. A dash says that there is none, where an empty cell could be a slip.

==============  =============================================  ==================
column          meaning                                        example
==============  =============================================  ==================
creator         id in the scenario (needed)                    c001
first_name      one of the two names is needed                 Ana
last_name                                                      Fell
email                                                          ana@example.org
phone           digits, blanks, + ( ) - . /                    +44 1539 555 123
address1        street and number (needed)                     3 Beck Row
address2                                                       Flat 2
city            (needed)                                       Kendal
province        county, state or province                      Cumbria
zip             postcode as text (needed)                      LA9 4QQ
country         ISO 3166-1 code of two letters (needed)        GB
==============  =============================================  ==================
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from optimizer.errors import InputError, Notice, Problem
from optimizer.scenario import postal
from optimizer.scenario.csv_injection import original
from optimizer.scenario.models import Scenario
from optimizer.tables.files import read_book
from optimizer.tables.grid import shown
from optimizer.tables.layout import table_in

NONE = "-"
NEEDED = ("creator", "address1", "city", "zip", "country")
MAY_LACK = ("city", "zip")
"""Needed, but some countries have none: these may hold a dash."""
AS_TEXT = ("zip", "phone")
"""Digits that a spreadsheet keeps as text by an apostrophe in front."""
_PHONE = re.compile(r"\+?[0-9 ()./-]{5,30}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_FEW = 5


@dataclass(frozen=True)
class Address:
    """Where a parcel goes; empty where there is none."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    province: str = ""
    zip: str = ""
    country: str = ""


COLUMNS = ("creator", *Address.__dataclass_fields__)


def read_people(source: Path | bytes | str, scenario: Scenario) -> tuple[dict[str, Address], list[Notice]]:
    """Return the address of every creator of the scenario in a table, and a notice of those who are in no scenario.

    Rows of people whom the scenario does not have are not checked: one file may serve many scenarios.

    Raises
    ------
    InputError
        Every problem of the file at once, each with its row (1 is the line of column names) and column.
    """
    table = table_in(read_book(source, _is_known), _is_known)
    columns = [_tidy(name) for name in table.names]
    problems = list(_column_problems(columns, table.where(table.header)))
    if problems:
        raise InputError(problems)
    ids = {creator.id for creator in scenario.creators}
    addresses: dict[str, Address] = {}
    rows: dict[str, int] = {}
    strangers: list[str] = []
    for number, values in table.rows:
        line = [value if isinstance(value, str) else shown(value) for value in values]
        cells = {name: " ".join(cell.split()) for name, cell in zip(columns, line, strict=False) if name in COLUMNS}
        creator = _creator(line[columns.index("creator")] if len(line) > columns.index("creator") else "", ids)
        if creator and creator not in ids:
            strangers.append(creator)
            continue
        problems += _row_problems(number, line, columns, cells)
        if creator in rows:
            problems.append(_twice(number, creator, rows[creator]))
        rows.setdefault(creator, number)
        addresses[creator] = _address(cells)
    if problems:
        raise InputError(problems)
    return addresses, list(_notices(strangers))


def _tidy(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def _is_known(text: str) -> bool:
    return _tidy(text) in COLUMNS


def _creator(cell: str, ids: Collection[str]) -> str:
    """Return the id that a cell means, as the scenario spells it where it has it."""
    spellings = (original(cell), cell, original(cell.strip()), cell.strip())
    return next((name for name in spellings if name in ids), cell.strip())


def _column_problems(columns: Sequence[str], header: str) -> Iterator[Problem]:
    for name in NEEDED:
        if name not in columns:
            remedy = f"Add a column `{name}`; these are read: {', '.join(COLUMNS)}."
            yield Problem("missing_column", f"{header}, column {name}", "there is no such column", remedy)
    if "first_name" not in columns and "last_name" not in columns:
        detail, remedy = "there is no column of names", "Add `first_name` or `last_name`."
        yield Problem("missing_column", f"{header}, column last_name", detail, remedy)
    for name in COLUMNS:
        if columns.count(name) > 1:
            yield Problem("duplicate_column", f"{header}, column {name}", "the column stands twice", "Keep one.")


def _row_problems(number: int, line: Sequence[str], columns: Sequence[str], cells: dict[str, str]) -> Iterator[Problem]:
    if any(cell.strip() for cell in line[len(columns) :]):
        detail = f"the row has more cells than there are columns ({len(columns)})"
        remedy = "Put a cell that contains the separator in double quotes."
        yield Problem("extra_cells", f"row {number}", detail, remedy, list(line[len(columns) :]))
    for name in NEEDED:
        may_lack = name in MAY_LACK and not postal.is_needed(name, _filled(cells, "country").upper())
        if not (cells.get(name) if may_lack else _filled(cells, name)):
            remedy = f"Fill it in, or write {NONE} where there is none." if may_lack else "Fill it in."
            yield Problem("missing_field", f"row {number}, column {name}", "nothing stands here", remedy)
    if not _filled(cells, "first_name") and not _filled(cells, "last_name"):
        yield Problem("missing_field", f"row {number}, column last_name", "there is no name", "Fill one in.")
    yield from _bad_cells(number, cells)


def _bad_cells(number: int, cells: dict[str, str]) -> Iterator[Problem]:
    def bad(name: str, detail: str, remedy: str) -> Problem:
        return Problem("bad_cell", f"row {number}, column {name}", detail, remedy, cells[name])

    email, phone, zip_code, country = (_filled(cells, name) for name in ("email", "phone", "zip", "country"))
    if email and not _EMAIL.fullmatch(email):
        yield bad("email", "this is no e-mail address", "Correct the cell or empty it.")
    if phone and (not _PHONE.fullmatch(phone) or postal.is_spoiled(phone)):
        yield bad("phone", "this is no telephone number", "Write digits, blanks and + ( ) - . / only, or empty it.")
    if zip_code and (finding := postal.wrong_postcode(zip_code, country.upper())):
        yield bad("zip", *finding)
    if country and (finding := postal.wrong_country(country.upper())):
        yield bad("country", *finding)


def _filled(cells: dict[str, str], name: str) -> str:
    """Return what a cell says, nothing for one that says there is none."""
    cell = original(cells.get(name, ""))
    cell = postal.as_text(cell) if name in AS_TEXT else cell
    return "" if cell == NONE else cell


def _address(cells: dict[str, str]) -> Address:
    fields = {name: _filled(cells, name) for name in Address.__dataclass_fields__}
    return Address(**(fields | {"country": fields["country"].upper()}))


def _twice(number: int, creator: str, first: int) -> Problem:
    detail = f"the creator stands in row {first} already"
    return Problem("duplicate_id", f"row {number}, column creator", detail, "Keep one row of them.", creator)


def _notices(strangers: Sequence[str]) -> Iterator[Notice]:
    if strangers:
        people = "1 person is" if len(strangers) == 1 else f"{len(strangers):,} people are"
        yield Notice("unknown_creators", "", f"{people} no creator of this scenario and left out: {some(strangers)}.")


def some(names: Sequence[str]) -> str:
    """Return the first few names and how many more there are.

    Examples
    --------
    >>> some(["ana", "ben"]), some(["a", "b", "c", "d", "e", "f", "g"])
    ('ana, ben', 'a, b, c, d, e and 2 more')
    """
    more = f" and {len(names) - _FEW:,} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more
