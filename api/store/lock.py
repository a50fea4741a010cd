"""One server to a SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from api.store.engine import database_file, make_folder
from api.store.errors import DatabaseInUse


@contextmanager
def exclusive(url: str) -> Iterator[None]:
    """Keep other servers away from a SQLite file for as long as the block runs.

    A server that starts puts what was running back into the queue, which is right only if no other server is running
    it. The lock belongs to the process: however that ends, the system gives it up. Other databases are made for
    several servers and are not locked.

    Raises
    ------
    DatabaseInUse
        If another server has the file.
    UnsupportedDatabase
        If the address names no database the store works with.
    """
    file = database_file(url)
    if file is None:
        yield
        return
    make_folder(file)
    # Given up by whichever thread closes the server; and a stand-in for the system's lock would outlive a crash.
    lock = FileLock(f"{file.resolve()}.lock", timeout=0, mode=0o600, thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        raise DatabaseInUse(f"Another server uses {file}; a SQLite file serves one at a time.") from None
    try:
        yield
    finally:
        lock.release()
