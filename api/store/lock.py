"""Who may serve a database at the same time: one server, or any number whose solves share a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from api.store.advisory import Hold
from api.store.engine import database_file, make_folder
from api.store.errors import DatabaseInUse


def nothing() -> None:
    """Do nothing."""


@contextmanager
def holding(url: str, *, together: bool = False, lost: Callable[[], None] = nothing) -> Iterator[None]:
    """Keep servers away that would take this one's runs, for as long as the block runs.

    A server that starts takes up what it finds open, which is right only if no other server is solving it, or if both
    have it solved by one cluster. A SQLite file serves one server at a time, whatever it says.

    Parameters
    ----------
    together
        Whether this server solves on a cluster and so gets on with others that do.
    lost
        Called once, from another thread, if another server has come in between after all: a database that is restarted
        forgets who held it, and the first to come back holds it then.

    Raises
    ------
    DatabaseInUse
        If another server has the database.
    DatabaseUnavailable
        If it cannot be reached.
    UnsupportedDatabase
        If the address names no database the store works with.
    """
    file = database_file(url)
    with _held_file(file) if file is not None else Hold(url, together=together, lost=lost):
        yield


@contextmanager
def _held_file(file: Path) -> Iterator[None]:
    """Hold a SQLite file; the lock belongs to the process: however that ends, the system gives it up."""
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
