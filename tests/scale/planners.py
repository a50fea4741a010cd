"""What planners cost who ask again and again, or follow a run."""

from __future__ import annotations

import time

from optimizer.scenario.generator import generate
from tests.api.clients import crowd
from tests.api.running import submitted
from tests.scale.house import House, house, note
from tests.scale.runs import SETTINGS, solve

SECONDS = 30.0


def measure(clients: int) -> None:
    """Print what requests and open event streams cost server and database."""
    note("| what | a second | errors | median ms | p99 ms | server, ms each | database, ms each |")
    note("|---|---|---|---|---|---|---|")
    with house() as all_of_it:
        all_of_it.hire(1)
        solve(all_of_it, [generate("S", seed) for seed in range(1, 11)])
        client = all_of_it.servers[0].client()
        done = [run["id"] for run in client.get("/v1/runs", params={"limit": 10}).json()["runs"]]
        all_of_it.hire(0)
        waiting = [submitted(client, generate("S", 1), settings=SETTINGS) for _ in range(10)]
        base = _spent(all_of_it)[0]
        note(f"| nobody asks: in a second | – | – | – | – | {base['server']:.1f} | {base['database']:.1f} |")
        kinds = {
            "a run with its plan (S)": [f"/v1/runs/{run}" for run in done],
            "a run that waits": [f"/v1/runs/{run}" for run in waiting],
            "a page of 20 runs": ["/v1/runs?limit=20"],
        }
        for name, paths in kinds.items():
            _row(all_of_it, base, name, clients, paths, "ask")
        paths = [f"/v1/runs/{run}/events" for run in waiting]
        _row(all_of_it, base, f"a stream of events, {clients} open: in a second", clients, paths, "follow")


def _row(all_of_it: House, base: dict[str, float], name: str, clients: int, paths: list[str], how: str) -> None:
    with crowd(all_of_it.servers[0].port, clients, paths, how) as told:
        time.sleep(5)
        spent, began, ended = _spent(all_of_it)
    times = sorted(took for at, took in told if began <= at <= ended)
    rate = len(times) / (ended - began) if how == "ask" else clients
    shown = [f"{1000 * times[int(len(times) * share)]:.1f}" for share in (0.5, 0.99)] if how == "ask" else ["–", "–"]
    each = [f"{(spent[part] - base[part]) / rate:.2f}" for part in ("server", "database")]
    note(f"| {name} | {rate:.0f} | {told.errors} | {' | '.join(shown)} | {' | '.join(each)} |")


def _spent(all_of_it: House) -> tuple[dict[str, float], float, float]:
    """Return the milliseconds that each part spends in a second, and the moments between which that was."""
    before, began = all_of_it.read(), time.monotonic()
    time.sleep(SECONDS)
    spent, ended = all_of_it.read().since(before), time.monotonic()
    return {part: 1000 * seconds / (ended - began) for part, seconds in spent.cpu.items()}, began, ended
