"""``python -m tests.benchmarks.wide``: groundswell on many scenarios of families W and WW, its peers on some of them.

One run of groundswell gives the state at every time mark: what its progress had told by then. Every result is kept as
soon as it is known, so that the command resumes where it was interrupted.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from optimizer.scenario.families.table import WIDE
from tests.benchmarks import store
from tests.benchmarks.cases import Case, Task
from tests.benchmarks.figures import Result
from tests.benchmarks.methods.registry import METHODS
from tests.benchmarks.resumable import run_missing
from tests.benchmarks.wide_tables import wide_report

RESULTS = "wide.jsonl"
REPORT = "WIDE.md"
GAP = 0.001
"""Asked of groundswell: what users get who ask for nothing."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is asked for and not yet done, and write the report of everything in the results file."""
    asked = _parser().parse_args(arguments)
    results = asked.out / RESULTS
    tasks = [] if asked.report_only else tasks_of(asked)
    records = run_missing(tasks, store.done(results), results, lambda record: _in_short(Result(record)))
    text = wide_report(records)
    (asked.out / REPORT).write_text(text, encoding="utf-8")
    print(text)


def tasks_of(asked: argparse.Namespace) -> list[Task]:
    """Return the runs asked for: groundswell on all seeds first, then all methods instance by instance on some."""
    span = range(asked.first_seed, asked.first_seed + asked.seeds)
    cases = [Case(family, seed) for seed in span for family in asked.families]
    ours = [_task(asked, case, "ours", asked.limit) for case in cases]
    some = [case for case in cases if case.seed < asked.first_seed + asked.peer_seeds]
    peers = [_task(asked, case, method, asked.peer_limit) for case in some for method in asked.peers]
    return ours + peers


def _task(asked: argparse.Namespace, case: Case, method: str, limit: float) -> Task:
    return Task(case, method, limit, GAP, cores=asked.cores, memory_gb=asked.memory_gb)


def _in_short(result: Result) -> str:
    if result.infeasible <= result.task.limit:
        return f"infeasible, proven after {result.infeasible:.2f} s"
    if result.judged is None:
        return f"{result.record['status']} {result.record['detail']}".strip()
    gap = "no bound" if result.gap is None else f"gap {result.gap:.3%}"
    return f"value {result.value}, cost {(result.cost or 0) / 100:,.2f}, {gap}, {result.record['seconds']:.1f} s"


def _parser() -> argparse.ArgumentParser:
    peers = [name for name in METHODS if name != "ours"]
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.wide", description=__doc__)
    parser.add_argument("--families", type=lambda text: _among(text, WIDE), default=list(WIDE), metavar="W,WW")
    parser.add_argument("--seeds", type=int, default=200, metavar="N", help="seeds of each family, default 200")
    parser.add_argument("--first-seed", type=int, default=5000, metavar="N", help="first seed, default 5000")
    parser.add_argument("--limit", type=float, default=10.0, metavar="S", help="seconds for groundswell, default 10")
    parser.add_argument("--peer-seeds", type=int, default=20, metavar="N", help="seeds for the peers, default 20")
    parser.add_argument("--peer-limit", type=float, default=30.0, metavar="S", help="seconds for peers, default 30")
    parser.add_argument(
        "--peers", type=lambda text: _among(text, peers), default=peers, metavar="A,B", help=", ".join(peers)
    )
    parser.add_argument("--cores", type=int, default=2, metavar="N", help="cores for each run, default 2")
    parser.add_argument("--memory-gb", type=float, default=12.0, metavar="GB", help="memory for each, default 12")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, metavar="DIR", help="results and report")
    parser.add_argument("--report-only", action="store_true", help="only write the report")
    return parser


def _among(text: str, names: Sequence[str]) -> list[str]:
    chosen = [name for name in text.split(",") if name]
    for name in chosen:
        if name not in names:
            raise argparse.ArgumentTypeError(f"there is no {name!r}; choose from {', '.join(names)}")
    return chosen


if __name__ == "__main__":
    main()
