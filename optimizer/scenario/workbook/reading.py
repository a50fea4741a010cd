"""A workbook as a scenario document: a pure function of its content, with every problem by sheet, row and column.

What cannot be read from a cell goes into the document as it stands, so that the scenario's own check finds what follows
from it and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.errors import InputError, Problem, pointer
from optimizer.scenario.models import Scenario
from optimizer.scenario.workbook import cells
from optimizer.scenario.workbook.areas import Found, found_on
from optimizer.scenario.workbook.cells import Spelling
from optimizer.scenario.workbook.columns import Column
from optimizer.scenario.workbook.layout import ASSUMPTION, HEAD, SOURCE, VALUE, spelled
from optimizer.scenario.workbook.others import others_on
from optimizer.scenario.workbook.outcome import ColumnRead, Reading, set_at
from optimizer.scenario.workbook.places import Spot
from optimizer.scenario.workbook.records import read_table
from optimizer.tables.files import read_book
from optimizer.tables.grid import Line, Sheet, Value, is_blank, shown
from optimizer.tables.numbers import notation

_CURRENCY = ("currency",)


def read_workbook(raw: bytes) -> Reading:
    """Return what the content of a workbook says; raise InputError where it is no workbook or none of a scenario."""
    return read_sheets(read_book(raw).sheets)


def read_sheets(sheets: Sequence[Sheet]) -> Reading:
    """Return what the sheets of a workbook say; raise InputError where they are none of a scenario."""
    found, other, problems, notices = found_on(sheets)
    if not found and not problems:
        names = ", ".join(sheet.name or "" for sheet in sheets)
        remedy = "Make one with `groundswell new FILE.xlsx`, or bring a list of creators in with `import-creators`."
        raise InputError([Problem("not_a_scenario", "", f"no sheet of a scenario is in it ({names})", remedy)])
    reading = Reading(problems=problems, notices=notices)
    others = others_on(other, reading.problems)
    spelling = Spelling(_currency(found), others.amounts)
    for each in found:
        if each.block.kind == "settings":
            _settings(each, reading, spelling)
        else:
            read_table(each, reading, spelling)
    reading.document.setdefault("schema_version", 1)
    others.apply(reading.document, reading.places, reading.notices)
    order = list(Scenario.model_fields)
    reading.document = {name: reading.document[name] for name in sorted(reading.document, key=order.index)}
    return reading


def _currency(found: Sequence[Found]) -> str:
    """Return the currency, which decides how amounts are read; that of a scenario without one where it is no text."""
    first = Reading()
    for each in found:
        if each.block.kind == "settings" and any(column.path == _CURRENCY for column in each.block.columns):
            _settings(each, first, Spelling())
    return str(first.document.get("currency", Spelling.currency))


def _settings(found: Found, reading: Reading, spelling: Spelling) -> None:
    """Add the settings of a block to the document."""
    positions = {spelled(shown(cell)): place for place, cell in enumerate(found.header.cells)}
    name_at, value_at, source_at = (positions.get(spelled(title), -1) for title in (HEAD[0], VALUE, SOURCE))
    known = {spelled(name): column for column in found.block.columns for name in (column.title, ".".join(column.path))}
    for line in found.rows:
        name, cell, source = (_cell(line, place) for place in (name_at, value_at, source_at))
        if is_blank(name) and is_blank(cell):
            continue
        place = f"{found.sheet} row {line.number}, column {VALUE}"
        column = known.get(spelled(shown(name)))
        if column is None:
            remedy = f"The settings here are {', '.join(each.title for each in found.block.columns)}."
            problem = Problem("unknown_field", "", "there is no such setting", remedy, shown(name), place)
            reading.problems.append(problem)
        elif column.path in reading.places.settings:
            detail = "this setting stands in a row above already"
            problem = Problem("duplicate_field", pointer(*column.path), detail, "Keep one of them.", shown(name), place)
            reading.problems.append(problem)
        else:
            reading.places.settings[column.path] = (Spot(found.sheet, line.number), column.title)
            reading.columns.append(ColumnRead(found.sheet, column.title, pointer(*column.path)))
            _setting(column, (cell, source), f"{place} ({column.title})", reading, spelling)


def _setting(column: Column, line: tuple[Value, Value], place: str, reading: Reading, spelling: Spelling) -> None:
    """Put a setting into the document, unless it is an assumption that nobody has changed."""
    cell, source = line
    if is_blank(cell):
        return
    style = notation([cell], shares=column.kind == "share")
    value = reading.value(lambda: cells.read(column, cell, spelling, style), column.path, place, cell)
    # Any other word is somebody's source; a blank one is nobody's.
    if spelled(shown(source)) not in ("", spelled(ASSUMPTION)) or value != column.default:
        set_at(reading.document, column.path, value)


def _cell(line: Line, position: int) -> Value:
    return line.cells[position] if 0 <= position < len(line.cells) else None
