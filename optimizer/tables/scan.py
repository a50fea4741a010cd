"""A look at the XML of a worksheet before it is read: how far its cells reach, and formulas without a value.

A reader allocates the rectangle that holds all cells, so that one cell in the last row and column would take all memory
there is. And it shows a formula that has failed, or was never calculated, as an empty cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from optimizer.tables.archive import MOST_CELLS, refused

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
_OPENING = re.compile(rb"<(?:\w+:)?c\b([^>]*)(?<!/)>")
_CLOSING = re.compile(rb"</(?:\w+:)?c\s*>")
_REFERENCE = re.compile(rb"\br\s*=\s*[\"']\s*([A-Za-z]{1,7})([0-9]{1,12})")
_USUAL = re.compile(rb'<c r="([A-Z]{1,7})([0-9]{1,12})"')
"""As nearly every program writes a cell, and fast to find."""
_COLUMNS = re.compile(rb"\br\s*=\s*[\"']\s*([A-Za-z]+)[0-9]{1,12}")
_ROWS = re.compile(rb"\br\s*=\s*[\"']\s*[A-Za-z]+([0-9]{1,12})")
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br\s*=\s*[\"']\s*([0-9]{1,20})")
_ROW_END = re.compile(rb"</(?:\w+:)?row\s*>")
_ANY_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>")
_UNPLACED = re.compile(rb"<(?:\w+:)?c\b(?![^>]*\br\s*=)[^>]*>")
_FAILED = re.compile(rb"\bt\s*=\s*[\"']e[\"']")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is)\b[^>]*(?<!/)>\s*(?!</)")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_SHOWN = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]*)<")


@dataclass
class SheetScan:
    """What is to be known of a sheet before it is read; rows and columns count from 1."""

    rows: int = 0
    columns: int = 0
    failed: dict[tuple[int, int], str] = field(default_factory=dict)
    uncalculated: set[tuple[int, int]] = field(default_factory=set)

    def marks(self, uncalculated: str) -> Mapping[tuple[int, int], str]:
        """Return what stands for formulas without a value, by row and column."""
        return {**self.failed, **dict.fromkeys(self.uncalculated, uncalculated)}


def scanned(xml: bytes, sheet: str) -> SheetScan:
    """Return the scan of a worksheet; raise InputError where its cells span more than can be read."""
    rows = max((int(row) for row in set(_ROW.findall(xml))), default=0)
    usual = _USUAL.findall(xml)
    is_usual = len(usual) == xml.count(b"<c ") and b":c " not in xml and b"<c>" not in xml
    places = usual if is_usual else [*zip(_COLUMNS.findall(xml), _ROWS.findall(xml), strict=True)]
    scan = SheetScan(
        max(rows, max(map(int, {row for _, row in places}), default=0)),
        max(map(_column, {column for column, _ in places}), default=0),
    )
    if not is_usual and _UNPLACED.search(xml):
        # Cells without a place of their own follow one another in their row.
        widest = max(sum(1 for _ in _ANY_CELL.finditer(row)) for row in _ROW_END.split(xml))
        scan.columns = max(scan.columns, widest)
    elif scan.rows * scan.columns > MOST_CELLS:
        scan = SheetScan()
    if not scan.rows or _FORMULA.search(xml) or _FAILED.search(xml):
        _look_at_cells(xml, scan)
    if scan.rows * scan.columns > MOST_CELLS or max(rows, scan.rows) > MOST_ROWS or scan.columns > MOST_COLUMNS:
        detail = f"the cells of {sheet} reach to row {max(rows, scan.rows):,} and column {scan.columns:,}"
        raise refused("too_many_cells", detail, "Delete what stands far away from the table, or split the file.")
    return scan


def _look_at_cells(xml: bytes, scan: SheetScan) -> None:
    """Go through the cells that hold anything, one by one."""
    for row, column, attributes, inside in _cells(xml):
        has_value = _VALUE.search(inside) is not None
        if has_value:
            scan.rows, scan.columns = max(scan.rows, row), max(scan.columns, column)
        if _FAILED.search(attributes):
            text = _SHOWN.search(inside)
            scan.failed[row, column] = text[1].decode("utf-8", "replace") if text else "#N/A"
        elif not has_value and _FORMULA.search(inside):
            scan.uncalculated.add((row, column))


def _cells(xml: bytes) -> Iterator[tuple[int, int, bytes, bytes]]:
    """Yield row, column, attributes and content of every cell that is not empty."""
    begin = 0
    for closing in _CLOSING.finditer(xml):
        for opening in _OPENING.finditer(xml, begin, closing.start()):
            reference = _REFERENCE.search(opening[1])
            if reference:
                inside = xml[opening.end() : closing.start()]
                yield int(reference[2]), _column(reference[1]), opening[1], inside
        begin = closing.end()


def _column(name: bytes) -> int:
    number = 0
    for character in name[:7].upper():
        number = number * 26 + character - 64
    return number
