"""Finding the blocks on a sheet as somebody left it: rows moved, columns in another order, others added."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from optimizer.errors import Notice, Problem
from optimizer.scenario.workbook.columns import Column
from optimizer.scenario.workbook.layout import SETTING, VALUE, Block, Group, blocks, spelled
from optimizer.scenario.workbook.texts import text_read
from optimizer.scenario.workbook.wording import INSTRUCTIONS, ORDER, OTHER
from optimizer.tables.grid import Line, Sheet, Value, is_blank, letters, shown

MOST_COLUMNS = 1_000
"""No further column of a sheet is looked at."""
REMARK = "#"
"""What begins the title of a column that is the planner's own and is not read."""


@dataclass(frozen=True)
class Title:
    """A heading that was understood: where it stands and which field is below it."""

    position: int
    text: str
    column: Column
    group: Group


@dataclass
class Found:
    """A block as it stands on a sheet: its headings and the rows below them."""

    block: Block
    sheet: str
    header: Line
    rows: list[Line] = field(default_factory=list)


def found_on(sheets: Sequence[Sheet]) -> tuple[list[Found], Sheet | None, list[Problem], list[Notice]]:
    """Return the blocks of a workbook, its sheet of other fields, what is wrong, and which sheets are not read."""
    named = {spelled(name): name for name in (*ORDER, OTHER, INSTRUCTIONS)}
    found: list[Found] = []
    problems: list[Problem] = []
    notices: list[Notice] = []
    others: Sheet | None = None
    for sheet in sheets:
        name = named.pop(spelled(sheet.name or ""), None)
        if name == OTHER:
            others = sheet
        elif name in ORDER:
            here, wrong = _on_sheet(sheet, [block for block in blocks() if block.sheet == name])
            found += here
            problems += wrong
        elif name is None:
            _unknown(sheet, list(named.values()), problems, notices)
    order = {id(block): place for place, block in enumerate(blocks())}
    return sorted(found, key=lambda each: order[id(each.block)]), others, problems, notices


def _unknown(sheet: Sheet, missing: Sequence[str], problems: list[Problem], notices: list[Notice]) -> None:
    """Say of a sheet that it is not read; of one that is only misspelt, that this is wrong."""
    text = sheet.name or ""
    close = difflib.get_close_matches(text.strip().casefold(), [name.casefold() for name in missing], n=1, cutoff=0.75)
    if close and sheet.lines:
        meant = next(name for name in missing if name.casefold() == close[0])
        remedy = f"Name it {meant}, or something quite different if it is yours."
        problems.append(Problem("unknown_sheet", "", "there is no such sheet", remedy, text, place=f"sheet {text}"))
    elif sheet.lines:
        notices.append(Notice("sheet_not_read", "", f"Sheet {text} is not one of a scenario and was not read."))


def _on_sheet(sheet: Sheet, known: Sequence[Block]) -> tuple[list[Found], list[Problem]]:
    found: list[Found] = []
    problems: list[Problem] = []
    for line in sheet.lines:
        cells = line.cells[:MOST_COLUMNS]
        if all(map(is_blank, cells)):
            continue
        taken = [each.block for each in found]
        heading = next((block for block in known if block not in taken and _is_heading(cells, block)), None)
        if heading is not None:
            found.append(Found(heading, sheet.name or "", line))
        elif found:
            found[-1].rows.append(line)
        elif sum(not is_blank(cell) for cell in cells) > 1:
            # One cell alone above the first headings is a title.
            problems.append(_no_heading(sheet, line, known))
            break
    return found, problems


def _no_heading(sheet: Sheet, line: Line, known: Sequence[Block]) -> Problem:
    names = [SETTING, VALUE] if known[0].kind == "settings" else [column.title for column in known[0].columns]
    remedy = f"Write a row of headings above it: {', '.join(names)}."
    place = f"{sheet.name} row {line.number}"
    return Problem("no_headings", "", "there are no headings above this row", remedy, place=place)


def _is_heading(cells: Sequence[Value], block: Block) -> bool:
    texts = [spelled(cell) for cell in cells if isinstance(cell, str) and cell.strip()]
    if block.kind == "settings":
        return {spelled(SETTING), spelled(VALUE)} <= set(texts)
    own = {spelled(name) for column in block.columns for name in (column.title, ".".join(column.path))}
    labels = [group.labels for group in block.groups if group.labels]
    known = sum(text in own for text in texts)
    known += sum(isinstance(cell, str) and cell.strip().startswith(tuple(labels)) for cell in cells) if labels else 0
    filled = sum(not is_blank(cell) for cell in cells)
    return known >= 1 and 2 * known >= filled and (known > 1 or filled == 1)


def titles_of(found: Found) -> tuple[list[Title], list[Problem]]:
    """Return the headings of a table that were understood, and what is wrong with the others."""
    titles: list[Title] = []
    problems: list[Problem] = []
    for position, cell in enumerate(found.header.cells[:MOST_COLUMNS]):
        if is_blank(cell):
            problems += _nameless(found, position)
            continue
        text = shown(cell)
        where = f"{found.sheet} row {found.header.number}, column {letters(position)}"
        title = _understood(text, str(cell), position, found.block)
        if title is None:
            problems += _unknown_title(text, where, found.block)
        elif any((other.group, other.column.path) == (title.group, title.column.path) for other in titles):
            detail = "this heading stands twice"
            problems.append(Problem("duplicate_column", "", detail, "Keep one of them.", text, place=where))
        else:
            titles.append(title)
    beyond = range(len(found.header.cells), MOST_COLUMNS)
    width = max((len(line.cells) for line in found.rows), default=0)
    for position in beyond[: max(0, min(width, MOST_COLUMNS) - len(found.header.cells))]:
        problems += _nameless(found, position)
    return titles, problems


def _understood(text: str, written: str, position: int, block: Block) -> Title | None:
    bare = spelled(text)
    for group in block.groups:
        for column in group.columns:
            if bare in (spelled(column.title), spelled(".".join(column.path))):
                return Title(position, column.title, column, group)
    for group in block.groups:
        if group.labels and text.casefold().startswith(group.labels.strip().casefold()):
            name = text_read(written.strip()[len(group.labels.strip()) :])
            if name:
                column = Column(("labels", name), text, "text")
                return Title(position, text, column, group)
    return None


def _unknown_title(text: str, where: str, block: Block) -> Iterator[Problem]:
    if text.startswith(REMARK):
        return
    names = {column.title.casefold(): column.title for column in block.columns}
    close = difflib.get_close_matches(text.casefold(), names, n=1, cutoff=0.7)
    hint = f"Did you mean {names[close[0]]}? " if close else ""
    label = next((group.labels for group in block.groups[::-1] if group.labels), None)
    keep = f"{label}{text} keeps it as a label, " if label else ""
    remedy = f"{hint}As a heading, {keep}{REMARK} {text} leaves it out."
    yield Problem("unknown_column", "", "there is no such column", remedy, text, place=where)


def _nameless(found: Found, position: int) -> Iterator[Problem]:
    """Yield the first cell of a column that has no heading."""
    for line in found.rows:
        if position < len(line.cells) and not is_blank(line.cells[position]):
            where = f"{found.sheet} row {line.number}, column {letters(position)}"
            remedy = "Write a heading above it, or empty it."
            yield Problem("extra_cells", "", "this column has no heading", remedy, shown(line.cells[position]), where)
            return
