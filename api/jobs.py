"""Runs on their way: from the run table to an executor, and what becomes of them back into the table.

The table is the truth. What is not there did not happen, and every open run there is submitted, when the service
starts and again and again. To submit a run twice is to submit it once: an executor names its tasks by the runs' ids,
and a cluster does so whichever server submits them. Several servers over one database that share a cluster all submit
every open run, and all receive its progress; the first one records it. What is open is asked again as a run begins: one
that has ended since it was listed is not solved again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TypeVar

from api.diagnoses import SUFFIX, Diagnoses
from api.logs import log
from api.metrics import Metrics
from api.notifier import Notifier
from api.outcomes import count, ending, planned
from api.store import OPEN, Cancelled, Ending, Failure, FinishAsker, Planned, RunRecord, State, Store, StoreError
from optimizer.execution.executor import Executor, Failed, Outcome, Reason, Task
from optimizer.solve.control import Progress
from optimizer.solve.settings import Settings

T = TypeVar("T")
LONGEST_PAUSE_SECONDS = 8.0
LOST = {Reason.DIED.value, Reason.OUT_OF_TIME.value, Reason.OUT_OF_MEMORY.value}
"""Failures after which the best plan that was kept is the result."""
UNRECORDED = Failure("internal_error", "The result could not be recorded: a bug, written to the log.")
UNREADABLE = Failure("internal_error", "The run's settings cannot be read: written by another version.")


class Jobs:
    """Submits runs to an executor and records their progress and results.

    Parameters
    ----------
    make_executor
        Makes the executor that reports to this object.
    clustered
        Whether the executor outlives this service, which then neither restarts nor ends what runs there.
    diagnosis_seconds
        For the fuller diagnosis of a run that is done; 0: none.
    most_attempts
        Most times that a run's solve is begun here, over restarts; what kills its server each time must not do so for
        ever. A cluster has a limit of its own.
    """

    def __init__(
        self,
        store: Store,
        notifier: Notifier,
        metrics: Metrics,
        make_executor: Callable[[Jobs], Executor],
        *,
        clustered: bool = False,
        diagnosis_seconds: float = 0.0,
        most_attempts: int = 6,
    ):
        self._store = store
        self._notifier = notifier
        self._metrics = metrics
        self._clustered = clustered
        self._most_attempts = most_attempts
        self._finishing: set[str] = set()
        self._diagnose_further = diagnosis_seconds > 0
        self.executor = make_executor(self)
        self._diagnoses = Diagnoses(store, notifier, metrics, self.executor, diagnosis_seconds, self._persisted)

    def resume(self) -> int:
        """Submit every run that is not in a final state; return how many."""
        runs = self._store.open_runs()
        for run in runs:
            if run.state is State.RUNNING and not self._clustered:
                if self._begun_too_often(run.id):
                    continue
                self._store.requeue(run.id)
            log.info("run accepted", extra={"run_id": run.id})
            self._take_up(run)
        self._diagnoses.take_up()
        return len(runs)

    def take_up(self) -> None:
        """Submit again every open run that may have been missed.

        This picks up a run whose row was written as the connection broke, a run of another server, and a run that the
        cluster lost. Runs that this service is solving itself are left alone.
        """
        for run in self._store.open_runs():
            if run.state is State.QUEUED or self._clustered:
                self._take_up(run)
        self._diagnoses.take_up()

    def _take_up(self, run: RunRecord) -> None:
        if run.finish_asked == "request":
            self._finishing.add(run.id)
        try:
            self._submit(run)
        except ValueError:
            # One odd row must not keep the others from being solved.
            log.exception("a run cannot be resumed", extra={"run_id": run.id})
            self._store.end(run.id, UNREADABLE)

    def submit(self, run: RunRecord) -> None:
        """Have a run solved when its turn comes; once, however often it is submitted."""
        log.info("run accepted", extra={"run_id": run.id})
        self._submit(run)

    def _submit(self, run: RunRecord) -> None:
        settings = Settings(**run.settings)
        load, start, keep = (
            partial(self._scenario, run.id),
            partial(self._incumbent, run.id),
            partial(self._keep, run.id),
        )
        self.executor.submit(Task(run.id, settings, load, run.workspace_id, start=start, keep=keep))

    def finish(self, run: RunRecord, by: FinishAsker = "request") -> State | None:
        """Ask for the best plan so far; return the state the run was in, None if it is gone.

        A run that has not begun has nothing to keep: it is cancelled. One that is done keeps the plan it has, and its
        pending diagnosis is ended.
        """
        state = self._store.finish_asked(run.id, by)
        if state is State.RUNNING:
            self.executor.finish(run.id)
        elif state is State.QUEUED and self._store.end(run.id, Cancelled()):
            self.executor.abandon(run.id)
            log.info("run cancelled before it began", extra={"run_id": run.id})
        elif state is State.DONE:
            self._diagnoses.finish(run.id)
        self._notifier.notify(run.id)
        return state

    def erase(self, run: RunRecord) -> bool:
        """Give a run up, and remove all there is of it; return whether it was there."""
        erased = self._store.with_reserve(lambda: self._erased(run))
        if not run.settled:
            self._diagnoses.abandon(run.id)
        self._notifier.notify(run.id)
        log.info("run erased", extra={"run_id": run.id})
        return erased

    def _erased(self, run: RunRecord) -> bool:
        # Ended first, so that a result on its way finds the run closed.
        self._store.end(run.id, Cancelled())
        self.executor.abandon(run.id)
        return self._store.erase(run.workspace_id, run.id)

    def expire(self, keep: timedelta) -> int:
        """Erase what ended longer ago than this, a part at a time; return how many runs that were."""
        old = self._store.expired(self._store.now() - keep)
        for run in old:
            log.info("run has expired", extra={"run_id": run.id})
            self.erase(run)
        return len(old)

    def close(self, grace_seconds: float) -> None:
        """Let running solves save their best plan; queued runs stay queued in the table.

        On a cluster this concerns only runs that no other server follows; which ones shows as they end.
        """
        try:
            for run in () if self._clustered else self._store.open_runs():
                if run.state is State.RUNNING:
                    self._store.finish_asked(run.id, "shutdown")
        except StoreError as error:
            log.error("the database did not take that runs are to finish", exc_info=error)
        self.executor.close(grace_seconds)

    def give_up(self) -> None:
        """Kill what runs, since another server has taken the runs."""
        self.executor.close(0)

    def started(self, key: str, attempt: int) -> None:
        """Record that a run has a place."""
        if key.endswith(SUFFIX):
            return
        if self._persisted(lambda: self._store.start(key, attempt)):
            log.info("run started", extra={"run_id": key, "attempt": attempt})
        elif self._persisted(lambda: self._store.state(key)) not in OPEN:
            # Cancelled or erased between being added and being submitted. One that is open was recorded before: by
            # another server, or by this one with a connection that broke before the answer.
            self.executor.abandon(key)
        self._notifier.notify(key)

    def moved(self, key: str, progress: Progress) -> None:
        """Record phase, incumbent and bound."""
        if key.endswith(SUFFIX):
            return
        if key in self._finishing and progress.value:
            # Asked for before a restart: the plan of then is lost, the first one of now is kept.
            self._finishing.discard(key)
            self.executor.finish(key)
        self._store.move(key, progress)
        self._notifier.notify(key)

    def ended(self, key: str, outcome: Outcome) -> None:
        """Record how a run, or the diagnosis of one, ended."""
        if key.endswith(SUFFIX):
            self._diagnoses.ended(key.removesuffix(SUFFIX), outcome)
            return
        self._finishing.discard(key)
        result = self._result(key, outcome)
        if self._clustered and self._notifier.stopping:
            with suppress(StoreError):
                self._store.finish_asked(key, "shutdown")
        if self._record(key, result):
            count(self._metrics, "run", result)
            log.info("run ended", extra={"run_id": key, "outcome": type(result).__name__.lower()})
        self._notifier.notify(key)
        if isinstance(result, Planned) and result.diagnosis_pending:
            with suppress(StoreError):
                self._diagnoses.take_up(key)

    def _result(self, key: str, outcome: Outcome) -> Planned | Failure:
        """Return what a run comes to; a solver that was lost leaves the best plan that was kept, if one was."""
        result = ending(outcome, diagnose_further=self._diagnose_further)
        if isinstance(result, Failure) and result.code in LOST:
            with suppress(StoreError):
                if (kept := self._persisted(lambda: self._store.incumbent_for(key))) is not None:
                    log.error("run ends with the best plan it had", extra={"run_id": key, "failure": result.code})
                    return planned(kept)
        return result

    def _begun_too_often(self, key: str) -> bool:
        """Return whether a run may not be begun again; it then ends with the best plan that was kept, or fails."""
        if self._clustered or (attempts := self._store.attempts(key)) < self._most_attempts:
            return False
        self.ended(key, Failed(Reason.DIED, f"Its solve was begun {attempts} times and was lost each time."))
        return True

    def _keep(self, key: str, plan: str) -> None:
        """Record the best plan so far; the next one will do where the database does not take it."""
        try:
            self._store.keep_incumbent(key, plan)
        except StoreError as error:
            log.warning("the best plan so far was not kept: %s", error, extra={"run_id": key})

    def _incumbent(self, key: str) -> str | None:
        try:
            return self._persisted(lambda: self._store.incumbent_for(key))
        except StoreError as error:
            raise LookupError(key) from error

    def _record(self, key: str, result: Ending) -> bool:
        try:
            return self._persisted(lambda: self._end(key, result))
        except StoreError:
            raise
        except Exception:  # noqa: BLE001
            # Whatever cannot be recorded, the run must end, or it would be taken up and solved again for ever.
            log.exception("a result cannot be recorded", extra={"run_id": key})
            return self._persisted(lambda: self._end(key, UNRECORDED))

    def _end(self, key: str, result: Ending) -> bool:
        if self._store.end(key, result):
            return True
        # Begun while no server listened: the start is recorded with the end.
        return self._store.state(key) is State.QUEUED and self._store.start(key, 1) and self._store.end(key, result)

    def _persisted(self, work: Callable[[], T]) -> T:
        """Do what must not be lost, again and again while the database is away; the place waits with it.

        A service that stops gives up: what is not recorded is open in the table, and solved again after the restart.
        """
        pause = 1.0
        while True:
            try:
                return work()
            except StoreError as error:
                if self._notifier.stopping:
                    raise
                log.error("the database did not take it; trying again", exc_info=error)
                time.sleep(pause)
                pause = min(LONGEST_PAUSE_SECONDS, 2 * pause)

    def _scenario(self, key: str) -> str:
        try:
            if self._persisted(lambda: self._begun_too_often(key)):
                raise LookupError(key)
            text = self._persisted(lambda: self._store.scenario_for(key))
        except StoreError as error:
            # Taken back rather than failed: it is still open in the table.
            raise LookupError(key) from error
        if text is None:
            raise LookupError(key)
        return text
