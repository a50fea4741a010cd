"""``groundswell worker``: solves for a Dask scheduler."""

from __future__ import annotations

import logging
import os
from typing import Annotated

import typer

from optimizer.cli.console import ExitCode, say


def cores() -> int:
    """Return the number of cores that this process may use: fewer than the machine's where it is restricted."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(scheduler: str, slots: int | None, memory_mb: int | None, name: str | None) -> ExitCode:
    """Solve what the scheduler hands out until a signal; every slot has an equal share of the cores, at least one."""
    from optimizer.execution.cluster.worker import WorkerOptions, work  # noqa: PLC0415

    taken = slots or cores()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    logging.getLogger("distributed").setLevel(logging.WARNING)
    work(WorkerOptions(scheduler, taken, max(1, cores() // taken), memory_mb, name), say)
    return ExitCode.DONE


def worker(
    scheduler: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Dask scheduler, such as tcp://host:8786 or tls://host:8786.")
    ],
    slots: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=256, help="Solves at once.", show_default="one per core")
    ] = None,
    memory_mb: Annotated[
        int | None,
        typer.Option(metavar="M", min=64, help="Memory of each solve, at most (MB).", show_default="as submitted"),
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Shown by the scheduler.", show_default="its address")
    ] = None,
) -> None:
    """Solve for a Dask scheduler, until Ctrl-C or SIGTERM: other workers then take over the running solves.

    Each solve is a process of its own and has an equal share of the cores. Scheduler and workers belong in a private
    network: anyone who reaches them can run any code there. tls:// takes its certificates from Dask's configuration.
    """
    from optimizer.execution.first_process import be_child_of_init  # noqa: PLC0415

    be_child_of_init()
    raise typer.Exit(run(scheduler, slots, memory_mb, name))
