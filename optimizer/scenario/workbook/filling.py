"""A scenario document as the cells of a workbook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from optimizer.scenario.workbook.cells import Spelling, written
from optimizer.scenario.workbook.columns import Column, Path
from optimizer.scenario.workbook.layout import (
    ACTIVATIONS,
    ASSUMPTION,
    COMMUNITIES,
    GIVEN,
    HEAD,
    Block,
    Group,
    blocks,
)
from optimizer.scenario.workbook.others import missing
from optimizer.scenario.workbook.outcome import value_at
from optimizer.scenario.workbook.reading import read_sheets
from optimizer.scenario.workbook.texts import text_written
from optimizer.scenario.workbook.wording import OTHER
from optimizer.tables.grid import Line, Sheet, Value
from optimizer.tables.words import CLEARED

NO_ACTIVATION = CLEARED
"""Stands where a community has no activation though others have."""
MOST_LABELS = 100
"""Labels that get columns of their own; others stand in the sheet of other fields."""
GAP = 2
"""Empty rows between two blocks of a sheet."""


@dataclass(frozen=True)
class Head:
    """The heading of a column: its title, and the field below it."""

    title: str
    column: Column
    group: Group


@dataclass
class Area:
    """A block with its cells, from the row of its headings on."""

    block: Block
    top: int
    heads: Sequence[Head] = ()
    rows: list[list[Value]] = field(default_factory=list)

    @property
    def titles(self) -> list[str]:
        """Return the headings."""
        return list(HEAD) if self.block.kind == "settings" else [head.title for head in self.heads]

    @property
    def bottom(self) -> int:
        """Return the number of its last row."""
        return self.top + len(self.rows)


def filled(document: Mapping[str, Any]) -> list[Area]:
    """Return a scenario document as cells, every block of every sheet.

    What no cell can say is missing; `others.missing` finds it.
    """
    areas: list[Area] = []
    for block in blocks():
        above = areas[-1].bottom + GAP if areas and areas[-1].block.sheet == block.sheet else 0
        areas.append(_area(block, above + 1, document))
    return areas


def as_sheets(areas: Sequence[Area], others: Sequence[Sequence[Value]] = ()) -> list[Sheet]:
    """Return cells as a reader of the workbook gets them."""
    lines: dict[str, list[Line]] = {}
    for area in areas:
        cells: list[Sequence[Value]] = [area.titles, *area.rows]
        rows = enumerate(cells, start=area.top)
        lines.setdefault(area.block.sheet, []).extend(Line(number, _stored(row)) for number, row in rows)
    if others:
        lines[OTHER] = [Line(number, row) for number, row in enumerate(others, start=1)]
    return [Sheet(name, rows) for name, rows in lines.items()]


def _stored(row: Sequence[Value]) -> list[Value]:
    """Return cells as a workbook stores them: numbers with 15 digits, which every spreadsheet keeps."""
    return [float(f"{cell:.15g}") if isinstance(cell, float) else cell for cell in row]


def _area(block: Block, top: int, document: Mapping[str, Any]) -> Area:
    if block.kind == "settings":
        return Area(block, top, rows=[_setting(column, document) for column in block.columns])
    (group, *more) = block.groups
    if block.kind == "pairs":
        pairs = value_at(document, group.path) or {}
        rows = [[name, written(group.columns[1], amount)] for name, amount in pairs.items()]
        return Area(block, top, [Head(column.title, column, group) for column in group.columns], rows)
    if more:
        return _communities(block, top, document)
    records = value_at(document, group.path) or []
    heads = list(_heads(group, records))
    return Area(block, top, heads, [_row(heads, {group.path: record}) for record in records])


def _setting(column: Column, document: Mapping[str, Any]) -> list[Value]:
    """Return a line of settings; one that is left out shows what is assumed for it."""
    value = value_at(document, column.path)
    assumed = value is None
    cell = written(column, column.default if assumed else value)
    source = None if column.required else ASSUMPTION if assumed else GIVEN
    return [column.title, cell, source, if_empty(column), column.description]


def if_empty(column: Column) -> str:
    """Return what an empty cell means, for people."""
    if column.required:
        return "needed"
    if column.default is None:
        return ""
    cell = written(column, column.default)
    if column.kind == "share":
        return f"{float(column.default):.10%}".rstrip("0%").rstrip(".") + "%"
    return str(cell)


def _heads(group: Group, records: Sequence[Mapping[str, Any]]) -> Iterator[Head]:
    for column in group.columns:
        yield Head(column.title, column, group)
    if group.labels is None:
        return
    names = {name: None for record in records for name in record.get("labels") or {}}
    for name in list(names)[:MOST_LABELS]:
        column = Column(("labels", name), f"{group.labels}{text_written(name)}", "text", "Passed through to exports.")
        yield Head(column.title, column, group)


def _row(heads: Sequence[Head], records: Mapping[Path, Mapping[str, Any]]) -> list[Value]:
    """Return the row of some records that share it, one for each group at most."""
    row: list[Value] = []
    for head in heads:
        value = value_at(records.get(head.group.path), head.column.path)
        row.append(None if value is None else written(head.column, value))
    return row


def _communities(block: Block, top: int, document: Mapping[str, Any]) -> Area:
    """Return a row per activation: the first of a community has the community's own fields, further ones its id."""
    communities = list(document.get("communities") or [])
    activations = document.get("activations")
    first, second = block.groups
    heads = [*_heads(first, communities), *_heads(second, activations or [])]
    if activations is None:
        return Area(block, top, heads, [_row(heads, {COMMUNITIES: community}) for community in communities])
    waiting = {community["id"]: community for community in communities}
    rows = []
    for activation in activations:
        name = activation["community"]
        community = waiting.pop(name, {"id": name})
        rows.append(_row(heads, {COMMUNITIES: community, ACTIVATIONS: activation}))
    idle = [_idle(heads, community) for community in waiting.values()]
    return Area(block, top, heads, [*rows, *idle])


def _idle(heads: Sequence[Head], community: Mapping[str, Any]) -> list[Value]:
    """Return the row of a community without an activation, which is marked so: an empty cell would mean one."""
    row = _row(heads, {COMMUNITIES: community})
    place = [(head.group.path, head.column.path) for head in heads].index((ACTIVATIONS, ("id",)))
    return [*row[:place], NO_ACTIVATION, *row[place + 1 :]]


def sheets_of(document: dict[str, Any]) -> tuple[list[Area], list[list[Value]]]:
    """Return a scenario document as cells, and the rows of the sheet of other fields: nothing of it is lost."""
    areas = filled(document)
    amounts = usual_spelling(document)
    read = read_sheets(as_sheets(areas, missing({}, {}, amounts))).document
    return areas, missing(document, read, amounts)


def usual_spelling(document: Mapping[str, Any]) -> str:
    """Return how most amounts of a document are spelled, so that the others alone need an entry of their own."""
    digits = Spelling(str(document.get("currency", Spelling.currency))).digits
    counts = Counter(_spelling(amount, digits) for amount in _amounts(document))
    return max(("minor", "plain", "number"), key=lambda name: counts[name])


def _spelling(amount: Any, digits: int) -> str:
    if not isinstance(amount, str):
        return "number"
    return "minor" if len(amount.partition(".")[2]) == digits else "plain"


def _amounts(document: Mapping[str, Any]) -> Iterator[Any]:
    for block in blocks():
        for group in block.groups:
            listed = value_at(document, group.path) if group.path else document
            if block.kind == "pairs":
                yield from (listed or {}).values()
                continue
            records = listed if isinstance(listed, list) else [listed or {}]
            for column in (column for column in group.columns if column.kind == "money"):
                amounts = (value_at(record, column.path) for record in records)
                yield from (amount for amount in amounts if amount is not None)
