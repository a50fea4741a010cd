"""Erasing works on a full disk."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.store import Store
from api.store.errors import DatabaseUnavailable
from api.store.reserve import LEAST_BYTES, Reserve
from api.store.sqlite_file import FULL
from tests.api.store.runs import new_run


def on_small_disk(tmp_path: Path, reserve: str) -> dict[str, Any]:
    """Run `full_disk` where there are 24 MB; skip where this user may make no file system."""
    mount = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size=24m small "$1" && shift && exec "$@"', "sh"]
    try:
        probe = subprocess.run([*mount, str(tmp_path), "true"], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no unshare")
    if probe.returncode:
        pytest.skip("no file system can be made here")
    script = [sys.executable, "-m", "tests.api.store.full_disk", str(tmp_path), reserve]
    done = subprocess.run([*mount, str(tmp_path), *script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_runs_are_erased_on_a_full_disk(tmp_path: Path) -> None:
    answer = on_small_disk(tmp_path, "reserve")
    assert answer["stored"] > 3
    assert answer["erased"] == answer["stored"]
    assert answer["left"] == 1
    assert answer["reserve"]


def test_a_reserve_grows_with_what_is_stored_and_is_its_owners_only(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path / "groundswell.db")
    reserve.ensure(0)
    assert reserve.path.stat().st_size == LEAST_BYTES
    assert stat.S_IMODE(reserve.path.stat().st_mode) == 0o600
    reserve.ensure(2**20)
    reserve.ensure(100)
    assert reserve.path.stat().st_size == LEAST_BYTES + 2 * 2**20
    reserve.release()
    reserve.release()
    assert not reserve.path.exists()


def test_other_errors_are_left_alone(store: Store) -> None:
    store.keep_reserve()

    def held() -> None:
        raise DatabaseUnavailable("held", "held")

    with pytest.raises(DatabaseUnavailable, match="held"):
        store.with_reserve(held)


def test_a_scenario_that_could_not_be_erased_again_is_refused(
    store: Store, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if store.engine.dialect.name != "sqlite":
        pytest.skip("a file")
    store.keep_reserve()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", full)
    with pytest.raises(DatabaseUnavailable) as told:
        store.add_run(new_run(workspace))
    assert told.value.told == FULL
    assert store.runs(workspace) == []


def test_room_is_kept_where_the_system_cannot_take_it_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "posix_fallocate")
    reserve = Reserve(tmp_path / "x.sqlite")
    reserve.ensure(100)
    assert reserve.path.stat().st_blocks * 512 >= LEAST_BYTES


def test_room_is_kept_where_the_file_system_cannot_take_it_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: int) -> None:
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    Reserve(tmp_path / "x.sqlite").ensure(100)
    assert Reserve(tmp_path / "x.sqlite").path.stat().st_blocks * 512 >= LEAST_BYTES
