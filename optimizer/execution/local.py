"""The executor of this machine: places, each with a thread that looks after one solver process at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from optimizer.execution.attempt import ResourceLimits
from optimizer.execution.executor import Failed, Listener, Outcome, Reason, Task
from optimizer.execution.fair_queue import FairQueue
from optimizer.execution.process import FORK_SERVER
from optimizer.execution.supervise import SOLVE, Supervision
from optimizer.solve.control import Progress

log = logging.getLogger(__name__)


class LocalExecutor:
    """Runs tasks in processes of this machine (see `Executor` for what its methods promise).

    What a listener raises is written to the log, and the task goes on: the listener gets the next call all the same. A
    call of `ended` that raises is not repeated; the executor no longer has the task, which may be submitted again.

    Do not call `abandon` or `close` while holding a lock that the listener takes: both wait for a call of the listener
    that is under way. Both may be called from within the listener, as long as two calls do not abandon each other's
    tasks; the call that does so is not waited for, its process is.

    Parameters
    ----------
    listener
        Receives how tasks go, from the thread of the task's place.
    places
        Solves at once.
    limits
        Of each solver process.
    work
        Import path, ``module:function``, of what the processes do where a task does not say.
    """

    def __init__(
        self, listener: Listener, places: int, limits: ResourceLimits | None = None, *, work: str = SOLVE
    ) -> None:
        if places < 1:
            raise ValueError("an executor needs at least one place")
        self._listener = listener
        self._limits = limits or ResourceLimits()
        self._work = work
        self._queue = FairQueue()
        self._running: dict[str, _Run] = {}
        self._closed = False
        self._changed = threading.Condition()
        FORK_SERVER.warm()
        # Daemons, so that a program that ends without `close` ends; its processes end with it.
        names = (f"place {number}" for number in range(1, places + 1))
        self._places = [threading.Thread(target=self._serve, name=name, daemon=True) for name in names]
        for place in self._places:
            place.start()

    @property
    def running(self) -> int:
        """How many tasks have a place."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """How many tasks wait for one."""
        return len(self._queue)

    def submit(self, task: Task) -> None:
        """Take a task, to be run when its turn comes; ignored where the executor has its key, and after `close`."""
        with self._changed:
            self._take(task)
            yielding = self._yielding()
        for run in yielding:
            run.supervision.finish()

    def run_now(self, task: Task) -> bool:
        """Take a task only if it gets a place at once; return whether it does, or is here already."""
        with self._changed:
            occupied = sum(not run.ending for run in self._running.values())
            if occupied + len(self._queue) < len(self._places):
                self._take(task)
            return task.key in self._running or task.key in self._queue

    def finish(self, key: str) -> bool:
        """Ask a running task for its best plan so far; return whether it runs here."""
        with self._changed:
            run = self._running.get(key)
            if run is None or run.silent:
                return False
        run.supervision.finish()
        return True

    def abandon(self, key: str) -> bool:
        """Kill a task or take it out of the queue, and report nothing more about it; return whether it was here.

        When this returns its process is gone, and the listener gets no more calls for it. A call of `ended` that is
        under way returns first.
        """
        with self._changed:
            if self._queue.drop(key):
                return True
            run = self._running.get(key)
        if run is None:
            return False
        self._silence(run)
        return True

    def close(self, grace_seconds: float) -> None:
        """Begin nothing more, ask what runs for its best plan so far, wait `grace_seconds`, then kill the rest.

        A solve without a plan may go on until it has one or the wait is over: an empty answer would be kept, whereas a
        solve that is killed is not reported and is submitted again.
        """
        deadline = time.monotonic() + grace_seconds
        with self._changed:
            self._closed = True
            self._queue.clear()
            self._changed.notify_all()
            running = list(self._running.values())
        for run in running:
            if run.task.background:
                run.silent = True
                run.supervision.abandon()
            else:
                run.supervision.finish_gracefully()
        others = [run for run in running if run.thread is not threading.current_thread()]
        for run in others:
            run.over.wait(max(0.0, deadline - time.monotonic()))
        for run in running:
            if not run.over.is_set():
                self._silence(run)
        for place in self._places:
            if place is not threading.current_thread():
                place.join()

    def _take(self, task: Task) -> None:
        if not self._closed and task.key not in self._running and task.key not in self._queue:
            self._queue.put(task)
            self._changed.notify()

    def _yielding(self) -> list[_Run]:
        """Return what is done in the background and has to make room for what waits, each once; the lock is held."""
        free = len(self._places) - sum(not run.yielding for run in self._running.values())
        background = [run for run in self._running.values() if run.task.background and not run.yielding]
        chosen = background[: max(0, self._queue.pressing - free)]
        for run in chosen:
            run.yielding = True
        return chosen

    def _silence(self, run: _Run) -> None:
        run.silent = True
        run.supervision.abandon()
        if run.thread is not threading.current_thread():
            run.over.wait()

    def _serve(self) -> None:
        while (run := self._next()) is not None:
            self._do(run)
            with self._changed:
                del self._running[run.task.key]
            run.over.set()

    def _next(self) -> _Run | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._queue) > 0)
            task = self._queue.take()
            if task is None:
                return None
            run = _Run(task, Supervision(task, self._limits, self._work))
            self._running[task.key] = run
            return run

    def _do(self, run: _Run) -> None:
        def started(key: str, attempt: int) -> None:
            run.tell(partial(self._listener.started, key, attempt))

        def moved(key: str, progress: Progress) -> None:
            run.tell(partial(self._listener.moved, key, progress))

        def kept(_: str, plan: str) -> None:
            if run.task.keep is not None:
                run.tell(partial(run.task.keep, plan))

        outcome: Outcome | None
        try:
            outcome = run.supervision.run(started, moved, kept)
        except Exception:
            # A bug costs this task, not the thread: the queue goes on, and who waits for the task is told.
            log.exception("Task %s was lost.", run.task.key)
            outcome = Failed(Reason.BUG, "The solve was lost: a bug or a fault, written to the log.")
        # The listener may submit the next task on hearing of the end, before this place is quite free again.
        run.ending = True
        if outcome is not None:
            run.tell(partial(self._listener.ended, run.task.key, outcome))


class _Run:
    """A task that has a place: its supervision, and whether the listener still gets calls for it."""

    def __init__(self, task: Task, supervision: Supervision) -> None:
        self.task = task
        self.supervision = supervision
        self.thread = threading.current_thread()
        self.silent = self.ending = self.yielding = False
        self.over = threading.Event()

    def tell(self, call: Callable[[], None]) -> None:
        """Make a call of the listener, unless the task was abandoned; what it raises goes to the log."""
        if self.silent:
            return
        try:
            call()
        except Exception:
            # The listener is the caller's: whatever it raises must not lose the outcome of a solve.
            log.exception("The listener failed on task %s.", self.task.key)
