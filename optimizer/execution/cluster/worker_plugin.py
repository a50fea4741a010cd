"""On a worker: looks after its solves, sends how they go, and has them ended early or killed."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
import time
from typing import Any

from distributed import Reschedule, Worker, WorkerPlugin, get_worker

from optimizer.execution.attempt import ResourceLimits
from optimizer.execution.cluster.messages import TOPIC, Event, Key, Kind, Verb, answer_of, packed, unpacked
from optimizer.execution.executor import Failed, Outcome, Reason, Task
from optimizer.execution.supervise import Supervision
from optimizer.solve.control import Progress
from optimizer.solve.settings import Settings

NAME = "groundswell"
MOST_KEPT_BYTES = 2**18
"""Of a packed plan on the way: a scheduler keeps the last events of a topic, with what they carry."""

log = logging.getLogger(__name__)


def solve(
    work: str,
    text: bytes,
    settings: str,
    grace_seconds: float,
    memory_mb: int | None,
    start: bytes | None = None,
) -> dict[str, Any]:
    """Do a task on the worker that runs this; what Dask is given to run.

    Parameters
    ----------
    work
        Import path of what is done.
    text, settings
        The scenario, packed, and the settings as JSON text.
    grace_seconds, memory_mb
        As in `ResourceLimits`.
    start
        The plan to begin with, packed.
    """
    worker = get_worker()
    worker_plugin: Any = worker.plugins[NAME]
    key: Any = worker.get_current_task()
    limits = ResourceLimits(grace_seconds, worker_plugin.allowed(memory_mb))
    begin_with = None if start is None else unpacked(start)
    task = Task(key[-1], worker_plugin.threaded(settings), lambda: unpacked(text), work=work, start=lambda: begin_with)
    answer: dict[str, Any] = worker_plugin.solve(key, Supervision(task, limits, work))
    return answer


async def ask(verb: Verb, keys: list[Key], dask_worker: Worker) -> bool:
    """Have the plugin of a worker do something about tasks; return whether any of them runs there."""
    worker_plugin = dask_worker.plugins.get(NAME)
    if not isinstance(worker_plugin, SolverPlugin):
        return False
    # In a thread: a process is waited for, and the worker must stay alert.
    return any([await asyncio.to_thread(worker_plugin.heed, verb, key) for key in keys])


class SolverPlugin(WorkerPlugin):
    """The solves of a worker; one plugin stays while its program joins one scheduler after another.

    Parameters
    ----------
    threads
        Of each solve.
    memory_mb
        Of each solve, at most; None leaves the limit to the submitter.
    """

    name = NAME

    def __init__(self, threads: int, memory_mb: int | None = None) -> None:
        self._threads = threads
        self._memory_mb = memory_mb
        self._worker: Worker | None = None
        self._running: dict[Key, _Solve] = {}
        self._lock = threading.Lock()

    def setup(self, worker: Worker) -> None:
        """Serve a worker."""
        self._worker = worker

    async def teardown(self, worker: Worker) -> None:  # noqa: ARG002
        """Kill what runs: a worker that leaves its scheduler, or was left, has nobody to give a result to."""
        await asyncio.to_thread(self.kill_all)

    def transition(self, key: Any, start: str, finish: str, **_: Any) -> None:  # noqa: ARG002
        """Kill a solve that nobody wants any more; Dask itself waits until it has ended."""
        if key in self._running and self._is_cancelled(key):
            threading.Thread(target=self.heed, args=("abandon", key), daemon=True).start()

    def allowed(self, memory_mb: int | None) -> int | None:
        """Return how much memory a solve may take: the less of what it was given and what this worker gives."""
        given = [limit for limit in (memory_mb, self._memory_mb) if limit is not None]
        return min(given, default=None)

    def threaded(self, settings: str) -> Settings:
        """Return settings with this worker's threads, which change no plan."""
        return Settings.model_validate_json(settings).model_copy(update={"workers": self._threads})

    def solve(self, key: Key, supervision: Supervision) -> dict[str, Any]:
        """Do a task and return its outcome as plain values.

        Raises
        ------
        Reschedule
            It was abandoned here; if anybody still wants it, it is to be done elsewhere.
        """
        one = _Solve(key, supervision)
        with self._lock:
            self._running[key] = one
        if self._is_cancelled(key):
            # Cancelled before it was in `_running`, so `transition` missed it.
            supervision.abandon()
        try:
            outcome = self._outcome(one)
        finally:
            with self._lock:
                del self._running[key]
            one.over.set()
        if outcome is None:
            raise Reschedule
        return answer_of(outcome)

    def heed(self, verb: Verb, key: Key) -> bool:
        """Do something about a task; return whether it runs here."""
        with self._lock:
            one = self._running.get(key)
        if one is None:
            return False
        if verb == "finish":
            one.supervision.finish()
        elif verb == "finish_gracefully":
            one.supervision.finish_gracefully()
        elif verb == "tell_again":
            self._tell_again(one)
        else:
            one.supervision.abandon()
            one.over.wait()
        return True

    def give_back(self) -> None:
        """Send that running solves are given up through no fault of their own."""
        for one in self._solves():
            self._tell("given back", one)

    def kill_all(self) -> None:
        """Kill what runs and return when it is gone."""
        solves = self._solves()
        for one in solves:
            one.supervision.abandon()
        for one in solves:
            one.over.wait()

    def _solves(self) -> list[_Solve]:
        with self._lock:
            return list(self._running.values())

    def _outcome(self, one: _Solve) -> Outcome | None:
        def started(_: str, __: int) -> None:
            # Higher for a later start, whichever worker it is on.
            one.attempt, one.progress = time.time_ns() // 1_000_000, None
            self._tell("started", one)

        def moved(_: str, progress: Progress) -> None:
            one.progress = progress
            self._tell("moved", one)

        def kept(_: str, plan: str) -> None:
            if len(packed_plan := packed(plan)) <= MOST_KEPT_BYTES:
                self._tell("kept", one, packed_plan)

        try:
            return one.supervision.run(started, moved, kept)
        except Exception:
            # A bug costs this task alone; raised, it would count as an error of the cluster, and be tried again.
            log.exception("Task %s was lost.", one.key[-1])
            return Failed(Reason.BUG, "The solve was lost: a bug or a fault, written to its worker's log.")

    def _tell_again(self, one: _Solve) -> None:
        if one.attempt:
            self._tell("started", one)
        if one.progress is not None:
            self._tell("moved", one)

    def _tell(self, kind: Kind, one: _Solve, plan: bytes | None = None) -> None:
        if self._worker is not None:
            progress = one.progress if kind == "moved" else None
            _, scope, task = one.key
            event = Event(kind, scope, task, self._worker.address, one.id, one.attempt, progress, plan)
            self._worker.log_event(TOPIC, event.message())

    def _is_cancelled(self, key: Key) -> bool:
        state = None if self._worker is None else self._worker.state.tasks.get(key)
        return state is not None and state.state == "cancelled"


class _Solve:
    """A solve that runs here."""

    def __init__(self, key: Key, supervision: Supervision) -> None:
        self.key = key
        self.supervision = supervision
        self.id = secrets.token_hex(8)
        self.attempt = 0
        self.progress: Progress | None = None
        self.over = threading.Event()
