"""Events as a file has them: rows of cells, from a table of any kind or from JSON, each cell with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from optimizer.answers.status import EventWarning
from optimizer.errors import InputError, Problem, pointer
from optimizer.scenario.reading import read_json
from optimizer.tables.days import DateOrder, Order, date_order
from optimizer.tables.files import is_table_file, read_book
from optimizer.tables.grid import is_blank, plain_name, shown
from optimizer.tables.layout import Table, table_in
from optimizer.tables.numbers import NO_NOTATION, Notation, notation

COLUMNS = ("on", "creator", "activation", "event", "fee", "note")
REQUIRED = COLUMNS[:4]
_NAMES = {
    **{plain_name(name): name for name in COLUMNS},
    **dict.fromkeys(("date", "day", "eventdate", "happenedon"), "on"),
    **dict.fromkeys(("creatorid", "handle", "creatorhandle", "username"), "creator"),
    **dict.fromkeys(("activationid", "wave"), "activation"),
    **dict.fromkeys(("kind", "what", "status"), "event"),
    **dict.fromkeys(("agreedfee", "amount"), "fee"),
    **dict.fromkeys(("notes", "comment", "comments", "remark"), "note"),
}


@dataclass(frozen=True)
class TableOptions:
    """What a file does not say: which sheet, which encoding, and whether the day or the month comes first."""

    sheet: str | None = None
    encoding: str | None = None
    dates: Order | None = None


NO_OPTIONS = TableOptions()


class Cell(NamedTuple):
    """A value as written, None where nothing stands, and its place."""

    value: Any
    where: str


class Row(NamedTuple):
    """One line: its place and its cells by column."""

    where: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True)
class Rows:
    """What a file holds.

    Attributes
    ----------
    order, style
        How its days and numbers are written, as far as its cells prove it.
    problems
        What is wrong with its layout.
    """

    rows: Sequence[Row]
    order: DateOrder = field(default_factory=DateOrder)
    style: Notation = NO_NOTATION
    problems: list[Problem] = field(default_factory=list)
    warnings: list[EventWarning] = field(default_factory=list)


def rows_of(source: Path, options: TableOptions = NO_OPTIONS) -> Rows:
    """Return the rows of a file: a table where its name ends as that of one, else JSON.

    Raises
    ------
    InputError
        If it cannot be read at all.
    """
    return table_rows(source, options) if is_table_file(source) else json_rows(read_json(source))


def json_rows(data: Any) -> Rows:
    """Return the rows of JSON data: a list of objects, or an object that holds it as `events`."""
    path: tuple[str, ...] = ()
    if isinstance(data, dict) and "events" in data:
        path, data = ("events",), data["events"]
    if not isinstance(data, list):
        detail, remedy = "events are a list of objects", 'Write [{"on": …, "creator": …, …}].'
        raise InputError([Problem("wrong_type", pointer(*path), detail, remedy)])
    rows, problems = [], []
    for index, item in enumerate(data):
        where = pointer(*path, index)
        if not isinstance(item, dict):
            problems.append(Problem("wrong_type", where, "should be an object in { }", "Correct it.", item))
            continue
        for name in item.keys() - set(COLUMNS):
            remedy = f"Events have the fields {', '.join(COLUMNS)}."
            problems.append(Problem("unknown_field", f"{where}{pointer(name)}", "events have no such field", remedy))
        rows.append(Row(where, {name: Cell(item.get(name), f"{where}/{name}") for name in COLUMNS}))
    return Rows(rows, problems=problems)


def table_rows(source: Path | bytes | str, options: TableOptions = NO_OPTIONS) -> Rows:
    """Return the rows of a table; column names may be written in other ways, and further columns are not read."""
    table = table_in(read_book(source, _is_known, options.encoding), _is_known, options.sheet)
    places: dict[str, list[int]] = {}
    for place, name in enumerate(table.names):
        column = _NAMES.get(plain_name(name))
        if column is not None:
            places.setdefault(column, []).append(place)
    _prefer_exact(table, places)
    problems = list(_header_problems(table, places))
    if problems:
        return Rows([], problems=problems)
    problems = list(table.extra_cells())
    wide = {problem.pointer for problem in problems}
    rows = [
        Row(table.where(number), {name: _cell(table, number, cells, places.get(name)) for name in COLUMNS})
        for number, cells in table.rows
        if table.where(number) not in wide
    ]
    order = DateOrder(frozenset([options.dates])) if options.dates else date_order(table.column(places["on"][0]))
    style = notation(table.column(places["fee"][0])) if "fee" in places else NO_NOTATION
    return Rows(rows, order, style, problems, [*_totals(table)])


def _is_known(text: str) -> bool:
    return plain_name(text) in _NAMES


def _prefer_exact(table: Table, places: dict[str, list[int]]) -> None:
    """Keep the column that has our own name where others could be meant too, as `creator` beside `handle`."""
    for name, found in places.items():
        exact = [place for place in found if plain_name(table.names[place]) == plain_name(name)]
        if len(exact) == 1:
            places[name] = exact


def _header_problems(table: Table, places: Mapping[str, list[int]]) -> Iterator[Problem]:
    header = table.where(table.header)
    for name in REQUIRED:
        if name not in places:
            where = f"{header}, column {name}"
            yield Problem("missing_column", where, "there is no such column", f"Add a column `{name}`.")
    for name, found in places.items():
        if len(found) > 1:
            where = f"{header}, column {name}"
            yield Problem("duplicate_column", where, "this column comes twice", "Keep one of them.")


def _cell(table: Table, number: int, cells: Sequence[Any], found: list[int] | None) -> Cell:
    place = found[0] if found else None
    where = table.where(number, place)
    value = cells[place] if place is not None and place < len(cells) else None
    return Cell(None if is_blank(value) else value, where)


def _totals(table: Table) -> Iterator[EventWarning]:
    for number, cells in table.totals:
        text = ", ".join(shown(cell) for cell in cells if not is_blank(cell))
        detail = f"This row sums up others and was left out: {text}."
        yield EventWarning(
            code="total_left_out", where=table.where(number), creator=None, activation=None, detail=detail
        )
