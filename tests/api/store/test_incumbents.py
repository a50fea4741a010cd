from __future__ import annotations

import pytest

from api.store import Store
from api.store.states import State
from tests.api.store.runs import PLANNED, other_workspace, put, queued, running, sizes


def test_the_newest_plan_of_a_run_is_kept_until_it_ends(store: Store, workspace: str) -> None:
    run_id = running(store, workspace)
    assert store.incumbent_for(run_id) is None
    assert store.keep_incumbent(run_id, '{"plan": 1}')
    assert store.keep_incumbent(run_id, '{"plan": 2}')
    document = store.incumbent_text(workspace, run_id)
    assert document is not None
    assert document.text == store.incumbent_for(run_id) == '{"plan": 2}'
    assert store.requeue(run_id)
    assert store.incumbent_for(run_id) == '{"plan": 2}'
    assert store.start(run_id, 1)
    assert store.end(run_id, PLANNED)
    assert store.incumbent_for(run_id) is None
    assert sizes(store)["incumbents"] == 0


def test_another_workspace_does_not_see_it(store: Store, workspace: str) -> None:
    run_id = running(store, workspace)
    store.keep_incumbent(run_id, "{}")
    assert store.incumbent_text(other_workspace(store), run_id) is None


@pytest.mark.parametrize("state", [state for state in State if state is not State.RUNNING])
def test_only_what_is_being_solved_has_one(store: Store, workspace: str, state: State) -> None:
    run_id = put(store, workspace, state)
    assert not store.keep_incumbent(run_id, "{}")
    assert store.incumbent_text(workspace, run_id) is None
    assert not store.keep_incumbent("nobody's", "{}")


def test_it_is_erased_with_its_run(store: Store, workspace: str) -> None:
    run_id = running(store, workspace)
    store.keep_incumbent(run_id, "{}")
    assert store.erase(workspace, run_id)
    assert sizes(store)["incumbents"] == 0


def test_attempts_are_counted_over_restarts(store: Store, workspace: str) -> None:
    run_id = queued(store, workspace)
    assert store.attempts(run_id) == 0
    for number in (1, 2, 3):
        assert store.start(run_id, 1)
        assert store.attempts(run_id) == number
        assert store.requeue(run_id)
