"""Connections and transactions: the one place that distinguishes SQLite and PostgreSQL.

Everything else is written for both, and relies on what both give: a transaction is all or nothing, constraints hold,
and of two transactions that update one row the second waits for the first and then sees what it did. SQLite does so
by letting one writer in at a time (`BEGIN IMMEDIATE`), PostgreSQL by locking rows.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from api.store.errors import DamagedDatabase, DatabaseUnavailable, UnsupportedDatabase
from api.store.patience import patience
from api.store.sqlite_file import DatabaseFile, reason_of
from api.store.sqlite_log import WriteAheadLog

T = TypeVar("T")
BUSY_SECONDS = 10.0
WRITES = "groundswell_writes"
POSTGRES = "postgresql+psycopg"
# Defaults for libpq and the server; the address overrides them. Nothing waits for ever: neither for a machine
# that is gone nor for a lock. After a failover, a read-only database is not the service's.
POSTGRES_OPTIONS: Mapping[str, str | int] = {
    "application_name": "groundswell",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "target_session_attrs": "read-write",
    "options": "-c statement_timeout=60s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
}
MIGRATION_LOCK = 0x67726F756E64  # any number will do as long as all servers use the same: "ground"


def make_engine(url: str) -> Engine:
    """Return an engine for a SQLite file or a PostgreSQL database; the file is made if there is none.

    Scenarios hold personal data, so a new folder is open to its owner only and so is a new file; what SQLite puts
    next to the file takes its permissions from it. The engine stays with this file: where it is removed or replaced,
    every transaction is refused.

    Raises
    ------
    UnsupportedDatabase
        For any other address.
    DatabaseUnavailable
        If the file can be neither opened nor made.
    """
    file = database_file(url)
    if file is None:
        return _postgres(make_url(url).set(drivername=POSTGRES))
    make_folder(file)
    return _sqlite(url, DatabaseFile.opened(file), WriteAheadLog(file))


def _sqlite(url: str, file: DatabaseFile, log: WriteAheadLog) -> Engine:
    def connect() -> sqlite3.Connection:
        log.check()
        return file.connect(BUSY_SECONDS)

    def before(connection: Connection) -> None:
        file.check()
        log.check_or_save(connection.connection)

    def after(_: Connection) -> None:
        file.check()
        log.check()

    # A connection is an open file: enough for every thread that serves requests, none of which waits for another.
    engine = create_engine(url, pool_size=10, max_overflow=50, creator=connect, **_SHARED)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "connect", lambda *_: log.opened())
    event.listen(engine, "close", lambda *_: log.closing())
    # An open connection goes on with files that were removed: looked at before a transaction and before it is kept.
    event.listen(engine, "begin", before)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "commit", after)
    return engine


# Of engines for either database.
_SHARED: Mapping[str, Any] = {
    # NaN and infinity are no JSON; better refused here than by a reader.
    "json_serializer": partial(json.dumps, ensure_ascii=False, allow_nan=False),
    "poolclass": QueuePool,
    # Errors go to the log; what was to be stored must not go with them.
    "hide_parameters": True,
}


def _postgres(url: URL) -> Engine:
    options = {name: value for name, value in POSTGRES_OPTIONS.items() if name not in url.query}
    try:
        engine = create_engine(
            url,
            # Several servers share what the database admits.
            pool_size=5,
            max_overflow=15,
            pool_timeout=10,
            # A database that was restarted leaves dead connections behind.
            pool_pre_ping=True,
            connect_args=options,
            **_SHARED,
        )
    except ModuleNotFoundError:
        raise UnsupportedDatabase(
            "A PostgreSQL database needs the part `cluster`. In the folder of groundswell: pip install '.[cluster]'."
        ) from None
    event.listen(engine, "handle_error", _without_rows)
    return engine


def _without_rows(context: ExceptionContext) -> None:
    """Cut off what the server adds to an error: the row, with what was to be stored in it."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None:
            error.args = tuple(said.partition("\nDETAIL:")[0] if isinstance(said, str) else said for said in error.args)


def database_file(url: str) -> Path | None:
    """Return the file of a SQLite address, None for a PostgreSQL one; raise `UnsupportedDatabase` for any other."""
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        # The address itself stays unsaid: it may hold a password.
        raise UnsupportedDatabase(
            "The database address cannot be read; write sqlite:////folder/file.db or postgresql://host/name."
        ) from None
    if parts.drivername in {"postgresql", POSTGRES}:
        return None
    if parts.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise UnsupportedDatabase(
            f"A {parts.drivername} database is not supported; use SQLite or PostgreSQL (postgresql://)."
        )
    return _sqlite_file(parts)


def _sqlite_file(parts: URL) -> Path:
    name = parts.database or ":memory:"
    if ":memory:" in name or parts.query.get("mode") == "memory":
        raise UnsupportedDatabase(
            "A SQLite database in memory would be lost with the server and is not supported; name a file."
        )
    if name.startswith("file:"):
        raise UnsupportedDatabase("A SQLite database is named by a plain path, not by a file: URI.")
    return Path(name)


def make_folder(file: Path) -> None:
    """Make the folder of `file`, open to its owner only; one that exists stays as it is."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnavailable(f"The folder {file.parent} cannot be made: {error.strerror}.") from error


def _prepare(connection: DBAPIConnection, record: object) -> None:  # noqa: ARG001
    # Takes the transactions out of sqlite3's hands, which begins none before a SELECT or a CREATE TABLE.
    connection.isolation_level = None
    _write_ahead(connection)
    for pragma in (
        "synchronous = FULL",  # in WAL mode less would lose acknowledged writes when the power goes
        "foreign_keys = ON",
        "secure_delete = ON",  # what was erased is overwritten: in the file at once, in its log by later writes
    ):
        connection.cursor().execute(f"PRAGMA {pragma}").close()
    # The log is opened by the first that reads.
    connection.cursor().execute("SELECT 1 FROM sqlite_master LIMIT 1").close()


def _write_ahead(connection: DBAPIConnection) -> None:
    """Choose write-ahead logging, in which readers and the writer do not wait for each other.

    A file is changed to it once, which needs the file alone, and SQLite does not wait for that: of servers that start
    together on a new file all but one are refused at once. They try again for as long as they wait for a lock.
    """
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL").close()
            return
        except sqlite3.OperationalError:
            if time.monotonic() >= until:
                raise
            time.sleep(0.02)


def _begin(connection: Connection) -> None:
    # A transaction that read before it writes cannot wait for another writer: SQLite fails it at once, whatever the
    # timeout. One that says from the start that it will write waits its turn.
    writes = connection.get_execution_options().get(WRITES, False)
    if writes:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(1000 * patience(BUSY_SECONDS))}").close()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Lend a connection whose transaction only reads."""
    with in_own_words(), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Lend a connection whose transaction writes: kept if the block ends well, taken back as a whole if not."""
    with in_own_words(), engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        yield connection


@contextmanager
def in_own_words() -> Iterator[None]:
    """Say with an error of the store's what those who may not know of SQLAlchemy have to tell apart."""
    try:
        yield
    except (OperationalError, InterfaceError, NoConnectionLeft) as error:
        reason = reason_of(error.orig if isinstance(error, DatabaseError) else None)
        raise DatabaseUnavailable(reason or _unavailable(error), reason) from error
    except DatabaseError as error:
        # Its kinds say what was wrong with a statement; none of them, that SQLite could not make sense of the file.
        if type(error) is not DatabaseError:
            raise
        raise DamagedDatabase("The file is damaged or no database of groundswell's.") from error


def _unavailable(error: Exception) -> str:
    """Return the message for a database that does not answer, with the reason if connecting failed; no password."""
    if isinstance(error, OperationalError) and error.statement is None and (said := str(error.orig).strip()):
        return f"The database cannot be reached: {said.splitlines()[0].removeprefix('connection failed: ')}."
    return "The database cannot be reached, is full, or is kept busy by others; try again later."


def again_if_raced(work: Callable[[], T], attempts: int = 3) -> T:
    """Do a transaction, and once more when a constraint refused it.

    Where two insert the same row at once, the database lets one through; the other, done again, finds the row.
    """
    for _ in range(attempts - 1):
        try:
            return work()
        except IntegrityError:
            continue
    return work()


@contextmanager
def migrating(engine: Engine) -> Iterator[Connection]:
    """Lend a connection with a transaction for changing tables; nobody else changes them meanwhile.

    SQLite can change most things only by building a table anew and dropping the old one, and dropping a table
    deletes, by cascade, what refers to its rows; so references are checked at the end instead of throughout.

    Raises
    ------
    DamagedDatabase
        If references are broken at the end; nothing is kept then.
    """
    if engine.dialect.name != "sqlite":
        with writing(engine) as connection:
            # A second migration waits for the first, however long that takes.
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
            yield connection
        return
    with in_own_words(), engine.connect().execution_options(**{WRITES: True}) as connection:
        # SQLite takes no notice of this inside a transaction.
        connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
                if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise DamagedDatabase(f"A migration left rows in {broken[0]} that refer to nothing; it was undone.")
        finally:
            connection.connection.cursor().execute("PRAGMA foreign_keys = ON")
