"""Workbooks: ``.xlsx`` and ``.xlsm``, ``.ods`` and the old ``.xls``, by `python-calamine`.

It reads values alone, fast and in safe code: no formula is calculated, no macro run and no link followed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from optimizer.errors import InputError
from optimizer.tables.archive import packed, parts_of, refused, shortened
from optimizer.tables.delimited import LONGEST_CELL
from optimizer.tables.grid import UNCALCULATED, Book, Line, Sheet, Value
from optimizer.tables.scan import SheetScan, scanned

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

ZIPPED, OLD = b"PK\3\4", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKSHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_TARGET = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")


def is_workbook(raw: bytes) -> bool:
    """Return whether the content of a file begins as that of a workbook."""
    return raw.startswith((ZIPPED, OLD))


def book_of(raw: bytes) -> Book:
    """Return the sheets of a workbook.

    Raises
    ------
    InputError
        If it is damaged, protected by a password, of a kind that is not read, or larger than can be read.
    """
    scans: Mapping[str, SheetScan] = {}
    source = io.BytesIO(raw)
    if raw.startswith(ZIPPED):
        parts = parts_of(raw)
        if "content.xml" in parts:
            parts["content.xml"] = shortened(parts["content.xml"])
        elif "xl/workbook.xml" in parts:
            scans = _scans(parts)
        else:
            detail = "this is no workbook that can be read"
            raise refused("not_a_workbook", detail, "Save it as .xlsx, .ods or CSV.")
        source = packed(parts)
    return _book(source, scans)


def _book(source: io.BytesIO, scans: Mapping[str, SheetScan]) -> Book:
    import python_calamine as calamine  # noqa: PLC0415

    try:
        with calamine.CalamineWorkbook.from_filelike(source) as book:
            kinds = {item.name: item for item in book.sheets_metadata}
            names = [name for name, item in kinds.items() if item.typ == calamine.SheetTypeEnum.WorkSheet]
            hidden = {name for name in names if kinds[name].visible != calamine.SheetVisibleEnum.Visible}
            ordered = sorted(names, key=hidden.__contains__)
            return Book([_sheet(book, name, scans.get(name)) for name in ordered], frozenset(hidden))
    except calamine.PasswordError:
        detail = "the workbook is protected by a password"
        raise refused("password", detail, "Save it without one.") from None
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001
        # Whatever a damaged workbook makes the library raise, its own panics among them.
        detail = f"the workbook cannot be read: {str(error)[:200]}"
        raise refused("not_a_workbook", detail, "Open it in a spreadsheet and save it anew.") from None


def _sheet(book: CalamineWorkbook, name: str, scan: SheetScan | None) -> Sheet:
    lines = list(_lines(book.get_sheet_by_name(name)))
    return Sheet(name, lines if scan is None else _marked(lines, scan))


def _lines(sheet: CalamineSheet) -> Iterator[Line]:
    start = sheet.start
    if start is None:
        return
    first, left = start
    for number, cells in enumerate(sheet.iter_rows(), start=first + 1):
        values: list[Value] = [None] * left
        values += [None if cell == "" else cell for cell in cells]
        if any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in cells):
            where = f"sheet {sheet.name}, row {number}"
            raise refused("too_long", f"a cell in {where} is longer than {LONGEST_CELL:,} characters", "Shorten it.")
        if any(value is not None for value in values):
            yield Line(number, values)


def _marked(lines: Sequence[Line], scan: SheetScan) -> list[Line]:
    """Return the lines; formulas that failed, or were never calculated, as texts that no reader takes for a value."""
    marks = scan.marks(UNCALCULATED)
    if not marks:
        return list(lines)
    rows = {line.number: list(line.cells) for line in lines}
    for (row, column), text in marks.items():
        cells = rows.setdefault(row, [])
        cells += [None] * (column - len(cells))
        cells[column - 1] = text
    return [Line(number, rows[number]) for number in sorted(rows)]


def _scans(parts: Mapping[str, bytes]) -> dict[str, SheetScan]:
    """Return the scan of every worksheet by the name that the workbook gives it."""
    relations = parts.get("xl/_rels/workbook.xml.rels", b"")
    targets = {_attribute(item[0], b"Id"): _attribute(item[0], b"Target") for item in _TARGET.finditer(relations)}
    scans = {name: scanned(xml, name) for name, xml in parts.items() if _WORKSHEET.fullmatch(name)}
    found = {}
    for item in _SHEET.finditer(parts["xl/workbook.xml"]):
        target = targets.get(_attribute(item[0], rb"(?:\w+:)id"), "")
        own = scans.get(target.lstrip("/")) or scans.get(f"xl/{target}")
        if own is not None:
            found[_unescaped(_attribute(item[0], b"name"))] = own
    return found


def _attribute(tag: bytes, name: bytes) -> str:
    match = re.search(rb"\s" + name + rb"\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", tag)
    return (match[1] or match[2] or b"").decode("utf-8", "replace") if match else ""


def _unescaped(text: str) -> str:
    from html import unescape  # noqa: PLC0415

    return unescape(text)
