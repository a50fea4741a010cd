"""One task on an executor of its own, waited for."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from optimizer.execution.executor import Executor, Listener, Outcome, Task
from optimizer.solve.control import Progress

HEARTBEAT_SECONDS = 0.1
ASK_SECONDS = 2.0
"""Seconds until an executor that could not pass the request to finish on is asked once more."""


def outcome_of(
    task: Task,
    make_executor: Callable[[Listener], Executor],
    tell: Callable[[Progress], None],
    cancel: threading.Event,
) -> Outcome | None:
    """Do a task and return how it ended; None if it was cancelled before it had a place.

    Parameters
    ----------
    make_executor
        Makes the executor, given its listener; it is closed when this returns.
    tell
        Called with how the task goes, from a thread of the executor's.
    cancel
        Set it to have the task end with the best plan so far.
    """
    watch = _Watch(tell)
    executor = make_executor(watch)
    try:
        executor.submit(task)
        due = 0.0
        while not watch.over.wait(HEARTBEAT_SECONDS):
            if not cancel.is_set() or time.monotonic() < due:
                continue
            asked = executor.finish(task.key)
            if not asked and not watch.begun.is_set():
                return None
            due = math.inf if asked else time.monotonic() + ASK_SECONDS
    finally:
        executor.close(0.0)
    return watch.outcome


class _Watch:
    """The listener."""

    def __init__(self, tell: Callable[[Progress], None]) -> None:
        self._tell = tell
        self.begun = threading.Event()
        self.over = threading.Event()
        self.outcome: Outcome | None = None

    def started(self, key: str, attempt: int) -> None:  # noqa: ARG002
        """Take note that it has a place."""
        self.begun.set()

    def moved(self, key: str, progress: Progress) -> None:  # noqa: ARG002
        """Pass on how it goes."""
        self._tell(progress)

    def ended(self, key: str, outcome: Outcome) -> None:  # noqa: ARG002
        """Keep how it ended."""
        self.outcome = outcome
        self.over.set()
