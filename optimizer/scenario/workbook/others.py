"""The sheet of other fields: what no cell of a scenario can say, by list, name and field.

An entry says what its value stands in place of. It counts only while the cells still say that, so that a cell that
somebody changes is never overruled by what was there before.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from optimizer.errors import Notice, Problem, pointer
from optimizer.scenario.workbook.cells import LONGEST
from optimizer.scenario.workbook.columns import Path
from optimizer.scenario.workbook.layout import COMMUNITIES, OTHER_HEAD, blocks
from optimizer.scenario.workbook.outcome import Record, set_at, value_at
from optimizer.scenario.workbook.places import Places, Spot
from optimizer.scenario.workbook.texts import text_read, text_written
from optimizer.scenario.workbook.wording import OTHER
from optimizer.tables.grid import Sheet, Value, is_blank, shown
from optimizer.tables.numbers import CellError

AMOUNTS = "amounts"
"""Entry that says how amounts are spelled."""
ORDER = "order"
"""Entry that says in which order a list stands, where the rows cannot."""
_NOTHING = object()


@dataclass
class Entry:
    """One other field; `value` and `instead` are JSON, empty for nothing."""

    row: int
    list: str
    name: str
    field: str
    value: str
    instead: str


@dataclass
class Others:
    """All entries, and how amounts are spelled."""

    entries: list[Entry] = field(default_factory=list)
    amounts: str = "minor"

    def apply(self, document: Record, places: Places, notices: list[Notice]) -> None:
        """Put the other fields into a document."""
        found: dict[str, dict[str, tuple[Path, Record]]] = {"": {"": ((), document)}}
        for entry in self.entries:
            if entry.field == ORDER:
                _reorder(document, json.loads(entry.value), places)
        for entry in self.entries:
            if entry.field == ORDER:
                continue
            records = found.setdefault(entry.list, _records(document, entry.list))
            at, record = records.get(entry.name, ((), None))
            path = tuple(part.replace("~1", "/").replace("~0", "~") for part in entry.field.split("/")[1:])
            if record is None or not path or not _still(record, path, entry):
                detail = f"{OTHER} row {entry.row} is not used: the cells it belongs to have changed."
                notices.append(Notice("other_field_not_used", pointer(*at, *path), detail))
                continue
            if entry.value:
                set_at(record, path, json.loads(entry.value))
                places.others[*at, *path] = Spot(OTHER, entry.row, {(OTHER_HEAD[3],): OTHER_HEAD[3]})
            else:
                _remove(record, path)


def others_on(sheet: Sheet | None, problems: list[Problem]) -> Others:
    """Return the entries on the sheet of other fields."""
    others = Others()
    for line in sheet.lines if sheet else []:
        cells = [*line.cells[:5], *[None] * (5 - len(line.cells))]
        texts = [_text(cell) for cell in cells[:3]] + [_json(cell) for cell in cells[3:]]
        if texts[2] in ("", OTHER_HEAD[2]):
            continue
        last = others.entries[-1] if others.entries else None
        if last and [last.list, last.name, last.field] == texts[:3]:
            last.value += texts[3]
            last.instead += texts[4]
        else:
            others.entries.append(Entry(line.number, *texts))
    others.entries = [entry for entry in others.entries if _is_json(entry, problems)]
    for entry in [entry for entry in others.entries if entry.field == AMOUNTS]:
        others.amounts = str(json.loads(entry.value or '"minor"'))
        others.entries.remove(entry)
    return others


def _text(cell: Value) -> str:
    try:
        return "" if is_blank(cell) else text_read(cell)
    except CellError:
        return str(cell)


def _json(cell: Value) -> str:
    """Return the JSON in a cell; a spreadsheet may have made a number of it."""
    return cell if isinstance(cell, str) else shown(cell)


def _is_json(entry: Entry, problems: list[Problem]) -> bool:
    for title, text in ((OTHER_HEAD[3], entry.value), (OTHER_HEAD[4], entry.instead)):
        try:
            json.loads(text or "null")
        except (ValueError, RecursionError):
            place = f"{OTHER} row {entry.row}, column {title}"
            remedy = "Correct it, or delete the row."
            problems.append(Problem("not_json", entry.field, "should be JSON", remedy, text[:80], place))
            return False
    return True


def _records(document: Record, list_path: str) -> dict[str, tuple[Path, Record]]:
    """Return the records of a list by name, each with its path."""
    path = tuple(list_path.split("/"))
    keys = {group.path: group.key for block in blocks() for group in block.groups}
    listed = value_at(document, path)
    found: dict[str, tuple[Path, Record]] = {}
    for index, record in enumerate(listed if isinstance(listed, list) else []):
        found.setdefault(_name(record, keys.get(path, ("id",))), ((*path, str(index)), record))
    return found


def _name(record: Mapping[str, Any], key: Path) -> str:
    parts = [record.get(name) for name in key]
    return str(parts[0]) if len(parts) == 1 else json.dumps(parts, ensure_ascii=False)


def _reorder(document: Record, names: Sequence[Any], places: Places) -> None:
    """Put communities into their order; those that are not named follow."""
    communities = document.get("communities", [])
    rank = {name: place for place, name in reversed(list(enumerate(names)))}
    order = sorted(range(len(communities)), key=lambda index: rank.get(communities[index].get("id"), len(names)))
    document["communities"] = [communities[index] for index in order]
    spots = {(*COMMUNITIES, str(new)): places.records.get((*COMMUNITIES, str(old))) for new, old in enumerate(order)}
    places.records.update({path: spot for path, spot in spots.items() if spot is not None})


def _still(record: Record, path: Path, entry: Entry) -> bool:
    """Return whether the cells say what the entry stands in place of."""
    parent = value_at(record, path[:-1])
    now = parent.get(path[-1], _NOTHING) if isinstance(parent, dict) else _NOTHING
    if not entry.instead:
        return now is _NOTHING
    return now is not _NOTHING and same(now, json.loads(entry.instead))


def _remove(record: Record, path: Path) -> None:
    parent = value_at(record, path[:-1])
    if isinstance(parent, dict):
        parent.pop(path[-1], None)


def same(one: Any, other: Any) -> bool:
    """Return whether two values are equal, numbers to the digits that spreadsheets keep."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float | int) and isinstance(other, float | int):
        return isinstance(one, bool) == isinstance(other, bool) and math.isclose(one, other, rel_tol=1e-13)
    return type(one) is type(other) and bool(one == other)


def missing(document: Record, read: Record, amounts: str) -> list[list[Value]]:
    """Return the rows of the sheet of other fields: what differs between a document and what its cells say."""
    rows: list[list[Value]] = [list(OTHER_HEAD)]
    if amounts != "minor":
        rows.append([None, None, AMOUNTS, json.dumps(amounts), None])
    orders = [[item.get("id") for item in each.get("communities", [])] for each in (document, read)]
    if orders[0] != orders[1] and sorted(map(str, orders[0])) == sorted(map(str, orders[1])):
        rows += _pieces("communities", "", ORDER, orders[0], _NOTHING)
        by_name = {item["id"]: item for item in read["communities"]}
        read = {**read, "communities": [by_name[name] for name in orders[0]]}
    lists = {group.path: group.key for block in blocks() for group in block.groups if block.kind == "records"}
    for where, path, value, instead in _differences(document, read, (), lists):
        name = "" if where is None else text_written(where[1])
        rows += _pieces("" if where is None else where[0], name, pointer(*path), value, instead)
    return rows if len(rows) > 1 else []


def _differences(
    whole: Any, read: Any, path: Path, lists: Mapping[Path, Path], where: tuple[str, str] | None = None
) -> Iterator[tuple[tuple[str, str] | None, Path, Any, Any]]:
    """Yield list and name, the field's path, its value, and what the cells say instead."""
    if isinstance(whole, dict) and isinstance(read, dict):
        for name in {**whole, **read}:
            pair = (whole.get(name, _NOTHING), read.get(name, _NOTHING))
            yield from _differences(*pair, (*path, name), lists, where)
    elif where is None and path in lists and _paired(whole, read):
        for record, again in zip(whole, read, strict=True):
            named = ("/".join(path), _name(record, lists[path]))
            yield from _differences(record, again, (), lists, named)
    elif whole is not read and (whole != read or not (type(whole) is type(read) or _numbers(whole, read))):
        yield where, path, whole, read


def _paired(whole: Any, read: Any) -> bool:
    return isinstance(whole, list) and isinstance(read, list) and len(whole) == len(read) and bool(whole)


def _numbers(one: Any, other: Any) -> bool:
    return all(isinstance(each, int | float) and not isinstance(each, bool) for each in (one, other))


def _pieces(list_path: str, name: str, field_path: str, value: Any, instead: Any) -> Iterator[list[Value]]:
    """Yield the rows of an entry: more than one where its value is longer than a cell may be."""
    texts = ["" if each is _NOTHING else json.dumps(each, ensure_ascii=True) for each in (value, instead)]
    for start in range(0, max(map(len, [*texts, " "])), LONGEST):
        piece = [text[start : start + LONGEST] or None for text in texts]
        yield [list_path or None, name or None, field_path, *piece]
