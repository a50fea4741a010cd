"""How the service does under load, beside itself idle and beside the command line: ``python -m tests.api.load``.

Clients ask on kept connections once a second each, half of them for a run, half for a page of runs, on loopback only.
Solving is 20 runs of generated scenarios; the command line solves the same files, as many at once as the service.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from optimizer.scenario.families.table import FamilyName
from optimizer.scenario.generator import generate
from tests.api.running import Document, submitted
from tests.api.server import GROUNDSWELL, Server

SOLVE = {"time_limit_seconds": 30, "gap": 0.001}


@dataclass
class Answers:
    """What clients were answered.

    Attributes
    ----------
    seconds
        From a request to its last byte.
    errors
        Answers that were no 200.
    """

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def row(self, name: str) -> str:
        """Return the figures as a line of a Markdown table (milliseconds)."""
        cuts = statistics.quantiles(self.seconds, n=1000)
        shown = " | ".join(f"{1000 * cuts[place]:.1f}" for place in (499, 949, 989))
        return f"| {name} | {len(self.seconds):,} | {len(self.errors)} | {shown} | {1000 * max(self.seconds):.0f} |"


async def _poll(port: int, paths: list[str], answers: Answers, over: asyncio.Event, dice: random.Random) -> None:
    await asyncio.sleep(dice.random())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while not over.is_set():
        began = time.monotonic()
        writer.write(f"GET {dice.choice(paths)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[16:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length: "))
        await reader.readexactly(length)
        answers.seconds.append(time.monotonic() - began)
        if b" 200 " not in head.split(b"\r\n")[0]:
            answers.errors.append(head.decode())
        await asyncio.sleep(max(0.0, 1.0 - (time.monotonic() - began)))
    writer.close()


@contextmanager
def _polling(server: Server, clients: int, paths: list[str]) -> Iterator[Answers]:
    """Poll from a process of its own for as long as the block runs."""
    script = [sys.executable, "-m", "tests.api.load", "--poll", str(server.port), "--clients", str(clients), *paths]
    process = subprocess.Popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    answers = Answers()
    try:
        yield answers
    finally:
        told = json.loads(process.communicate("stop\n")[0])
        answers.seconds, answers.errors = told["seconds"], told["errors"]


def _poll_until_told(port: int, clients: int, paths: list[str]) -> None:
    """Poll until a line comes in; print what was answered."""

    async def run() -> Answers:
        answers, over, dice = Answers(), asyncio.Event(), random.Random(1)
        seeds = [random.Random(dice.random()) for _ in range(clients)]
        tasks = [asyncio.create_task(_poll(port, paths, answers, over, seed)) for seed in seeds]
        await asyncio.to_thread(sys.stdin.readline)
        over.set()
        await asyncio.gather(*tasks)
        return answers

    print(json.dumps(vars(asyncio.run(run()))))


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
        with _polling(server, clients, paths) as idle:
            time.sleep(30)
        with _polling(server, clients, paths) as busy:
            time.sleep(2)
            polled, _ = _solved_by_service(server, scenarios)
        command = _solved_by_command(folder, files, places)
    print(f"{count} runs of family {family}, {places} at once, {clients} clients asking once a second\n")
    print("| server | answers | errors | median ms | p95 ms | p99 ms | most ms |\n|---|---|---|---|---|---|---|")
    print(idle.row("idle"))
    print(busy.row("solving"))
    print("\n| solved by | seconds | against the command line |\n|---|---|---|")
    for who, seconds in (("command line", command), ("service", alone), ("service, polled", polled)):
        print(f"| {who} | {seconds:.1f} | {seconds / command:.2f} |")


def main() -> None:
    """Read the options and do what they say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--family", default="M", choices=["S", "M", "L"])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--poll", type=int, metavar="PORT", help=argparse.SUPPRESS)
    parser.add_argument("paths", nargs="*", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.poll:
        _poll_until_told(chosen.poll, chosen.clients, chosen.paths)
    else:
        measure(chosen.family, chosen.runs, chosen.clients)


if __name__ == "__main__":
    main()
