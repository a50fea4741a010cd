"""``python -m tests.benchmarks``: run methods on generated instances, then write the report."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from optimizer.scenario.families.table import FAMILIES
from tests.benchmarks import store
from tests.benchmarks.cases import LIMITS, Case, Task
from tests.benchmarks.methods.registry import METHODS
from tests.benchmarks.report import write_report
from tests.benchmarks.resumable import run_missing

RESULTS = "results.jsonl"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is asked for and not yet done, and write the report of everything in the results file."""
    asked = _parser().parse_args(arguments)
    results = asked.out / RESULTS
    tasks = [] if asked.report_only else tasks_of(asked)
    records = run_missing(tasks, set() if asked.fresh else store.done(results), results, _in_short)
    for path in write_report(records, asked.out):
        print(f"Written to {path}.")


def tasks_of(asked: argparse.Namespace) -> list[Task]:
    """Return the runs asked for, instance by instance, so that all methods meet the same machine."""
    return [
        Task(
            Case(family, seed, scale, asked.capacity_use),
            method,
            asked.limit or LIMITS[family],
            asked.gap,
            cores=asked.cores,
            memory_gb=asked.memory_gb,
        )
        for family in asked.families
        for scale in asked.scales
        for seed in range(asked.first_seed, asked.first_seed + asked.seeds)
        for method in asked.methods
    ]


def _in_short(record: store.Record) -> str:
    judged = record.get("judged")
    if judged is None:
        return f"{record['status']} ({record['detail']})"
    broken = ", ".join(judged["broken"]) or "none"
    return (
        f"value {judged['value']}, cost {judged['cost'] / 100:,.2f}, {judged['holding']} of {judged['wanted']} hold, "
        f"rules broken: {broken}; {record['seconds']:.1f} s, {record['peak_mb']:.0f} MB"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--families", type=_families, default=["S"], metavar="S,M", help="families, default S")
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="number of seeds, default 3")
    parser.add_argument("--first-seed", type=int, default=1, metavar="N", help="first seed, default 1")
    parser.add_argument("--methods", type=_methods, default=list(METHODS), metavar="A,B", help=", ".join(METHODS))
    parser.add_argument("--limit", type=float, metavar="S", help="seconds for each method, default by family")
    parser.add_argument("--gap", type=float, default=0.0001, metavar="G", help="gap ours are asked for, default 0.0001")
    parser.add_argument("--scales", type=_numbers, default=[1], metavar="1,2", help="times as many communities")
    parser.add_argument("--capacity-use", type=float, metavar="SHARE", help="share of the parcel places that is used")
    parser.add_argument("--cores", type=int, default=2, metavar="N", help="cores for each method, default 2")
    parser.add_argument("--memory-gb", type=float, default=12.0, metavar="GB", help="memory for each, default 12")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, metavar="DIR", help="results and report")
    parser.add_argument("--fresh", action="store_true", help="run again what is finished")
    parser.add_argument("--report-only", action="store_true", help="only write the report")
    return parser


def _families(text: str) -> list[str]:
    return _known(text, list(FAMILIES))


def _methods(text: str) -> list[str]:
    return _known(text, list(METHODS))


def _known(text: str, names: Sequence[str]) -> list[str]:
    chosen = text.split(",")
    for name in chosen:
        if name not in names:
            raise argparse.ArgumentTypeError(f"there is no {name!r}; choose from {', '.join(names)}")
    return chosen


def _numbers(text: str) -> list[int]:
    numbers = [int(part) for part in text.split(",")]
    if min(numbers) < 1:
        raise argparse.ArgumentTypeError("scales are whole numbers from 1")
    return numbers


if __name__ == "__main__":
    main()
