"""Servers, a scheduler, workers and PostgreSQL, all real, and all killed in turn: every run is recorded, once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from optimizer.plan import Plan
from optimizer.scenario.loading import fingerprint, scenario_from_data
from optimizer.verify import verify
from tests.api.databases import Postgres
from tests.api.running import easy, hard, submitted
from tests.api.server import Server
from tests.api.test_events import parsed
from tests.api.test_faults import FINAL, recorded_once
from tests.execution.clusters import Cluster

PATIENCE = 300.0


@dataclass
class House:
    """Everything there is, and how to spoil it."""

    cluster: Cluster
    postgres: Postgres
    servers: list[Server]
    scheduler: psutil.Process
    workers: list[psutil.Process] = field(default_factory=list)

    def replace_worker(self) -> None:
        self.workers.pop(0).kill()
        self.workers.append(self.cluster.worker())

    def replace_scheduler(self) -> None:
        self.scheduler.kill()
        self.scheduler.wait(10)
        self.scheduler = self.cluster.scheduler()

    def replace_server(self) -> None:
        self.servers[0].kill()
        self.servers[0].restart()
        self.servers.reverse()

    def restart_postgres(self) -> None:
        self.postgres.crash()
        time.sleep(2)
        self.postgres.start()


@pytest.fixture
def house(tmp_path: Path, postgres_server: Postgres) -> Iterator[House]:
    cluster = Cluster(tmp_path)
    with ExitStack() as stack, postgres_server.fresh() as url:
        stack.callback(cluster.close)
        scheduler, workers = cluster.scheduler(), [cluster.worker() for _ in range(2)]
        cluster.wait_for_places(2)
        servers = [
            stack.enter_context(
                Server(tmp_path, database=url, dask_address=cluster.address, plan_places=1, shutdown_seconds=1)
            )
            for _ in range(2)
        ]
        yield House(cluster, postgres_server, servers, scheduler, workers)


def persistently(call: Callable[[], Any]) -> Any:
    """Do what may meet a server or a database that is away, until it succeeds."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return call()
        except (httpx2.TransportError, AssertionError):
            assert time.monotonic() < deadline
            time.sleep(0.2)


def submit(house: House, number: int) -> str:
    """Submit a run as a careful client does: again with the same key until it is accepted."""
    scenario = hard() if number % 5 == 0 else easy()
    settings = {"time_limit_seconds": 3}
    key = {"Idempotency-Key": f"run-{number}"}

    def attempt() -> str:
        client = house.servers[number % 2].client()
        return submitted(client, scenario, key, settings=settings, label="all")

    return str(persistently(attempt))


def run_of(house: House, run: str) -> dict[str, Any]:
    def attempt() -> dict[str, Any]:
        answer = house.servers[0].client().get(f"/v1/runs/{run}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    return dict(persistently(attempt))


@pytest.mark.cluster
def test_every_run_is_recorded_once_whatever_is_killed(house: House) -> None:
    count = 50
    rng = random.Random(1)
    spoil = [house.replace_worker, house.replace_server, house.restart_postgres, house.replace_scheduler] * 2
    runs = []
    for number in range(count):
        runs.append(submit(house, number))
        if number % 6 == 5:
            time.sleep(rng.uniform(0.5, 3.0))
            spoil[number // 6]()
    deadline = time.monotonic() + PATIENCE
    while not all((seen := run_of(house, run))["state"] in FINAL for run in runs):
        assert time.monotonic() < deadline, (seen["id"], seen["state"], house.cluster.told()[-3000:])
        time.sleep(0.5)
    client = house.servers[0].client()
    listed = client.get("/v1/runs", params={"label": "all", "limit": 200}).json()["runs"]
    assert sorted(run["id"] for run in listed) == sorted(runs)
    scenarios = {scenario.name: scenario for scenario in map(scenario_from_data, (easy(), hard()))}
    seen_all = [run_of(house, run) for run in runs]
    for run in seen_all:
        recorded_once(parsed(client.get(f"/v1/runs/{run['id']}/events").text))
        assert run["state"] == "done", run["failure"]
        scenario = scenarios[run["scenario"]["name"]]
        plan = Plan.model_validate(run["plan"])
        assert all(check.ok for check in verify(scenario, plan, fingerprint=fingerprint(scenario)))
