"""Who may serve a database at the same time: one server, or any number whose solves share a cluster."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from sqlalchemy import Connection, func, make_url, select, text

from api.store.engine import POSTGRES, database_file, in_own_words, make_engine
from api.store.errors import DatabaseInUse, DatabaseUnavailable
from api.store.file_lock import FileHold

SERVER_LOCK = 0x67726F756E65  # the one after that of migrations
LOOK_SECONDS = 2.0
IN_USE = (
    "Another server uses this database, and without a cluster a database serves one at a time. "
    "Set GROUNDSWELL_DASK_ADDRESS for every server, so that they have one cluster solve their runs, or stop the other."
)
# A connection that broke may stand for this server until the database notices.
FORMER = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = :name "
    "AND pid <> pg_backend_pid()"
)

log = logging.getLogger(__name__)


class Hold:
    """Holds a database for as long as the block runs, alone or together with others who hold it so.

    PostgreSQL gives the lock up with the connection: when this process ends, however it ends, and also when the
    database is restarted or the network fails. The connection is looked after, and made anew with its lock; if another
    server was faster, `lost` is called.
    """

    def __init__(self, url: str, *, together: bool, lost: Callable[[], None]):
        self._name = f"groundswell server {secrets.token_hex(8)}"
        address = make_url(url).set(drivername=POSTGRES).update_query_dict({"application_name": self._name})
        self._engine = make_engine(address.render_as_string(hide_password=False))
        self._take = func.pg_try_advisory_lock_shared if together else func.pg_try_advisory_lock
        self._lost = lost
        self._connection: Connection | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="database lock", daemon=True)

    def __enter__(self) -> None:
        """Hold it; raise `DatabaseInUse` if another server does."""
        try:
            held = self.look()
        except BaseException:
            # `__exit__` is not called for what is raised here, by a signal either: connections must not stay open.
            self._engine.dispose()
            raise
        if not held:
            self._engine.dispose()
            raise DatabaseInUse(IN_USE)
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give it up."""
        self._over.set()
        self._thread.join()
        self._let_go()
        self._engine.dispose()

    def look(self) -> bool:
        """Return whether the database is held, and hold it again where the connection was lost.

        Raises
        ------
        DatabaseUnavailable
            If it cannot be reached.
        """
        if self._connection is not None:
            try:
                self._connection.execute(select(1))
            except Exception as error:  # noqa: BLE001
                # What a broken connection raises is up to the driver; each error means that the lock is gone.
                log.warning("the connection that holds the database was lost: %s", type(error).__name__)
                self._let_go()
        return self._connection is not None or self._taken()

    def _taken(self) -> bool:
        with in_own_words():
            lent = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            try:
                lent.execute(FORMER, {"name": self._name})
                if lent.scalar(select(self._take(SERVER_LOCK))):
                    self._connection = lent
            finally:
                if self._connection is None:
                    lent.close()
        return self._connection is not None

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _keep(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            try:
                held = self.look()
            except DatabaseUnavailable as error:
                log.warning("the database cannot be held for now: %s", error)
                continue
            if not held:
                log.error("another server has taken the database")
                self._lost()
                return


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
    with FileHold(file, lost) if file is not None else Hold(url, together=together, lost=lost):
        yield
