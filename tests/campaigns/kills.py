"""Runs whose solvers, fork server and server are killed and stopped: none is lost, none doubled, plans are kept.

``python -m tests.campaigns.kills --rounds 10 --runs 8`` submits eight runs in each of ten rounds, twice each under one
idempotency key. While they are solved, solvers and their fork server are killed, stopped for a while or for good, and
the server is stopped for a while; then it is killed and started again. Every run ends once; a plan that was shown
before the kill is where its run goes on from.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil

from optimizer.plan import Plan
from optimizer.scenario.loading import fingerprint, scenario_from_data
from optimizer.verify import verify
from tests.api.running import easy, hard, submitted
from tests.api.server import Server
from tests.api.test_events import parsed
from tests.api.test_faults import all_ended, recorded_once, solvers, wait_until_gone

SECONDS = 10.0
SETTINGS = {"time_limit_seconds": SECONDS, "gap": 0}


def fork_servers(server: Server) -> list[psutil.Process]:
    """Return the processes that processes are forked from."""
    found: list[psutil.Process] = psutil.Process(server.process.pid).children()
    return found


def the_server(server: Server) -> list[psutil.Process]:
    """Return the process that answers."""
    return [psutil.Process(server.process.pid)]


FAULTS: dict[str, tuple[Callable[[Server], list[psutil.Process]], bool, float]] = {
    "solver killed": (solvers, True, 0),
    "solver stopped for a while": (solvers, False, 2),
    "solver stopped for good": (solvers, False, float("inf")),
    "fork server killed": (fork_servers, True, 0),
    "fork server stopped for a while": (fork_servers, False, 3),
    "server stopped for a while": (the_server, False, 6),
}
WEIGHTS = (5, 3, 2, 1, 1, 1)


def disturb(server: Server, rng: random.Random, seconds: float, done: Counter[str]) -> None:
    """Do what goes wrong, again and again."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(rng.uniform(0.3, 2.5))
        (name,) = rng.choices(list(FAULTS), WEIGHTS)
        find, kill, pause = FAULTS[name]
        with suppress(psutil.NoSuchProcess):
            victims = find(server)
            if not victims:
                continue
            victim = rng.choice(victims)
            victim.send_signal(signal.SIGKILL if kill else signal.SIGSTOP)
            done[name] += 1
            if 0 < pause < float("inf"):
                time.sleep(pause)
                victim.send_signal(signal.SIGCONT)


def worth(plan: dict[str, Any]) -> tuple[int, Decimal]:
    """Return what makes a plan better than another: its value, then its cost."""
    return plan["objective"]["value"], -Decimal(plan["objective"]["least_cost"])


def shown(server: Server, runs: list[str]) -> dict[str, tuple[int, Decimal]]:
    """Return what the best plans so far of open runs are worth."""
    client = server.client()
    answers = {run: client.get(f"/v1/runs/{run}/plan") for run in runs}
    return {
        run: worth(answer.json())
        for run, answer in answers.items()
        if answer.status_code == 200 and answer.headers["Plan-State"] == "best_so_far"
    }


def round_of_kills(server: Server, seed: int, count: int, done: Counter[str]) -> None:
    """Submit runs, kill what solves them, and see what became of each."""
    rng = random.Random(seed)
    label, scenarios = f"round-{seed}", [hard() if number % 2 else easy() for number in range(count)]
    keys = [{"Idempotency-Key": f"{seed}-{number}"} for number in range(count)]

    def submit() -> list[str]:
        client = server.client()
        pairs = zip(scenarios, keys, strict=True)
        return [submitted(client, scenario, key, settings=SETTINGS, label=label) for scenario, key in pairs]

    runs = submit()
    disturb(server, rng, rng.uniform(5, 25), done)
    kept = shown(server, runs)
    below = server.children()
    server.kill()
    done["server killed"] += 1
    wait_until_gone(below)
    server.restart()
    assert submit() == runs, "a request that is repeated is the same run"
    disturb(server, rng, rng.uniform(0, 4), done)
    seen = all_ended(server, runs)
    listed = server.client().get("/v1/runs", params={"label": label, "limit": 200}).json()["runs"]
    assert sorted(run["id"] for run in listed) == sorted(runs), "none is lost, none doubled"
    for run, document in zip(seen, scenarios, strict=True):
        recorded_once(parsed(server.client().get(f"/v1/runs/{run['id']}/events").text))
        done[f"run {run['state']}"] += 1
        if run["state"] == "done":
            scenario = scenario_from_data(document)
            plan = Plan.model_validate(run["plan"])
            assert all(check.ok for check in verify(scenario, plan, fingerprint=fingerprint(scenario)))
        else:
            # Lost before it had a plan: killed twice, or stopped for good.
            assert run["state"] == "failed"
            assert run["failure"]["code"] in ("solver_died", "out_of_time"), run["failure"]
            assert run["id"] not in kept, "a plan that was kept is the answer"
        if run["id"] in kept:
            assert worth(run["plan"]) >= kept[run["id"]], "a plan that was shown is gone on from"
            done["plan gone on from"] += 1


def main() -> int:
    """Run the rounds asked for."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=10)
    options.add_argument("--runs", type=int, default=8)
    options.add_argument("--first-seed", type=int, default=0)
    asked = options.parse_args()
    done: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        settings = {"run_places": 2, "grace_seconds": 3, "shutdown_seconds": 1, "attempts": 12}
        with Server(Path(folder), **settings) as server:  # type: ignore[arg-type]
            for seed in range(asked.first_seed, asked.first_seed + asked.rounds):
                round_of_kills(server, seed, asked.runs, done)
                print(f"round {seed}: {dict(done)}", flush=True)
            below = server.children()
            server.stop()
            wait_until_gone(below)
    return 0


if __name__ == "__main__":
    sys.exit(main())
