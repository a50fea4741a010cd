"""The workbook of a scenario: a sheet of instructions, then its fields, sheet by sheet.

Equal scenarios give equal bytes, as no time of writing is stored.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from optimizer.export.scenario_book.drop_downs import SPARE_ROWS, check_of, sources_of
from optimizer.export.scenario_book.instructions import write_instructions
from optimizer.export.scenario_book.looks import (
    ASSUMED,
    COLOURS,
    FILTER_BUTTON,
    HEADING,
    NEEDED,
    NUMBERS,
    WIDEST,
    Looks,
    height,
    note,
    width,
)
from optimizer.export.workbook.sheet import printed
from optimizer.scenario.csv_injection import neutral
from optimizer.scenario.workbook.cells import written
from optimizer.scenario.workbook.filling import Area, sheets_of
from optimizer.scenario.workbook.layout import ASSUMPTION, GIVEN, HEAD, OTHER_HEAD
from optimizer.scenario.workbook.wording import INSTRUCTIONS, ORDER, OTHER
from optimizer.tables.grid import Value

MEASURED = 2_000
"""Rows whose texts decide about widths and heights."""
PAGE = 190
"""Characters that can be read on the width of a page."""
WRITTEN_ON = datetime(2027, 1, 1)
"""The day of creation that every workbook names."""
SETTING_WIDTHS = (40, 30, 13, 22, 80)
OTHER_WIDTHS = (18, 20, 30, 60, 40)
_SETTING_NOTES = (
    "What is set in this row. Leave the names as they are.",
    "What is planned with. Empty: what stands under If empty.",
    "assumption: a default that nobody has confirmed; the plan lists it. given: yours.",
    "What groundswell assumes when the value is empty.",
    "What the setting means, and its unit.",
)
_OTHER_NOTES = (
    "The list that the field is of; empty: the scenario itself.",
    "Which record of the list.",
    "The field (JSON Pointer).",
    "Its value (JSON).",
    "What the cells say instead. The value counts only while they still say that.",
)


def scenario_workbook(document: Mapping[str, Any]) -> bytes:
    """Return a scenario document, which is valid, as the content of an ``.xlsx`` file; nothing of it is lost."""
    areas, others = sheets_of(dict(document))
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_numbers": False})
    book.set_properties({"title": str(document.get("name", ""))[:255], "created": WRITTEN_ON})
    looks = Looks(book, str(document.get("currency", "GBP")))
    write_instructions(book.add_worksheet(INSTRUCTIONS), looks)
    sources = sources_of(areas)
    for name in ORDER:
        sheet = book.add_worksheet(name)
        mine = [area for area in areas if area.block.sheet == name]
        for area in mine:
            if area.block.kind == "settings":
                _settings(sheet, area, looks)
            else:
                _table(sheet, area, looks, sources, alone=len(mine) == 1)
        _layout(sheet, mine, looks)
    if others:
        _others(book.add_worksheet(OTHER), others, looks)
    book.worksheets()[0].activate()
    book.close()
    return out.getvalue()


def put(sheet: Worksheet, place: tuple[int, int], value: Value, looks: Looks, kind: str, **more: Any) -> None:
    """Write a value into a cell; a text is always written as text, one that looks like a formula as a quoted one."""
    if value is None:
        sheet.write_blank(*place, None, looks.of(kind, **more))
    elif isinstance(value, str):
        quoted = {"quote_prefix": True} if neutral(value) != value else {}
        sheet.write_string(*place, value, looks.of(kind, **more, **quoted))
    elif isinstance(value, date):
        sheet.write_datetime(*place, value, looks.of(kind, **more))
    else:
        sheet.write_number(*place, float(value), looks.of(kind, **more))  # type: ignore[arg-type]


def _heading(sheet: Worksheet, place: tuple[int, int], title: str, text: str, form: Any) -> None:
    sheet.write_string(*place, title, form)
    lines = sum(1 + len(line) // 42 for line in text.split("\n"))
    sheet.write_comment(*place, text, {"x_scale": 2.2, "y_scale": max(0.6, lines * 0.24), "author": "groundswell"})


def _settings(sheet: Worksheet, area: Area, looks: Looks) -> None:
    """Write a block of settings: a line each, assumptions marked as such."""
    for place, (title, text) in enumerate(zip(HEAD, _SETTING_NOTES, strict=True)):
        _heading(sheet, (area.top - 1, place), title, text, looks.made(**HEADING, indent=1, bg_color=COLOURS[0]))
    for row, (column, line) in enumerate(zip(area.block.columns, area.rows, strict=True), start=area.top):
        assumed = ASSUMED if line[2] == ASSUMPTION else {}
        put(sheet, (row, 0), line[0], looks, "text", **(NEEDED if column.required else {}))
        put(sheet, (row, 1), line[1], looks, column.kind, align="left", indent=1, **assumed)
        put(sheet, (row, 2), line[2], looks, "text", **assumed)
        put(sheet, (row, 3), line[3], looks, "text", font_color="#666666")
        put(sheet, (row, 4), line[4], looks, "text", font_color="#666666", text_wrap=True)
        check = check_of(column, "scenario", {})
        if check is not None:
            sheet.data_validation(row, 1, row, 1, check)
        if not column.required:
            sheet.data_validation(row, 2, row, 2, {"validate": "list", "source": [ASSUMPTION, GIVEN]})


def _table(sheet: Worksheet, area: Area, looks: Looks, sources: Mapping[tuple[str, str], str], *, alone: bool) -> None:
    """Write a table; formats and drop-downs reach below its last row."""
    groups = [group.path for group in area.block.groups]
    for position, head in enumerate(area.heads):
        column = head.column
        colour = COLOURS[groups.index(head.group.path)]
        side = {"align": "right"} if column.kind in NUMBERS else {"align": "left", "indent": 1}
        form = looks.made(**HEADING, **side, bg_color=colour, **(NEEDED if column.required else {}))
        _heading(sheet, (area.top - 1, position), head.title, note(column), form)
        check = check_of(column, head.group.path[-1], sources)
        if check is not None:
            sheet.data_validation(area.top, position, area.bottom - 1 + SPARE_ROWS, position, check)
        assumed = None if column.default is None else written(column, column.default)
        for row, line in enumerate(area.rows, start=area.top):
            if line[position] is not None:
                marked = ASSUMED if line[position] == assumed else {}
                put(sheet, (row, position), line[position], looks, column.kind, **marked)
        if not alone:
            for row in range(area.bottom, area.bottom + SPARE_ROWS):
                sheet.write_blank(row, position, None, looks.of(column.kind))
    if alone:
        sheet.autofilter(area.top - 1, 0, max(area.top, area.bottom - 1), len(area.heads) - 1)


def _layout(sheet: Worksheet, areas: Sequence[Area], looks: Looks) -> None:
    """Set widths and heights, what stays in view, and printing."""
    widths = list(SETTING_WIDTHS) if areas[0].block.kind == "settings" else []
    for area in areas:
        for position, head in enumerate(area.heads[len(widths) :], start=len(widths)):
            longest = max((len(str(row[position] or "")) + 2 for row in area.rows[:MEASURED]), default=0)
            widths.append(max(width(head.column), min(WIDEST, longest)))
    for position, size in enumerate(widths):
        sheet.set_column(
            position,
            position,
            size,
            looks.of(areas[0].heads[position].column.kind) if len(areas) == 1 and areas[0].heads else None,
        )
    for area in areas:
        lines: list[Sequence[Value]] = [area.titles, *area.rows[:MEASURED]]
        for row, line in enumerate(lines, start=area.top - 1):
            # Headings are bold and share their cells with the buttons of filters.
            room = [size - FILTER_BUTTON for size in widths] if row < area.top else widths
            sheet.set_row(row, height([cell if isinstance(cell, str) else "" for cell in line], room))
    sheet.freeze_panes(1, 1)
    printed(sheet)
    sheet.fit_to_pages(1 + sum(widths) // PAGE, 0)
    sheet.repeat_rows(0)
    sheet.repeat_columns(0)


def _others(sheet: Worksheet, rows: Sequence[Sequence[Value]], looks: Looks) -> None:
    """Write the sheet of other fields."""
    for position, (title, text) in enumerate(zip(OTHER_HEAD, _OTHER_NOTES, strict=True)):
        _heading(sheet, (0, position), title, text, looks.made(**HEADING, bg_color=COLOURS[0]))
        sheet.set_column(position, position, OTHER_WIDTHS[position], looks.of("text"))
    for number, row in enumerate(rows[1:], start=1):
        for position, cell in enumerate(row):
            put(sheet, (number, position), cell, looks, "text", text_wrap=True)
    sheet.freeze_panes(1, 0)
    printed(sheet)
    sheet.repeat_rows(0)
