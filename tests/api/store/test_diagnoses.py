"""Fuller diagnoses: awaited from the end of a run on, and recorded once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from hashlib import sha256

import pytest

from api.store import Store
from api.store.diagnoses import Fuller
from api.store.records import EventKind
from api.store.states import State
from api.store.transitions import DIAGNOSIS_WITHIN
from tests.api.store.runs import NOON, PLANNED, SCENARIO, Clock, at_once, put, running

FULLER = Fuller('{"status": "feasible", "diagnosis": {}}', complete=True)


def awaiting(store: Store, workspace: str) -> str:
    """Return the id of a run that is done and awaits a fuller diagnosis."""
    run_id = running(store, workspace)
    assert store.end(run_id, replace(PLANNED, diagnosis_pending=True))
    return run_id


def test_a_run_is_done_with_its_plan_and_then_diagnosed(store: Store, workspace: str) -> None:
    store = Store(store.engine, Clock())
    run_id = awaiting(store, workspace)
    assert store.events(run_id)[-1].data["diagnosis_pending"] is True
    run = store.run(workspace, run_id)
    assert run is not None
    assert (run.state, run.settled, run.diagnosis_until) == (State.DONE, False, NOON + DIAGNOSIS_WITHIN)
    assert [each.id for each in store.undiagnosed()] == [run_id]
    assert json.loads(store.to_diagnose(run_id) or "") == {
        "scenario": json.loads(SCENARIO.body),
        "plan": json.loads(PLANNED.text),
    }
    assert store.diagnosed(run_id, FULLER)
    plan, run = store.plan_text(workspace, run_id), store.run(workspace, run_id)
    assert plan is not None
    assert run is not None
    assert plan.text == FULLER.text
    assert plan.sha256 == run.plan_sha256 == sha256(FULLER.text.encode()).hexdigest()
    assert run.settled
    assert store.settled(run_id) is True
    last = store.events(run_id)[-1]
    assert (last.kind, last.data) == (EventKind.DIAGNOSIS, {"replaced": True, "complete": True})
    assert store.undiagnosed() == []
    assert store.to_diagnose(run_id) is None


@pytest.mark.parametrize("fuller", [None, Fuller(PLANNED.text, complete=False)])
def test_one_that_is_given_up_or_tells_no_more_is_an_event_too(
    store: Store, workspace: str, fuller: Fuller | None
) -> None:
    run_id = awaiting(store, workspace)
    assert store.diagnosed(run_id, fuller)
    plan = store.plan_text(workspace, run_id)
    assert plan is not None
    assert plan.text == PLANNED.text
    assert store.events(run_id)[-1].data == {"replaced": False, "complete": False}
    assert store.settled(run_id) is True


def test_of_diagnoses_at_once_one_is_recorded(store: Store, workspace: str) -> None:
    run_id = awaiting(store, workspace)
    found = [None, FULLER, replace(FULLER, text="{}")]
    assert sum(at_once([partial(store.diagnosed, run_id, each) for each in found])) == 1
    assert [event.kind for event in store.events(run_id)].count(EventKind.DIAGNOSIS) == 1


@pytest.mark.parametrize("state", list(State))
def test_what_awaits_none_gets_none(store: Store, workspace: str, state: State) -> None:
    run_id = put(store, workspace, state)
    before = store.events(run_id)
    assert store.settled(run_id) is state.final
    assert store.to_diagnose(run_id) is None
    assert not store.diagnosed(run_id, FULLER)
    assert store.events(run_id) == before


def test_an_erased_run_is_not_diagnosed(store: Store, workspace: str) -> None:
    run_id = awaiting(store, workspace)
    assert store.erase(workspace, run_id)
    assert store.settled(run_id) is None
    assert store.to_diagnose(run_id) is None
    assert not store.diagnosed(run_id, FULLER)
    assert store.undiagnosed() == []


def test_they_come_first_come_first(store: Store, workspace: str) -> None:
    clock = Clock()
    store = Store(store.engine, clock)
    ids = []
    for _ in range(3):
        ids.append(awaiting(store, workspace))
        clock.time += timedelta(seconds=1)
    assert [run.id for run in store.undiagnosed()] == ids
    assert [run.id for run in store.undiagnosed(ids[1])] == [ids[1]]
