"""Odd requests, and odd moments for ordinary ones: none is a bug, none is lost."""

from __future__ import annotations

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.jobs import Jobs
from api.store import Scope
from api.store.errors import DatabaseUnavailable
from tests.api.conftest import Serve
from tests.api.running import easy, ended, followed, hard, service_of, submitted

LONG = pytest.mark.campaign


@pytest.mark.parametrize("last", ["0" * 20 + "9" * 30, "0" * 5000, "9" * 5000, "²"])
def test_no_last_event_id_is_a_bug(client: TestClient, last: str) -> None:
    run = submitted(client, easy())
    headers = {b"Last-Event-ID": last.encode("latin-1")}
    assert client.get(f"/v1/runs/{run}/events", headers=headers).status_code == 422


@pytest.mark.campaign
def test_a_stream_asked_for_beyond_the_end_ends_with_the_run(client: TestClient) -> None:
    run = submitted(client, hard(), settings={"time_limit_seconds": 2})
    assert client.get(f"/v1/runs/{run}/events", params={"after": 100_000}).status_code in (200, 204)
    assert ended(client, run)["state"] == "done"


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_no_cursor_is_a_bug(client: TestClient, at: str) -> None:
    cursor = base64.urlsafe_b64encode(f"{at} x".encode()).decode().rstrip("=")
    assert client.get("/v1/runs", params={"cursor": cursor}).status_code == 422


@pytest.mark.parametrize(
    "rows", ["[NaN]", "[1e999]", '[{"creator": NaN}]', "[" * 975 + "]" * 975, "[" + "1," * 50_000 + "1]"]
)
def test_no_plan_made_by_hand_is_a_bug(client: TestClient, rows: str) -> None:
    body = f'{{"scenario": {json.dumps(easy())}, "plan": {{"assignments": {rows}}}}}'
    answer = client.post("/v1/evaluations", content=body.encode(), headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert len(answer.content) < 2**20


def test_nobody_is_sent_to_another_address(client: TestClient) -> None:
    answer = client.get("/v1/runs/", follow_redirects=False)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("host", ["127.0.0.2:80", "LOCALHOST", "[::1]"])
def test_every_name_of_this_machine_is_its_own(client: TestClient, host: str) -> None:
    assert client.get("/livez", headers={"Host": host}).status_code == 200


def test_a_key_opens_although_its_use_cannot_be_noted(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    client = serve()
    _, secret = service_of(client).store.create_key("ours", "k", Scope.READ)

    def refuse(*_: object) -> None:
        raise DatabaseUnavailable("read only")

    monkeypatch.setattr("api.store.keys.writing", refuse)
    assert client.get("/v1/runs", headers={"Authorization": f"Bearer {secret}"}).status_code == 200


@pytest.mark.parametrize("name", ["end", *(pytest.param(name, marks=LONG) for name in ("scenario_for", "start"))])
def test_a_run_waits_for_a_database_that_is_away(serve: Serve, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    client = serve()
    store, tries = service_of(client).store, []
    done = getattr(store, name)

    def away(*given: Any) -> Any:
        tries.append(1)
        if len(tries) < 8:
            raise DatabaseUnavailable("away")
        return done(*given)

    monkeypatch.setattr(store, name, away)
    monkeypatch.setattr("api.jobs.time.sleep", lambda _: None)
    assert ended(client, submitted(client, easy()))["state"] == "done"


def test_a_result_that_no_database_takes_is_a_failure(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    client = serve()
    store, end, tries = service_of(client).store, service_of(client).store.end, []

    def odd(*given: Any) -> bool:
        tries.append(1)
        if len(tries) == 1:
            raise OverflowError("too large to convert to SQLite INTEGER")
        return end(*given)

    monkeypatch.setattr(store, "end", odd)
    run = ended(client, submitted(client, easy()))
    assert (run["state"], run["failure"]["code"]) == ("failed", "internal_error")


def test_what_was_cancelled_before_it_was_submitted_is_not_solved(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve()
    submit = Jobs.submit

    def late(jobs: Jobs, run: Any) -> None:
        jobs.finish(run)
        submit(jobs, run)

    monkeypatch.setattr(Jobs, "submit", late)
    run = submitted(client, hard(), settings={"time_limit_seconds": 60})
    assert ended(client, run)["state"] == "cancelled"
    time.sleep(1)
    assert service_of(client).jobs.executor.running == 0


def test_a_run_that_is_gone_ends_its_streams(
    serve: Serve, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when another server erases it between two rounds of this one."""
    monkeypatch.setattr("api.routes.events.LOOK_SECONDS", 3600)
    client = serve()
    submitted(client, hard())
    run = submitted(client, easy())
    following = followed(pool, client, run)
    service = service_of(client)
    service.store.erase(service.workspace_id, run)
    service._reconciler.look_for_news()
    assert "event: running" not in following.result(60)


def lost(store: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the first answer of a method get lost: what it was to do is done."""
    done, answers = getattr(store, name), []

    def answer(*given: Any, **named: Any) -> Any:
        answers.append(done(*given, **named))
        if len(answers) == 1:
            raise DatabaseUnavailable("the connection broke")
        return answers[-1]

    monkeypatch.setattr(store, name, answer)


def test_a_run_whose_row_was_written_without_an_answer_is_solved(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.reconciler.OPEN_RUNS_SECONDS", 0)
    client = serve()
    lost(service_of(client).store, "add_run", monkeypatch)
    body, headers = {"scenario": easy()}, {"Idempotency-Key": "once"}
    assert client.post("/v1/runs", json=body, headers=headers).json()["code"] == "unavailable"
    run = client.post("/v1/runs", json=body, headers=headers).json()["id"]
    assert ended(client, run)["attempts"] == 1
    assert len(client.get("/v1/runs").json()["runs"]) == 1


@pytest.mark.parametrize("name", ["end", pytest.param("start", marks=pytest.mark.campaign)])
def test_a_step_that_was_written_without_an_answer_is_taken_once(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    client = serve()
    lost(service_of(client).store, name, monkeypatch)
    run = submitted(client, easy())
    done = ended(client, run)
    assert (done["state"], done["attempts"]) == ("done", 1)
    kinds = [line for line in client.get(f"/v1/runs/{run}/events").text.splitlines() if line.startswith("event: ")]
    assert [kind for kind in kinds if kind != "event: progress"] == [
        f"event: {kind}" for kind in ("queued", "running", "verdict", "done")
    ]


def test_a_service_that_stops_while_its_database_is_away_leaves_its_runs_open(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve()
    store = service_of(client).store

    def away(*_: Any) -> None:
        raise DatabaseUnavailable("away")

    monkeypatch.setattr("api.jobs.time.sleep", lambda _: service_of(client).notifier.stop())
    monkeypatch.setattr(store, "scenario_for", away)
    run = submitted(client, easy())
    deadline = time.monotonic() + 60
    while service_of(client).jobs.executor.running or not service_of(client).stopping:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert client.get(f"/v1/runs/{run}").json()["state"] == "queued"


def test_a_request_to_another_name_waits_for_the_database_too(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    client = serve()

    def away() -> bool:
        raise DatabaseUnavailable("away")

    monkeypatch.setattr(service_of(client).store, "has_keys", away)
    answer = client.get("/v1/runs", headers={"Host": "plans.example.org"})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
