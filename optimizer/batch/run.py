"""Hands the open jobs of a batch to an executor, and records their results in the folder."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from optimizer.answers.batch import JobFigures
from optimizer.batch.folder import Folder
from optimizer.batch.jobs import Job
from optimizer.batch.record import is_worth_keeping, plan_in, result_of
from optimizer.execution.executor import Executor, Listener, Outcome, Task
from optimizer.solve.control import Progress

GRACE_SECONDS = 60.0
"""Time for an interrupted search to end with what it has: its step, the verifier, the simulation."""
HEARTBEAT_SECONDS = 0.1


class Watcher(Protocol):
    """Shows how a batch goes; called from threads of the executor."""

    def began(self, key: str) -> None:
        """Take note that a job is being solved."""

    def moved(self, key: str, progress: Progress) -> None:
        """Take note of how far its search is."""

    def ended(self, key: str, figures: JobFigures | None) -> None:
        """Take note of its figures; None where it stays open."""


def solve(
    jobs: Sequence[Job],
    folder: Folder,
    make_executor: Callable[[Listener], Executor],
    watcher: Watcher,
    cancel: threading.Event,
) -> None:
    """Solve every job, and keep the results in the folder as they come.

    Parameters
    ----------
    jobs
        Those to be solved, each with its scenario in the folder.
    make_executor
        Makes the executor, given the listener of its tasks.
    cancel
        Set it to begin nothing more and to have what runs recorded with its best plan so far.

    Raises
    ------
    InputError
        A result cannot be written: no further job is solved then, as its result would be lost.
    """
    if not jobs:
        return
    run = _Run([job.key for job in jobs], folder, watcher)
    executor = make_executor(run)
    grace = 0.0
    try:
        for job in jobs:
            executor.submit(Task(job.key, job.settings, partial(_text, folder, job.key)))
        if run.interrupted(cancel):
            grace = GRACE_SECONDS
            _end_early(executor, run)
    finally:
        executor.close(grace)
    if run.broken is not None:
        raise run.broken


def _end_early(executor: Executor, run: _Run) -> None:
    """Take what waits out of the queue, then ask what runs for its plan; searches without one are not waited for."""
    for key in run.waiting():
        executor.abandon(key)
    for key in run.running():
        executor.finish(key)


def _text(folder: Folder, key: str) -> str:
    return folder.file("scenarios", key).read_text(encoding="utf-8")


class _Run:
    """The listener: keeps count of the jobs that have not ended, and records those that have."""

    def __init__(self, keys: Sequence[str], folder: Folder, watcher: Watcher) -> None:
        self._open = dict.fromkeys(keys)
        self._begun: set[str] = set()
        self._folder = folder
        self._watcher = watcher
        self._changed = threading.Condition()
        self._ending = False
        self.broken: Exception | None = None

    def interrupted(self, cancel: threading.Event) -> bool:
        """Wait until every job has ended, a result could not be kept, or the batch is interrupted; return the last."""
        with self._changed:
            while self._open and self.broken is None:
                if cancel.is_set():
                    self._ending = True
                    return True
                self._changed.wait(HEARTBEAT_SECONDS)
        return False

    def waiting(self) -> list[str]:
        """Return the jobs that have no place yet, the last first, so that none of them gets one meanwhile."""
        with self._changed:
            return [key for key in reversed(self._open) if key not in self._begun]

    def running(self) -> list[str]:
        """Return the jobs that have a place."""
        with self._changed:
            return [key for key in self._open if key in self._begun]

    def started(self, key: str, attempt: int) -> None:  # noqa: ARG002
        """Show that a job is being solved."""
        with self._changed:
            self._begun.add(key)
        self._watcher.began(key)

    def moved(self, key: str, progress: Progress) -> None:
        """Show how far it is."""
        self._watcher.moved(key, progress)

    def ended(self, key: str, outcome: Outcome) -> None:
        """Record how it ended."""
        figures: JobFigures | None = None
        try:
            result = result_of(key, outcome, interrupted=self._ending)
            if result is not None:
                if is_worth_keeping(result, self._folder.result(key)):
                    self._folder.record(result, plan_in(outcome))
                figures = result.found
        except Exception as error:  # noqa: BLE001
            # `solve` raises it; raised here, it would reach only the executor.
            self.broken = self.broken or error
        try:
            self._watcher.ended(key, figures)
        finally:
            with self._changed:
                self._open.pop(key, None)
                self._changed.notify_all()
