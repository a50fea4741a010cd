"""Records kept as JSON lines: each is on disk as soon as it is known, and a line cut off spoils no other."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

Record = dict[str, Any]


def append(path: Path, record: Record) -> None:
    """Add a record in one write; behind a line that a crash has cut off it begins a line of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = (json.dumps(record, ensure_ascii=False) + "\n").encode()
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        size = os.fstat(file).st_size
        if size and os.pread(file, 1, size - 1) != b"\n":
            line = b"\n" + line
        written = os.write(file, line)
        if written != len(line):
            raise OSError(f"{path}: only {written} of {len(line)} bytes were written")
        os.fsync(file)
    finally:
        os.close(file)


def read(path: Path) -> list[Record]:
    """Return the records of a file, without a line that a crash has cut off."""
    if not path.exists():
        return []
    found = []
    for line in path.read_bytes().splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            found.append(record)
    return found
