"""What is PostgreSQL's own: addresses, the hold of a server, connections that break, a database that is restarted."""

from __future__ import annotations

import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from api.store import Store, lock, migrate
from api.store.engine import make_engine, migrating, reading, writing
from api.store.errors import DatabaseInUse, DatabaseUnavailable, UnsupportedDatabase
from api.store.lock import Hold, holding
from api.store.migrate import downgrade, is_current, upgrade, upgrade_exclusively
from api.store.tables import scenarios
from tests.api.databases import Postgres
from tests.api.store.runs import new_run, queued
from tests.api.store.test_lock import HOLD

HELD_BY = (
    "FROM pg_stat_activity JOIN pg_locks USING (pid) "
    "WHERE locktype = 'advisory' AND application_name LIKE 'groundswell server %'"
)


@pytest.fixture
def url(postgres_server: Postgres) -> Iterator[str]:
    """Lend the address of an empty database."""
    with postgres_server.fresh("migrated") as made:
        yield made


@pytest.fixture
def pg(url: str) -> Iterator[Store]:
    made = Store(make_engine(url))
    yield made
    made.close()


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nobody look after a hold but the test."""
    monkeypatch.setattr(lock, "LOOK_SECONDS", 3600)


def cut(server: Postgres) -> None:
    """Break the connection of whoever holds a database, as a network would that fails."""
    assert server.say(f"SELECT pg_terminate_backend(pid, 5000) {HELD_BY}")


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_an_address_leads_to_psycopg_3(scheme: str) -> None:
    engine = make_engine(f"{scheme}://host/name")
    assert (engine.dialect.name, engine.dialect.driver) == ("postgresql", "psycopg")


@pytest.mark.parametrize("url", ["postgresql+psycopg2://host/x", "postgresql+asyncpg://host/x", "postgres://host/x"])
def test_other_drivers_are_refused(url: str) -> None:
    with pytest.raises(UnsupportedDatabase, match="is not supported; use SQLite or PostgreSQL"):
        make_engine(url)


def test_an_address_that_cannot_be_read_keeps_its_password() -> None:
    with pytest.raises(UnsupportedDatabase, match="cannot be read") as refused:
        make_engine("postgresql://me:secret@host:port/x")
    assert "secret" not in str(refused.value)


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UnsupportedDatabase, match=r"folder of groundswell: pip install '\.\[cluster\]'"):
        make_engine("postgresql://host/x")


def test_nobody_waits_for_ever(pg: Store, url: str) -> None:
    def asked(store: Store, name: str) -> str:
        with reading(store.engine) as connection:
            return str(connection.execute(text(f"SHOW {name}")).scalar())

    assert asked(pg, "statement_timeout") == "1min"
    assert asked(pg, "lock_timeout") == "10s"
    assert asked(pg, "idle_in_transaction_session_timeout") == "1min"
    own = Store(make_engine(url + "&options=-c%20statement_timeout%3D5s"))
    assert asked(own, "statement_timeout") == "5s"
    own.close()


def test_why_there_is_no_connection_is_said_without_the_password(url: str) -> None:
    elsewhere = make_engine(url.replace("/test_", "/no_").replace("postgres:@", "postgres:secret@"))
    with pytest.raises(DatabaseUnavailable, match="does not exist") as refused, reading(elsewhere):
        pass
    assert "secret" not in str(refused.value)


def test_a_lock_that_is_not_given_up_is_said_to_be(pg: Store, url: str) -> None:
    workspace = pg.default_workspace().id
    impatient = Store(make_engine(url + "&options=-c%20lock_timeout%3D50ms"))
    with writing(pg.engine) as connection:
        connection.execute(text("LOCK TABLE workspaces"))
        with pytest.raises(DatabaseUnavailable, match="kept busy"):
            impatient.add_run(new_run(workspace))
    assert impatient.add_run(new_run(workspace)).run.label is None
    impatient.close()


@pytest.mark.parametrize("name", ["\0", "a\0b", "\ud800"])
def test_an_id_that_no_database_holds_is_not_there(pg: Store, name: str) -> None:
    workspace = pg.default_workspace().id
    queued(pg, workspace)
    assert pg.run(workspace, name) is None
    assert pg.scenario_text(workspace, name) is None
    assert pg.state(name) is None
    assert pg.events(name) == []
    assert not pg.erase(workspace, name)


def test_who_migrates_waits_for_another_however_long(pg: Store, url: str) -> None:
    impatient = make_engine(url + "&options=-c%20lock_timeout%3D50ms%20-c%20statement_timeout%3D50ms")
    second = threading.Thread(target=upgrade, args=[impatient])
    with migrating(pg.engine):
        second.start()
        second.join(0.3)
        assert second.is_alive()
    second.join(60)
    assert not second.is_alive()
    impatient.dispose()


@pytest.mark.campaign
def test_a_restart_of_the_database_is_survived(pg: Store, postgres_server: Postgres) -> None:
    workspace = pg.default_workspace().id
    run_id = queued(pg, workspace)
    with pytest.raises(DatabaseUnavailable), writing(pg.engine) as connection:  # noqa: PT012
        connection.execute(text("DELETE FROM events"))
        postgres_server.crash()
        connection.execute(text("SELECT 1"))
    with pytest.raises(DatabaseUnavailable):
        pg.runs(workspace)
    postgres_server.start()
    assert [run.id for run in pg.runs(workspace)] == [run_id]
    assert len(pg.events(run_id)) == 1
    # Nor does anybody notice who asked for nothing meanwhile.
    postgres_server.crash()
    postgres_server.start()
    assert pg.start(run_id, 1)


def test_one_server_holds_a_database_or_several_together(url: str) -> None:
    with holding(url):
        for together in (False, True):
            with pytest.raises(DatabaseInUse, match="GROUNDSWELL_DASK_ADDRESS"), holding(url, together=together):
                pass
    with ExitStack() as servers:
        for _ in range(3):
            servers.enter_context(holding(url, together=True))
        with pytest.raises(DatabaseInUse), holding(url):
            pass
    with holding(url):
        pass


def test_two_databases_of_one_server_are_held_apart(postgres_server: Postgres, url: str) -> None:
    with holding(url), postgres_server.fresh() as other, holding(other):
        pass


def test_a_killed_server_holds_nothing(url: str) -> None:
    first = subprocess.Popen([sys.executable, "-c", HOLD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert first.stdout is not None
    assert first.stdout.readline() == b"held\n"
    with pytest.raises(DatabaseInUse), holding(url):
        pass
    first.kill()
    first.communicate()
    with holding(url):
        pass


@pytest.mark.campaign
@pytest.mark.usefixtures("by_hand")
def test_a_hold_outlasts_its_connection(url: str, postgres_server: Postgres) -> None:
    lost = threading.Event()
    hold = Hold(url, together=False, lost=lost.set)
    with hold:
        cut(postgres_server)
        assert hold.look()
        with pytest.raises(DatabaseInUse), holding(url):
            pass
        postgres_server.crash()
        with pytest.raises(DatabaseUnavailable):
            hold.look()
        postgres_server.start()
        assert hold.look()
        with pytest.raises(DatabaseInUse), holding(url):
            pass
    assert not lost.is_set()


@pytest.mark.usefixtures("by_hand")
def test_a_connection_of_its_own_that_hangs_does_not_keep_a_server_out(url: str, postgres_server: Postgres) -> None:
    """As after a network failure that only one side has noticed."""
    hold = Hold(url, together=False, lost=lambda: None)
    with hold:
        hanging, hold._connection = hold._connection, None
        assert hold.look()
        assert len(postgres_server.say(f"SELECT pid {HELD_BY}")) == 1
        assert hanging is not None
        hanging.invalidate()


@pytest.mark.usefixtures("by_hand")
def test_a_server_is_told_that_another_was_faster(
    url: str, postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = threading.Event()
    hold = Hold(url, together=False, lost=lost.set)
    with hold:
        cut(postgres_server)
        with holding(url):
            assert not hold.look()
            monkeypatch.setattr(lock, "LOOK_SECONDS", 0)
            hold._keep()
        assert lost.is_set()


def test_tables_that_others_serve_are_left_alone(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "PATIENCE_SECONDS", 0.5)
    engine = make_engine(url)
    upgrade_exclusively(url)
    with holding(url, together=True):
        upgrade_exclusively(url)  # there is nothing to change
        downgrade(engine, "0001")
        with pytest.raises(DatabaseInUse, match="Stop them all"):
            upgrade_exclusively(url)
        assert not is_current(engine)
    upgrade_exclusively(url)
    assert is_current(engine)
    engine.dispose()


def test_servers_that_start_at_once_change_the_tables_once(postgres_server: Postgres) -> None:
    with postgres_server.fresh() as empty, ThreadPoolExecutor() as pool:
        for done in [pool.submit(upgrade_exclusively, empty) for _ in range(4)]:
            done.result()
        engine = make_engine(empty)
        assert is_current(engine)
        engine.dispose()


def test_errors_tell_nothing_of_the_row(pg: Store) -> None:
    """They go to the log, and rows hold scenarios."""
    row = {"id": "1", "workspace_id": pg.default_workspace().id, "name": "Ann", "currency": "GBP", "body": "Ann"}
    with pytest.raises(IntegrityError) as failed, writing(pg.engine) as connection:
        connection.execute(scenarios.insert().values(**row, sha256=None, body_sha256="2"))
    told = "".join(traceback.format_exception(failed.value))
    assert "not-null" in told
    assert "Ann" not in told
    assert "DETAIL" not in told
