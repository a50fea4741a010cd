"""Questions to a scheduler, and how it is reached."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import dask.config
from distributed import Client
from distributed.utils import LoopRunner

from optimizer.errors import GroundswellError
from optimizer.execution.cluster.messages import RESOURCE, Key

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 20.0


class ClusterError(GroundswellError):
    """The cluster cannot be reached."""


@dataclass(frozen=True)
class TaskState:
    """A task as the scheduler has it.

    Attributes
    ----------
    worker
        Address of the worker that runs it or is about to; None where there is none.
    wanted
        Whether others than the asking client want it.
    """

    worker: str | None
    wanted: bool


@dataclass(frozen=True)
class Survey:
    """The state of the scheduler: slots of its workers, idle ones among them, and the tasks asked about, by key."""

    slots: int = 0
    idle: int = 0
    tasks: dict[Key, TaskState] = field(default_factory=dict)


def places_of(address: str) -> int:
    """Return how many solves a cluster has slots for at the moment.

    Raises
    ------
    ClusterError
        It cannot be reached; the text says why.
    """
    runner = LoopRunner()
    runner.start()
    try:
        client = client_of(address, runner.loop)
        try:
            return survey_of(client, []).slots
        finally:
            client.close(timeout=ANSWER_SECONDS)
    except (OSError, ImportError, ValueError) as error:
        raise ClusterError(str(error)) from error
    finally:
        runner.stop()


def survey_of(client: Any, keys: list[Key]) -> Survey:
    """Ask the scheduler of a client."""
    slots, idle, tasks = client.run_on_scheduler(
        _look_round(), keys, client.id, RESOURCE, callback_timeout=ANSWER_SECONDS
    )
    return Survey(slots, idle, {key: TaskState(worker, wanted) for key, worker, wanted in tasks})


def client_of(address: str, loop: Any) -> Any:
    """Return a client of a scheduler; raise OSError, ImportError or ValueError where there cannot be one."""
    return Client(address, loop=loop, timeout=CONNECT_SECONDS, set_as_default=False, name="groundswell")


@contextmanager
def reaching() -> Iterator[None]:
    """Turn what Dask raises inside the block, where the scheduler or a worker does not answer, into ClusterError."""
    try:
        yield
    except ClusterError:
        raise
    except Exception as error:
        # Dask has no class of errors of its own: network, timeouts, closed clients, errors over there all differ.
        raise ClusterError(f"{type(error).__name__}: {error}") from error


def call_by_name() -> Callable[..., Any]:
    """Return a function that travels whole, as functions inside functions do: the scheduler, which unpacks it, need
    not have groundswell."""

    def call(path: str, *given: Any) -> Any:
        from pkgutil import resolve_name  # noqa: PLC0415

        return resolve_name(path)(*given)

    return call


def _look_round() -> Callable[..., Any]:
    """Return a function for the scheduler, which travels whole, too."""

    def look(keys: list[Any], asker: str, resource: str, dask_scheduler: Any) -> Any:
        slots = idle = 0
        for worker in dask_scheduler.running:
            has, used = (int(resources.get(resource, 0)) for resources in (worker.resources, worker.used_resources))
            slots += has
            idle += max(0, has - used)
        tasks = [dask_scheduler.tasks[key] for key in keys if key in dask_scheduler.tasks]
        return (
            slots,
            idle,
            [
                (
                    task.key,
                    task.processing_on.address if task.processing_on else None,
                    any(client.client_key != asker for client in task.who_wants or ()),
                )
                for task in tasks
            ],
        )

    return look


def _hand_over_logs() -> None:
    """Leave what Dask logs to the application, unless its configuration says where it goes."""
    if dask.config.get("logging", None):
        return
    for name in ("distributed", "distributed.client", "bokeh", "tornado", "tornado.application"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


_hand_over_logs()
