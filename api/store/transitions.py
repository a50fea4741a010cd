"""The life of a run from the queue to its end; each step is one transaction that also records its event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, insert, null, or_, select

from api.store.base import Base, hash_of
from api.store.engine import writing
from api.store.events import add_event, change_run
from api.store.quota import event_bytes
from api.store.records import FIGURES, Ending, EventKind, Failure, FinishAsker, Planned
from api.store.states import OPEN, State, predecessors
from api.store.tables import incumbents, plans, runs
from optimizer.solve.control import Progress

DIAGNOSIS_WITHIN = timedelta(hours=1)
"""A fuller diagnosis that has not come by then, because places were taken or servers were down, is given up."""

# Of a search that has not begun.
_NO_FIGURES: Mapping[str, Any] = {"phase": None, "plan_status": None, **dict.fromkeys(FIGURES)}


class Transitions(Base):
    """Takes runs from state to state, along `api.store.states.TRANSITIONS` only."""

    def start(self, run_id: str, attempt: int) -> bool:
        """Note that a run is being solved.

        Parameters
        ----------
        attempt
            Numbers the start: each later one of the same run has a higher number, until the run is queued again.

        Returns
        -------
        False, and nothing recorded, if the run has ended, was erased, or this start was recorded before: several
        servers may report it, and a report whose answer was lost is repeated.
        """
        news = or_(runs.c.state.in_([state.value for state in predecessors(State.RUNNING)]), runs.c.attempt < attempt)
        with writing(self.engine) as connection:
            now = self.now()
            started = {"state": State.RUNNING.value, "started_at": now, "attempt": attempt}
            values = {**_NO_FIGURES, **started, "attempts": runs.c.attempts + 1}
            changed = change_run(connection, run_id, OPEN, values, news)
            if changed is None:
                return False
            data = {"attempt": changed.attempts}
            add_event(connection, run_id, changed.last_sequence, now, EventKind.RUNNING, data)
            return True

    def move(self, run_id: str, progress: Progress) -> bool:
        """Record the progress of a search; return False if the run is not being solved, or the progress is not newer.

        Several servers may report one search: the first records it, and nothing older is recorded after it. The first
        progress that has a status brings the verdict, an event of its own.
        """
        data = asdict(progress)
        status = data.pop("status")
        before = runs.c.elapsed_seconds
        news = or_(before.is_(None), before < progress.elapsed_seconds)
        with writing(self.engine) as connection:
            now = self.now()
            if status is not None:
                # First, since this progress may be of the diagnosis already: whoever sends it skips what is older.
                _pronounce(connection, run_id, status, now, news)
            changed = change_run(connection, run_id, (State.RUNNING,), data, news)
            if changed is None:
                return False
            add_event(connection, run_id, changed.last_sequence, now, EventKind.PROGRESS, data)
            return True

    def requeue(self, run_id: str, reason: str = "server_restarted") -> bool:
        """Put a run back that nobody solves any more; return False if it was not being solved.

        Its search begins anew, so its figures are cleared. That a person asked it to finish still stands;
        that the server asked, because it was shutting down, does not.
        """
        kept = case((runs.c.finish_asked == "shutdown", null()), else_=runs.c.finish_asked)
        values = {**_NO_FIGURES, "started_at": None, "attempt": 0, "finish_asked": kept}
        with writing(self.engine) as connection:
            return _step(connection, run_id, State.QUEUED, values, {"reason": reason}, self.now())

    def finish_asked(self, run_id: str, by: FinishAsker) -> State | None:
        """Note who asked an open run for its best plan so far; return the run's state, None if there is no run.

        A person's request outlasts a restart, hence it replaces the server's, never the other way round.
        """
        asked = runs.c.finish_asked
        weaker = or_(asked.is_(None), asked == "shutdown") if by == "request" else asked.is_(None)
        with writing(self.engine) as connection:
            changed = change_run(connection, run_id, OPEN, {"finish_asked": by}, weaker)
            if changed is not None:
                add_event(connection, run_id, changed.last_sequence, self.now(), EventKind.FINISH_ASKED, {"by": by})
            state = connection.scalar(select(runs.c.state).where(runs.c.id == run_id))
            return None if state is None else State(state)

    def end(self, run_id: str, ending: Ending) -> bool:
        """Record how a run ended, with its plan if there is one: all of it or nothing, and once.

        The verdict comes first, where no progress brought it.

        Returns
        -------
        False, and nothing recorded, if the run has ended before, was erased, or may not end like this from where it
        is.
        """
        state, values, data = _recorded(ending)
        plan = {"sha256": hash_of(ending.text), "body": ending.text} if isinstance(ending, Planned) else None
        with writing(self.engine) as connection:
            now = self.now()
            if isinstance(ending, Planned):
                _pronounce(connection, run_id, ending.status, now)
            size = event_bytes(connection, run_id) + (len(ending.text.encode()) if isinstance(ending, Planned) else 0)
            values = {**values, "phase": None, "ended_at": now, "bytes": size}
            if isinstance(ending, Planned) and ending.diagnosis_pending:
                values["diagnosis_until"] = now + DIAGNOSIS_WITHIN
            if not _step(connection, run_id, state, values, data, now):
                return False
            connection.execute(delete(incumbents).where(incumbents.c.run_id == run_id))
            if plan is not None:
                connection.execute(insert(plans).values(run_id=run_id, **plan))
            return True


def _recorded(ending: Ending) -> tuple[State, Mapping[str, Any], Mapping[str, Any]]:
    """Return the state a run ends in, what its row keeps of the ending, and the data of its last event."""
    if isinstance(ending, Planned):
        figures = asdict(ending.figures)
        values = {"plan_status": ending.status, **figures}
        return State.DONE, values, {**values, "diagnosis_pending": ending.diagnosis_pending}
    if isinstance(ending, Failure):
        kept = {"failure_code": ending.code, "failure_detail": ending.detail, "plan_status": None}
        return State.FAILED, kept, {"code": ending.code, "detail": ending.detail}
    return State.CANCELLED, {"plan_status": None}, {}


def _pronounce(connection: Connection, run_id: str, status: str, now: datetime, *further: ColumnElement[bool]) -> None:
    """Record the verdict on a run that is being solved and of which `further` holds, unless it is recorded."""
    news = runs.c.plan_status.is_distinct_from(status)
    changed = change_run(connection, run_id, (State.RUNNING,), {"plan_status": status}, news, *further)
    if changed is not None:
        add_event(connection, run_id, changed.last_sequence, now, EventKind.VERDICT, {"status": status})


def _step(
    connection: Connection,
    run_id: str,
    after: State,
    values: Mapping[str, Any],
    data: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Put a run into state `after` from any state that may become it, with an event; return whether it was in one."""
    changed = change_run(connection, run_id, predecessors(after), {**values, "state": after.value})
    if changed is None:
        return False
    add_event(connection, run_id, changed.last_sequence, now, EventKind(after.value), data)
    return True
