"""Room that is kept free beside a SQLite file: to erase takes some, and a full disk has none left."""

from __future__ import annotations

import errno
import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from sqlalchemy import func, select

from api.store.base import Base
from api.store.engine import in_own_words, reading
from api.store.errors import DatabaseUnavailable
from api.store.sqlite_file import FULL
from api.store.tables import scenarios

log = logging.getLogger(__name__)
T = TypeVar("T")
LEAST_BYTES = 4 * 2**20
PIECE = 2**20
TIMES_A_SCENARIO = 2
"""What is erased is overwritten, and that stands in the write-ahead log before it stands in the file."""


class Reserve:
    """A file that holds nothing but its size."""

    def __init__(self, database: Path):
        self.path = Path(f"{database}.reserve")
        self._lock = threading.Lock()

    def ensure(self, scenario_bytes: int) -> None:
        """Have room to erase a scenario of this size; raise `DatabaseUnavailable` where the disk has not."""
        wanted = LEAST_BYTES + TIMES_A_SCENARIO * scenario_bytes
        with self._lock:
            try:
                descriptor = os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600)
            except OSError as error:
                raise DatabaseUnavailable(f"{self.path} cannot be made: {error.strerror}.", FULL) from error
            try:
                held = os.fstat(descriptor).st_size
                if held < wanted:
                    _allocate(descriptor, held, wanted)
            finally:
                os.close(descriptor)

    def release(self) -> None:
        """Let go of the room."""
        with self._lock:
            self.path.unlink(missing_ok=True)


def _allocate(descriptor: int, held: int, wanted: int) -> None:
    try:
        if not _reserved(descriptor, wanted):
            for first in range(0, wanted, PIECE):
                os.pwrite(descriptor, bytes(min(PIECE, wanted - first)), first)
    except OSError as error:
        os.ftruncate(descriptor, held)
        raise DatabaseUnavailable(FULL, FULL) from error


def _reserved(descriptor: int, wanted: int) -> bool:
    """Have the system take the room; return whether it and the file system know how to."""
    if not hasattr(os, "posix_fallocate"):
        return False
    try:
        os.posix_fallocate(descriptor, 0, wanted)
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.EOPNOTSUPP):
            return False
        raise
    return True


class Reserves(Base):
    """Keeps such room for a database that is a file, once told to; a server of its own sees to PostgreSQL's."""

    def keep_reserve(self) -> bool:
        """Keep room for erasing whatever is stored; return whether there is any."""
        if self.engine.dialect.name != "sqlite":
            return True
        self.reserve = self.reserve or Reserve(Path(self.engine.url.database or ""))
        try:
            with reading(self.engine) as connection:
                largest = connection.scalar(select(func.max(scenarios.c.bytes))) or 0
            self.reserve.ensure(largest)
        except DatabaseUnavailable as error:
            log.warning("no room is kept for erasing: %s", error)
            return False
        return True

    def with_reserve(self, work: Callable[[], T]) -> T:
        """Do work that makes room, where the disk is full with the room that is kept; that is kept again afterwards."""
        try:
            return work()
        except DatabaseUnavailable as error:
            if self.reserve is None or error.told != FULL:
                raise
        self.reserve.release()
        try:
            return work()
        finally:
            with suppress(DatabaseUnavailable):
                self._fold_log()
            self.keep_reserve()

    def _fold_log(self) -> None:
        """Write what stands in the write-ahead log into the file, and cut the log, which has grown."""
        with in_own_words(), self.engine.connect() as connection:
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
