"""The file of a SQLite database: made once, opened only as the one it was, and what is the matter with it."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from api.store.errors import DatabaseReplaced, DatabaseUnavailable

GONE = "The database file was removed while the service ran. Stop the service, put the file back, and start it again."
REPLACED = (
    "The database file was replaced by another while the service ran. Stop the service, put back the file that is to "
    "be used, without the -wal and -shm of the other, and start it again."
)


@dataclass(frozen=True)
class DatabaseFile:
    """A file, by its name and by what the system knows it by, which no other file has as long as it is open."""

    path: Path
    device: int
    inode: int

    @classmethod
    def opened(cls, path: Path) -> DatabaseFile:
        """Return the file at a path, made if there is none; only its owner may read it.

        Raises
        ------
        DatabaseUnavailable
            If it can be neither opened nor made.
        """
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise DatabaseUnavailable(f"{path} cannot be opened: {error.strerror}.") from error
        found = os.fstat(descriptor)
        os.close(descriptor)
        return cls(path, found.st_dev, found.st_ino)

    def check(self) -> None:
        """Raise `DatabaseReplaced` unless the file is still there: what is written to another, or to none, is lost."""
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            raise DatabaseReplaced(GONE) from None
        except OSError as error:
            raise DatabaseUnavailable(f"{self.path} cannot be looked at: {error.strerror}.") from error
        if (found.st_dev, found.st_ino) != (self.device, self.inode):
            raise DatabaseReplaced(REPLACED)

    def connect(self, wait_seconds: float) -> sqlite3.Connection:
        """Return a connection for any thread; one to a file that is not there any more would make it anew, empty."""
        self.check()
        address = f"file:{quote(str(self.path.absolute()))}?mode=rw"
        return sqlite3.connect(address, timeout=wait_seconds, check_same_thread=False, uri=True)
