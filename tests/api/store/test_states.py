from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from api.store import Store
from api.store.states import OPEN, State, may_become, predecessors
from tests.api.store.runs import CANCELLED, FAILURE, PLANNED, put

PERMITTED = {
    ("queued", "running"),
    ("queued", "cancelled"),
    ("queued", "failed"),
    ("running", "done"),
    ("running", "failed"),
    ("running", "cancelled"),
    ("running", "queued"),
}
STEPS: dict[State, Callable[[Store, str], bool]] = {
    State.QUEUED: lambda store, run: store.requeue(run),
    State.RUNNING: lambda store, run: store.start(run, 1),
    State.DONE: lambda store, run: store.end(run, PLANNED),
    State.FAILED: lambda store, run: store.end(run, FAILURE),
    State.CANCELLED: lambda store, run: store.end(run, CANCELLED),
}
PAIRS = list(product(State, State))


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_a_run_may_become_what_is_listed_and_nothing_else(before: State, after: State) -> None:
    assert may_become(before, after) == ((before.value, after.value) in PERMITTED)
    assert (before in predecessors(after)) == may_become(before, after)


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_the_store_takes_permitted_steps_only(before: State, after: State, store: Store, workspace: str) -> None:
    run_id = put(store, workspace, before)
    run, events = store.run(workspace, run_id), store.events(run_id)
    permitted = (before.value, after.value) in PERMITTED
    assert STEPS[after](store, run_id) == permitted
    now = store.run(workspace, run_id)
    assert now is not None
    if permitted:
        assert now.state is after
        told = [event.kind.value for event in store.events(run_id)[len(events) :]]
        assert told == [*["verdict"] * (after is State.DONE), after.value]
    else:
        assert now == run
        assert store.events(run_id) == events


def test_final_states() -> None:
    assert {state.value for state in State if state.final} == {"done", "failed", "cancelled"}
    assert set(OPEN) == {State.QUEUED, State.RUNNING}
