"""A task as an executor follows it: from handing it to the cluster, again if need be, to what it came to."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from distributed import KilledWorker

from optimizer.execution.attempt import ResourceLimits
from optimizer.execution.cluster.messages import Event, Key, outcome_of, unpacked
from optimizer.execution.cluster.scheduler import ClusterError
from optimizer.execution.cluster.scheduler_client import SchedulerClient
from optimizer.execution.cluster.thread_pool import SerialQueue, ThreadPool
from optimizer.execution.executor import Failed, Finished, Listener, Outcome, Reason, Task

GATHER_SECONDS = 60.0
PAUSE_SECONDS = 1.0
MOST_STARTS = 2
MOST_ERRORS = 2
UNLOADABLE = Failed(Reason.BUG, "The scenario could not be loaded: a bug or a fault, written to the log.")
DEADLY = Failed(Reason.DIED, f"{MOST_STARTS} workers of the cluster were lost while they solved it.")
REFUSED = Failed(Reason.BUG, "The cluster could not run the solve: a bug or a fault, written to the log.")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TaskContext:
    """What the tracked tasks of one executor share; `handed` is called when one was handed over, or could not be."""

    scheduler_client: SchedulerClient
    listener: Listener
    threads: ThreadPool
    limits: ResourceLimits
    work: str
    handed: Callable[[], None]


class TrackedTask:
    """One task; what is done about it and reported of it comes in order.

    Parameters
    ----------
    key
        The task's on the cluster.
    over
        Called when there is nothing more to follow.
    priority
        On the cluster: a higher one goes first.

    Attributes
    ----------
    begun
        Set when it has a place for the first time.
    ended
        Set when nothing more is done about it.
    """

    def __init__(
        self, task: Task, key: Key, context: TaskContext, over: Callable[[TrackedTask], None], priority: int = 0
    ) -> None:
        self.task = task
        self.key = key
        self.begun = threading.Event()
        self.ended = threading.Event()
        self._context = context
        self._over = over
        self._priority = priority
        self._queue = SerialQueue(context.threads)
        self._lock = threading.Lock()
        self._future: Any = None
        self._handing = self._handed = self._finish_requested = False
        self._due = 0.0
        self._worker: str | None = None
        self._starts: set[str] = set()
        self._announced: set[tuple[str, int]] = set()
        self._last_move: Event | None = None
        self._errors = 0

    @property
    def handed(self) -> bool:
        """Whether the cluster has it, or is to have it as soon as it can be reached."""
        return self._handed

    @property
    def coming(self) -> bool:
        """Whether it is on its way to the cluster."""
        return self._handing

    @property
    def worker(self) -> str | None:
        """Address of the worker that solves it; None where none does."""
        return self._worker

    @property
    def at_scheduler(self) -> bool:
        """Whether it was given to the scheduler that there is a connection to now."""
        future = self._future
        return future is not None and future.client is self._context.scheduler_client.client

    def hand_over(self) -> None:
        """Have it given to the cluster."""
        with self._lock:
            if self._handing:
                return
            self._handed = self._handing = True
        self._queue.post(self._hand_over)

    def lose(self) -> None:
        """Forget what a scheduler that is gone had of it, and have it given to the next."""
        with self._lock:
            self._future, self._worker = None, None
            self._starts.clear()
        self.hand_over()

    def look_after(self) -> None:
        """Have it given to the cluster again, if that has lost it and the time has come."""
        if self._future is not None and not self.at_scheduler:
            # Handed to a scheduler just as the connection was lost.
            self._future = None
        if self._handed and self._future is None and time.monotonic() >= self._due:
            self.hand_over()

    def on_event(self, event: Event) -> None:
        """Take note of an event from its worker."""
        if event.kind == "started":
            self._on_start(event)
        elif event.kind == "moved":
            self._on_move(event)
        elif event.kind == "kept":
            if event.start in self._starts and event.plan is not None and self.task.keep is not None:
                self._queue.post(partial(self._keep, event.plan))
        elif event.kind == "given back":
            with self._lock:
                self._starts.discard(event.start)
                self._worker = None

    def request_finish(self) -> None:
        """Remember that its best plan so far was asked for, should another worker have to begin it anew."""
        self._finish_requested = True

    def finish_gracefully(self) -> None:
        """Ask for its best plan so far, or the first one where there is none yet."""
        self._queue.post(self._finish_gracefully)

    def mute(self) -> None:
        """Report nothing more of it; return when it is not on its way to the cluster."""
        self._queue.silence()
        if self._handing:
            self._queue.join()

    def drop(self) -> None:
        """Do nothing more about it; return when the call of the listener has returned, unless that calls this."""
        self._queue.silence()
        self._queue.join()
        self._release()
        self.ended.set()

    def _on_start(self, event: Event) -> None:
        with self._lock:
            announced = (event.start, event.attempt) in self._announced
            again = event.start not in self._starts
            self._starts.add(event.start)
            self._announced.add((event.start, event.attempt))
            self._worker = event.origin
            deadly = len(self._starts) > MOST_STARTS
        self.begun.set()
        if deadly:
            self._queue.post(partial(self._end, DEADLY))
        elif not announced:
            self._queue.post(partial(self._context.listener.started, self.task.key, event.attempt))
        if again and self._finish_requested:
            self.finish_gracefully()

    def _on_move(self, event: Event) -> None:
        """Report progress, unless it is of a start that was lost, or was repeated for another executor."""
        if event.start in self._starts and event.progress is not None and event != self._last_move:
            self._last_move = event
            tell = partial(self._context.listener.moved, self.task.key, event.progress)
            self._queue.post(tell, newest=True)

    def _keep(self, plan: bytes) -> None:
        if self.task.keep is not None:
            self.task.keep(unpacked(plan))

    def _hand_over(self) -> None:
        try:
            if self._future is None:
                self._give()
        except LookupError:
            self._leave()
        except ClusterError as error:
            log.warning("Task %s could not be handed to the cluster; trying again: %s", self.task.key, error)
            self._due = time.monotonic() + PAUSE_SECONDS
        except Exception:
            # `load` is the caller's, a file or a database: whatever it raises is final for this task.
            log.exception("The scenario of task %s could not be loaded.", self.task.key)
            self._end(UNLOADABLE)
        finally:
            self._handing = False
            self._context.handed()

    def _give(self) -> None:
        """Hand it over; where another executor has done so before, ask its worker how far it is."""
        scheduler_client, task = self._context.scheduler_client, self.task
        text = task.load()
        start = None if task.start is None else task.start()
        state = scheduler_client.survey([self.key]).tasks.get(self.key)
        work = task.work or self._context.work
        limits, priority = self._context.limits, self._priority
        future = scheduler_client.hand_over(self.key, work, text, task.settings, limits, priority, start)
        self._future = future
        future.add_done_callback(self._settled)
        if state is not None and state.worker is not None:
            scheduler_client.ask("tell_again", [self.key], state.worker)

    def _settled(self, future: Any) -> None:
        self._queue.post(partial(self._take, future))

    def _take(self, future: Any) -> None:
        """Take what a future came to; one that is not of now is of a scheduler that is gone."""
        if future is not self._future:
            return
        status = future.status
        if status == "finished":
            self._take_answer(future)
        elif status == "error":
            self._take_error(future.exception())
        else:
            self._retry()

    def _take_answer(self, future: Any) -> None:
        try:
            answer = future.result(timeout=GATHER_SECONDS)
        except TimeoutError:
            # Its worker was lost with it, and it is being solved again.
            future.add_done_callback(self._settled)
        except Exception as error:  # noqa: BLE001
            # Dask raises what it meets on the way here: network, unpickling, an own error. To solve it again cures all.
            log.warning("The result of task %s did not arrive; it is solved again: %s", self.task.key, error)
            self._retry()
        else:
            self._end(outcome_of(answer))

    def _take_error(self, error: BaseException) -> None:
        if isinstance(error, KilledWorker):
            # Dask counts workers lost while the task only waited there, too.
            if len(self._starts) >= MOST_STARTS:
                self._end(DEADLY)
                return
        else:
            self._errors += 1
            log.error("The cluster failed on task %s.", self.task.key, exc_info=error)
            if self._errors >= MOST_ERRORS:
                self._end(REFUSED)
                return
        self._retry()

    def _retry(self) -> None:
        """Have it given to the cluster again soon, once all who wanted it have let go of what it came to."""
        self._due = time.monotonic() + PAUSE_SECONDS
        self._worker = None
        self._release()

    def _finish_gracefully(self) -> None:
        if self._worker is not None:
            self._finish_requested = True
            self._context.scheduler_client.ask("finish_gracefully", [self.key], self._worker)

    def _end(self, outcome: Outcome) -> None:
        """Report the outcome, after the start if that was not reported yet."""
        listener, key = self._context.listener, self.task.key
        try:
            if isinstance(outcome, Finished) and not self._announced:
                listener.started(key, 1)
            listener.ended(key, outcome)
        finally:
            self._leave()

    def _leave(self) -> None:
        self._queue.silence()
        self._release()
        self.begun.set()
        self.ended.set()
        self._over(self)

    def _release(self) -> None:
        future, self._future = self._future, None
        if future is not None:
            future.release()
