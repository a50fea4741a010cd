"""What the tests of the store do over and over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import event, func, insert, select

from api.store import Store
from api.store.base import new_id
from api.store.engine import writing
from api.store.records import Cancelled, Ending, Failure, Figures, NewRun, NewScenario, Planned, Scope
from api.store.states import State
from api.store.tables import METADATA, runs
from optimizer.solve.control import Progress

T = TypeVar("T")
NOON = datetime(2027, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
SCENARIO = NewScenario("5" * 64, "Spring launch", "GBP", '{"title": "Spring launch", "place": "Zürich"}')
FIGURES = Figures(5, 6, 421_135, 421_000, 0.1667, 4.25)
PLANNED = Planned('{"status": "feasible"}', "feasible", FIGURES)
FAILURE = Failure("solver_died", "The solver ended without an answer.")
CANCELLED = Cancelled()


class Clock:
    """A clock that goes on when told to."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time

    def skip(self, **time: float) -> None:
        self.time += timedelta(**time)


def new_run(workspace: str, body: str = SCENARIO.body, **further: Any) -> NewRun:
    """Return a run to be queued; runs with the same `body` share their scenario."""
    return NewRun(workspace, replace(SCENARIO, body=body), {"seed": 1}, **further)


def other_workspace(store: Store, name: str = "elsewhere") -> str:
    key, _ = store.create_key(name, "somebody", Scope.RUN)
    return key.workspace_id


def progress(value: int) -> Progress:
    return Progress("improving", value, 10, 100 - value, None, 0.5, value / 10)


def queued(store: Store, workspace: str, **further: Any) -> str:
    return store.add_run(new_run(workspace, **further)).run.id


def running(store: Store, workspace: str, **further: Any) -> str:
    run_id = queued(store, workspace, **further)
    assert store.start(run_id, 1)
    return run_id


def put(store: Store, workspace: str, state: State) -> str:
    """Return the id of a new run that has come to `state`."""
    if state is State.QUEUED:
        return queued(store, workspace)
    run_id = running(store, workspace)
    endings: dict[State, Ending] = {State.DONE: PLANNED, State.FAILED: FAILURE, State.CANCELLED: CANCELLED}
    if state in endings:
        assert store.end(run_id, endings[state])
    return run_id


def at_once(work: Sequence[Callable[[], T]]) -> list[T]:
    """Do all of `work` in threads of their own that are let go together; return what came of each."""
    gate = threading.Barrier(len(work))

    def wait_and_do(part: Callable[[], T]) -> T:
        gate.wait()
        return part()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(wait_and_do, work))


def fill(store: Store, workspace: str, moments: Sequence[datetime], **columns: Any) -> list[str]:
    """Write runs that were created at `moments`, all in one go; return their ids."""
    first = store.add_run(new_run(workspace)).run.id
    with writing(store.engine) as connection:
        row = dict(connection.execute(select(runs).where(runs.c.id == first)).mappings().one())
        made = [
            row | columns | {"id": new_id(), "created_at": moment, "number": number}
            for number, moment in enumerate(moments, start=1)
        ]
        if made:
            connection.execute(insert(runs), made)
    assert store.erase(workspace, first)
    return [str(each["id"]) for each in made]


def sizes(store: Store) -> dict[str, int]:
    """Return how many rows each table has."""
    with store.engine.connect() as connection:
        return {
            table.name: connection.scalars(select(func.count()).select_from(table)).one()
            for table in METADATA.sorted_tables
        }


@contextmanager
def listening(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """Gather the statements that reach the database, with their parameters."""
    heard: list[tuple[str, Any]] = []

    def hear(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:  # noqa: ARG001
        heard.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(store.engine, "before_cursor_execute", hear)
