"""The program of a worker: joins the scheduler, again whenever that is lost, until a signal ends it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import dask.config
from distributed import Worker
from distributed.comm.addressing import get_address_host_port
from distributed.utils import get_ip

from optimizer.execution.cluster.messages import RESOURCE
from optimizer.execution.cluster.worker_plugin import SolverPlugin
from optimizer.execution.process import FORK_SERVER

JOIN_SECONDS = 10.0
LEAVE_SECONDS = 20.0
PAUSE_SECONDS = 1.0
INTERRUPTED = 130

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WorkerOptions:
    """What a worker offers.

    Attributes
    ----------
    scheduler
        Address of the scheduler.
    slots
        Solves at once.
    threads
        Of each solve.
    memory_mb
        Of each solve, at most; None leaves the limit to the submitter.
    name
        What the scheduler shows; None for its address.
    """

    scheduler: str
    slots: int
    threads: int
    memory_mb: int | None = None
    name: str | None = None


def work(options: WorkerOptions, say: Callable[[str], None]) -> None:
    """Be a worker until SIGTERM or SIGINT; what runs then is given back to be done elsewhere. A second one kills it.

    Parameters
    ----------
    say
        Called with messages for people.
    """
    # Its threads only wait for processes, so there is nothing in them to be measured.
    with dask.config.set({"distributed.worker.profile.enabled": False}), tempfile.TemporaryDirectory() as scratch:
        asyncio.run(_work(options, say, scratch))


async def _work(options: WorkerOptions, say: Callable[[str], None], scratch: str) -> None:
    leaving = _leave_signal()
    FORK_SERVER.warm()
    worker_plugin = SolverPlugin(options.threads, options.memory_mb)
    while (worker := await _joined(options, worker_plugin, scratch, leaving, say)) is not None:
        say(f"{options.name or worker.address} takes {options.slots} at once from {options.scheduler}.")
        await _first_of(worker.finished(), leaving.wait())
        if leaving.is_set():
            say("Leaving: other workers take over the running solves. Once more to leave at once.")
            worker_plugin.give_back()
            # Dask logs everything that is cut short.
            logging.getLogger("distributed").setLevel(logging.CRITICAL)
            with suppress(OSError, TimeoutError):
                await asyncio.wait_for(worker.close_gracefully(), LEAVE_SECONDS)
            return
        say("The scheduler is gone; its running solves were killed.")


async def _joined(
    options: WorkerOptions,
    worker_plugin: SolverPlugin,
    scratch: str,
    leaving: asyncio.Event,
    say: Callable[[str], None],
) -> Worker | None:
    """Return a worker that has joined the scheduler, however long that takes; None once `leaving` is set."""
    reported = False
    while not leaving.is_set():
        joining = asyncio.create_task(_join(options, worker_plugin, scratch))
        await _first_of(joining, leaving.wait())
        if not joining.done():
            joining.cancel()
            return None
        try:
            return joining.result()
        except (OSError, TimeoutError, RuntimeError, ValueError) as error:
            if not reported:
                say(f"The scheduler at {options.scheduler} cannot be joined; trying again: {_reason(error)}")
            reported = True
        await _first_of(asyncio.sleep(PAUSE_SECONDS), leaving.wait())
    return None


async def _join(options: WorkerOptions, worker_plugin: SolverPlugin, scratch: str) -> Worker:
    # Everybody who reaches a worker can run anything there: it listens only where its scheduler reaches it.
    host = get_ip(*get_address_host_port(options.scheduler))
    worker = Worker(
        options.scheduler,
        nthreads=options.slots,
        resources={RESOURCE: options.slots},
        name=options.name,
        host=host,
        plugins=(worker_plugin,),
        memory_limit=0,
        local_directory=scratch,
        dashboard=False,
        death_timeout=JOIN_SECONDS,
    )
    try:
        await worker
    except BaseException:
        # A cancelled start, too, leaves nothing open; what closing raises must not hide why it was closed.
        with suppress(Exception):
            await worker.close(reason="could not join")
        raise
    return worker


async def _first_of(*waits: object) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]  # type: ignore[call-overload]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks[1:]:
        task.cancel()


def _leave_signal() -> asyncio.Event:
    """Return an event that the first signal sets."""
    leaving = asyncio.Event()

    def leave() -> None:
        if leaving.is_set():
            os._exit(INTERRUPTED)
        leaving.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, leave)
    return leaving


def _reason(error: BaseException) -> str:
    """Return the first cause of an error, for people."""
    while error.__cause__ is not None and not isinstance(error, TimeoutError):
        error = error.__cause__
    return "nobody answers there." if isinstance(error, TimeoutError) else str(error)
