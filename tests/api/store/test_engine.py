"""What is SQLite's own: files, permissions, durability, transactions that wait."""

from __future__ import annotations

import re
import stat
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError, StatementError

import api.store.engine as engine_module
from api.store import Store
from api.store.engine import make_engine, reading, writing
from api.store.errors import DamagedDatabase, DatabaseReplaced, DatabaseUnavailable, UnsupportedDatabase
from api.store.migrate import upgrade
from api.store.records import Scope
from api.store.states import State
from api.store.tables import plans, workspaces
from tests.api.store.runs import at_once, new_run, queued, running


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "new" / "groundswell.db"


@pytest.fixture
def on_file(file: Path) -> Store:
    made = Store(make_engine(f"sqlite:///{file}"))
    upgrade(made.engine)
    return made


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_files_are_their_owners_only(on_file: Store, file: Path) -> None:
    on_file.default_workspace()
    assert mode(file.parent) == 0o700
    found = {path.name: mode(path) for path in file.parent.iterdir()}
    assert found == dict.fromkeys(("groundswell.db", "groundswell.db-wal", "groundswell.db-shm"), 0o600)
    on_file.close()


def test_a_folder_that_exists_is_left_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    make_engine(f"sqlite:///{tmp_path / 'groundswell.db'}").dispose()
    assert mode(tmp_path) == 0o750


def test_every_connection_is_set_up(on_file: Store) -> None:
    def ask() -> list[object]:
        with reading(on_file.engine) as connection:
            names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
            return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert at_once([ask] * 4) == [["wal", 2, 1, 10_000, 1]] * 4


def test_references_are_kept(on_file: Store) -> None:
    with pytest.raises(IntegrityError), writing(on_file.engine) as connection:
        connection.execute(insert(plans).values(run_id="nothing", sha256="", body=""))


def test_a_transaction_is_taken_back_as_a_whole(on_file: Store) -> None:
    row = {"id": "a", "name": "a", "created_at": datetime.now(UTC)}
    with pytest.raises(IntegrityError), writing(on_file.engine) as connection:  # noqa: PT012
        connection.execute(insert(workspaces).values(row))
        connection.exec_driver_sql("CREATE TABLE tried (x)")
        connection.execute(insert(workspaces).values(row))
    with reading(on_file.engine) as connection:
        assert connection.execute(select(workspaces)).all() == []
        assert connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name = 'tried'").all() == []


def test_a_transaction_that_reads_sees_one_moment(on_file: Store) -> None:
    workspace = on_file.default_workspace().id
    run_id = running(on_file, workspace)
    with reading(on_file.engine) as connection:
        before = connection.execute(select(workspaces.c.name)).all()
        on_file.create_key("new", "somebody", Scope.READ)
        queued(on_file, workspace)
        assert connection.execute(select(workspaces.c.name)).all() == before
    assert on_file.start(run_id, 2)


def test_a_writer_that_has_read_waits_for_another(on_file: Store) -> None:
    """A transaction that only turns out to write would be refused here at once, as SQLite cannot let it wait."""
    workspace = on_file.default_workspace().id
    holds, done = threading.Event(), threading.Event()

    def hold() -> str:
        with writing(on_file.engine) as connection:
            connection.execute(insert(workspaces).values(id="a", name="a", created_at=datetime.now(UTC)))
            holds.set()
            done.wait(0.3)
        return "held"

    def add() -> str:
        holds.wait()
        return on_file.add_run(new_run(workspace), most_open=5).run.state.value

    assert at_once([hold, add]) == ["held", "queued"]


def test_a_database_that_stays_busy_is_said_to_be(on_file: Store, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "BUSY_SECONDS", 0.05)
    impatient = Store(make_engine(f"sqlite:///{file}"))
    workspace = on_file.default_workspace().id
    with writing(on_file.engine):
        assert impatient.runs(workspace) == []  # readers never wait
        with pytest.raises(DatabaseUnavailable, match="try again later"):
            impatient.add_run(new_run(workspace))
    assert impatient.add_run(new_run(workspace)).run.state is State.QUEUED


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear all, " * 1000)
    with pytest.raises(DamagedDatabase, match="no database"):
        upgrade(make_engine(f"sqlite:///{file}"))
    assert file.read_text() == "Dear all, " * 1000


def test_a_place_that_holds_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseUnavailable, match=r"The folder .*file cannot be made"):
        make_engine(f"sqlite:///{tmp_path}/file/groundswell.db")
    with pytest.raises(DatabaseUnavailable, match="cannot be opened: Is a directory"):
        make_engine(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize(
    "url",
    ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///file::memory:?uri=true", "sqlite:///x?mode=memory"],
)
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(UnsupportedDatabase, match="in memory"):
        make_engine(url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://root:secret@host/x", "mysql database is not supported"),
        ("sqlite+aiosqlite:///x.db", "sqlite+aiosqlite"),
        ("sqlite:///file:x.db?uri=true", "plain path"),
        ("/root:secret/groundswell.db", "cannot be read"),
    ],
)
def test_other_databases_are_refused_without_telling_secrets(url: str, said: str) -> None:
    with pytest.raises(UnsupportedDatabase, match=re.escape(said)) as refused:
        make_engine(url)
    assert "secret" not in str(refused.value)


def test_a_moment_needs_a_zone_and_comes_back_in_utc(store: Store) -> None:
    moment = datetime(2027, 3, 28, 2, 30, 0, 7, tzinfo=timezone(timedelta(hours=2)))
    with writing(store.engine) as connection:
        connection.execute(insert(workspaces).values(id="a", name="a", created_at=moment))
        read = connection.execute(select(workspaces.c.created_at)).scalar_one()
        with pytest.raises(StatementError, match="without a time zone"):
            connection.execute(insert(workspaces).values(id="b", name="b", created_at=moment.replace(tzinfo=None)))
    assert read == moment
    assert read.utcoffset() == timedelta(0)
    assert read.microsecond == 7


def test_neither_secrets_nor_what_was_erased_are_in_the_file(on_file: Store, file: Path) -> None:
    key, secret = on_file.create_key("summer", "finance", Scope.RUN)
    assert on_file.identify(secret) is not None
    kept = queued(on_file, key.workspace_id, body='{"creator": "Kept Person"}')
    gone = queued(on_file, key.workspace_id, body='{"creator": "Erased Person"}' + " " * 20_000)

    def written() -> bytes:
        return b"".join(path.read_bytes() for path in file.parent.iterdir())

    assert b"Erased Person" in written()
    on_file.erase(key.workspace_id, gone)
    assert secret.encode() not in written()
    assert secret[3:].encode() not in written()
    on_file.close()  # which folds the write-ahead log into the file
    assert b"Kept Person" in written()
    assert b"Erased Person" not in written()
    assert kept.encode() in written()
    assert gone.encode() not in written()


def test_errors_of_statements_hold_nothing_that_was_to_be_stored(on_file: Store) -> None:
    row = {"id": "1", "name": "secret launch", "created_at": datetime(2027, 3, 1, tzinfo=UTC)}
    with pytest.raises(IntegrityError) as twice, writing(on_file.engine) as connection:
        connection.execute(insert(workspaces), [row, {**row, "id": "2"}])
    assert "secret launch" not in str(twice.value)


def test_a_file_that_was_removed_is_not_made_anew_by_a_new_connection(on_file: Store, file: Path) -> None:
    on_file.close()
    file.unlink()
    for work in (on_file.has_keys, on_file.default_workspace):
        with pytest.raises(DatabaseReplaced, match="was removed"):
            work()
    assert not file.exists()


def test_a_file_that_another_replaced_gets_no_tables(on_file: Store, file: Path) -> None:
    on_file.default_workspace()
    file.unlink()
    file.touch(0o644)
    with pytest.raises(DatabaseReplaced, match="was replaced"):
        on_file.default_workspace()
    assert file.stat().st_size == 0


def test_what_is_written_as_the_file_goes_is_not_said_to_be_kept(on_file: Store, file: Path) -> None:
    with pytest.raises(DatabaseReplaced), writing(on_file.engine) as connection:  # noqa: PT012
        connection.execute(insert(workspaces).values(id="a", name="a", created_at=datetime.now(UTC)))
        file.unlink()
