from __future__ import annotations

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from api.store import Store
from api.store import runs as module
from api.store.engine import again_if_raced, writing
from api.store.errors import KeyReused, StoreError, TooManyOpen, UnknownWorkspace
from api.store.records import EventKind, Figures, NewRun, RunRecord
from api.store.states import State
from api.store.tables import runs
from tests.api.store.runs import (
    CANCELLED,
    NOON,
    SCENARIO,
    Clock,
    at_once,
    new_run,
    other_workspace,
    queued,
    sizes,
)


def test_a_run_is_kept_as_it_came(store: Store, workspace: str) -> None:
    store = Store(store.engine, Clock())
    added = store.add_run(NewRun(workspace, SCENARIO, {"seed": 7, "gap": 0.01}, "spring", "a parent"))
    run = added.run
    assert not added.repeated
    assert (run.workspace_id, run.label, run.from_run) == (workspace, "spring", "a parent")
    assert run.settings == {"seed": 7, "gap": 0.01}
    assert (run.scenario_sha256, run.scenario_name, run.currency) == (SCENARIO.sha256, SCENARIO.name, SCENARIO.currency)
    assert (run.state, run.attempts, run.figures) == (State.QUEUED, 0, Figures())
    assert run.created_at == NOON
    assert run.created_at.utcoffset() is not None
    assert {run.phase, run.started_at, run.ended_at, run.failure, run.plan_sha256, run.finish_asked} == {None}
    assert store.run(workspace, run.id) == run
    assert store.scenario_for(run.id) == SCENARIO.body
    document = store.scenario_text(workspace, run.id)
    assert document is not None
    assert document.text == SCENARIO.body
    assert store.plan_text(workspace, run.id) is None
    (event,) = store.events(run.id)
    assert (event.sequence, event.at, event.kind) == (1, NOON, EventKind.QUEUED)


def test_a_text_is_stored_once_per_workspace(store: Store, workspace: str) -> None:
    first, second = queued(store, workspace), queued(store, workspace)
    other = queued(store, workspace, body='{"title": "Spring  launch"}')
    elsewhere = queued(store, other_workspace(store))
    assert sizes(store)["scenarios"] == 3
    bodies = [store.scenario_for(run) for run in (first, second, other, elsewhere)]
    assert bodies == [SCENARIO.body, SCENARIO.body, '{"title": "Spring  launch"}', SCENARIO.body]


def test_the_same_request_is_the_same_run(store: Store, workspace: str) -> None:
    request = new_run(workspace, idempotency_key="k", idempotency_hash="h")
    first, second = store.add_run(request), store.add_run(request)
    assert not first.repeated
    assert second.repeated
    assert second.run == first.run
    assert sizes(store)["runs"] == sizes(store)["events"] == 1
    with pytest.raises(KeyReused):
        store.add_run(new_run(workspace, idempotency_key="k", idempotency_hash="another"))
    elsewhere = new_run(other_workspace(store), idempotency_key="k", idempotency_hash="another")
    assert not store.add_run(elsewhere).repeated
    assert not store.add_run(new_run(workspace)).repeated
    assert not store.add_run(new_run(workspace)).repeated


def test_a_repeated_request_tells_how_the_run_is_now(store: Store, workspace: str) -> None:
    request = new_run(workspace, idempotency_key="k", idempotency_hash="h")
    run_id = store.add_run(request).run.id
    store.end(run_id, CANCELLED)
    assert store.add_run(request).run.state is State.CANCELLED
    store.erase(workspace, run_id)
    assert not store.add_run(request).repeated


def test_a_key_comes_with_its_hash(workspace: str) -> None:
    with pytest.raises(ValueError, match="both or neither"):
        new_run(workspace, idempotency_key="k")


def test_equal_requests_at_once_queue_one_run(store: Store, workspace: str) -> None:
    request = new_run(workspace, idempotency_key="k", idempotency_hash="h")
    added = at_once([lambda: store.add_run(request, most_open=1)] * 20)
    assert len({each.run.id for each in added}) == 1
    assert sum(not each.repeated for each in added) == 1
    assert sizes(store) == {
        "workspaces": 1,
        "keys": 0,
        "scenarios": 1,
        "runs": 1,
        "plans": 0,
        "incumbents": 0,
        "events": 1,
    }


def test_the_constraint_stands_behind_the_lock(store: Store, workspace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that did not see the other's row is refused by the database, tries again and finds it."""
    request = new_run(workspace, idempotency_key="k", idempotency_hash="h")
    first = store.add_run(request)
    looked = []

    seen = module._repeated

    def look_too_early(connection: Connection, *request: str) -> RunRecord | None:
        looked.append(request)
        return None if len(looked) == 1 else seen(connection, *request)

    monkeypatch.setattr(module, "_repeated", look_too_early)
    again = store.add_run(request)
    assert again.repeated
    assert again.run == first.run
    assert len(looked) == 2
    assert sizes(store)["runs"] == 1


def test_a_constraint_that_goes_on_refusing_is_no_race(store: Store) -> None:
    tries = []

    def work() -> None:
        tries.append(1)
        with writing(store.engine) as connection:
            connection.execute(runs.insert().values(id="x", workspace_id="nobody", scenario_id="nothing"))

    with pytest.raises(IntegrityError):
        again_if_raced(work)
    assert len(tries) == 3
    assert sizes(store)["runs"] == 0


def test_open_runs_are_limited_per_workspace(store: Store, workspace: str) -> None:
    first = store.add_run(new_run(workspace), most_open=2).run.id
    store.start(first, 1)
    store.add_run(new_run(workspace), most_open=2)
    with pytest.raises(TooManyOpen, match="2 runs"):
        store.add_run(new_run(workspace), most_open=2)
    assert sizes(store)["runs"] == 2
    store.add_run(new_run(other_workspace(store)), most_open=2)
    store.end(first, CANCELLED)
    store.add_run(new_run(workspace), most_open=2)


def test_a_repeated_request_needs_no_place(store: Store, workspace: str) -> None:
    request = new_run(workspace, idempotency_key="k", idempotency_hash="h")
    store.add_run(request, most_open=1)
    assert store.add_run(request, most_open=1).repeated


def test_no_two_take_the_last_place(store: Store, workspace: str) -> None:
    def try_to_add() -> str | None:
        try:
            return store.add_run(new_run(workspace), most_open=3).run.id
        except TooManyOpen:
            return None

    added = [run_id for run_id in at_once([try_to_add] * 20) if run_id is not None]
    assert len(added) == len(set(added)) == 3
    assert sizes(store)["runs"] == 3


def test_there_is_no_run_without_a_workspace(store: Store) -> None:
    with pytest.raises(UnknownWorkspace):
        store.add_run(new_run("nobody's"))
    assert issubclass(UnknownWorkspace, StoreError)
    assert sizes(store)["scenarios"] == 0
