"""The best plan so far of a run: shown, gone on from after a crash, and the result of a solver that is lost."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import pytest
from fastapi.testclient import TestClient

from api.store import Failure
from optimizer.execution.keeping import BEST_SO_FAR, unfinished
from optimizer.execution.process import FORK_SERVER
from optimizer.plan import Plan, to_json
from optimizer.planner import make_plan
from optimizer.scenario.loading import fingerprint, scenario_from_data
from optimizer.solve.settings import Settings
from optimizer.verify import verify
from tests.api.conftest import Serve
from tests.api.databases import POSTGRES_IN_CAMPAIGN
from tests.api.running import easy, ended, eventually, hard, service_of, submitted, until
from tests.api.server import Server

DATABASES = POSTGRES_IN_CAMPAIGN
PATIENCE = 120.0


@cache
def kept() -> str:
    return to_json(unfinished(make_plan(scenario_from_data(easy()), Settings(workers=1))))


def solvers() -> list[psutil.Process]:
    assert FORK_SERVER._process is not None
    below: list[psutil.Process] = psutil.Process(FORK_SERVER._process.pid).children()
    return below


def test_the_best_plan_so_far_is_shown_and_marked(client: TestClient) -> None:
    run = submitted(client, hard())
    waiting = submitted(client, easy())
    path = f"/v1/runs/{run}/plan"
    until(client, run, "incumbent")
    assert client.get(f"/v1/runs/{waiting}/plan").json()["code"] == "run_without_plan"
    assert service_of(client).store.keep_incumbent(run, kept())
    answer = client.get(path)
    assert answer.headers["Plan-State"] == "best_so_far"
    assert "Retry-After" in answer.headers
    assert answer.text == kept()
    assert answer.json()["warnings"][-1]["code"] == BEST_SO_FAR
    assert client.get(f"/v1/runs/{run}").json()["plan"] is None, "a plan is the run's once the run is done"
    client.post(f"/v1/runs/{run}/finish")
    done = until(client, run, "done")
    answer = client.get(path)
    assert answer.headers["Plan-State"] == "final"
    assert answer.json() == done["plan"]
    client.delete(f"/v1/runs/{run}")
    client.delete(f"/v1/runs/{waiting}")
    assert client.get(path).json()["code"] == "not_found"


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_run_that_ended_without_a_plan_has_none_to_show(client: TestClient, state: str) -> None:
    store = service_of(client).store
    hog = submitted(client, hard())
    run = submitted(client, easy())
    if state == "cancelled":
        client.post(f"/v1/runs/{run}/finish")
    else:
        store.end(run, Failure("solver_died", "It died."))
    answer = client.get(f"/v1/runs/{run}/plan")
    assert (answer.status_code, answer.json()["code"]) == (409, "run_without_plan")
    assert state in answer.json()["detail"]
    client.delete(f"/v1/runs/{hog}")


def test_a_solver_that_is_killed_again_and_again_leaves_its_plan(client: TestClient) -> None:
    run = submitted(client, hard())
    for attempt in (1, 2):
        eventually(lambda attempt=attempt: until(client, run, "running")["attempts"] == attempt)  # type: ignore[misc]
        until(client, run, "incumbent")
        service_of(client).store.keep_incumbent(run, kept())
        eventually(lambda: bool(solvers()))
        for solver in solvers():
            solver.kill()
    done = ended(client, run)
    assert (done["state"], done["failure"]) == ("done", None)
    assert done["plan"]["warnings"][-1]["code"] == BEST_SO_FAR
    assert done["attempts"] == 2
    client.delete(f"/v1/runs/{run}")


@pytest.mark.parametrize("with_plan", [True, False])
def test_a_run_that_loses_its_server_every_time_is_begun_so_often_and_no_more(serve: Serve, with_plan: bool) -> None:
    first = serve(attempts=2)
    store = service_of(first).store
    hog = submitted(first, hard())
    run = submitted(first, easy())
    until(first, hog, "running")
    for _ in range(2):
        store.requeue(run)
        assert store.start(run, 1)
    if with_plan:
        store.keep_incumbent(run, kept())
    seen = ended(serve(attempts=2), run)
    assert seen["attempts"] == 2
    if with_plan:
        assert seen["state"] == "done"
        assert seen["plan"]["warnings"][-1]["code"] == BEST_SO_FAR
    else:
        assert (seen["state"], seen["failure"]["code"]) == ("failed", "solver_died")
        assert "begun 2 times" in seen["failure"]["detail"]


def shown(server: Server, run: str) -> dict[str, Any]:
    """Return the best plan so far as soon as there is one."""
    client, deadline = server.client(), time.monotonic() + PATIENCE
    while (answer := client.get(f"/v1/runs/{run}/plan")).status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    plan: dict[str, Any] = answer.json()
    return plan


@pytest.mark.campaign
def test_a_run_goes_on_from_its_plan_after_a_crash(tmp_path: Path) -> None:
    with Server(tmp_path, run_places=1, shutdown_seconds=0) as server:
        run = submitted(server.client(), hard(), settings={"gap": 0, "time_limit_seconds": 3600})
        before = shown(server, run)
        scenario = scenario_from_data(hard())
        checks = verify(scenario, Plan.model_validate(before), fingerprint=fingerprint(scenario))
        assert all(check.ok for check in checks)
        server.kill()
        server.restart()
        assert shown(server, run) == before, "at once, whatever the new attempt has"
        begun = until(server.client(), run, "incumbent")
        assert begun["incumbent"]["value"] >= before["objective"]["value"]


@pytest.mark.campaign
def test_a_stopped_solver_leaves_its_plan(tmp_path: Path) -> None:
    with Server(tmp_path, run_places=1, grace_seconds=1) as server:
        run = submitted(server.client(), hard(), settings={"gap": 0, "time_limit_seconds": 8})
        before = shown(server, run)
        for below in psutil.Process(server.process.pid).children():
            for solver in below.children():
                solver.suspend()
        done = ended(server.client(), run)
        assert done["state"] == "done"
        assert done["plan"]["objective"]["value"] >= before["objective"]["value"]
        assert done["plan"]["warnings"][-1]["code"] == BEST_SO_FAR
