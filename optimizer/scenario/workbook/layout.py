"""Which fields stand where: sheets, the blocks on each, and the columns or lines of each block."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import BaseModel

from optimizer.scenario.models import Scenario
from optimizer.scenario.workbook.columns import Column, Path, columns_of, field_at, item_of
from optimizer.scenario.workbook.wording import COMMUNITY_LABEL, FIRST, LABEL, ORDER, SHEETS, TITLES

SETTING, VALUE, SOURCE, DEFAULT, MEANING = "Setting", "Value", "Source", "If empty", "Meaning"
HEAD = (SETTING, VALUE, SOURCE, DEFAULT, MEANING)
"""Columns of a block of settings."""
ASSUMPTION, GIVEN = "assumption", "given"
"""Where a setting comes from: a default nobody has confirmed, or somebody who knows."""
OTHER_HEAD = ("List", "Name", "Field", "Value", "In place of")
"""Columns of the sheet of other fields; a long value continues in further rows."""
KEYS: dict[Path, Path] = {("locks",): ("creator", "activation")}
"""What identifies a record of a list; without an entry its id."""
VERSION = ("schema_version",)
COMMUNITIES, ACTIVATIONS = ("communities",), ("activations",)


@dataclass(frozen=True)
class Group:
    """Columns of one list of the scenario.

    Attributes
    ----------
    path
        Names that lead from the scenario to the list, or to the object of free names.
    labels
        What the titles of its labels begin with; None where its records have none.
    """

    path: Path
    columns: tuple[Column, ...]
    labels: str | None = None

    @property
    def key(self) -> Path:
        """Return the names of the fields that identify a record."""
        return KEYS.get(self.path, ("id",))


@dataclass(frozen=True)
class Block:
    """A part of a sheet with a heading of its own.

    Attributes
    ----------
    kind
        `settings`: a line per field of the scenario itself. `records`: a row per record of a list. `pairs`: a row per
        name and value of an object.
    groups
        Lists whose records share a row; one, but for communities with their activations.
    """

    sheet: str
    kind: Literal["settings", "records", "pairs"]
    groups: tuple[Group, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return the columns, or lines, of all groups."""
        return tuple(column for group in self.groups for column in group.columns)


@cache
def blocks() -> tuple[Block, ...]:
    """Return all blocks, in the order in which they stand."""
    found: dict[str, list[Column | Path]] = {sheet: [] for sheet in ORDER}
    for entry in columns_of(Scenario, "scenario"):
        path = entry.path if isinstance(entry, Column) else entry
        found[SHEETS.get(path[0], FIRST)].append(entry)
    return tuple(block for sheet, entries in found.items() for block in _of_sheet(sheet, entries))


def block_of(path: Path) -> tuple[Block, Group]:
    """Return the block and the group that a list has."""
    return next((block, group) for block in blocks() for group in block.groups if group.path == path)


def spelled(title: str) -> str:
    """Return a title or a name as it is compared: without regard to case, spaces and signs.

    Examples
    --------
    >>> spelled("Earliest start"), spelled("earliest_start "), spelled("Creator's replies")
    ('earlieststart', 'earlieststart', 'creatorsreplies')
    """
    return re.sub(r"[\W_]+", "", title).casefold()


def _of_sheet(sheet: str, entries: list[Column | Path]) -> Iterator[Block]:
    lines = [entry for entry in entries if isinstance(entry, Column) and entry.path != VERSION]
    if len(lines) < sum(isinstance(entry, Column) for entry in entries):
        # Nobody has to fill it in: it stands last, and an empty cell is this version.
        lines.append(Column(VERSION, TITLES["scenario.schema_version"], "count", "Leave it as it is.", default=1))
    tables = [entry for entry in entries if not isinstance(entry, Column)]
    if lines:
        yield Block(sheet, "settings", (Group((), tuple(lines)),))
    if COMMUNITIES in tables:
        tables = [path for path in tables if path not in (COMMUNITIES, ACTIVATIONS)]
        linked = _group(ACTIVATIONS)
        asked = tuple(column for column in linked.columns if column.path != ("community",))
        groups = (_group(COMMUNITIES, COMMUNITY_LABEL), Group(ACTIVATIONS, asked, linked.labels))
        yield Block(sheet, "records", groups)
    for path in tables:
        item = item_of(Scenario, path)
        records = isinstance(item, type) and issubclass(item, BaseModel)
        yield Block(sheet, "records", (_group(path),)) if records else _pairs(sheet, path)


def _group(path: Path, labels: str = LABEL) -> Group:
    model: type[BaseModel] = item_of(Scenario, path)
    entries = list(columns_of(model, path[-1]))
    columns = tuple(entry for entry in entries if isinstance(entry, Column))
    return Group(path, columns, labels if ("labels",) in entries else None)


def _pairs(sheet: str, path: Path) -> Block:
    """Return the block of an object of free names: months with their amounts."""
    meaning = (field_at(Scenario, path).description or "").replace("`", "")
    month = Column(("month",), TITLES["months.month"], "month", "Calendar month.", "2027-03", required=True)
    amount = Column(("amount",), TITLES["months.amount"], "money", meaning, "1500.00", required=True)
    return Block(sheet, "pairs", (Group(path, (month, amount)),))
