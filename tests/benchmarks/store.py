"""Results as JSON lines: each appended as soon as it is known, so that a campaign can be resumed and merged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.benchmarks.cases import Task

Record = dict[str, Any]


def append(path: Path, record: Record) -> None:
    """Add a result to the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record, ensure_ascii=False) + "\n")


def read(path: Path) -> list[Record]:
    """Return the results of a file, of equal runs the latest; a line cut off by a crash is left out."""
    found: dict[tuple[Any, ...], Record] = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                continue
            found[Task.from_record(record["task"]).key] = record
    return list(found.values())


def done(path: Path) -> set[tuple[Any, ...]]:
    """Return the keys of the finished runs."""
    return {Task.from_record(record["task"]).key for record in read(path)}
