"""How much a workspace stores, and what has been kept for long enough."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.store import Quota, QuotaReached, Store, make_engine
from api.store.migrate import downgrade, upgrade
from api.store.states import State
from tests.api.store.runs import NOON, PLANNED, Clock, at_once, new_run, other_workspace, put, queued, running

PLENTY = Quota(1_000, 10**9)


def test_a_workspace_keeps_so_many_runs_that_have_ended(store: Store, workspace: str) -> None:
    quota = replace(PLENTY, ended_runs=2)
    ids = [put(store, workspace, State.DONE), put(store, workspace, State.FAILED)]
    put(store, other_workspace(store), State.DONE)
    with pytest.raises(QuotaReached, match=r"2 runs that have ended.*DELETE"):
        store.add_run(new_run(workspace), quota=quota)
    store.erase(workspace, ids[0])
    assert store.add_run(new_run(workspace), quota=quota).run.state is State.QUEUED


def test_a_repeated_request_needs_no_room(store: Store, workspace: str) -> None:
    request = new_run(workspace, idempotency_key="k", idempotency_hash="h")
    first = store.add_run(request).run
    put(store, workspace, State.DONE)
    assert store.add_run(request, quota=Quota(1, 1)).run.id == first.id


def test_scenarios_plans_and_events_count_each_text_once(store: Store, workspace: str) -> None:
    body = "ä" * 500
    first = running(store, workspace, body=body)
    assert store.stored_bytes(workspace) == 1_000
    queued(store, workspace, body=body)
    assert store.stored_bytes(workspace) == 1_000
    assert store.end(first, replace(PLANNED, text='"' + "ö" * 1_000 + '"'))
    stored = store.stored_bytes(workspace)
    assert 3_002 < stored < 4_500
    assert store.stored_bytes(other_workspace(store)) == 0
    store.erase(workspace, first)
    assert store.stored_bytes(workspace) == 1_000


def test_a_workspace_stores_so_much(store: Store, workspace: str) -> None:
    quota = replace(PLENTY, bytes=2_500)
    store.add_run(new_run(workspace, body="a" * 1_000), quota=quota)
    store.add_run(new_run(workspace, body="b" * 1_000), quota=quota)
    store.add_run(new_run(workspace, body="a" * 1_000), quota=quota)
    with pytest.raises(QuotaReached, match="MB are the most"):
        store.add_run(new_run(workspace, body="c" * 1_000), quota=quota)
    assert store.add_run(new_run(other_workspace(store), body="c" * 1_000), quota=quota)
    assert len(store.runs(workspace)) == 3


def test_of_many_at_once_no_more_are_taken_than_fit(store: Store, workspace: str) -> None:
    quota = replace(PLENTY, bytes=3_500)

    def add(letter: str) -> bool:
        try:
            store.add_run(new_run(workspace, body=letter * 1_000), quota=quota)
        except QuotaReached:
            return False
        return True

    assert sum(at_once([lambda letter=letter: add(letter) for letter in "abcdefgh"])) == 3  # type: ignore[misc]


def test_what_ended_long_ago_has_expired(store: Store, workspace: str) -> None:
    clock = Clock()
    clocked = Store(store.engine, clock)
    old = []
    for _ in range(3):
        old.append(put(clocked, workspace, State.DONE))
        clock.skip(hours=1)
    awaiting = running(clocked, workspace)
    assert clocked.end(awaiting, replace(PLANNED, diagnosis_pending=True))
    clock.skip(hours=1)
    put(clocked, workspace, State.DONE)
    put(clocked, workspace, State.RUNNING)
    assert [run.id for run in store.expired(clock.time)] == old
    assert [run.id for run in store.expired(clock.time, limit=2)] == old[:2]
    assert store.expired(NOON) == []


def test_what_was_stored_before_counts(url: str) -> None:
    store = Store(make_engine(url))
    upgrade(store.engine)
    workspace = store.default_workspace().id
    put(store, workspace, State.DONE)
    before = store.stored_bytes(workspace)
    downgrade(store.engine, "0005")
    upgrade(store.engine)
    assert 0 < store.stored_bytes(workspace) <= before
    store.close()
