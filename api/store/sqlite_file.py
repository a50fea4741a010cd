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
BUSY = "Another program holds the database file; try again later."
FULL = "The disk of the database is full. Free some space, or erase runs; what runs now goes on."
READ_ONLY = "The database file can be read only. Give its owner and its file system back what they may write."
BROKEN = "The disk of the database reports errors. See the system's log."
CLOSED = "The database file, or its folder, cannot be opened any more."
_REASONS = {"BUSY": BUSY, "LOCKED": BUSY, "FULL": FULL, "READONLY": READ_ONLY, "IOERR": BROKEN, "CANTOPEN": CLOSED}
LEAST_FREE_MB = 8
"""Below this, a service is not ready: the next scenario may not fit."""


def reason_of(error: BaseException | None) -> str | None:
    """Return what is the matter with the file, where an error of SQLite's says so; names no file."""
    name = getattr(error, "sqlite_errorname", "") or ""
    return _REASONS.get(name.removeprefix("SQLITE_").partition("_")[0])


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


def check_disk(path: Path) -> None:
    """Raise `DatabaseUnavailable` where the file system of a file takes nothing more."""
    try:
        found = os.statvfs(path.parent)
    except OSError as error:
        raise DatabaseUnavailable(f"The folder of {path} cannot be looked at: {error.strerror}.", CLOSED) from error
    if found.f_flag & os.ST_RDONLY:
        raise DatabaseUnavailable(READ_ONLY, READ_ONLY)
    if found.f_bavail * found.f_frsize < LEAST_FREE_MB * 2**20:
        raise DatabaseUnavailable(FULL, FULL)
