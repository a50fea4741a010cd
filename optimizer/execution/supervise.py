"""One task from its text to its outcome, for any queue: a process, and another where that one dies."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable

from optimizer.execution.attempt import Attempt, ResourceLimits
from optimizer.execution.executor import Failed, Finished, Outcome, Reason, Task
from optimizer.execution.process import FORK_SERVER, Child, StartError
from optimizer.execution.process_messages import WorkRequest
from optimizer.solve.control import Progress

SOLVE = "optimizer.execution.child:plan_of"
ATTEMPTS = 2
PATIENCE_OF_A_RETRY_SECONDS = 5.0
START_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
LEAVES_ITS_PLAN = (Reason.DIED, Reason.OUT_OF_TIME, Reason.OUT_OF_MEMORY)
"""Ends of a process after which the best plan it had sent is the answer; a bug may concern that plan, too."""

log = logging.getLogger(__name__)


class Supervision:
    """Looks after one task; `run` is for one thread, the other methods for any.

    Parameters
    ----------
    task
        What is to be done.
    limits
        Of each attempt.
    work
        Import path, ``module:function``, of what does it where the task does not say.
    """

    def __init__(self, task: Task, limits: ResourceLimits, work: str = SOLVE) -> None:
        self._task = task
        self._limits = limits
        self._work = task.work or work
        self._lock = threading.Lock()
        self._current: Attempt | None = None
        self._patience: float | None = None
        self._incumbent: str | None = None
        self._abandoned = self._last = False
        self._hurry = threading.Event()

    def run(
        self,
        started: Callable[[str, int], None],
        moved: Callable[[str, Progress], None],
        kept: Callable[[str, str], None] | None = None,
    ) -> Outcome | None:
        """Do the task and return how it ended; None if there is nothing to report.

        That is so when the task was abandoned, when `Task.load` raises LookupError, which withdraws it, and when the
        process died while it was winding up or the whole program was ending: the task is then to be submitted again.

        A process that dies by itself is replaced once, by one that begins with the best plan so far; limits and
        refusals are final. A request to finish that came before the replacement stands, but waits a few seconds for a
        first plan, or nothing would be returned. Where a process that is gone for good had sent a plan, that is the
        outcome. What the callables raise is raised here, after the process is gone.
        """
        outcome: Outcome | None = None
        for number in range(1, ATTEMPTS + 1):
            try:
                text = self._task.load()
                if self._incumbent is None and self._task.start is not None:
                    self._incumbent = self._task.start()
            except LookupError:
                return None
            except Exception:
                # `load` is the caller's, a file or a database: whatever it raises ends this task alone.
                log.exception("The scenario of task %s could not be loaded.", self._task.key)
                return Failed(Reason.BUG, "The scenario could not be loaded: a bug or a fault, written to the log.")
            if self._abandoned or self._last:
                return None
            started(self._task.key, number)
            outcome = self._attempt(number, text, moved, kept)
            if self._abandoned or (_died(outcome) and self._nobody_waits):
                return None
            if not _died(outcome):
                break
        return self._with_plan(outcome)

    def finish(self) -> None:
        """Ask for the best plan so far, at once, whether there is one or not."""
        self._ask(0.0)

    def finish_gracefully(self) -> None:
        """Ask for the best plan so far, or for the first one where there is none yet; begin no other attempt."""
        self._last = True
        self._hurry.set()
        self._ask(math.inf)

    def abandon(self) -> None:
        """Kill the process and return when it is gone; `run` then returns None.

        A process that is just being started is killed as soon as it is there; only `run` waits for that.
        """
        with self._lock:
            self._abandoned = True
            self._hurry.set()
            current = self._current
        if current is not None:
            current.kill()

    def _with_plan(self, outcome: Outcome | None) -> Outcome | None:
        """Return the best plan so far in place of the failure of a process that had sent one."""
        lost = isinstance(outcome, Failed) and outcome.reason in LEAVES_ITS_PLAN
        if not lost or self._incumbent is None:
            return outcome
        log.error("Task %s ends with the best plan it had: %s", self._task.key, outcome)
        return Finished(self._incumbent)

    @property
    def _nobody_waits(self) -> bool:
        """Whether a process may die without anybody missing it."""
        return self._abandoned or self._last or FORK_SERVER.stopped

    def _ask(self, patience: float) -> None:
        with self._lock:
            self._patience = patience if self._patience is None else min(patience, self._patience)
            current = self._current
        if current is not None:
            current.finish(patience)

    def _attempt(
        self,
        number: int,
        text: str,
        moved: Callable[[str, Progress], None],
        kept: Callable[[str, str], None] | None,
    ) -> Outcome:
        settings = self._task.settings

        def keep(key: str, plan: str) -> None:
            self._incumbent = plan
            if kept is not None:
                kept(key, plan)

        child = self._started()
        if child is None:
            return Failed(Reason.DIED, "The solver's process could not be started; the log says more.")
        attempt = Attempt(self._task.key, child, settings.time_limit_seconds, self._limits)
        with self._lock:
            self._current = attempt
            abandoned, patience = self._abandoned, self._patience
        if abandoned:
            child.kill()
        if patience is not None:
            attempt.finish(patience if number == 1 else max(patience, PATIENCE_OF_A_RETRY_SECONDS))
        try:
            parts = None if self._task.parts is None else self._task.parts()
            request = WorkRequest(
                self._work, text, settings.model_dump_json(), in_parts=parts is not None, start=self._incumbent
            )
            outcome = attempt.run(request, moved, keep, parts)
            if _died(outcome) and not self._nobody_waits:
                log.error("Task %s lost its process. Its last words:\n%s", self._task.key, attempt.last_words())
            return outcome
        finally:
            with self._lock:
                self._current = None
            child.close()

    def _started(self) -> Child | None:
        """Return a process; where the system refuses a process or a descriptor, try again a few times."""
        for seconds in (*START_PAUSES, None):
            try:
                return FORK_SERVER.start()
            except (StartError, OSError):
                if self._nobody_waits:
                    return None
                log.exception("No process could be started for task %s.", self._task.key)
            if seconds is not None and self._hurry.wait(seconds):
                return None
        return None


def _died(outcome: Outcome) -> bool:
    return isinstance(outcome, Failed) and outcome.reason is Reason.DIED
