"""``groundswell worker``: solves for a Dask scheduler."""

from __future__ import annotations

import logging
import os

from optimizer.commands.console import ExitCode, say
from optimizer.execution.cluster.worker import Bench, work


def cores() -> int:
    """Return the cores that this process may use, fewer than the machine's where it was told so."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def worker(scheduler: str, slots: int | None, memory_mb: int | None, name: str | None) -> ExitCode:
    """Solve what the scheduler gives until told to leave; every slot has its share of the cores, but one at least."""
    taken = slots or cores()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    logging.getLogger("distributed").setLevel(logging.WARNING)
    work(Bench(scheduler, taken, max(1, cores() // taken), memory_mb, name), say)
    return ExitCode.DONE
