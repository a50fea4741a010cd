"""What a workspace may store, and how long."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import pytest

from api.jobs import Jobs
from api.store import DatabaseUnavailable, Scope
from api.store.sqlite_file import FULL
from tests.api.conftest import Serve, sqlite
from tests.api.databases import POSTGRES_IN_CAMPAIGN
from tests.api.running import bearer, easy, ended, eventually, in_process, service_of, submitted
from tests.api.server import Server

DATABASES = POSTGRES_IN_CAMPAIGN
NAMES = (("ours", Scope.RUN), ("theirs", Scope.RUN))


def test_more_runs_than_may_be_kept_are_refused_until_one_is_erased(serve: Serve) -> None:
    client = serve(finished_runs=1)
    run = submitted(client, easy())
    ended(client, run)
    answer = client.post("/v1/runs", json={"scenario": easy()})
    assert (answer.status_code, answer.json()["code"]) == (409, "quota_reached")
    assert "DELETE /v1/runs/{run_id}" in answer.json()["detail"]
    client.delete(f"/v1/runs/{run}")
    ended(client, submitted(client, easy()))


def test_a_patch_counts_with_the_scenario_it_makes(serve: Serve) -> None:
    size = len(json.dumps(easy(), separators=(",", ":"), ensure_ascii=False).encode())
    client = serve(stored_mb=2.5 * size / 2**20, diagnosis_seconds=0)
    store = service_of(client).store
    run = submitted(client, easy(), settings={"time_limit_seconds": 1})
    codes = []
    for number in range(4):
        body = {"from_run": run, "patch": {"name": f"launch {number}"}}
        answer = client.post("/v1/runs", json=body)
        codes.append(answer.json().get("code", answer.status_code))
    assert codes[-1] == "quota_reached"
    assert store.stored_bytes(service_of(client).workspace_id) > size


def test_runs_are_erased_when_they_have_been_kept_for_long_enough(serve: Serve) -> None:
    client = serve(keep_days=1e-6)
    run = submitted(client, easy())

    def gone() -> bool:
        # Looked for once a minute, and the first look may come before the run has ended.
        service_of(client)._reconciler._old_are_due = 0.0
        return client.get(f"/v1/runs/{run}").status_code == 404

    eventually(gone)
    assert client.get("/v1/runs").json()["runs"] == []


def test_runs_are_kept_without_a_limit(serve: Serve) -> None:
    client = serve()
    ended(client, submitted(client, easy()))
    service_of(client)._reconciler.erase_old()
    assert len(client.get("/v1/runs").json()["runs"]) == 1


def test_a_server_keeps_room_to_erase(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        assert httpx2.get(f"{server.url}/readyz").status_code == 200
        assert (tmp_path / "service.sqlite.reserve").stat().st_size > 2**20


def test_a_server_starts_on_a_full_disk_with_runs_to_take_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To take up a run writes, and only a service that has started can erase."""
    resume = Jobs.resume

    def on_a_full_disk(jobs: Jobs) -> int:
        store = jobs._store
        if store.reserve is None:
            store.keep_reserve()
        if store.reserve is not None and store.reserve.path.exists():
            raise DatabaseUnavailable(FULL, FULL)
        return resume(jobs)

    monkeypatch.setattr(Jobs, "resume", on_a_full_disk)
    with in_process(sqlite(tmp_path)) as client:
        assert client.get("/v1/runs").json()["runs"] == []
        assert (tmp_path / "service.sqlite.reserve").exists(), "kept again afterwards"


def test_each_workspace_has_a_quota_of_its_own(serve: Serve) -> None:
    client = serve(finished_runs=1)
    secrets = [service_of(client).store.create_key(name, "tool", scope)[1] for name, scope in NAMES]
    for secret in secrets:
        ended(client, submitted(client, easy(), headers=bearer(secret)), headers=bearer(secret))
    for secret in secrets:
        answer = client.post("/v1/runs", json={"scenario": easy()}, headers=bearer(secret))
        assert answer.json()["code"] == "quota_reached"
