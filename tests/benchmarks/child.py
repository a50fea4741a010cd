"""One run in a process of its own: reads a task from standard input, appends moments and the answer to a file.

The clock starts when the method is called: start-up, imports and the reading of the scenario are nobody's.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import traceback
from pathlib import Path
from typing import TextIO

from tests.benchmarks.cases import Task
from tests.benchmarks.methods.base import Run
from tests.benchmarks.methods.registry import METHODS


def main() -> None:
    """Run the task on standard input."""
    request = json.loads(sys.stdin.read())
    task = Task.from_record(request["task"])
    _confine(task)
    with Path(request["events"]).open("a", encoding="utf-8") as sink:
        _run(task, sink)


def _confine(task: Task) -> None:
    """Keep to so many cores and so much memory."""
    cores = sorted(os.sched_getaffinity(0))[: task.cores]
    os.sched_setaffinity(0, cores)
    allowed = int(task.memory_gb * 2**30)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))


def _run(task: Task, sink: TextIO) -> None:
    method = METHODS[task.method].load()
    scenario = task.case.scenario()
    sink.write(json.dumps({"begun": True}) + "\n")
    sink.flush()
    run = Run(task, sink)
    try:
        answer = method(scenario, run)
        last = {"answer": answer.to_record(), "seconds": round(run.elapsed, 3)}
    except MemoryError:
        last = {"failure": "out of memory", "detail": "MemoryError", "seconds": round(run.elapsed, 3)}
    except NotImplementedError as error:
        last = {"failure": "not available", "detail": str(error), "seconds": round(run.elapsed, 3)}
    except Exception as error:  # noqa: BLE001
        traceback.print_exc()
        detail = f"{type(error).__name__}: {error}"
        last = {"failure": "crashed", "detail": detail[:300], "seconds": round(run.elapsed, 3)}
    sink.write(json.dumps({**last, "peak_mb": _peak_mb()}) + "\n")
    sink.flush()


def _peak_mb() -> float:
    """Return the peak resident memory of this process alone (what `getrusage` says includes its parent's)."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
