"""What SQLite keeps beside a database that is open: a log of what was written last, and the log's index."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from api.store.errors import DatabaseReplaced

LOG_GONE = (
    "The log of the database file (-wal, -shm) was removed or replaced while the service ran. Stop the service, so "
    "that it writes what it still has, and start it again."
)


class WriteAheadLog:
    """The log of a database file: the same for as long as this process has a connection to it.

    A connection goes on with files that were removed, and a new one makes new ones: neither would see what the other
    writes, and what stands in the log that was removed would be lost with the process.
    """

    def __init__(self, database: Path):
        self._paths = [Path(f"{database}{ending}") for ending in ("-wal", "-shm")]
        self._lock = threading.Lock()
        self._connections = 0
        self._known: list[tuple[int, int] | None] | None = None

    def opened(self) -> None:
        """Take note of a connection that has been opened and has read: the files are there."""
        with self._lock:
            self._connections += 1
            self._known = self._known or self._found()

    def closing(self) -> None:
        """Take note of a connection that is about to be closed; with the last one the files go."""
        with self._lock:
            self._connections = max(0, self._connections - 1)
            if not self._connections:
                self._known = None

    def check(self) -> None:
        """Raise `DatabaseReplaced` unless the files are those that open connections have."""
        known = self._known
        if known is not None and self._found() != known:
            raise DatabaseReplaced(LOG_GONE)

    def check_or_save(self, connection: Any) -> None:
        """Do the same; where the files are gone, have a connection write what is in them into the database first."""
        try:
            self.check()
        except DatabaseReplaced:
            with suppress(sqlite3.Error):
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
            raise

    def _found(self) -> list[tuple[int, int] | None]:
        return [_identity(path) for path in self._paths]


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
