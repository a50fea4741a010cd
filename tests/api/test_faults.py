"""Solvers and servers killed in the middle of their work: every accepted run ends, once, and nothing is left over."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from optimizer.plan import Plan
from optimizer.scenario.loading import fingerprint, scenario_from_data
from optimizer.verify import verify
from tests.api.running import easy, hard, submitted, until
from tests.api.server import Server
from tests.api.test_events import Event, parsed

RUNS = 10
FINAL = {"done", "failed", "cancelled"}
PATIENCE = 120.0


def wait_until_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=60)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def all_ended(server: Server, runs: list[str]) -> list[dict[str, Any]]:
    client, deadline = server.client(), time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        seen = [client.get(f"/v1/runs/{run}").json() for run in runs]
        if all(run["state"] in FINAL for run in seen):
            return seen
        time.sleep(0.2)
    raise AssertionError([run["state"] for run in seen])


def solvers(server: Server) -> list[psutil.Process]:
    """Return the processes that solve: those below the fork server, which is the child that has children."""
    return [child for below in psutil.Process(server.process.pid).children() for child in below.children()]


def harass(server: Server, rng: random.Random, over: threading.Event) -> None:
    """Kill a solver now and then."""
    while not over.wait(rng.uniform(0.2, 1.0)):
        try:
            victims = solvers(server)
            if victims:
                rng.choice(victims).kill()
        except psutil.NoSuchProcess:
            continue


def round_of_faults(server: Server, seed: int) -> None:
    rng = random.Random(seed)
    client = server.client()
    limits = {"time_limit_seconds": 1.5}
    runs = [submitted(client, hard() if n % 2 else easy(), settings=limits, label=f"round-{seed}") for n in range(RUNS)]
    over = threading.Event()
    killer = threading.Thread(target=harass, args=(server, rng, over))
    killer.start()
    time.sleep(rng.uniform(0.5, 4.0))
    over.set()
    killer.join()
    below = server.children()
    server.kill()
    wait_until_gone(below)
    server.restart()
    seen = all_ended(server, runs)
    client = server.client()
    listed = client.get("/v1/runs", params={"label": f"round-{seed}", "limit": 200}).json()["runs"]
    assert sorted(run["id"] for run in listed) == sorted(runs)
    scenarios = {scenario.name: scenario for scenario in map(scenario_from_data, (easy(), hard()))}
    for run in seen:
        recorded_once(parsed(client.get(f"/v1/runs/{run['id']}/events").text))
        if run["state"] == "done":
            scenario = scenarios[run["scenario"]["name"]]
            plan = Plan.model_validate(run["plan"])
            assert all(check.ok for check in verify(scenario, plan, fingerprint=fingerprint(scenario)))
        else:
            assert (run["state"], run["failure"]["code"]) == ("failed", "solver_died")
            assert run["plan"] is None
    # Nobody is killed after the restart, so what was still open then is done.
    assert any(run["state"] == "done" for run in seen)


def recorded_once(events: list[Event]) -> None:
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    (end,) = [event for event in events if event.kind in FINAL]
    after = ["diagnosis"] if end.data.get("diagnosis_pending") else []
    assert [event.kind for event in events[events.index(end) + 1 :]] == after


@pytest.mark.parametrize(
    "rounds", [pytest.param(1, marks=pytest.mark.campaign), pytest.param(10, marks=pytest.mark.slow)]
)
def test_every_accepted_run_ends_once_whoever_is_killed(tmp_path: Path, rounds: int) -> None:
    with Server(tmp_path, run_places=2, shutdown_seconds=1) as server:
        for number in range(rounds):
            round_of_faults(server, number)
        below = server.children()
        server.stop()
        wait_until_gone(below)


@pytest.mark.campaign
def test_a_solver_that_is_killed_twice_fails_its_run_with_the_reason(tmp_path: Path) -> None:
    with Server(tmp_path, run_places=1) as server:
        client = server.client()
        run = submitted(client, hard())
        for attempt in (1, 2):
            deadline = time.monotonic() + PATIENCE
            while client.get(f"/v1/runs/{run}").json()["attempts"] < attempt or not solvers(server):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            solvers(server)[0].kill()
        failed = until(client, run, "failed")
        assert failed["failure"]["code"] == "solver_died"
        assert "SIGKILL" in failed["failure"]["detail"]
        assert failed["attempts"] == 2


class Follower:
    """An SSE client that drops its connection after some events and comes back where it was."""

    def __init__(self, server: Server, run: str, drop_after: int):
        self.events: list[Event] = []
        self._server = server
        self._run = run
        self._drop_after = drop_after
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def join(self) -> list[Event]:
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        return self.events

    def _follow(self) -> None:
        while True:
            last = {"Last-Event-ID": str(self.events[-1].number)} if self.events else {}
            try:
                if self._stream(last):
                    return
            except httpx2.TransportError:
                time.sleep(0.2)

    def _stream(self, headers: dict[str, str]) -> bool:
        """Return whether there is nothing more to come."""
        taken = 0
        with self._server.client().stream("GET", f"/v1/runs/{self._run}/events", headers=headers) as answer:
            if answer.status_code == 204:
                return True
            block = ""
            for line in answer.iter_lines():
                block += line + "\n"
                if line == "":
                    self.events += parsed(block)
                    taken, block = taken + 1, ""
                    if taken >= self._drop_after:
                        return False
        return False


@pytest.mark.campaign
def test_a_client_that_drops_and_a_server_that_restarts_lose_no_event(tmp_path: Path) -> None:
    with Server(tmp_path, run_places=1, shutdown_seconds=1) as server:
        client = server.client()
        runs = [submitted(client, hard(), settings={"time_limit_seconds": 4}) for _ in range(2)]
        followers = [Follower(server, run, drop) for run in runs for drop in (1, 3, 1000)]
        until(client, runs[0], "incumbent")
        server.kill()
        server.restart()
        client = server.client()
        until(client, runs[0], "done")
        until(client, runs[1], "incumbent", "done")
        server.stop()
        server.restart()
        all_ended(server, runs)
        for number, follower in enumerate(followers):
            whole = parsed(server.client().get(f"/v1/runs/{runs[number // 3]}/events").text)
            assert follower.join() == whole


@pytest.mark.campaign
def test_finishing_a_hard_instance_gives_a_verified_plan(tmp_path: Path) -> None:
    with Server(tmp_path, run_places=1) as server:
        client = server.client()
        run = submitted(client, hard())
        until(client, run, "incumbent")
        client.post(f"/v1/runs/{run}/finish")
        done = until(client, run, "done")
        scenario = scenario_from_data(hard())
        plan = Plan.model_validate(done["plan"])
        assert all(check.ok for check in verify(scenario, plan, fingerprint=fingerprint(scenario)))
