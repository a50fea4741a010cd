"""Fuller diagnoses of runs that are done: which are awaited, and how each replaces the first one, once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update

from api.store.base import Base, hash_of
from api.store.engine import reading, writing
from api.store.events import add_event, change_run
from api.store.records import EventKind, RunRecord
from api.store.runs import SELECT_RUNS, run_record
from api.store.states import State
from api.store.tables import plans, runs, scenarios

_AWAITED = runs.c.diagnosis_until.is_not(None)


@dataclass(frozen=True)
class Fuller:
    """A plan with its fuller diagnosis, as JSON text, and whether that tells of every limit."""

    text: str
    complete: bool


class Diagnoses(Base):
    """Lists what awaits a fuller diagnosis, and records it."""

    def undiagnosed(self, run_id: str | None = None) -> list[RunRecord]:
        """Return the runs of all workspaces that await a fuller diagnosis, first come first; or this one."""
        wanted = SELECT_RUNS.where(_AWAITED).order_by(runs.c.diagnosis_until, runs.c.id)
        if run_id is not None:
            wanted = wanted.where(runs.c.id == run_id)
        with reading(self.engine) as connection:
            return [run_record(row) for row in connection.execute(wanted)]

    def settled(self, run_id: str) -> bool | None:
        """Return whether nothing more will happen to a run, whosever it is; None if there is none."""
        wanted = select(runs.c.state, runs.c.diagnosis_until).where(runs.c.id == run_id)
        with reading(self.engine) as connection:
            row = connection.execute(wanted).first()
        return None if row is None else State(row.state).final and row.diagnosis_until is None

    def to_diagnose(self, run_id: str) -> str | None:
        """Return `scenario` and `plan` of a run as one JSON text; None unless a fuller diagnosis is awaited."""
        wanted = (
            select(scenarios.c.body.label("scenario"), plans.c.body.label("plan"))
            .select_from(runs)
            .join(scenarios, runs.c.scenario_id == scenarios.c.id)
            .join(plans, plans.c.run_id == runs.c.id)
            .where(runs.c.id == run_id, _AWAITED)
        )
        with reading(self.engine) as connection:
            row = connection.execute(wanted).first()
        return None if row is None else f'{{"scenario":{row.scenario},"plan":{row.plan}}}'

    def diagnosed(self, run_id: str, fuller: Fuller | None) -> bool:
        """Record the fuller diagnosis of a run, or that it was given up: all of it or nothing, and once.

        Returns
        -------
        False, and nothing recorded, if none is awaited (any more), or the run was erased.
        """
        with writing(self.engine) as connection:
            changed = change_run(connection, run_id, (State.DONE,), {"diagnosis_until": None}, _AWAITED)
            if changed is None:
                return False
            replaced = False
            if fuller is not None:
                digest = hash_of(fuller.text)
                other = (plans.c.run_id == run_id, plans.c.sha256 != digest)
                written = connection.execute(update(plans).where(*other).values(sha256=digest, body=fuller.text))
                replaced = written.rowcount > 0
            data = {"replaced": replaced, "complete": fuller is not None and fuller.complete}
            add_event(connection, run_id, changed.last_sequence, self.now(), EventKind.DIAGNOSIS, data)
            return True
