from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.store import Store
from api.store.records import Cursor, Quota, RunRecord
from api.store.states import State
from tests.api.store.runs import (
    NOON,
    PLANNED,
    Clock,
    at_once,
    fill,
    listening,
    new_run,
    other_workspace,
    put,
    queued,
    running,
)


def pages(store: Store, workspace: str, limit: int, label: str | None = None) -> list[list[RunRecord]]:
    """Return all pages, each asked for with the last cursor of the one before."""
    found: list[list[RunRecord]] = []
    after: Cursor | None = None
    while page := store.runs(workspace, label=label, after=after, limit=limit):
        assert page[-1].cursor != after
        found.append(page)
        after = page[-1].cursor
    return found


def test_pages_of_runs_of_one_moment_lose_and_repeat_none(store: Store, workspace: str) -> None:
    ids = fill(store, workspace, [NOON] * 500)
    fill(store, other_workspace(store), [NOON] * 20)
    found = pages(store, workspace, 7)
    assert [run.id for page in found for run in page] == ids[::-1]
    assert {len(page) for page in found[:-1]} == {7}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.integers(-2, 2), max_size=40), limit=st.integers(1, 10))
def test_pages_are_the_whole_list_newest_first(store: Store, steps: list[int], limit: int) -> None:
    moments: list[datetime] = []
    for step in steps:
        moments.append((moments[-1] if moments else NOON) + timedelta(microseconds=step))
    workspace = other_workspace(store, f"of example {len(store.keys())}")
    ids = fill(store, workspace, moments)
    expected = list(zip(moments, ids, strict=True))[::-1]
    assert [(run.created_at, run.id) for page in pages(store, workspace, limit) for run in page] == expected


def test_a_clock_that_is_set_back_changes_no_order(store: Store, workspace: str) -> None:
    clock = Clock()
    clocked = Store(store.engine, clock)
    made = [queued(clocked, workspace)]
    for hours in (-3, 1, -5):
        clock.skip(hours=hours)
        made.append(queued(clocked, workspace))
    assert [run.id for page in pages(store, workspace, 3) for run in page] == made[::-1]
    assert [run.id for run in store.open_runs()] == made
    assert [run.number for run in store.open_runs()] == [1, 2, 3, 4]


def test_runs_that_come_together_have_numbers_of_their_own(store: Store, workspace: str) -> None:
    made = at_once([lambda: store.add_run(new_run(workspace)).run.number] * 8)
    assert sorted(made) == list(range(1, 9))


def test_what_comes_and_goes_between_pages_moves_no_other_run(store: Store, workspace: str) -> None:
    ids = fill(store, workspace, [NOON] * 9)[::-1]
    first = store.runs(workspace, limit=3)
    assert store.erase(workspace, ids[0])
    assert store.erase(workspace, ids[2])
    clock = Clock()
    clock.skip(seconds=1)
    queued(Store(store.engine, clock), workspace)
    rest = store.runs(workspace, after=first[-1].cursor)
    assert [run.id for run in rest] == ids[3:]


def test_a_page_may_begin_at_the_end_of_time(store: Store, workspace: str) -> None:
    run_id = queued(store, workspace)
    assert [run.id for run in store.runs(workspace, after=Cursor(10**18 - 1))] == [run_id]
    assert store.runs(workspace, after=Cursor(0)) == []


def test_filters(store: Store, workspace: str) -> None:
    clock = Clock()
    store = Store(store.engine, clock)
    made = []
    for label, state in (("a", State.QUEUED), ("b", State.DONE), ("a", State.DONE), (None, State.DONE)):
        clock.skip(seconds=1)
        run_id = queued(store, workspace, label=label)
        if state is State.DONE:
            store.start(run_id, 1)
            store.end(run_id, PLANNED)
        made.append(run_id)

    def listed(label: str | None = None, state: State | None = None) -> list[int]:
        return [made.index(run.id) for run in store.runs(workspace, label=label, state=state)]

    assert listed() == [3, 2, 1, 0]
    assert listed(label="a") == [2, 0]
    assert listed(state=State.DONE) == [3, 2, 1]
    assert listed(label="a", state=State.DONE) == [2]
    assert listed(label="A") == listed(state=State.FAILED) == []


def test_workspaces_do_not_see_each_other(store: Store, workspace: str) -> None:
    ours = put(store, workspace, State.DONE)
    stranger = other_workspace(store)
    theirs = queued(store, stranger)
    assert [run.id for run in store.runs(workspace)] == [ours]
    assert [run.id for run in store.runs(stranger)] == [theirs]
    assert store.run(stranger, ours) is None
    assert store.scenario_text(stranger, ours) is None
    assert store.plan_text(stranger, ours) is None
    assert not store.erase(stranger, ours)
    assert store.plan_text(workspace, ours) is not None


def test_open_runs_first_come_first(store: Store, workspace: str) -> None:
    clock = Clock()
    store = Store(store.engine, clock)
    expected = []
    for place in (workspace, other_workspace(store), workspace):
        for state in State:
            clock.skip(microseconds=1)
            run_id = put(store, place, state)
            if not state.final:
                expected.append(run_id)
    assert [run.id for run in store.open_runs()] == expected
    assert store.counts() == dict.fromkeys(State, 3)


def test_counts_name_every_state(store: Store, workspace: str) -> None:
    assert store.counts() == dict.fromkeys(State, 0)
    running(store, workspace)
    assert store.counts() == {**dict.fromkeys(State, 0), State.RUNNING: 1}


def test_long_texts_are_not_read_when_listing(store: Store, workspace: str) -> None:
    put(store, workspace, State.DONE)
    with listening(store) as heard:
        (run,) = store.runs(workspace)
        store.run(workspace, run.id)
        store.open_runs()
    read = [statement for statement, _ in heard if statement.startswith("SELECT")]
    assert len(read) == 3
    assert not [statement for statement in read if "body" in statement]


@pytest.mark.parametrize(
    ("label", "state", "index"),
    [
        (None, None, "runs_workspace_id_number"),
        ("a", None, "runs_workspace_id_label_number"),
        (None, State.DONE, "runs_workspace_id_state_number"),
    ],
)
@pytest.mark.parametrize("after", [None, Cursor(7)])
def test_pages_are_read_off_an_index(
    store: Store, workspace: str, label: str | None, state: State | None, index: str, after: Cursor | None
) -> None:
    with listening(store) as heard:
        store.runs(workspace, label=label, state=state, after=after)
    steps = explained(store, *heard[-1])
    assert any(step.startswith("SEARCH runs USING INDEX " + index) for step in steps), steps
    assert after is None or any("number<" in step for step in steps), steps
    assert not [step for step in steps if "TEMP B-TREE" in step or step.startswith("SCAN")], steps


def test_counting_and_queueing_are_read_off_an_index(store: Store, workspace: str) -> None:
    with listening(store) as heard:
        store.counts()
        store.open_runs()
        store.add_run(new_run(workspace), most_open=9, quota=Quota(9, 10**9))
        store.expired(NOON)
    asked = [each for each in heard if each[0].startswith("SELECT") and "runs" in each[0]]
    for statement, parameters in asked:
        steps = explained(store, statement, parameters)
        tables = [step for step in steps if step.startswith("SCAN") and step != "SCAN kept"]
        assert not [step for step in tables if "COVERING INDEX" not in step], steps
    assert any("runs_workspace_id_state" in step for each in asked for step in explained(store, *each))


def explained(store: Store, statement: str, parameters: Any) -> list[str]:
    if store.engine.dialect.name != "sqlite":
        pytest.skip("a plan as SQLite explains it")
    with store.engine.connect() as connection:
        rows = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters).all()
    return [str(row[3]) for row in rows]
