"""What a run costs each part of the whole, and how much faster two workers are than one."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg

from optimizer.scenario.families.table import FamilyName
from optimizer.scenario.generator import generate
from tests.api.running import Document, submitted
from tests.scale.house import House, house, note
from tests.scale.meter import Reading

SETTINGS = {"time_limit_seconds": 60, "gap": 0.001}
STILL_OPEN = "SELECT 1 FROM runs WHERE state IN ('queued', 'running') LIMIT 1"


def throughput(family: FamilyName, count: int, servers: int, rounds: int) -> None:
    """Print runs a second with one and with two workers, in turns, and what a run costs each part."""
    scenarios = [generate(family, seed) for seed in range(1, count + 1)]
    rates: dict[int, list[float]] = {1: [], 2: []}
    costs: list[Reading] = []
    with house(servers) as all_of_it:
        for workers in (1, 2) * rounds:
            all_of_it.hire(workers)
            solve(all_of_it, scenarios[:2])
            before = all_of_it.read()
            seconds = solve(all_of_it, scenarios)
            # A solver's time counts once it is buried, and events are written a moment later.
            time.sleep(1)
            costs.append(all_of_it.read().since(before))
            rates[workers].append(count / seconds)
    note(f"{count} runs of family {family}, {rounds} times with one and with two workers of one core each\n")
    note(f"Servers: {servers}\n")
    note("| workers | runs a second (median) | each time |\n|---|---|---|")
    for workers, found in rates.items():
        note(f"| {workers} | {statistics.median(found):.3f} | {', '.join(f'{rate:.3f}' for rate in found)} |")
    ratios = [two / one for one, two in zip(rates[1], rates[2], strict=True)]
    note(f"\nTwo workers are {statistics.median(ratios):.2f} times as fast as one ({_all(ratios)}).\n")
    note("| part | ms of processor time a run (median of all rounds) |\n|---|---|")
    for part in costs[0].cpu:
        note(f"| {part} | {1000 * statistics.median(cost.cpu[part] for cost in costs) / count:.1f} |")
    for name, values in _written(costs).items():
        note(f"| {name} | {statistics.median(values) / count:,.0f} |")


def solve(all_of_it: House, scenarios: list[Document]) -> float:
    """Submit scenarios to the servers in turn and return the seconds until all are solved."""
    clients = [server.client() for server in all_of_it.servers]
    began = time.monotonic()
    for number, scenario in enumerate(scenarios):
        submitted(clients[number % len(clients)], scenario, settings=SETTINGS)
    # Asked of the database, on a connection that is kept: the servers' time is not to be that of these questions.
    with psycopg.connect(all_of_it.database.url(all_of_it.name), autocommit=True) as connection:
        while connection.execute(STILL_OPEN).fetchone() is not None:
            time.sleep(0.1)
    return time.monotonic() - began


def backlog(counts: list[int]) -> None:
    """Print what it costs to take runs in, and what open runs that wait for a worker cost while they wait."""
    scenario = generate("S", 1)
    note(
        "| open runs | ms a run: server | database | servers' processor while they wait, % | database, % | server, MB |"
    )
    note("|---|---|---|---|---|---|")
    with house() as all_of_it, ThreadPoolExecutor(4) as pool:
        client = all_of_it.servers[0].client()
        have = 0
        for count in counts:
            before = all_of_it.read()
            list(pool.map(lambda _: submitted(client, scenario, settings=SETTINGS), range(count - have)))
            taken = all_of_it.read().since(before)
            added, have = max(1, count - have), count
            time.sleep(5)
            idle, began = all_of_it.read(), time.monotonic()
            time.sleep(30)
            waited, seconds = all_of_it.read().since(idle), time.monotonic() - began
            memory = all_of_it.memory()
            note(
                f"| {count:,} | {1000 * taken.cpu['server'] / added:.1f} | {1000 * taken.cpu['database'] / added:.1f} "
                f"| {100 * waited.cpu['server'] / seconds:.1f} | {100 * waited.cpu['database'] / seconds:.1f} "
                f"| {memory:.0f} |"
            )


def _written(costs: list[Reading]) -> dict[str, list[int]]:
    return {
        "transactions a run": [cost.commits for cost in costs],
        "bytes of the database's log a run": [cost.wal for cost in costs],
        "bytes on disk a run": [cost.size for cost in costs],
    }


def _all(values: list[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)
