"""Another program holds the SQLite file while the service runs: nobody waits ten seconds for it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

from fastapi.testclient import TestClient

from api.store import Scope
from tests.api.conftest import sqlite
from tests.api.running import bearer, easy, in_process, service_of, submitted

BOUND = 6.0
"""Seconds; ten and more before."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    with closing(sqlite3.connect(folder / "service.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def seconds(client: TestClient, method: str, path: str, status: int, **options: object) -> float:
    began = time.monotonic()
    answer = client.request(method, path, **options)  # type: ignore[arg-type]
    assert answer.status_code == status, answer.text
    if status == 503:
        assert "Another program holds the database file" in answer.json()["detail"]
    return time.monotonic() - began


def test_readiness_tells_and_validation_goes_on(tmp_path: Path) -> None:
    with in_process(sqlite(tmp_path)) as client, held(tmp_path):
        assert seconds(client, "GET", "/readyz", 503) < BOUND
        assert seconds(client, "POST", "/v1/validations", 200, json={"scenario": easy()}) < BOUND
        assert seconds(client, "GET", "/v1/runs", 200) < BOUND
        assert seconds(client, "POST", "/v1/runs", 503, json={"scenario": easy()}) < BOUND


def test_a_key_that_was_not_used_for_long_holds_nobody_up(tmp_path: Path) -> None:
    with in_process(sqlite(tmp_path)) as client:
        _, secret = service_of(client).store.create_key("outdoor", "tool", Scope.RUN)
        with held(tmp_path):
            body = {"scenario": easy()}
            assert seconds(client, "POST", "/v1/validations", 200, json=body, headers=bearer(secret)) < BOUND


def test_readiness_tells_while_every_thread_waits(tmp_path: Path) -> None:
    with in_process(sqlite(tmp_path)) as client, ThreadPoolExecutor(8) as pool:
        run = submitted(client, easy())
        with held(tmp_path):
            waiting = [pool.submit(client.post, f"/v1/runs/{run}/finish") for _ in range(4)]
            assert seconds(client, "GET", "/readyz", 503) < BOUND
            for one in waiting:
                one.result()
