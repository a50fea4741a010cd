"""Whether a database takes work, and the reason why not; each without anybody waiting for long."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from api.store import Scope, Store
from api.store.engine import make_engine
from api.store.errors import DatabaseInUse, DatabaseUnavailable
from api.store.file_lock import FileHold
from api.store.lock import holding
from api.store.migrate import upgrade
from api.store.patience import waiting_at_most
from api.store.sqlite_file import BUSY, CLOSED, FULL, READ_ONLY
from tests.api.store.runs import new_run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "groundswell.db"


@pytest.fixture
def on_file(file: Path) -> Iterator[Store]:
    made = Store(make_engine(f"sqlite:///{file}"))
    upgrade(made.engine)
    made.default_workspace()
    yield made
    made.close()


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Hold the file as another program does that writes."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def test_a_database_that_can_be_written_is_ready(store: Store) -> None:
    store.check_ready()


def test_a_held_lock_is_said_to_be_one_and_holds_nobody_up(on_file: Store, file: Path) -> None:
    key, secret = on_file.create_key("outdoor", "tool", Scope.RUN)
    with held(file):
        began = time.monotonic()
        with pytest.raises(DatabaseUnavailable, match=BUSY) as told:
            on_file.check_ready()
        assert told.value.told == BUSY
        with waiting_at_most(0.1), pytest.raises(DatabaseUnavailable, match=BUSY):
            on_file.add_run(new_run(key.workspace_id))
        assert on_file.identify(secret) is not None, "a note of its use is left for another time"
        assert time.monotonic() - began < 5
    on_file.check_ready()
    assert on_file.add_run(new_run(key.workspace_id)).run.number == 1


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (SimpleNamespace(f_flag=os.ST_RDONLY, f_bavail=10**9, f_frsize=4096), READ_ONLY),
        (SimpleNamespace(f_flag=0, f_bavail=10, f_frsize=4096), FULL),
    ],
)
def test_a_disk_that_takes_nothing_more_is_told(
    on_file: Store, monkeypatch: pytest.MonkeyPatch, found: object, reason: str
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: found)
    with pytest.raises(DatabaseUnavailable, match=reason):
        on_file.check_ready()


def test_a_disk_that_is_gone_is_told(on_file: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: object) -> object:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "statvfs", gone)
    with pytest.raises(DatabaseUnavailable) as told:
        on_file.check_ready()
    assert told.value.told == CLOSED


def test_what_cannot_be_written_says_so(on_file: Store, file: Path) -> None:
    workspace = on_file.default_workspace().id
    with closing(sqlite3.connect(file)) as other:
        pages = other.execute("PRAGMA page_count").fetchone()[0]
    for pragma, reason in ((f"max_page_count = {pages}", FULL), ("query_only = ON", READ_ONLY)):
        with on_file.engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA {pragma}")
        with pytest.raises(DatabaseUnavailable) as told:
            on_file.add_run(new_run(workspace, body="x" * 100_000))
        assert told.value.told == reason
        on_file.close()


def test_a_folder_in_which_no_lock_can_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "groundswell.db.lock").mkdir()
    with (
        pytest.raises(DatabaseUnavailable, match=r"\.lock cannot be made"),
        holding(f"sqlite:///{tmp_path}/groundswell.db"),
    ):
        pass


def test_a_lock_file_that_was_removed_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "groundswell.db"
    hold = FileHold(file, lambda: None)
    with hold:
        lock = tmp_path / "groundswell.db.lock"
        lock.unlink()
        assert hold.look()
        assert stat.S_IMODE(lock.stat().st_mode) == 0o600
        with pytest.raises(DatabaseInUse), holding(f"sqlite:///{file}"):
            pass
    with holding(f"sqlite:///{file}"):
        pass


HOLD = "import sys; from api.store.lock import holding\nwith holding(sys.argv[1]): print('held', flush=True); input()"


def test_who_was_faster_after_the_lock_file_was_removed_has_the_database(tmp_path: Path) -> None:
    file = tmp_path / "groundswell.db"
    hold = FileHold(file, lambda: None)
    with hold:
        (tmp_path / "groundswell.db.lock").unlink()
        script = [sys.executable, "-c", HOLD, f"sqlite:///{file}"]
        other = subprocess.Popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        assert not hold.look()
        other.communicate(b"\n")


def test_a_lost_database_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.store.file_lock.LOOK_SECONDS", 0.01)
    lost: list[bool] = []
    hold = FileHold(tmp_path / "groundswell.db", lambda: lost.append(True))
    monkeypatch.setattr(hold, "look", lambda: False)
    with hold:
        hold._thread.join(10)
    assert lost == [True]
