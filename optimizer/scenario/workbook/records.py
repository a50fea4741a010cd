"""Rows of a table as records of the scenario's lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from optimizer.errors import Notice, Problem, pointer
from optimizer.scenario.identity import person_of
from optimizer.scenario.workbook import cells
from optimizer.scenario.workbook.areas import Found, Title, titles_of
from optimizer.scenario.workbook.cells import Spelling
from optimizer.scenario.workbook.columns import Path
from optimizer.scenario.workbook.layout import ACTIVATIONS, COMMUNITIES, Group
from optimizer.scenario.workbook.outcome import ColumnRead, Reading, Record, set_at, value_at
from optimizer.scenario.workbook.places import Spot
from optimizer.tables.grid import Line, Value, is_blank, shown
from optimizer.tables.layout import is_total
from optimizer.tables.numbers import NO_NOTATION, Notation, notation
from optimizer.tables.words import CLEARED

CREATORS = ("creators",)
_NUMBERS = ("count", "number", "money", "share")


@dataclass
class Rows:
    """The rows of a block with what is needed to read them."""

    found: Found
    titles: Sequence[Title]
    reading: Reading
    spelling: Spelling

    def __iter__(self) -> Iterator[Line]:
        return (line for line in self.found.rows if not all(map(is_blank, line.cells)))

    def of(self, group: Group) -> list[Title]:
        """Return the headings of a group."""
        return [title for title in self.titles if title.group == group]

    def record(self, line: Line, group: Group, at: Path) -> Record:
        """Return the record of a group in a row, and note that it is what `at` leads to."""
        record: Record = {}
        titles = self.of(group)
        spot = Spot(self.found.sheet, line.number, self.named[group.path])
        self.reading.places.records[at] = spot
        for title in titles:
            cell = line.cells[title.position] if title.position < len(line.cells) else None
            if is_blank(cell):
                continue
            value = self._value(title, cell, (*at, *title.column.path), spot)
            set_at(record, title.column.path, value)
        return record

    def _value(self, title: Title, cell: Value, at: Path, spot: Spot) -> Any:
        style = self.styles.get(title.position, NO_NOTATION)
        place = f"{spot.sheet} row {spot.row}, column {title.text}"
        return self.reading.value(lambda: cells.read(title.column, cell, self.spelling, style), at, place, cell)

    @cached_property
    def named(self) -> dict[Path, dict[Path, str]]:
        """The titles of each group by the path of their fields."""
        groups = self.found.block.groups
        return {group.path: {title.column.path: title.text for title in self.of(group)} for group in groups}

    @cached_property
    def styles(self) -> dict[int, Notation]:
        """What the texts of each column of numbers prove about decimal marks, by position."""
        numbers = [title for title in self.titles if title.column.kind in _NUMBERS]
        return {
            title.position: notation(
                (line.cells[title.position] for line in self if title.position < len(line.cells)),
                shares=title.column.kind == "share",
            )
            for title in numbers
        }


def read_table(found: Found, reading: Reading, spelling: Spelling) -> None:
    """Add the records of a block to the document."""
    titles, problems = titles_of(found)
    reading.problems += problems
    reading.columns += [
        ColumnRead(found.sheet, title.text, pointer(*title.group.path, "*", *title.column.path)) for title in titles
    ]
    rows = Rows(found, titles, reading, spelling)
    if found.block.kind == "pairs":
        _pairs(rows)
    elif len(found.block.groups) > 1:
        _communities(rows)
    else:
        _records(rows)


def _records(rows: Rows) -> None:
    (group,) = rows.found.block.groups
    records: list[Record] = []
    for line in rows:
        if group.path == CREATORS and is_total(line.cells):
            detail = f"{rows.found.sheet} row {line.number} sums up others and was not read."
            rows.reading.notices.append(Notice("total_row", "/creators", detail))
            continue
        records.append(rows.record(line, group, (*group.path, str(len(records)))))
        _complete(group, records[-1])
    if group.path == CREATORS:
        _by_name(records, rows.reading.document.get("communities", []))
    if records or group.path == CREATORS:
        set_at(rows.reading.document, group.path, records)


def _complete(group: Group, record: Record) -> None:
    """Give a record what an empty cell stands for where a value is needed: no communities, the handle as id."""
    person = person_of(record.get("handle"), record.get("labels")) if "id" not in record else None
    if group.path == CREATORS and person is not None:
        record["id"] = person.name
    for column in group.columns:
        if column.required and column.kind == "names" and column.path[0] not in record:
            set_at(record, column.path, [])


def _by_name(creators: Sequence[Record], communities: Sequence[Record]) -> None:
    """Put ids where creators name communities by their titles."""
    ids = {community.get("id") for community in communities}
    titles: dict[str, list[Any]] = {}
    for community in communities:
        titles.setdefault(str(community.get("name")).casefold(), []).append(community.get("id"))
    found = {title: named[0] for title, named in titles.items() if len(named) == 1}
    for creator in creators:
        listed = creator.get("communities")
        if isinstance(listed, list):
            creator["communities"] = [name if name in ids else found.get(str(name).casefold(), name) for name in listed]


def _pairs(rows: Rows) -> None:
    """Read an object of free names, a row each; the value of a name stands where the name leads to."""
    (group,) = rows.found.block.groups
    first, second = group.columns
    reading, values = rows.reading, Record()
    for line in rows:
        told = len(reading.problems)
        record = rows.record(line, group, group.path)
        spot = reading.places.records.pop(group.path)
        name = record.get(first.path[0])
        unread = [problem.place.endswith(first.title) for problem in reading.problems[told:]]
        at = (*group.path, str(name))
        reading.problems[told:] = [replace(each, pointer=pointer(*at)) for each in reading.problems[told:]]
        if name is None or name in values:
            place = f"{spot.sheet} row {spot.row}, column {first.title}"
            reading.problems.append(_unnamed(name, pointer(*group.path), place))
        elif not any(unread):
            values[name] = record.get(second.path[0])
            reading.places.records[at] = Spot(spot.sheet, spot.row, {(): second.title})
    if values:
        set_at(reading.document, group.path, values)


def _unnamed(name: str | None, where: str, place: str) -> Problem:
    if name is None:
        return Problem("missing_field", where, "this field is required", "Fill it in.", None, place)
    return Problem("duplicate_field", where, "this stands in a row above already", "Keep one of them.", name, place)


def _communities(rows: Rows) -> None:
    """Read communities with their activations: a row each, the community's own fields once."""
    first, second = rows.found.block.groups
    document, places = rows.reading.document, rows.reading.places
    communities: list[Record] = []
    activations: list[Record] = []
    known: dict[Any, int] = {}
    any_activation = False
    own = {title.column.path: title for title in rows.of(second)}.get(("id",))
    for line in rows:
        mark = line.cells[own.position] if own and own.position < len(line.cells) else None
        asked = [line.cells[title.position] for title in rows.of(second) if title.position < len(line.cells)]
        any_activation |= not all(map(is_blank, asked))
        at = (*COMMUNITIES, str(len(communities)))
        community = rows.record(line, first, at)
        name = community.get("id")
        if name is not None and name in known:
            del places.records[at]
            _agree(rows, line, communities[known[name]], community, known[name])
        elif community:
            known[name] = len(communities)
            communities.append(community)
        else:
            del places.records[at]
        if isinstance(mark, str) and mark.strip() == CLEARED:
            continue
        at = (*ACTIVATIONS, str(len(activations)))
        activation = rows.record(line, second, at)
        places.records[at].titles = {
            **places.records[at].titles,
            ("community",): rows.named[first.path].get(("id",), ""),
        }
        ids = {} if name is None else {"id": activation.get("id", name), "community": name}
        activations.append({**ids, **activation})
    if communities:
        document["communities"] = communities
    if any_activation and activations:
        document["activations"] = activations


def _agree(rows: Rows, line: Line, known: Record, again: Record, index: int) -> None:
    """Complete a community by a further row of it; note a problem where the two contradict each other."""
    for path, title in rows.named[COMMUNITIES].items():
        value, before = value_at(again, path), value_at(known, path)
        if value is None or value == before:
            continue
        if before is None:
            set_at(known, path, value)
            continue
        row = rows.reading.places.records[*COMMUNITIES, str(index)].row
        rows.reading.problems.append(
            Problem(
                "contradiction",
                pointer(*COMMUNITIES, index, *path),
                f"row {row} says {shown(before)} of the same community",
                "Write it in one of the rows, or the same in both.",
                value,
                f"{rows.found.sheet} row {line.number}, column {title}",
            )
        )
