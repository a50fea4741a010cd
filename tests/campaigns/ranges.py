"""A campaign: one check for every family and every seed of a range, kept as it goes and resumed where it ended.

Each seed is one line of a file: `failed` is None, or says what is wrong; the scenario is then saved beside it. Lines of
earlier runs count, so that a range can be done in parts, on several machines, and be interrupted at any moment. A seed
that failed is run again.
"""

from __future__ import annotations

import argparse
import json
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests import lines

Record = dict[str, Any]
FAMILIES = ("W", "WW")


@dataclass(frozen=True)
class Campaign:
    """What is checked: a name, the check of one family and seed, and the scenarios it is about.

    `check` raises where something is wrong, and returns what is to be kept of the seed; figures named `n_…` are summed
    up. It has to be importable by name, as it runs in processes of its own.
    """

    name: str
    about: str
    check: Callable[[str, int], Record]
    scenarios: Callable[[str, int], Sequence[Record]]


def parser(campaign: Campaign) -> argparse.ArgumentParser:
    """Return the options that all campaigns have."""
    found = argparse.ArgumentParser(prog=f"python -m tests.campaigns.{campaign.name}", description=campaign.about)
    found.add_argument("--seeds", type=span, default=range(100), metavar="A:B", help="A up to B − 1, default 0:100")
    found.add_argument("--families", type=lambda text: text.split(","), default=list(FAMILIES), metavar="W,WW")
    found.add_argument("--minutes", type=float, metavar="M", help="begin no seed after so many minutes")
    found.add_argument("--processes", type=int, default=1, metavar="N", help="seeds at the same time, default 1")
    found.add_argument("--out", type=Path, default=Path("campaigns"), metavar="DIR", help="default campaigns/")
    return found


def span(text: str) -> range:
    """Return a range of seeds.

    Examples
    --------
    >>> span("5:8"), span("3")
    (range(5, 8), range(0, 3))
    """
    first, _, last = text.rpartition(":")
    return range(int(first or 0), int(last))


def run(campaign: Campaign, asked: argparse.Namespace) -> int:
    """Run what is asked for and not yet done; return the number of seeds of the range that fail."""
    path = asked.out / f"{campaign.name}.jsonl"
    passed = {(line["family"], line["seed"]) for line in lines.read(path) if line["failed"] is None}
    wanted = [(family, seed) for seed in asked.seeds for family in asked.families]
    until = time.monotonic() + 60 * asked.minutes if asked.minutes is not None else float("inf")
    left = [each for each in wanted if each not in passed]
    print(f"{campaign.name}: {len(wanted) - len(left)} of {len(wanted)} done before.", flush=True)
    with ProcessPoolExecutor(asked.processes, mp_context=get_context("spawn")) as pool:
        running: set[Future[Record]] = set()
        while running or (left and time.monotonic() < until):
            while left and len(running) < asked.processes and time.monotonic() < until:
                running.add(pool.submit(one, campaign, *left.pop(0)))
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                _keep(campaign, path, future.result())
    return _summary(campaign, path, wanted)


def one(campaign: Campaign, family: str, seed: int) -> Record:
    """Check one seed and return its line."""
    began = time.process_time()
    line: Record = {"family": family, "seed": seed, "failed": None}
    try:
        line |= campaign.check(family, seed)
    except Exception:  # noqa: BLE001
        line["failed"] = traceback.format_exc()[-4000:]
    return {**line, "cpu_seconds": round(time.process_time() - began, 3)}


def _keep(campaign: Campaign, path: Path, line: Record) -> None:
    lines.append(path, line)
    if line["failed"] is None:
        return
    folder = path.parent / f"{campaign.name}-failed"
    folder.mkdir(exist_ok=True)
    print(f"FAILED {line['family']} {line['seed']}, saved in {folder}:\n{line['failed']}", flush=True)
    for number, scenario in enumerate(campaign.scenarios(line["family"], line["seed"])):
        file = folder / f"{line['family']}-{line['seed']}-{number}.json"
        file.write_text(json.dumps(scenario, indent=1), encoding="utf-8")


def _summary(campaign: Campaign, path: Path, wanted: Sequence[tuple[str, int]]) -> int:
    last = {(line["family"], line["seed"]): line for line in lines.read(path)}
    done = [last[each] for each in wanted if each in last]
    failed = [line for line in done if line["failed"] is not None]
    print(f"{campaign.name}: {len(done)} of {len(wanted)} done, {len(failed)} failed.")
    kinds: dict[str, int] = {}
    for line in done:
        for name, count in line.items():
            if name.startswith("n_"):
                kinds[name[2:]] = kinds.get(name[2:], 0) + count
    print("".join(f"  {name.replace('_', ' ')}: {count:,}\n" for name, count in sorted(kinds.items())), end="")
    return len(failed)
