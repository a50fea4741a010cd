"""The SQLite file of a service that runs is removed, or another takes its name."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.api.conftest import sqlite
from tests.api.running import easy, ended, in_process, service_of, submitted


def removed(file: Path) -> None:
    file.rename(file.with_suffix(".old"))


def copied_back(file: Path) -> None:
    """Replace it by a copy of itself, as a restored backup does."""
    removed(file)
    shutil.copy(file.with_suffix(".old"), file)


@pytest.mark.parametrize(("happen", "said"), [(removed, "was removed"), (copied_back, "was replaced")])
def test_nothing_is_accepted_and_the_reason_is_told(tmp_path: Path, happen: Callable[[Path], None], said: str) -> None:
    file = tmp_path / "service.sqlite"
    with in_process(sqlite(tmp_path)) as client:
        run = submitted(client, easy())
        ended(client, run)
        assert client.get("/readyz").status_code == 200
        happen(file)
        refused(client, "GET", "/readyz", said)
        refused(client, "POST", "/v1/runs", said)
        refused(client, "GET", f"/v1/runs/{run}", said)
        refused(client, "DELETE", f"/v1/runs/{run}", said)
        assert client.get("/livez").status_code == 200
        assert file.exists() == (happen is copied_back), "a file is not made anew"
        file.unlink(missing_ok=True)
        file.with_suffix(".old").rename(file)
        assert client.get("/readyz").status_code == 200, "the file is back"
        assert client.get(f"/v1/runs/{run}").json()["state"] == "done"


@pytest.mark.parametrize("endings", [("-wal", "-shm"), ("-wal",), ("-shm",)])
def test_a_log_that_is_removed_is_written_first_and_nothing_more_is_accepted(
    tmp_path: Path, endings: tuple[str, ...]
) -> None:
    file = tmp_path / "service.sqlite"
    with in_process(sqlite(tmp_path)) as client:
        run = submitted(client, easy())
        ended(client, run)
        for ending in endings:
            Path(f"{file}{ending}").unlink()
        refused(client, "GET", "/readyz", "-wal, -shm")
        refused(client, "POST", "/v1/runs", "-wal, -shm")
        # What a server that is killed now leaves behind.
        left = shutil.copy(file, tmp_path / "left.sqlite")
        with closing(sqlite3.connect(left)) as connection:
            assert connection.execute("SELECT state FROM runs").fetchall() == [("done",)]


def test_a_log_may_go_with_the_last_connection(tmp_path: Path) -> None:
    with in_process(sqlite(tmp_path)) as client:
        run = submitted(client, easy())
        ended(client, run)
        service_of(client).store.engine.dispose()
        assert not (tmp_path / "service.sqlite-wal").exists()
        assert client.get(f"/v1/runs/{run}").json()["state"] == "done"


def refused(client: TestClient, method: str, path: str, said: str) -> None:
    answer = client.request(method, path, json={"scenario": easy()} if method == "POST" else None)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), path
    assert said in answer.json()["detail"]
    assert "start it again" in answer.json()["detail"]
    assert "sqlite" not in answer.text
