from __future__ import annotations

import pytest
from sqlalchemy import select

from api.store import Store
from api.store.states import State
from api.store.tables import METADATA
from tests.api.store.runs import PLANNED, at_once, new_run, progress, put, queued, running, sizes


@pytest.mark.parametrize("state", list(State))
def test_nothing_is_left_of_an_erased_run(store: Store, workspace: str, state: State) -> None:
    before = sizes(store)
    run_id = put(store, workspace, state)
    assert sizes(store) != before
    assert store.erase(workspace, run_id)
    assert sizes(store) == before == {**dict.fromkeys(before, 0), "workspaces": 1}
    with store.engine.connect() as connection:
        everything = [tuple(row) for table in METADATA.sorted_tables for row in connection.execute(select(table))]
    assert run_id not in str(everything)
    assert store.run(workspace, run_id) is None
    assert not store.erase(workspace, run_id)


def test_whoever_solves_an_erased_run_is_told(store: Store, workspace: str) -> None:
    run_id = running(store, workspace)
    store.erase(workspace, run_id)
    assert not store.move(run_id, progress(1))
    assert not store.start(run_id, 2)
    assert not store.end(run_id, PLANNED)
    assert not store.requeue(run_id)
    assert sizes(store)["events"] == sizes(store)["plans"] == 0


def test_a_shared_scenario_stays_until_its_last_run(store: Store, workspace: str) -> None:
    first, second = put(store, workspace, State.DONE), queued(store, workspace, from_run="a parent")
    text = store.scenario_text(workspace, second)
    assert store.erase(workspace, first)
    assert store.scenario_text(workspace, second) == text
    assert sizes(store)["scenarios"] == 1
    assert sizes(store)["events"] == 1
    assert store.erase(workspace, second)
    assert sizes(store)["scenarios"] == 0


def test_lineage_survives_the_parent(store: Store, workspace: str) -> None:
    parent = put(store, workspace, State.DONE)
    child = queued(store, workspace, from_run=parent)
    assert store.erase(workspace, parent)
    run = store.run(workspace, child)
    assert run is not None
    assert run.from_run == parent


def test_a_scenario_is_not_erased_under_a_run_that_is_being_added(store: Store, workspace: str) -> None:
    def add_and_erase() -> int:
        return sum(store.erase(workspace, store.add_run(new_run(workspace)).run.id) for _ in range(5))

    assert at_once([add_and_erase] * 8) == [5] * 8
    assert sizes(store) == {**dict.fromkeys(sizes(store), 0), "workspaces": 1}
