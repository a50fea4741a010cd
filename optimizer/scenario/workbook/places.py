"""Where in a workbook each part of a scenario stands, so that problems can name sheet, row and column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from optimizer.errors import Problem
from optimizer.scenario.workbook.layout import VALUE, blocks
from optimizer.scenario.workbook.wording import FIRST, SHEETS

Path = tuple[str, ...]
_POINTER = re.compile(r"(?<![\w/~-])(?:/[a-z_]+)(?:/[\w~-]+)*")


@dataclass
class Spot:
    """A row: its sheet, its number, and the titles of the cells that hold its fields."""

    sheet: str
    row: int
    titles: dict[Path, str] = field(default_factory=dict)

    def named(self, rest: Path) -> str:
        """Return the place of a field of the record, in words.

        Examples
        --------
        >>> Spot("Creators", 7, {("paid_fee",): "Fee"}).named(("paid_fee",))
        'Creators row 7, column Fee'
        """
        title = self._title(rest)
        return f"{self.sheet} row {self.row}" + (f", column {title}" if title else "")

    def _title(self, rest: Path) -> str | None:
        for length in range(len(rest), -1, -1):
            inside = (title for path, title in self.titles.items() if rest and path[: len(rest)] == rest[:length])
            title = self.titles.get(rest[:length]) or next(inside, None)
            if title:
                return title
        return None


@dataclass
class Places:
    """The spots of all records and settings, by their paths in the document."""

    records: dict[Path, Spot] = field(default_factory=dict)
    settings: dict[Path, tuple[Spot, str]] = field(default_factory=dict)
    others: dict[Path, Spot] = field(default_factory=dict)

    def of(self, pointer: str) -> str:
        """Return where the value at a JSON Pointer stands; empty where no sheet holds it."""
        path = tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
        for length in range(len(path), 0, -1):
            start = path[:length]
            if start in self.others:
                return self.others[start].named((VALUE,))
            if start in self.settings:
                return self._setting(start)
            if start in self.records:
                return self.records[start].named(path[length:])
        inside = next((setting for setting in self.settings if setting[: len(path)] == path and path), None)
        return self._setting(inside) if inside else _sheet_of(path)

    def located(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        """Yield problems, each with its place in the workbook."""
        for problem in problems:
            place = problem.place or self.of(problem.pointer)
            detail, remedy = (_POINTER.sub(self._named, text) for text in (problem.detail, problem.remedy))
            yield replace(problem, place=place, detail=detail, remedy=remedy)

    def _named(self, match: re.Match[str]) -> str:
        """Return the place of a pointer that a sentence mentions; the pointer itself where no sheet holds it."""
        return self.of(match[0]) or match[0]

    def _setting(self, path: Path) -> str:
        spot, title = self.settings[path]
        return f"{spot.sheet} row {spot.row}, column {VALUE} ({title})"


def _sheet_of(path: Path) -> str:
    """Return the sheet of a list, or of a setting that has no line."""
    if not path:
        return ""
    known = [block.sheet for block in blocks() for group in block.groups if group.path == path]
    return known[0] if known else SHEETS.get(path[0], FIRST)
