"""A SQLite file serves one server at a time, by a lock on a file beside it."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from api.store.engine import make_folder
from api.store.errors import DatabaseInUse, DatabaseUnavailable

LOOK_SECONDS = 2.0

log = logging.getLogger(__name__)


class FileHold:
    """Holds a SQLite file for as long as the block runs.

    The lock belongs to the process: however that ends, the system gives it up. Whoever removes the file of the lock
    opens the database to a second server; so that is looked after, and the lock made anew. If another server was
    faster, `lost` is called.
    """

    def __init__(self, file: Path, lost: Callable[[], None]):
        self._file = file
        self._path = Path(f"{file.resolve()}.lock")
        self._lost = lost
        self._locks: list[FileLock] = []
        self._held = (0, 0)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="database lock", daemon=True)

    def __enter__(self) -> None:
        """Hold it.

        Raises
        ------
        DatabaseInUse
            If another server does.
        DatabaseUnavailable
            If there can be no lock beside it.
        """
        make_folder(self._file)
        if not self._taken():
            raise DatabaseInUse(f"Another server uses {self._file}; a SQLite file serves one at a time.")
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give it up."""
        self._over.set()
        self._thread.join()
        for lock in self._locks:
            lock.release()

    def look(self) -> bool:
        """Return whether the file is held, and hold it again where the file of the lock was removed."""
        if self._found() == self._held:
            return True
        log.warning("the lock file beside the database was removed; it is made anew")
        return self._taken()

    def _found(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._path)
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino

    def _taken(self) -> bool:
        # Given up by whichever thread closes the server; and a stand-in for the system's lock would outlive a crash.
        lock = FileLock(self._path, timeout=0, mode=0o600, thread_local=False, fallback_to_soft=False)
        try:
            lock.acquire()
        except Timeout:
            return False
        except OSError as error:
            raise DatabaseUnavailable(f"{self._path} cannot be made: {error.strerror}.") from error
        self._locks.append(lock)
        self._held = self._found() or (0, 0)
        return True

    def _keep(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            try:
                held = self.look()
            except (DatabaseUnavailable, OSError) as error:
                log.warning("the database file cannot be held for now: %s", error)
                continue
            if not held:
                log.error("another server has taken the database")
                self._lost()
                return
