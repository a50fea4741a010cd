"""The executor of a Dask cluster."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence

from optimizer.execution.attempt import ResourceLimits
from optimizer.execution.cluster.messages import Event, Key, Verb, key_of
from optimizer.execution.cluster.scheduler import ClusterError
from optimizer.execution.cluster.scheduler_client import SchedulerClient
from optimizer.execution.cluster.thread_pool import ThreadPool
from optimizer.execution.cluster.tracked_task import TaskContext, TrackedTask
from optimizer.execution.executor import Listener, Task
from optimizer.execution.fair_queue import FairQueue
from optimizer.execution.supervise import SOLVE

SURVEY_SECONDS = 2.0
BEGIN_SECONDS = 10.0
URGENT, BACKGROUND = 10, -10

log = logging.getLogger(__name__)


class DaskExecutor:
    """Runs tasks on the workers of a Dask scheduler (`groundswell worker`); see `Executor` for what methods promise.

    Tasks wait here, in lanes, until the cluster has about twice as many as it has slots; then their text is loaded and
    handed over. A worker that is lost costs an attempt: the scheduler gives the task to another one, and after the
    second loss the task has failed. A scheduler that is lost costs nothing but time: everything is handed over again
    to the next one at the same address, as often as needed.

    Executors that submit the same key in the same scope share one solve, and each listener gets its events.
    `finish` and `abandon` reach it from any of them, also from one that never submitted it. While the scheduler cannot
    be reached both are for this executor only: the cluster gives up what it had by itself, unless another wants it.

    What a listener raises is written to the log, and the task goes on. `abandon` and `close` wait for a call of the
    listener that is under way, so do not call them while holding a lock that it takes. Both may be called from within
    the listener; the call that does so is not waited for.

    Parameters
    ----------
    listener
        Receives how tasks go, from threads of this executor.
    address
        Of the scheduler, such as ``tcp://host:8786``; it may come later than this.
    limits
        Of each solver process; a worker may allow less memory.
    work
        Import path, ``module:function``, of what the processes do where a task does not say.
    scope
        Keys are unique in it: empty, it is shared by all executors without one; else it is to be this executor's own.
    """

    def __init__(
        self,
        listener: Listener,
        address: str,
        limits: ResourceLimits | None = None,
        *,
        work: str = SOLVE,
        scope: str = "",
    ) -> None:
        self._scope = scope
        self._queue = FairQueue()
        self._tracked: dict[str, TrackedTask] = {}
        self._handed: dict[str, None] = {}
        self._slots = 0
        self._next_survey = 0.0
        self._closed = False
        self._lock = threading.Lock()
        self._threads = ThreadPool()
        self._scheduler = SchedulerClient(address, self._on_event, self._joined, self._tick)
        self._context = TaskContext(
            self._scheduler, listener, self._threads, limits or ResourceLimits(), work, self._handed_one
        )
        self._scheduler.open()

    @property
    def running(self) -> int:
        """How many of this executor's tasks have a place."""
        return sum(tracked_task.worker is not None for tracked_task in self._all())

    @property
    def waiting(self) -> int:
        """How many wait for one, here or on the cluster."""
        return sum(tracked_task.worker is None for tracked_task in self._all())

    def submit(self, task: Task) -> None:
        """Take a task, to be run when its turn comes; ignored where this executor has its key, and after `close`."""
        with self._lock:
            if not self._closed and task.key not in self._tracked:
                self._tracked[task.key] = self._track(task, BACKGROUND if task.background else 0)
                self._queue.put(task)
                self._fill()

    def run_now(self, task: Task) -> bool:
        """Take a task only if a slot is idle and it gets it; return whether it does, or is here already."""
        try:
            idle = self._scheduler.survey().idle
        except ClusterError:
            idle = 0
        with self._lock:
            if task.key in self._tracked:
                return True
            coming = sum(tracked_task.coming for tracked_task in self._tracked.values())
            if self._closed or idle <= coming:
                return False
            tracked_task = self._tracked[task.key] = self._track(task, URGENT)
            self._hand_over(tracked_task)
        if not tracked_task.begun.wait(BEGIN_SECONDS):
            # Another executor was quicker.
            self.abandon(task.key)
        return tracked_task.begun.is_set()

    def finish(self, key: str) -> bool:
        """Ask a running task for its best plan so far; return whether it runs anywhere."""
        tracked_task = self._tracked.get(key)
        try:
            asked = self._ask("finish", key, None if tracked_task is None else tracked_task.worker)
        except ClusterError as error:
            log.warning("Task %s could not be asked to finish: %s", key, error)
            return False
        if asked and tracked_task is not None:
            tracked_task.request_finish()
        return asked

    def abandon(self, key: str) -> bool:
        """Kill a task or take it out of the queue, for every executor; report no more of it; return if it was there.

        When this returns its process is gone, unless its worker or the scheduler cannot be reached.
        """
        tracked_task = self._forget(key)
        if tracked_task is not None:
            tracked_task.mute()
        on_cluster = False
        # What waits here, in a scope of its own, is nowhere else.
        if tracked_task is None or tracked_task.handed or not self._scope:
            try:
                on_cluster = self._cancel(key)
            except ClusterError as error:
                log.warning("Task %s could not be taken from the cluster: %s", key, error)
        if tracked_task is not None:
            tracked_task.drop()
        return on_cluster or tracked_task is not None

    def close(self, grace_seconds: float) -> None:
        """Begin nothing more and leave the cluster.

        What another executor wants, too, goes on for that one. The rest is asked for its best plan so far; what
        ends within `grace_seconds` is reported, what has not ended by then is killed.
        """
        deadline = time.monotonic() + grace_seconds
        with self._lock:
            self._closed = True
            self._queue.clear()
        # What waits on the cluster would take the place of what ends.
        self._drop([tracked_task for tracked_task in self._all() if tracked_task.worker is None])
        waited_for = [tracked_task for tracked_task in self._all() if not tracked_task.task.background]
        ours = self._only_ours(waited_for) if grace_seconds > 0 else []
        for tracked_task in ours:
            tracked_task.finish_gracefully()
        for tracked_task in ours:
            tracked_task.ended.wait(max(0.0, deadline - time.monotonic()))
        self._drop(self._all())
        self._scheduler.close()
        self._threads.dismiss()

    def _all(self) -> list[TrackedTask]:
        with self._lock:
            return list(self._tracked.values())

    def _key(self, key: str) -> Key:
        return key_of(self._scope, key)

    def _track(self, task: Task, priority: int = 0) -> TrackedTask:
        return TrackedTask(task, self._key(task.key), self._context, self._over, priority)

    def _hand_over(self, tracked_task: TrackedTask) -> None:
        self._handed[tracked_task.task.key] = None
        tracked_task.hand_over()

    def _fill(self) -> None:
        """Hand over tasks until every slot is busy and has another one at hand; the lock is held.

        One at a time, because the cluster takes them as they arrive.
        """
        if self._scheduler.client is None or any(self._tracked[key].coming for key in self._handed):
            return
        if len(self._handed) < max(1, 2 * self._slots) and (task := self._queue.take()) is not None:
            self._hand_over(self._tracked[task.key])

    def _handed_one(self) -> None:
        with self._lock:
            self._fill()

    def _forget(self, key: str) -> TrackedTask | None:
        with self._lock:
            self._queue.drop(key)
            self._handed.pop(key, None)
            tracked_task = self._tracked.pop(key, None)
            if not self._closed:
                self._fill()
        return tracked_task

    def _drop(self, tracked: Sequence[TrackedTask]) -> None:
        for tracked_task in tracked:
            self._over(tracked_task)
            tracked_task.drop()

    def _over(self, tracked_task: TrackedTask) -> None:
        if self._tracked.get(tracked_task.task.key) is tracked_task:
            self._forget(tracked_task.task.key)

    def _on_event(self, event: Event) -> None:
        if event.scope != self._scope:
            return
        if event.kind != "abandoned":
            tracked_task = self._tracked.get(event.task)
            if tracked_task is not None and tracked_task.handed:
                tracked_task.on_event(event)
        elif event.origin != self._scheduler.id and (tracked_task := self._forget(event.task)) is not None:
            self._threads.do(tracked_task.drop)

    def _joined(self) -> None:
        with self._lock:
            handed = [self._tracked[key] for key in self._handed]
        for tracked_task in handed:
            # What was handed over since there is a connection, before this, is not lost.
            if not tracked_task.at_scheduler:
                tracked_task.lose()
        self._next_survey = 0.0
        self._tick()

    def _tick(self) -> None:
        with self._lock:
            handed = [self._tracked[key] for key in self._handed]
        for tracked_task in handed:
            tracked_task.look_after()
        # Only where something waits: a scheduler logs every question.
        if len(self._queue) and time.monotonic() >= self._next_survey:
            self._next_survey = time.monotonic() + SURVEY_SECONDS
            slots = self._scheduler.survey().slots
            with self._lock:
                self._slots = slots
                self._fill()

    def _ask(self, verb: Verb, key: str, worker: str | None) -> bool:
        worker = worker or self._worker_of(key)
        return worker is not None and self._scheduler.ask(verb, [self._key(key)], worker)

    def _worker_of(self, key: str) -> str | None:
        state = self._scheduler.survey([self._key(key)]).tasks.get(self._key(key))
        return None if state is None else state.worker

    def _cancel(self, key: str) -> bool:
        """Take a task from the cluster; return whether it was there, once its process is gone."""
        state = self._scheduler.survey([self._key(key)]).tasks.get(self._key(key))
        self._scheduler.cancel(self._key(key), listed=state is not None)
        if state is not None and state.worker is not None:
            self._scheduler.ask("abandon", [self._key(key)], state.worker)
        return state is not None

    def _only_ours(self, tracked: Sequence[TrackedTask]) -> list[TrackedTask]:
        """Return those that no other executor follows; none where nobody can be asked."""
        try:
            states = self._scheduler.survey([tracked_task.key for tracked_task in tracked]).tasks
        except ClusterError:
            return []
        return [
            tracked_task
            for tracked_task in tracked
            if tracked_task.key in states and not states[tracked_task.key].wanted
        ]
