"""The way from an executor to its scheduler, made again whenever it is lost."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import dask.config
from distributed import Client, Future
from distributed.utils import LoopRunner

from optimizer.errors import GroundswellError
from optimizer.execution.attempt import Limits
from optimizer.execution.cluster import desk
from optimizer.execution.cluster.words import RESOURCE, SOLVE_ON_WORKER, TOPIC, Event, Key, Verb, packed
from optimizer.solve.settings import Settings

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 20.0
TICK_SECONDS = 0.25
PAUSES = (0.5, 1.0, 2.0, 4.0)

log = logging.getLogger(__name__)


class ClusterError(GroundswellError):
    """The cluster cannot be reached."""


@dataclass(frozen=True)
class Known:
    """What the scheduler knows of a task.

    Attributes
    ----------
    worker
        Address of the worker that has it, running or about to; None where none has.
    wanted
        Whether others than who asks want it.
    """

    worker: str | None
    wanted: bool


@dataclass(frozen=True)
class Survey:
    """What the scheduler knows: slots of its workers, idle ones among them, and the tasks asked about, by key."""

    slots: int = 0
    idle: int = 0
    tasks: dict[Key, Known] = field(default_factory=dict)


class Link:
    """Keeps a client of a scheduler.

    Parameters
    ----------
    hear
        Told every event, in the client's own thread, which it must not hold up.
    joined
        Called when there is a connection, the first one or a new one; nothing of before it is known any more.
    tick
        Called several times a second while there is one.
    """

    def __init__(
        self, address: str, hear: Callable[[Event], None], joined: Callable[[], None], tick: Callable[[], None]
    ) -> None:
        self._address = address
        self._hear = hear
        self._joined = joined
        self._tick = tick
        self._client: Any = None
        self._closed = threading.Event()
        # One loop for all clients, or each that cannot connect would leave its own behind.
        self._loop = LoopRunner()
        self._keeper = threading.Thread(target=self._keep, name="cluster link", daemon=True)

    def open(self) -> None:
        """Begin to connect."""
        self._loop.start()
        self._keeper.start()

    @property
    def client(self) -> Any:
        """The client; None while there is no connection."""
        return self._client

    @property
    def id(self) -> str:
        """Name of the client at the scheduler."""
        return str(self._client.id) if self._client is not None else ""

    def survey(self, keys: Collection[Key] = ()) -> Survey:
        """Ask the scheduler; raise ClusterError where it does not answer."""
        client = self._connected()
        with _reaching():
            return survey_of(client, list(keys))

    def hand_over(self, key: Key, work: str, text: str, settings: Settings, limits: Limits, priority: int) -> Any:
        """Give a task to the cluster and return its future; one that it knows already is the same task."""
        client = self._connected()
        with _reaching():
            return client.submit(
                _call_by_name(),
                SOLVE_ON_WORKER,
                work,
                packed(text),
                settings.model_dump_json(),
                limits.grace_seconds,
                limits.memory_mb,
                key=key,
                resources={RESOURCE: 1},
                priority=priority,
            )

    def ask(self, verb: Verb, keys: list[Key], worker: str) -> bool:
        """Have a worker do something about tasks; return whether one of them runs there. A lost worker runs none."""
        client = self._connected()
        with _reaching():
            answers = client.run(
                desk.ask, verb, keys, workers=[worker], on_error="ignore", callback_timeout=ANSWER_SECONDS
            )
        return any(answers.values())

    def cancel(self, key: Key, *, known: bool) -> None:
        """Tell every executor that a task is given up; then take it from the scheduler, if that knows it."""
        client = self._connected()
        _, scope, task = key
        with _reaching():
            client.log_event(TOPIC, Event("abandoned", scope, task, self.id).message())
            if known:
                client.cancel([Future(key, client)], force=True)

    def close(self) -> None:
        """End the connection: what nobody else wants is then given up by the cluster."""
        self._closed.set()
        if threading.current_thread() is not self._keeper:
            self._keeper.join()
        self._loop.stop()

    def _connected(self) -> Any:
        client = self._client
        if client is None:
            raise ClusterError(self._address)
        return client

    def _keep(self) -> None:
        while not self._closed.is_set():
            client = self._connect()
            if client is None:
                return
            comm = client.scheduler_comm
            client.subscribe_topic(TOPIC, self._heard)
            self._client = client
            self._quietly(self._joined)
            # A client that connects again by itself has lost its futures and is subscribed to nothing.
            while not self._closed.wait(TICK_SECONDS) and client.scheduler_comm is comm and not comm.closed():
                self._quietly(self._tick)
            self._client = None
            if not self._closed.is_set():
                log.warning("The connection to the scheduler at %s is lost.", self._address)
            with suppress(Exception):
                client.close(timeout=ANSWER_SECONDS)

    def _connect(self) -> Any:
        """Return a client, however long that takes; None after `close`."""
        failures = 0
        while not self._closed.is_set():
            try:
                return _client(self._address, self._loop.loop)
            except (OSError, ImportError, ValueError) as error:
                if failures == 0:
                    log.warning("The scheduler at %s cannot be reached; trying again: %s", self._address, error)
            self._closed.wait(PAUSES[min(failures, len(PAUSES) - 1)])
            failures += 1
        return None

    def _quietly(self, call: Callable[[], None]) -> None:
        try:
            call()
        except ClusterError:
            log.debug("The cluster did not answer.", exc_info=True)
        except Exception:
            log.exception("The link to the cluster failed; it goes on.")

    def _heard(self, event: tuple[float, Any]) -> None:
        try:
            self._hear(Event.of(event[1]))
        except Exception:
            log.exception("An event of the cluster was not understood.")


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
        client = _client(address, runner.loop)
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
    return Survey(slots, idle, {key: Known(worker, wanted) for key, worker, wanted in tasks})


def _client(address: str, loop: Any) -> Any:
    return Client(address, loop=loop, timeout=CONNECT_SECONDS, set_as_default=False, name="groundswell")


class _reaching:  # noqa: N801
    """Turns what Dask raises when the scheduler does not answer into ClusterError."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, ClusterError):
            raise ClusterError(f"{type(error).__name__}: {error}") from error


def _call_by_name() -> Callable[..., Any]:
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
            has, used = (int(told.get(resource, 0)) for told in (worker.resources, worker.used_resources))
            slots += has
            idle += max(0, has - used)
        known = [dask_scheduler.tasks[key] for key in keys if key in dask_scheduler.tasks]
        return (
            slots,
            idle,
            [
                (
                    task.key,
                    task.processing_on.address if task.processing_on else None,
                    any(client.client_key != asker for client in task.who_wants or ()),
                )
                for task in known
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
