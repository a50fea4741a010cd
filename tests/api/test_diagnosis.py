"""The fuller diagnosis of a run that is done: it comes once, or is given up, and never pends for ever."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.store import Store
from api.store.errors import DatabaseUnavailable
from optimizer.plan import Plan
from optimizer.scenario.loading import fingerprint, scenario_from_data
from optimizer.verify import verify
from tests.api.conftest import Serve
from tests.api.databases import POSTGRES_IN_CAMPAIGN
from tests.api.running import (
    Document,
    easy,
    ended,
    eventually,
    followed,
    hard,
    impossible,
    service_of,
    submitted,
    until,
)
from tests.api.server import Server
from tests.api.test_events import Event, parsed
from tests.api.test_faults import recorded_once

DATABASES = POSTGRES_IN_CAMPAIGN
PATIENCE = 60.0
ENDLESS = "tests.execution.work_functions:stubborn"
PASSED = timedelta(seconds=1)
LONG = pytest.mark.campaign


def story(client: Any, run: str) -> list[Event]:
    """Return the events of a run up to its very end."""
    events = parsed(client.get(f"/v1/runs/{run}/events").text)
    recorded_once(events)
    return events


def given_up(events: list[Event]) -> bool:
    data = events[-1].data
    return (events[-1].kind, data["replaced"], data["complete"]) == ("diagnosis", False, False)


def awaiting(client: Any, scenario: Document | None = None) -> tuple[str, Document]:
    """Return a run that is done and awaits its fuller diagnosis, and how it is shown."""
    run = submitted(client, scenario or impossible())
    done = ended(client, run)
    assert (done["state"], done["diagnosis_pending"]) == ("done", True)
    return run, done


def test_a_run_is_done_with_a_short_diagnosis_that_a_fuller_one_replaces(tmp_path: Path) -> None:
    with Server(tmp_path, run_places=1) as server, server.client() as client:
        run, first = awaiting(client)
        events = story(client, run)
        last = ended(client, run)
        assert [event.kind for event in events][-2:] == ["done", "diagnosis"]
        assert events[-2].data["diagnosis_pending"] is True
        assert (events[-1].data["replaced"], events[-1].data["complete"]) == (True, True)
        assert client.get(f"/v1/runs/{run}/events", headers={"Last-Event-ID": str(len(events))}).status_code == 204
        resumed = client.get(f"/v1/runs/{run}/events", headers={"Last-Event-ID": str(len(events) - 1)})
        assert parsed(resumed.text) == events[-1:]
    short, fuller = first["plan"].pop("diagnosis"), last["plan"].pop("diagnosis")
    assert first["plan"] == last["plan"], "nothing else of the plan changes"
    assert (short["complete"], fuller["complete"], fuller["not_asked"]) == (False, True, [])
    assert {limit["limit"] for limit in fuller["blocked"]} == {"budget_total"}
    assert (last["diagnosis_pending"], last["times"]) == (False, first["times"])


@pytest.mark.campaign
def test_a_fuller_diagnosis_survives_a_kill_of_the_server(tmp_path: Path) -> None:
    with Server(tmp_path, run_places=1) as server:
        run, _ = awaiting(server.client())
        server.kill()
        server.restart()
        events = story(server.client(), run)
        assert (events[-1].kind, events[-1].data["replaced"]) == ("diagnosis", True)
        assert [event.kind for event in events].count("running") == 1


@pytest.mark.campaign
def test_a_server_does_not_wait_for_it_to_stop_and_takes_it_up_again(tmp_path: Path) -> None:
    with Server(tmp_path, run_places=1, shutdown_seconds=60) as server:
        run, _ = awaiting(server.client())
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 20
        server.restart()
        assert story(server.client(), run)[-1].kind == "diagnosis"


@pytest.mark.campaign
def test_a_server_that_diagnoses_no_further_gives_up_what_pends(tmp_path: Path) -> None:
    with Server(tmp_path, run_places=1) as server:
        run, first = awaiting(server.client())
        server.kill()
    with Server(tmp_path, run_places=1, diagnosis_seconds=0) as server, server.client() as client:
        assert given_up(story(client, run))
        assert ended(client, run)["plan"] == first["plan"]
        other = submitted(client, impossible())
        events = story(client, other)
        assert (events[-1].kind, events[-1].data["diagnosis_pending"]) == ("done", False)
        assert not ended(client, other)["plan"]["diagnosis"]["complete"]


@pytest.mark.campaign
def test_an_activation_left_out_is_diagnosed_further_and_the_plan_stays_verified(client: TestClient) -> None:
    scenario = {**impossible(), "objective": {"goal": "activate_most"}, "budget": {"total": "1500.00"}}
    run, first = awaiting(client, scenario)
    story(client, run)
    plan = Plan.model_validate(ended(client, run)["plan"])
    assert plan.assignments
    assert plan.diagnosis is not None
    assert len(plan.diagnosis.not_asked) < len(first["plan"]["diagnosis"]["not_asked"])
    checked = scenario_from_data(scenario)
    assert all(check.ok for check in verify(checked, plan, fingerprint=fingerprint(checked)))


def test_who_follows_a_run_that_is_erased_meanwhile_hears_no_diagnosis(
    client: TestClient, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.diagnoses.WORK", ENDLESS)
    run, _ = awaiting(client)
    eventually(lambda: service_of(client).jobs.executor.running == 1)
    events = followed(pool, client, run)
    assert client.delete(f"/v1/runs/{run}").status_code == 204
    assert "diagnosis" not in [event.kind for event in parsed(events.result(PATIENCE))]
    assert client.get(f"/v1/runs/{run}").status_code == 404
    executor = service_of(client).jobs.executor
    eventually(lambda: executor.running == 0)
    assert service_of(client).store.undiagnosed() == []


def test_one_that_waits_behind_a_run_is_given_up_when_asked_to_finish(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.diagnoses.WORK", ENDLESS)
    second = submitted(client, hard())
    until(client, second, "running")
    first = submitted(client, impossible())
    third = submitted(client, hard())
    client.delete(f"/v1/runs/{second}")
    done = ended(client, first)
    until(client, third, "running")
    assert ended(client, first)["diagnosis_pending"]
    answer = client.post(f"/v1/runs/{first}/finish")
    assert (answer.status_code, answer.json()["diagnosis_pending"]) == (202, False)
    assert given_up(story(client, first))
    assert ended(client, first)["plan"] == done["plan"]
    client.delete(f"/v1/runs/{third}")


def test_what_was_answered_is_kept_when_it_is_asked_to_finish(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.diagnoses.WORK", "tests.execution.work_functions:diagnosed_when_asked")
    run, _ = awaiting(client)
    eventually(lambda: service_of(client).jobs.executor.running == 1)
    client.post(f"/v1/runs/{run}/finish")
    events = story(client, run)
    assert (events[-1].data["replaced"], events[-1].data["complete"]) == (True, True)
    assert ended(client, run)["plan"]["diagnosis"]["not_asked"] == []


def test_it_makes_room_for_a_run(client: TestClient) -> None:
    run, _ = awaiting(client)
    eventually(lambda: service_of(client).jobs.executor.running == 1)
    other = submitted(client, easy())
    assert ended(client, other)["status"] == "optimal"
    assert not ended(client, run)["diagnosis_pending"]
    story(client, run)


def test_one_that_comes_too_late_is_given_up(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.store.transitions.DIAGNOSIS_WITHIN", -PASSED)
    client = serve()
    run = submitted(client, impossible())
    assert given_up(story(client, run))


@pytest.mark.parametrize("work", ["killed", *(pytest.param(work, marks=LONG) for work in ("breaks", "echo"))])
def test_one_whose_work_fails_is_given_up(serve: Serve, monkeypatch: pytest.MonkeyPatch, work: str) -> None:
    monkeypatch.setattr("api.diagnoses.WORK", f"tests.execution.work_functions:{work}")
    client = serve()
    assert given_up(story(client, submitted(client, impossible())))


def test_it_waits_for_a_database_that_is_away(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    client = serve()
    store = service_of(client).store
    diagnosed, calls = store.diagnosed, []

    def away(*given: Any) -> bool:
        calls.append(given)
        if len(calls) == 1:
            raise DatabaseUnavailable("away")
        return diagnosed(*given)

    monkeypatch.setattr(store, "diagnosed", away)
    events = story(client, submitted(client, impossible()))
    assert events[-1].data["replaced"] is True


@pytest.mark.campaign
def test_one_that_no_database_takes_is_given_up(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    client = serve()
    store: Store = service_of(client).store
    diagnosed = store.diagnosed

    def odd(run_id: str, fuller: Any) -> bool:
        if fuller is not None:
            raise OverflowError("too large")
        return diagnosed(run_id, fuller)

    monkeypatch.setattr(store, "diagnosed", odd)
    assert given_up(story(client, submitted(client, impossible())))
