"""The executor of a Dask cluster."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence

from optimizer.execution.attempt import ResourceLimits
from optimizer.execution.cluster.crew import Crew
from optimizer.execution.cluster.link import Link
from optimizer.execution.cluster.pursuit import Means, Pursuit
from optimizer.execution.cluster.scheduler import ClusterError
from optimizer.execution.cluster.words import Event, Key, Verb, key_of
from optimizer.execution.executor import Listener, Task
from optimizer.execution.lanes import Lanes
from optimizer.execution.supervise import SOLVE

SURVEY_SECONDS = 2.0
BEGIN_SECONDS = 10.0
URGENT = 10

log = logging.getLogger(__name__)


class DaskExecutor:
    """Runs tasks on the workers of a Dask scheduler (`groundswell worker`); see `Executor` for what methods promise.

    Tasks wait here, in lanes, until the cluster has about twice as many as it has slots; then their text is loaded and
    handed over. A worker that is lost costs an attempt: the scheduler gives the task to another one, and after the
    second loss the task has failed. A scheduler that is lost costs nothing but time: everything is handed over again
    to the next one at the same address, as often as needed.

    Executors that submit the same key in the same scope share one solve, and each listener hears of it. `finish` and
    `abandon` reach it from any of them, also from one that never submitted it. While the scheduler cannot be reached
    both are for this executor only: the cluster gives up what it had by itself, unless another one wants it.

    A listener that raises is written to the log, and the task goes on. `abandon` and `close` wait for a call of the
    listener that is under way, so do not call them while holding a lock that it takes. Both may be called from within
    the listener; the call that does so is not waited for.

    Parameters
    ----------
    listener
        Is told how tasks go, from threads of this executor.
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
        self._lanes = Lanes()
        self._pursuits: dict[str, Pursuit] = {}
        self._handed: dict[str, None] = {}
        self._slots = 0
        self._next_survey = 0.0
        self._closed = False
        self._lock = threading.Lock()
        self._crew = Crew()
        self._link = Link(address, self._hear, self._joined, self._tick)
        self._means = Means(self._link, listener, self._crew, limits or ResourceLimits(), work, self._handed_one)
        self._link.open()

    @property
    def running(self) -> int:
        """How many of this executor's tasks have a place."""
        return sum(pursuit.worker is not None for pursuit in self._all())

    @property
    def waiting(self) -> int:
        """How many wait for one, here or on the cluster."""
        return sum(pursuit.worker is None for pursuit in self._all())

    def submit(self, task: Task) -> None:
        """Take a task, to be run when its turn comes; ignored where its key is known here, and after `close`."""
        with self._lock:
            if not self._closed and task.key not in self._pursuits:
                self._pursuits[task.key] = self._pursuit(task)
                self._lanes.put(task)
                self._fill()

    def run_now(self, task: Task) -> bool:
        """Take a task only if a slot is idle and it gets it; return whether it does, or is known here already."""
        try:
            idle = self._link.survey().idle
        except ClusterError:
            idle = 0
        with self._lock:
            if task.key in self._pursuits:
                return True
            coming = sum(pursuit.coming for pursuit in self._pursuits.values())
            if self._closed or idle <= coming:
                return False
            pursuit = self._pursuits[task.key] = self._pursuit(task, URGENT)
            self._hand_over(pursuit)
        if not pursuit.begun.wait(BEGIN_SECONDS):
            # Another executor was quicker.
            self.abandon(task.key)
        return pursuit.begun.is_set()

    def finish(self, key: str) -> bool:
        """Ask a running task for its best plan so far; return whether it runs anywhere."""
        pursuit = self._pursuits.get(key)
        try:
            asked = self._ask("finish", key, None if pursuit is None else pursuit.worker)
        except ClusterError as error:
            log.warning("Task %s could not be asked to finish: %s", key, error)
            return False
        if asked and pursuit is not None:
            pursuit.wish()
        return asked

    def abandon(self, key: str) -> bool:
        """Kill a task or take it out of the queue, for every executor; tell nothing more; return whether it was known.

        When this returns its process is gone, unless its worker or the scheduler cannot be reached.
        """
        pursuit = self._forget(key)
        if pursuit is not None:
            pursuit.hush()
        known = False
        # What waits here, in a scope of its own, is nowhere else.
        if pursuit is None or pursuit.handed or not self._scope:
            try:
                known = self._cancel(key)
            except ClusterError as error:
                log.warning("Task %s could not be taken from the cluster: %s", key, error)
        if pursuit is not None:
            pursuit.drop()
        return known or pursuit is not None

    def close(self, grace_seconds: float) -> None:
        """Begin nothing more and leave the cluster.

        What another executor wants, too, goes on for that one. The rest is asked for its best plan so far, waited for
        so long, and told; what has not ended by then is killed.
        """
        deadline = time.monotonic() + grace_seconds
        with self._lock:
            self._closed = True
            self._lanes.clear()
        # What waits on the cluster would take the place of what ends.
        self._drop([pursuit for pursuit in self._all() if pursuit.worker is None])
        ours = self._only_ours(self._all()) if grace_seconds > 0 else []
        for pursuit in ours:
            pursuit.wind_up()
        for pursuit in ours:
            pursuit.ended.wait(max(0.0, deadline - time.monotonic()))
        self._drop(self._all())
        self._link.close()
        self._crew.dismiss()

    def _all(self) -> list[Pursuit]:
        with self._lock:
            return list(self._pursuits.values())

    def _key(self, key: str) -> Key:
        return key_of(self._scope, key)

    def _pursuit(self, task: Task, priority: int = 0) -> Pursuit:
        return Pursuit(task, self._key(task.key), self._means, self._over, priority)

    def _hand_over(self, pursuit: Pursuit) -> None:
        self._handed[pursuit.task.key] = None
        pursuit.hand_over()

    def _fill(self) -> None:
        """Hand over tasks until every slot is busy and has another one at hand; the lock is held.

        One at a time, because the cluster takes them as they arrive.
        """
        if self._link.client is None or any(self._pursuits[key].coming for key in self._handed):
            return
        if len(self._handed) < max(1, 2 * self._slots) and (task := self._lanes.take()) is not None:
            self._hand_over(self._pursuits[task.key])

    def _handed_one(self) -> None:
        with self._lock:
            self._fill()

    def _forget(self, key: str) -> Pursuit | None:
        with self._lock:
            self._lanes.drop(key)
            self._handed.pop(key, None)
            pursuit = self._pursuits.pop(key, None)
            if not self._closed:
                self._fill()
        return pursuit

    def _drop(self, pursuits: Sequence[Pursuit]) -> None:
        for pursuit in pursuits:
            self._over(pursuit)
            pursuit.drop()

    def _over(self, pursuit: Pursuit) -> None:
        if self._pursuits.get(pursuit.task.key) is pursuit:
            self._forget(pursuit.task.key)

    def _hear(self, event: Event) -> None:
        if event.scope != self._scope:
            return
        if event.kind != "abandoned":
            pursuit = self._pursuits.get(event.task)
            if pursuit is not None and pursuit.handed:
                pursuit.hear(event)
        elif event.origin != self._link.id and (pursuit := self._forget(event.task)) is not None:
            self._crew.do(pursuit.drop)

    def _joined(self) -> None:
        with self._lock:
            handed = [self._pursuits[key] for key in self._handed]
        for pursuit in handed:
            # What was handed over since there is a connection, before this, is not lost.
            if not pursuit.known:
                pursuit.lose()
        self._next_survey = 0.0
        self._tick()

    def _tick(self) -> None:
        with self._lock:
            handed = [self._pursuits[key] for key in self._handed]
        for pursuit in handed:
            pursuit.look_after()
        # Only where something waits: a scheduler logs every question.
        if len(self._lanes) and time.monotonic() >= self._next_survey:
            self._next_survey = time.monotonic() + SURVEY_SECONDS
            slots = self._link.survey().slots
            with self._lock:
                self._slots = slots
                self._fill()

    def _ask(self, verb: Verb, key: str, worker: str | None) -> bool:
        worker = worker or self._worker_of(key)
        return worker is not None and self._link.ask(verb, [self._key(key)], worker)

    def _worker_of(self, key: str) -> str | None:
        known = self._link.survey([self._key(key)]).tasks.get(self._key(key))
        return None if known is None else known.worker

    def _cancel(self, key: str) -> bool:
        """Take a task from the cluster; return whether it was there, once its process is gone."""
        known = self._link.survey([self._key(key)]).tasks.get(self._key(key))
        self._link.cancel(self._key(key), known=known is not None)
        if known is not None and known.worker is not None:
            self._link.ask("abandon", [self._key(key)], known.worker)
        return known is not None

    def _only_ours(self, pursuits: Sequence[Pursuit]) -> list[Pursuit]:
        """Return those that no other executor follows; none where nobody can be asked."""
        try:
            known = self._link.survey([pursuit.key for pursuit in pursuits]).tasks
        except ClusterError:
            return []
        return [pursuit for pursuit in pursuits if pursuit.key in known and not known[pursuit.key].wanted]
