"""The way from an executor to its scheduler, made again whenever it is lost."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial
from typing import Any

from distributed import Future
from distributed.utils import LoopRunner

from optimizer.execution.attempt import ResourceLimits
from optimizer.execution.cluster import worker_plugin
from optimizer.execution.cluster.messages import RESOURCE, SOLVE_ON_WORKER, TOPIC, Event, Key, Verb, packed
from optimizer.execution.cluster.scheduler import (
    ANSWER_SECONDS,
    ClusterError,
    Survey,
    call_by_name,
    client_of,
    reaching,
    survey_of,
)
from optimizer.solve.settings import Settings

HELLO_SECONDS = 0.05
TICK_SECONDS = 0.25
PAUSES = (0.5, 1.0, 2.0, 4.0)

log = logging.getLogger(__name__)


class SchedulerClient:
    """Keeps a client of a scheduler.

    Parameters
    ----------
    on_event
        Called with every event, in the client's own thread, which it must not hold up.
    joined
        Called when there is a connection, the first one or a new one; a new one has nothing of those before.
    tick
        Called several times a second while there is one.
    """

    def __init__(
        self, address: str, on_event: Callable[[Event], None], joined: Callable[[], None], tick: Callable[[], None]
    ) -> None:
        self._address = address
        self._on_event = on_event
        self._joined = joined
        self._tick = tick
        self._client: Any = None
        self._greeter = ""
        self._subscribed = threading.Event()
        self._closed = threading.Event()
        # One loop for all clients, or each that cannot connect would leave its own behind.
        self._loop = LoopRunner()
        self._keeper = threading.Thread(target=self._keep, name="cluster scheduler_client", daemon=True)

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
        with reaching():
            return survey_of(client, list(keys))

    def hand_over(
        self,
        key: Key,
        work: str,
        text: str,
        settings: Settings,
        limits: ResourceLimits,
        priority: int,
        start: str | None = None,
    ) -> Any:
        """Give a task to the cluster and return its future; one that it has already is the same task."""
        client = self._connected()
        with reaching():
            return client.submit(
                call_by_name(),
                SOLVE_ON_WORKER,
                work,
                packed(text),
                settings.model_dump_json(),
                limits.grace_seconds,
                limits.memory_mb,
                None if start is None else packed(start),
                key=key,
                resources={RESOURCE: 1},
                priority=priority,
            )

    def ask(self, verb: Verb, keys: list[Key], worker: str) -> bool:
        """Have a worker do something about tasks; return whether one of them runs there. A lost worker runs none."""
        client = self._connected()
        with reaching():
            answers = client.run(
                worker_plugin.ask, verb, keys, workers=[worker], on_error="ignore", callback_timeout=ANSWER_SECONDS
            )
        return any(answers.values())

    def cancel(self, key: Key, *, listed: bool) -> None:
        """Tell every executor that a task is given up; then take it from the scheduler, if that has it."""
        client = self._connected()
        _, scope, task = key
        with reaching():
            client.log_event(TOPIC, Event("abandoned", scope, task, self.id).message())
            if listed:
                client.cancel([Future(key, client)], force=True)

    def close(self) -> None:
        """End the connection: the cluster then drops the solves that no other client wants.

        One that is only being made is not waited for; it ends as soon as it is there.
        """
        self._closed.set()
        if self._client is not None and threading.current_thread() is not self._keeper:
            self._keeper.join()

    def _connected(self) -> Any:
        client = self._client
        if client is None:
            raise ClusterError(self._address)
        return client

    def _keep(self) -> None:
        while (client := self._connect()) is not None:
            comm = client.scheduler_comm
            if not self._closed.is_set() and self._quietly(partial(self._subscribe, client)):
                # Only now, or a task handed over at once could begin before its events arrive here.
                self._client = client
                self._quietly(self._joined)
                # A client that connects again by itself has lost its futures and is subscribed to nothing.
                while not self._closed.wait(TICK_SECONDS) and client.scheduler_comm is comm and not comm.closed():
                    self._quietly(self._tick)
            self._client = None
            if not self._closed.is_set():
                log.warning("The connection to the scheduler at %s is lost.", self._address)
            with suppress(Exception):
                client.unsubscribe_topic(TOPIC)
                client.close(timeout=ANSWER_SECONDS)
        self._loop.stop()

    def _subscribe(self, client: Any) -> None:
        """Subscribe to the events, and return once they come: no start of a task that is handed over may be missed."""
        self._greeter = str(client.id)
        hello = Event("hello", "", "", self._greeter).message()
        self._subscribed.clear()
        client.subscribe_topic(TOPIC, self._heard)
        with reaching():
            for _ in range(int(ANSWER_SECONDS / HELLO_SECONDS)):
                client.log_event(TOPIC, hello)
                if self._subscribed.wait(HELLO_SECONDS):
                    return
        raise ClusterError("no events come")

    def _connect(self) -> Any:
        """Return a client, however long that takes; None after `close`."""
        failures = 0
        while not self._closed.is_set():
            try:
                return client_of(self._address, self._loop.loop)
            except (OSError, ImportError, ValueError) as error:
                if failures == 0:
                    log.warning("The scheduler at %s cannot be reached; trying again: %s", self._address, error)
            self._closed.wait(PAUSES[min(failures, len(PAUSES) - 1)])
            failures += 1
        return None

    def _quietly(self, call: Callable[[], None]) -> bool:
        """Make a call and return whether it raised nothing."""
        try:
            call()
            return True
        except ClusterError:
            log.debug("The cluster did not answer.", exc_info=True)
        except Exception:
            # Its loop serves all tasks until the executor is closed: a bug is written down and the loop goes on.
            log.exception("The scheduler_client to the cluster failed; it goes on.")
        return False

    def _heard(self, event: tuple[float, Any]) -> None:
        try:
            received = Event.of(event[1])
            if received.kind != "hello":
                self._on_event(received)
            elif received.origin == self._greeter:
                self._subscribed.set()
        except Exception:
            # Anybody on the cluster can send an event, of any form; raised, it would end in Dask's own loop.
            log.exception("An event of the cluster was not understood.")
