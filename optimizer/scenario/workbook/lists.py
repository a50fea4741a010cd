"""Cells that hold several values: names, choices, days, spans, stock and chances, separated by semicolons."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from optimizer.scenario.workbook.columns import Column
from optimizer.scenario.workbook.texts import choice, parts_read, parts_written, text_read
from optimizer.tables.days import day_of
from optimizer.tables.grid import Value
from optimizer.tables.numbers import CellError, count, share

NONE, ALL = ("none", "nothing", "-"), ("all", "both")
"""Words for a list of choices: no choice, every choice."""
_TO = re.compile(r"\s*(?:\.\.+|…|\bto\b|\buntil\b|\bbis\b|\s[-–—]\s|[–—])\s*")
_MARK = re.compile(r"\s*[:=]\s*")
_CHANCES = re.compile(r"[;|\n]|,\s*(?=[0-9]+\s*(?:days?\s*)?[:=])")


def list_written(kind: str, value: Any) -> str:
    """Return a list, or an object of chances, as a cell holds it.

    Examples
    --------
    >>> list_written("chances", {"2": 0.7, "3": 0.3}), list_written("lots", [{"on": "2027-03-01", "units": 60}])
    ('2: 70%; 3: 30%', '2027-03-01: 60')
    """
    if kind == "names":
        return parts_written(value)
    if kind == "choices":
        return "; ".join(value) or NONE[0]
    if kind == "spans":
        return "; ".join(item["start"] if item["start"] == item["end"] else _span(item) for item in value)
    if kind == "lots":
        return "; ".join(f"{item['on']}: {item['units']}" for item in value)
    if kind == "chances":
        return "; ".join(f"{name}: {per_cent(chance)}" for name, chance in value.items())
    return "; ".join(value)


def per_cent(chance: float) -> str:
    """Return a chance per cent, exactly.

    Examples
    --------
    >>> per_cent(0.07), per_cent(1), per_cent(0.333333)
    ('7%', '100%', '33.3333%')
    """
    number = (Decimal(repr(chance)) * 100).normalize()
    return f"{number:f}%"


def list_read(column: Column, cell: Value) -> Any:
    """Return the list, or the object of chances, in a cell that is not blank; raise `CellError` where it is unclear."""
    return LISTS[column.kind](column, cell)


def day_read(cell: Value) -> str:
    """Return a day, YYYY-MM-DD; raise `CellError` where a cell holds none, or it may be two."""
    return day_of(cell).isoformat()


def _span(item: dict[str, str]) -> str:
    return f"{item['start']}..{item['end']}"


def _names(_: Column, cell: Value) -> list[str]:
    return list(parts_read(cell)) if isinstance(cell, str) else [text_read(cell)]


def _choices(column: Column, cell: Value) -> list[str]:
    words = [word for word in re.split(r"[;,|/+&\s]+", text_read(cell)) if word]
    if len(words) == 1 and words[0].casefold() in NONE:
        return []
    if len(words) == 1 and words[0].casefold() in ALL:
        return list(column.choices)
    return [name for word in words for name in _range(word, column.choices)]


def _range(word: str, choices: tuple[str, ...]) -> list[str]:
    """Return the choices from the first to the last that a word names, such as Mon–Fri; else the one it names."""
    ends = [choice(part, choices) for part in re.split("[-–—]", word)]
    if len(ends) == 2 and set(ends) <= set(choices) and choices.index(ends[0]) < choices.index(ends[1]):
        return list(choices[choices.index(ends[0]) : choices.index(ends[1]) + 1])
    return [choice(word, choices)]


def _days(_: Column, cell: Value) -> list[str]:
    return [day_read(part) for part in parts_read(cell)] if isinstance(cell, str) else [day_read(cell)]


def _spans(_: Column, cell: Value) -> list[dict[str, str]]:
    if not isinstance(cell, str):
        return [{"start": day_read(cell), "end": day_read(cell)}]
    spans = []
    for part in parts_read(cell):
        ends = [day_read(text) for text in _TO.split(part)]
        if len(ends) > 2:
            raise CellError("should be spans such as 2027-04-01..2027-04-12", "Separate several spans by semicolons.")
        spans.append({"start": ends[0], "end": ends[-1]})
    return spans


def _lots(_: Column, cell: Value) -> list[dict[str, Any]]:
    lots = []
    for part in parts_read(cell) if isinstance(cell, str) else [""]:
        ends = _MARK.split(part)
        if len(ends) != 2:
            remedy = "Write the day and the units that arrive on it; separate several by semicolons."
            raise CellError("should be arrivals such as 2027-03-01: 60", remedy)
        lots.append({"on": day_read(ends[0]), "units": count(ends[1])})
    return lots


def _chances(_: Column, cell: Value) -> dict[str, float]:
    chances: dict[str, float] = {}
    for part in _CHANCES.split(cell if isinstance(cell, str) else ""):
        if not part.strip():
            continue
        ends = _MARK.split(part.strip())
        name = re.sub(r"\s*days?$", "", ends[0])
        if len(ends) != 2 or name in chances:
            break
        chances[name] = share(ends[1])
    else:
        if chances:
            return chances
    remedy = "Write each number of days once, with its chance; separate several by semicolons."
    raise CellError("should be days with their chances such as 2: 70%; 3: 30%", remedy)


LISTS: dict[str, Callable[[Column, Value], Any]] = {
    "names": _names,
    "choices": _choices,
    "days": _days,
    "spans": _spans,
    "lots": _lots,
    "chances": _chances,
}
"""The reader of each kind."""
