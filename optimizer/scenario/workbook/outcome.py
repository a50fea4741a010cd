"""What reading a workbook gives: the document, and everything that is to be said about it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from optimizer.errors import Notice, Problem, pointer
from optimizer.scenario.workbook.columns import Path
from optimizer.scenario.workbook.places import Places
from optimizer.tables.grid import Value, shown
from optimizer.tables.numbers import CellError

Record = dict[str, Any]
_OPTION = ", or say with --"


class ColumnRead(NamedTuple):
    """A heading, and the field that the cells below it are."""

    sheet: str
    title: str
    field: str


@dataclass
class Reading:
    """What a workbook says.

    Attributes
    ----------
    document
        The scenario as JSON data, not yet checked.
    problems
        What could not be read, by sheet, row and column.
    notices
        What was left out, or stands out.
    places
        Where each part of the document stands.
    columns
        What was read how.
    """

    document: Record = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    places: Places = field(default_factory=Places)
    columns: list[ColumnRead] = field(default_factory=list)

    def value(self, read: Callable[[], Any], at: Path, place: str, raw: Value) -> Any:
        """Return the value of a cell; where it cannot be read, the cell as it stands, and a problem is noted."""
        try:
            return read()
        except CellError as error:
            # The option is one of the import of lists; here the cell itself is corrected.
            remedy = error.remedy.split(_OPTION)[0].rstrip(".") + "."
            self.problems.append(Problem("bad_cell", pointer(*at), error.detail, remedy, shown(raw), place))
            return shown(raw)

    def judged(self, problems: Iterable[Problem]) -> list[Problem]:
        """Return the problems of the checked document with their places; a cell that cannot be read has one alone."""
        unread = {problem.pointer for problem in self.problems if problem.code == "bad_cell"}
        own = set(map(id, self.problems))
        kept = [each for each in problems if id(each) in own or not _below(each.pointer, unread)]
        return list(self.places.located(kept))


def _below(place: str, places: Collection[str]) -> bool:
    parts = place.split("/")
    return any("/".join(parts[:length]) in places for length in range(2, len(parts) + 1))


def set_at(record: Record, path: Path, value: Any) -> None:
    """Put a value where a path leads to, making the objects on the way."""
    for part in path[:-1]:
        record = record.setdefault(part, {})
    record[path[-1]] = value


def value_at(record: Any, path: Path) -> Any:
    """Return the value that a path leads to, None where there is none."""
    for part in path:
        record = record.get(part) if isinstance(record, dict) else None
    return record
