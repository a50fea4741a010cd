"""How cells, headings and notes of the scenario workbook look, by the kind of their column."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from xlsxwriter import Workbook

from optimizer.export import formatting
from optimizer.money import decimals
from optimizer.scenario.workbook.columns import Column
from optimizer.scenario.workbook.filling import if_empty

ASSUMED = {"bg_color": "#FFF4CC", "italic": True}
"""A value that nobody has confirmed: a default."""
HEADING = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
COLOURS = ("#E8EEF4", "#E6F2E6")
"""Behind the headings of the first and the second list on a sheet."""
NEEDED = {"font_color": "#9C2A10"}
"""The heading of a column that must be filled in."""
WRAPPED = ("names", "choices", "days", "spans", "lots", "chances", "json")
_HINTS = {
    "names": "Several are separated by semicolons.",
    "choices": "Several are separated by semicolons; none for no choice.",
    "days": "Several are separated by semicolons: 2027-04-06; 2027-05-28.",
    "spans": "First and last day: 2027-04-01..2027-04-12; several are separated by semicolons.",
    "lots": "Day and units: 2027-03-01: 60; several are separated by semicolons.",
    "chances": "Days and chance: 2: 70%; 3: 25%; 5: 5%.",
    "share": "Per cent.",
    "flag": "yes or no.",
    "month": "Year and month: 2027-03.",
}
_WIDTHS = {"count": 11, "number": 13, "share": 11, "money": 12, "day": 16, "month": 10, "flag": 10, "choice": 14}
_TEXTS = {"text": 18, "names": 24, "choices": 14, "days": 26, "spans": 26, "lots": 24, "chances": 26, "json": 20}
WIDEST = 44
FILTER_BUTTON = 4
LINE = 15
"""Height of a line of text (points)."""
MOST_LINES = 12
NUMBERS = ("count", "number", "share", "money", "day")
"""Kinds that stand at the right of their column, and their headings too."""


class Looks:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Workbook, currency: str):
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}
        digits = decimals(currency)
        self._shown = {
            "day": "ddd d mmm yyyy",
            "money": f'"{formatting.symbol(currency)}"#,##0' + ("." + "0" * digits if digits else ""),
            "share": "0.0##%",
            "number": "0.00####",
            "count": "#,##0",
        }

    def of(self, kind: str, **more: Any) -> Any:
        """Return the format of a kind of column; whatever is no number stays text when it is edited."""
        wrapped = {"text_wrap": True} if kind in WRAPPED else {}
        room = {} if kind in NUMBERS else {"align": "left", "indent": 1}
        return self.made(**{"valign": "top", "num_format": self._shown.get(kind, "@"), **wrapped, **room, **more})

    def made(self, **properties: Any) -> Any:
        """Return the format with these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]


def width(column: Column) -> int:
    """Return the width of a column (characters)."""
    words = max(len(word) for word in column.title.split())
    return max(_WIDTHS.get(column.kind) or _TEXTS[column.kind], words + FILTER_BUTTON)


def height(texts: Sequence[str], widths: Sequence[int]) -> int | None:
    """Return the height of a row whose texts wrap (points), None where none does.

    Examples
    --------
    >>> height(["short", "a text that is longer"], [10, 10]), height(["short"], [10])
    (30, None)
    """
    lines = max((_lines(text, size) for text, size in zip(texts, widths, strict=False)), default=1)
    return None if lines == 1 else min(lines, MOST_LINES) * LINE


def _lines(text: str, size: int) -> int:
    return sum(max(1, len(wrap(part, max(round(1.1 * size), 1)))) for part in text.split("\n")) if text else 1


def note(column: Column) -> str:
    """Return the note on a heading: what it means, how it is written, what an empty cell means."""
    parts = [column.description, _HINTS.get(column.kind, "")]
    if column.choices and column.kind == "choice":
        parts.append(f"One of: {', '.join(column.choices)}.")
    if column.required:
        parts.append("Needed.")
    elif column.default is not None:
        parts.append(f"If empty: {if_empty(column)} (an assumption).")
    return "\n".join(part for part in parts if part)
