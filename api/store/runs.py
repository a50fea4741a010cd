"""Runs as their workspace sees them: queued once, listed page by page, erased without a trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, exists, func, insert, select

from api.store.base import Base, hash_of, lock_workspace, new_id
from api.store.engine import again_if_raced, reading, writing
from api.store.errors import KeyReused, TooManyOpen
from api.store.events import add_event
from api.store.quota import refuse_beyond
from api.store.records import (
    FIGURES,
    AddedRun,
    Cursor,
    Document,
    EventKind,
    Failure,
    Figures,
    NewRun,
    NewScenario,
    Quota,
    RunRecord,
)
from api.store.states import OPEN, State
from api.store.tables import plans, runs, scenarios

_OPEN = runs.c.state.in_([state.value for state in OPEN])


class Runs(Base):
    """Adds, finds, lists and erases runs."""

    def add_run(self, new: NewRun, most_open: int | None = None, quota: Quota | None = None) -> AddedRun:
        """Queue a run, unless this very request did so before.

        All in one transaction that holds the workspace, so that of equal requests at once one queues a run and the
        others find it, and no two take the last free place. The unique constraint on idempotency keys stands behind
        that: a request it refuses is tried again and finds the run.

        Parameters
        ----------
        most_open
            How many runs of the workspace may be queued or running.
        quota
            How much the workspace may store; None for as much as there is room for.

        Raises
        ------
        UnknownWorkspace
            If there is no such workspace.
        KeyReused
            If the idempotency key came with another request.
        TooManyOpen
            If there is no place left; a repeated request needs none.
        QuotaReached
            If the workspace stores as much as it may.
        DatabaseUnavailable
            Also if there would be no room to erase the scenario again.
        """
        stored = _Stored(new.scenario, hash_of(new.scenario.body), len(new.scenario.body.encode()))
        if self.reserve is not None:
            self.reserve.ensure(stored.bytes)
        return again_if_raced(lambda: self._add_run(new, stored, most_open, quota))

    def repeated(self, workspace_id: str, idempotency_key: str, idempotency_hash: str) -> RunRecord | None:
        """Return the run that the same request queued before; raise `KeyReused` if the key came with another one."""
        with reading(self.engine) as connection:
            return _repeated(connection, workspace_id, idempotency_key, idempotency_hash)

    def _add_run(self, new: NewRun, stored: _Stored, most_open: int | None, quota: Quota | None) -> AddedRun:
        with writing(self.engine) as connection:
            lock_workspace(connection, new.workspace_id)
            existing = _repeated(connection, new.workspace_id, new.idempotency_key, new.idempotency_hash)
            if existing is not None:
                return AddedRun(existing, repeated=True)
            if most_open is not None and _count_open(connection, new.workspace_id) >= most_open:
                raise TooManyOpen(most_open)
            scenario_id = _scenario_id(connection, new.workspace_id, stored, quota)
            run_id = self._insert(connection, new, scenario_id)
            return AddedRun(run_record(connection.execute(SELECT_RUNS.where(runs.c.id == run_id)).one()), False)

    def _insert(self, connection: Connection, new: NewRun, scenario_id: str) -> str:
        run_id, now = new_id(), self.now()
        connection.execute(
            insert(runs).values(
                id=run_id,
                workspace_id=new.workspace_id,
                scenario_id=scenario_id,
                label=new.label,
                from_run=new.from_run,
                settings=dict(new.settings),
                state=State.QUEUED.value,
                # More than any run of this workspace has, which is held; of others one may come to the same.
                number=(connection.scalar(select(func.max(runs.c.number))) or 0) + 1,
                created_at=now,
                attempts=0,
                idempotency_key=new.idempotency_key,
                idempotency_hash=new.idempotency_hash,
                last_sequence=1,
            )
        )
        add_event(connection, run_id, 1, now, EventKind.QUEUED, {})
        return run_id

    def run(self, workspace_id: str, run_id: str) -> RunRecord | None:
        """Return a run of the workspace."""
        with reading(self.engine) as connection:
            row = connection.execute(_of(SELECT_RUNS, workspace_id, run_id)).first()
        return None if row is None else run_record(row)

    def runs(
        self,
        workspace_id: str,
        label: str | None = None,
        state: State | None = None,
        after: Cursor | None = None,
        limit: int = 50,
    ) -> list[RunRecord]:
        """Return a page of the workspace's runs, newest first.

        The next page is asked for with the cursor of this one's last run. Since a cursor names a place in the order
        and not a number of runs, what is added or erased in between neither repeats nor hides another run.
        """
        wanted = SELECT_RUNS.where(runs.c.workspace_id == workspace_id)
        if label is not None:
            wanted = wanted.where(runs.c.label == label)
        if state is not None:
            wanted = wanted.where(runs.c.state == state.value)
        if after is not None:
            wanted = wanted.where(runs.c.number < after.number)
        return self._records(wanted.order_by(runs.c.number.desc()).limit(limit))

    def state(self, run_id: str) -> State | None:
        """Return the state of a run, whosever it is; None if there is none."""
        with reading(self.engine) as connection:
            state = connection.scalar(select(runs.c.state).where(runs.c.id == run_id))
        return None if state is None else State(state)

    def attempts(self, run_id: str) -> int:
        """Return how often the solve of a run was begun, whosever it is; 0 if there is none."""
        with reading(self.engine) as connection:
            return connection.scalar(select(runs.c.attempts).where(runs.c.id == run_id)) or 0

    def open_runs(self) -> list[RunRecord]:
        """Return the queued and running runs of all workspaces, first come first."""
        return self._records(SELECT_RUNS.where(_OPEN).order_by(runs.c.number, runs.c.id))

    def _records(self, wanted: Select[Any]) -> list[RunRecord]:
        with reading(self.engine) as connection:
            return [run_record(row) for row in connection.execute(wanted)]

    def counts(self) -> dict[State, int]:
        """Return how many runs of all workspaces are in each state."""
        counted = select(runs.c.state, func.count()).group_by(runs.c.state)
        with reading(self.engine) as connection:
            counts = {State(state): number for state, number in connection.execute(counted)}
        return {state: counts.get(state, 0) for state in State}

    def scenario_text(self, workspace_id: str, run_id: str) -> Document | None:
        """Return the scenario that a run of the workspace solves."""
        wanted = select(scenarios.c.body_sha256, scenarios.c.body).join(runs, runs.c.scenario_id == scenarios.c.id)
        return self._document(_of(wanted, workspace_id, run_id))

    def plan_text(self, workspace_id: str, run_id: str) -> Document | None:
        """Return the plan of a run of the workspace; None until it is done."""
        wanted = select(plans.c.sha256, plans.c.body).join(runs, runs.c.id == plans.c.run_id)
        return self._document(_of(wanted, workspace_id, run_id))

    def _document(self, wanted: Select[Any]) -> Document | None:
        with reading(self.engine) as connection:
            row = connection.execute(wanted).first()
        return None if row is None else Document(*row)

    def scenario_for(self, run_id: str) -> str | None:
        """Return the text of the scenario that is to be solved for a run, whosever it is; None where it is not open."""
        joined = select(scenarios.c.body).join(runs, runs.c.scenario_id == scenarios.c.id)
        wanted = joined.where(runs.c.id == run_id, _OPEN)
        with reading(self.engine) as connection:
            body: str | None = connection.scalar(wanted)
        return body

    def erase(self, workspace_id: str, run_id: str) -> bool:
        """Delete a run with its events and its plan, and its scenario if no other run uses it.

        A later `move` or `end` of its solve changes nothing. Runs derived from it
        keep its id.

        Returns
        -------
        False if the workspace has no such run.
        """
        with writing(self.engine) as connection:
            # A run of the same scenario that is being added must not find the scenario and then lose it.
            lock_workspace(connection, workspace_id)
            gone = delete(runs).where(runs.c.workspace_id == workspace_id, runs.c.id == run_id)
            scenario_id = connection.scalar(gone.returning(runs.c.scenario_id))
            if scenario_id is None:
                return False
            used = exists(select(runs.c.id).where(runs.c.scenario_id == scenario_id))
            connection.execute(delete(scenarios).where(scenarios.c.id == scenario_id, ~used))
            return True


def _of(wanted: Select[Any], workspace_id: str, run_id: str) -> Select[Any]:
    return wanted.where(runs.c.workspace_id == workspace_id, runs.c.id == run_id)


def _repeated(connection: Connection, workspace_id: str, key: str | None, content: str | None) -> RunRecord | None:
    """Return the run that the same request queued before."""
    if key is None:
        return None
    same_key = (runs.c.workspace_id == workspace_id, runs.c.idempotency_key == key)
    known_hash = connection.scalar(select(runs.c.idempotency_hash).where(*same_key))
    if known_hash is None:
        return None
    if known_hash != content:
        raise KeyReused("The idempotency key was used before for a different request; use a new key for a new request.")
    return run_record(connection.execute(SELECT_RUNS.where(*same_key)).one())


def _count_open(connection: Connection, workspace_id: str) -> int:
    counted = select(func.count()).select_from(runs).where(runs.c.workspace_id == workspace_id, _OPEN)
    return connection.scalars(counted).one()


@dataclass(frozen=True)
class _Stored:
    """A scenario as it is stored: with the hash and the size of its text."""

    scenario: NewScenario
    body_sha256: str
    bytes: int


def _scenario_id(connection: Connection, workspace_id: str, stored: _Stored, quota: Quota | None) -> str:
    """Return the id of the workspace's scenario with this text, stored now if it was not."""
    same = (scenarios.c.workspace_id == workspace_id, scenarios.c.body_sha256 == stored.body_sha256)
    existing: str | None = connection.scalar(select(scenarios.c.id).where(*same))
    if quota is not None:
        refuse_beyond(connection, workspace_id, quota, 0 if existing else stored.bytes)
    if existing is not None:
        return existing
    new, made = stored.scenario, {"id": new_id(), "workspace_id": workspace_id, "body_sha256": stored.body_sha256}
    described = {"sha256": new.sha256, "name": new.name, "currency": new.currency}
    connection.execute(insert(scenarios).values(**made, **described, bytes=stored.bytes, body=new.body))
    return str(made["id"])


# Columns that go into a run's record as they are; its figures and its failure are gathered below.
_OWN = (
    "id",
    "workspace_id",
    "label",
    "from_run",
    "settings",
    "state",
    "phase",
    "number",
    "created_at",
    "started_at",
    "ended_at",
    "attempts",
    "plan_status",
    "finish_asked",
    "diagnosis_until",
)

# Names every column it wants: the bodies must never be among them.
SELECT_RUNS: Select[Any] = (
    select(
        *(runs.c[name] for name in (*_OWN, *FIGURES, "failure_code", "failure_detail")),
        scenarios.c.sha256.label("scenario_sha256"),
        scenarios.c.name.label("scenario_name"),
        scenarios.c.currency,
        plans.c.sha256.label("plan_sha256"),
    )
    .join(scenarios, runs.c.scenario_id == scenarios.c.id)
    .outerjoin(plans, plans.c.run_id == runs.c.id)
)


def run_record(row: Row[Any]) -> RunRecord:
    """Return what `SELECT_RUNS` read as a value."""
    read = row._asdict()
    code, detail = read.pop("failure_code"), read.pop("failure_detail")
    figures = Figures(**{name: read.pop(name) for name in FIGURES})
    read["state"] = State(read["state"])
    return RunRecord(**read, figures=figures, failure=None if code is None else Failure(code, detail))
