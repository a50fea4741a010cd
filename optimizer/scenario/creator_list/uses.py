"""What every column was read as, with a cell that shows how."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from optimizer.scenario.creator_list.headers import LABEL, PROFILE
from optimizer.scenario.creator_list.rows import Reading, Said
from optimizer.tables.grid import shown

_SHOWN_ROWS = 500
"""Of so many rows, the first cell that is read otherwise than it stands is the example."""


class ColumnUse(NamedTuple):
    """A column of a list: its name, the field it was read as, how many cells, and one of them before and after."""

    name: str
    field: str
    cells: int
    written: str
    read: str


def uses_of(reading: Reading, rows: Sequence[Said]) -> list[ColumnUse]:
    """Return how the columns of a list were read; of each the first cell that is read otherwise than it stands."""
    lines = {line.number: line for line in reading.table.rows}
    shown_by = [(said, lines[said.number].cells) for said in rows[:_SHOWN_ROWS]]
    uses = []
    for column in reading.columns.read:
        example = ("", "")
        for said, cells in shown_by:
            written = shown(cells[column.position]) if column.position < len(cells) else ""
            read = _read(said, column.field) if written else ""
            if read != written or not example[0]:
                example = written, read
            if read != written:
                break
        uses.append(ColumnUse(column.name, column.field, _cells(column.field, rows), *example))
    return uses


def _cells(field: str, rows: Sequence[Said]) -> int:
    if field == "id":
        return sum(1 for said in rows if said.id)
    field = "handle" if field == PROFILE else field
    return sum(1 for said in rows if field in said.fields or field in said.cleared)


def _read(said: Said, field: str) -> str:
    if field == "id":
        return said.id
    if field == PROFILE:
        return str(said.fields.get("handle", ""))
    if field in said.cleared:
        return "(taken away)"
    value: Any = said.fields.get(field, "")
    if isinstance(value, list):
        return ", ".join(item if isinstance(item, str) else f"{item['start']}..{item['end']}" for item in value)
    return value if isinstance(value, str) else json.dumps(value)


def title(field: str) -> str:
    """Return a field as people see it."""
    return "handle (profile address)" if field == PROFILE else field.replace(LABEL, "label ", 1)
