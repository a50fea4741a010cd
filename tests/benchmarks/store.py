"""Results as JSON lines: each appended as soon as it is known, so that a campaign can be resumed and merged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests import lines
from tests.benchmarks.cases import Task

Record = dict[str, Any]


def append(path: Path, record: Record) -> None:
    """Add a result to the file."""
    lines.append(path, record)


def read(path: Path) -> list[Record]:
    """Return the results of a file, of equal runs the latest; a line cut off by a crash is left out."""
    found = {Task.from_record(record["task"]).key: record for record in lines.read(path)}
    return list(found.values())


def done(path: Path) -> set[tuple[Any, ...]]:
    """Return the keys of the finished runs."""
    return {Task.from_record(record["task"]).key for record in read(path)}
