"""How the service does under load, beside itself idle and beside the command line: ``python -m tests.api.load``.

Clients ask on kept connections once a second each, half of them for a run, half for a page of runs, on loopback only.
Solving is 20 runs of generated scenarios; the command line solves the same files, as many at once as the service.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from optimizer.scenario.families.table import FamilyName
from optimizer.scenario.generator import generate
from tests.api.clients import Told, crowd
from tests.api.running import Document, submitted
from tests.api.server import GROUNDSWELL, Server

SOLVE = {"time_limit_seconds": 30, "gap": 0.001}


def _row(name: str, told: Told) -> str:
    """Return the figures as a line of a Markdown table (milliseconds)."""
    seconds = [took for _, took in told]
    cuts = statistics.quantiles(seconds, n=1000)
    shown = " | ".join(f"{1000 * cuts[place]:.1f}" for place in (499, 949, 989))
    return f"| {name} | {len(seconds):,} | {told.errors} | {shown} | {1000 * max(seconds):.0f} |"


def _solved_by_service(server: Server, scenarios: list[Document]) -> tuple[float, list[str]]:
    client = server.client()
    began = time.monotonic()
    runs = [submitted(client, scenario, settings=SOLVE) for scenario in scenarios]
    while any(client.get("/v1/runs", params={"state": state}).json()["runs"] for state in ("queued", "running")):
        time.sleep(0.25)
    return time.monotonic() - began, runs


def _solved_by_command(folder: Path, files: list[Path], at_once: int) -> float:
    def solve(file: Path) -> None:
        limits = ["--time-limit", str(SOLVE["time_limit_seconds"]), "--gap", str(SOLVE["gap"]), "--workers", "1"]
        command = [str(GROUNDSWELL), "solve", str(file), "-o", f"{file}.plan", *limits]
        subprocess.run(command, check=True, capture_output=True, cwd=folder)

    began = time.monotonic()
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(solve, files))
    return time.monotonic() - began


def measure(family: FamilyName, count: int, clients: int) -> None:
    """Measure and print everything."""
    places = os.cpu_count() or 1
    scenarios = [generate(family, seed) for seed in range(1, count + 1)]
    with tempfile.TemporaryDirectory() as name, Server(Path(name), run_places=places) as server:
        folder = Path(name)
        files = [folder / f"{number}.json" for number in range(count)]
        for file, scenario in zip(files, scenarios, strict=True):
            file.write_text(json.dumps(scenario), encoding="utf-8")
        _solved_by_service(server, scenarios[:places])
        alone, runs = _solved_by_service(server, scenarios)
        paths = [f"/v1/runs/{run}" for run in runs] + ["/v1/runs?limit=20"] * len(runs)
        with crowd(server.port, clients, paths) as idle:
            time.sleep(30)
        with crowd(server.port, clients, paths) as busy:
            time.sleep(2)
            polled, _ = _solved_by_service(server, scenarios)
        command = _solved_by_command(folder, files, places)
    print(f"{count} runs of family {family}, {places} at once, {clients} clients asking once a second\n")
    print("| server | answers | errors | median ms | p95 ms | p99 ms | most ms |\n|---|---|---|---|---|---|---|")
    print(_row("idle", idle))
    print(_row("solving", busy))
    print("\n| solved by | seconds | against the command line |\n|---|---|---|")
    for who, seconds in (("command line", command), ("service", alone), ("service, polled", polled)):
        print(f"| {who} | {seconds:.1f} | {seconds / command:.2f} |")


def main() -> None:
    """Read the options and do what they say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--family", default="M", choices=["S", "M", "L"])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--clients", type=int, default=200)
    chosen = parser.parse_args()
    measure(chosen.family, chosen.runs, chosen.clients)


if __name__ == "__main__":
    main()
