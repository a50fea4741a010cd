"""Fuller diagnoses of runs that are done: in the background of the runs, each once, none pending for ever.

The table is the truth here, too: what awaits a fuller diagnosis is submitted when its plan is recorded, when the
service starts and again and again, until it is recorded or its time has passed. What cannot be had is given up, which
is recorded like a diagnosis, so that whoever waits for it hears the end.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

from api.logs import log
from api.metrics import Metrics
from api.notifier import Notifier
from api.outcomes import count_answer, fuller
from api.store import RunRecord, Store, StoreError
from optimizer.execution.executor import Executor, Outcome, Task
from optimizer.solve.settings import Settings

T = TypeVar("T")
WORK = "optimizer.execution.child:diagnosis_of"
SUFFIX = ".diagnosis"


class Persisted(Protocol):
    """Does what must not be lost, again and again while the database is away."""

    def __call__(self, work: Callable[[], T], /) -> T:
        """Return what the work returns; raise its `StoreError` where the service stops."""


class Diagnoses:
    """Submits fuller diagnoses to the executor of the runs and records them.

    Parameters
    ----------
    seconds
        For each, at most; 0: what is pending is given up.
    """

    def __init__(
        self,
        store: Store,
        notifier: Notifier,
        metrics: Metrics,
        executor: Executor,
        seconds: float,
        persisted: Persisted,
    ):
        self._store = store
        self._notifier = notifier
        self._metrics = metrics
        self._executor = executor
        self._seconds = seconds
        self._persisted = persisted

    def take_up(self, run_id: str | None = None) -> None:
        """Submit whatever is pending, or this run only; give up what comes too late, or is not wanted any more."""
        for run in self._store.undiagnosed(run_id):
            late = run.diagnosis_until is not None and run.diagnosis_until <= self._store.now()
            if late or self._seconds == 0:
                self.give_up(run.id)
            else:
                self._take_up(run)

    def _take_up(self, run: RunRecord) -> None:
        try:
            self._submit(run)
        except ValueError:
            # One odd row must not keep the others from being diagnosed.
            log.exception("a run cannot be diagnosed", extra={"run_id": run.id})
            self.give_up(run.id)

    def _submit(self, run: RunRecord) -> None:
        given = Settings(**run.settings)
        settings = given.model_copy(update={"time_limit_seconds": min(self._seconds, given.time_limit_seconds)})
        load = partial(self._documents, run.id)
        self._executor.submit(Task(run.id + SUFFIX, settings, load, run.workspace_id, WORK, background=True))

    def finish(self, run_id: str) -> None:
        """End with what was answered by now; what has not begun is given up."""
        if not self._executor.finish(run_id + SUFFIX):
            self.give_up(run_id)

    def give_up(self, run_id: str) -> None:
        """Leave the plan as it is, and have that recorded."""
        self.abandon(run_id)
        if self._store.diagnosed(run_id, None):
            log.info("fuller diagnosis given up", extra={"run_id": run_id})
        self._notifier.notify(run_id)

    def abandon(self, run_id: str) -> None:
        """Kill it, or take it out of the queue; nothing is recorded."""
        self._executor.abandon(run_id + SUFFIX)

    def ended(self, run_id: str, outcome: Outcome) -> None:
        """Record what came of it: a plan that takes the place of the run's, or nothing."""
        if self._record(run_id, outcome):
            count_answer(self._metrics, "diagnosis", outcome)
            log.info("run diagnosed", extra={"run_id": run_id, "outcome": type(outcome).__name__.lower()})
        self._notifier.notify(run_id)

    def _record(self, run_id: str, outcome: Outcome) -> bool:
        try:
            found = fuller(outcome)
            return self._persisted(lambda: self._store.diagnosed(run_id, found))
        except StoreError:
            raise
        except Exception:  # noqa: BLE001
            # Whatever cannot be recorded, the run must not wait for its diagnosis for ever.
            log.exception("a diagnosis cannot be recorded", extra={"run_id": run_id})
            return self._persisted(lambda: self._store.diagnosed(run_id, None))

    def _documents(self, run_id: str) -> str:
        try:
            text = self._persisted(lambda: self._store.to_diagnose(run_id))
        except StoreError as error:
            # Taken back rather than given up: it is still pending in the table.
            raise LookupError(run_id) from error
        if text is None:
            raise LookupError(run_id)
        return text
