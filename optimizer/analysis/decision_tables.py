"""Decisions in a spreadsheet: the rows of a plan made by hand, or of an exported one after a spreadsheet has saved it.

One row per creator and activation, with the columns creator, activation, mode, ship_on and window_start in any order;
the names that our own workbook gives them will do, and a handle will do for the creator's id. Further columns are not
read. Days may be written as spreadsheets write them (`optimizer.tables.days`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from optimizer.analysis.decision_rows import Sheet, SheetCell
from optimizer.errors import Problem
from optimizer.scenario.csv_injection import original
from optimizer.scenario.identity import Person, person_of
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import waves
from optimizer.tables.days import DateOrder, Order, date_order, day_of
from optimizer.tables.files import read_book
from optimizer.tables.grid import Value, is_blank, plain_name
from optimizer.tables.layout import Table, table_in
from optimizer.tables.numbers import CellError
from optimizer.tables.words import words

COLUMNS = ("creator", "activation", "mode", "ship_on", "window_start")
_DAYS = ("ship_on", "window_start")
_NAMES = {
    **{plain_name(name): name for name in COLUMNS},
    **dict.fromkeys(("windowstarts", "windowbegins", "startofwindow"), "window_start"),
    **dict.fromkeys(("shipdate", "shipday", "shippedon", "shipsonday", "shipson"), "ship_on"),
    **dict.fromkeys(("creatorid",), "creator"),
}
_INSTEAD = frozenset({"handle", "creatorhandle", "ighandle", "instagramhandle", "username"})
"""Names of a column of handles, read where there is none of creators."""


@dataclass(frozen=True)
class TableOptions:
    """What a file does not say: which sheet, which encoding, and whether the day or the month comes first."""

    sheet: str | None = None
    encoding: str | None = None
    dates: Order | None = None


def decision_sheet(source: Path | bytes, scenario: Scenario, options: TableOptions) -> Sheet:
    """Return what a table says; raise InputError where it cannot be read as a table."""
    table = table_in(read_book(source, _is_known, options.encoding), _is_known, options.sheet)
    places = _places(table.names)
    problems = list(_header_problems(table, places))
    if problems:
        return Sheet([], [], problems)
    problems += [
        Problem("too_many_cells", item.pointer, item.detail, "Quote cells that hold the separator.")
        for item in table.extra_cells()
    ]
    wide = {problem.pointer for problem in problems}
    order = DateOrder(frozenset([options.dates])) if options.dates else _order(table, places)
    meant = _as_meant(scenario)
    rows = [
        dict(_cells(table, number, cells, places, meant, order))
        for number, cells in table.rows
        if table.where(number) not in wide
    ]
    return Sheet(list(rows), [], problems)


def _is_known(text: str) -> bool:
    return plain_name(text) in _NAMES or plain_name(text) in _INSTEAD


def _places(names: Sequence[str]) -> dict[str, list[int]]:
    """Return where every column stands; of handles where there is no column of creators."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        column = _NAMES.get(plain_name(name))
        if column is not None:
            places.setdefault(column, []).append(place)
    handles = [place for place, name in enumerate(names) if plain_name(name) in _INSTEAD]
    if "creator" not in places and handles:
        places["creator"] = handles[:1]
    return places


def _header_problems(table: Table, places: dict[str, list[int]]) -> Iterator[Problem]:
    header = table.where(table.header)
    for name in COLUMNS:
        if name not in places:
            remedy = f"Add a column `{name}`."
            yield Problem("missing_column", f"{header}, column {name}", "there is no such column", remedy)
    for name, found in places.items():
        if len(found) > 1:
            where = f"{header}, column {name}"
            yield Problem("duplicate_column", where, "this column comes twice", "Keep one of them.")


def _order(table: Table, places: dict[str, list[int]]) -> DateOrder:
    """Return what the days of all columns prove: a spreadsheet writes them in one way."""
    order = DateOrder()
    for name in _DAYS:
        order |= date_order(table.column(places[name][0]))
    return order


def _cells(
    table: Table,
    number: int,
    cells: Sequence[Value],
    places: dict[str, list[int]],
    meant: Callable[[str, str], str],
    order: DateOrder,
) -> Iterator[tuple[str, SheetCell]]:
    for name in COLUMNS:
        place = places[name][0]
        value = cells[place] if place < len(cells) else None
        where = table.where(number, place)
        if is_blank(value):
            yield name, SheetCell(None, where)
            continue
        try:
            if name in _DAYS:
                yield name, SheetCell(day_of(value, order).isoformat(), where)
            else:
                text = value if isinstance(value, str) else words(value)
                yield name, SheetCell(meant(name, text), where)
        except CellError as error:
            yield name, SheetCell(str(value), where, error)


def _as_meant(scenario: Scenario) -> Callable[[str, str], str]:
    """Return what finds the id that a cell means: as written, neutralised, or the handle of one creator."""
    ids = {
        "creator": {creator.id for creator in scenario.creators},
        "activation": {wave.id for wave in waves(scenario)},
    }
    people: dict[str, list[tuple[Person, str]]] = {}
    for creator in scenario.creators:
        person = person_of(creator.handle, creator.labels)
        if person is not None:
            people.setdefault(person.name, []).append((person, creator.id))

    def meant(column: str, text: str) -> str:
        known = ids.get(column, set())
        for spelled in (original(text), text, original(text.strip()), text.strip()):
            if spelled in known:
                return spelled
        person = person_of(original(text.strip())) if column == "creator" else None
        if person is None:
            return text
        fitting = {
            name
            for other, name in people.get(person.name, ())
            if None in (other.platform, person.platform) or other.platform == person.platform
        }
        return fitting.pop() if len(fitting) == 1 else text

    return meant
