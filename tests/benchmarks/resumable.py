"""Running tasks one after the other, each result kept as it comes, so that a benchmark resumes where it was stopped."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from tests.benchmarks import store
from tests.benchmarks.cases import Task
from tests.benchmarks.methods.registry import METHODS
from tests.benchmarks.runner import run_task


def run_missing(
    tasks: Sequence[Task], finished: Collection[object], results: Path, in_short: Callable[[store.Record], str]
) -> list[store.Record]:
    """Run the tasks that are not finished and return every record of the results file; exit where there is none."""
    for number, task in enumerate(tasks, start=1):
        where = f"[{number}/{len(tasks)}] {task.case.name}, {METHODS[task.method].title}"
        if task.key in finished:
            print(f"{where}: done before", flush=True)
            continue
        record = run_task(task)
        store.append(results, record)
        print(f"{where}: {in_short(record)}", flush=True)
    records = store.read(results)
    if not records:
        sys.exit(f"There are no results in {results}.")
    return records
