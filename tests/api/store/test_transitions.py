from __future__ import annotations

from dataclasses import replace
from functools import partial
from hashlib import sha256

import pytest
from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError, StatementError

from api.store import Store
from api.store.engine import writing
from api.store.records import Ending, EventKind, Figures, RunRecord
from api.store.states import State
from api.store.tables import plans
from optimizer.solve.control import Progress
from tests.api.store.runs import (
    CANCELLED,
    FAILURE,
    FIGURES,
    NOON,
    PLANNED,
    SCENARIO,
    Clock,
    at_once,
    progress,
    put,
    queued,
    running,
    sizes,
)


def read(store: Store, workspace: str, run_id: str) -> RunRecord:
    run = store.run(workspace, run_id)
    assert run is not None
    return run


def last(store: Store, run_id: str) -> tuple[EventKind, object]:
    event = store.events(run_id)[-1]
    return event.kind, event.data


def test_from_the_queue_to_a_plan(store: Store, workspace: str) -> None:
    clock = Clock()
    store = Store(store.engine, clock)
    run_id = queued(store, workspace)
    clock.skip(seconds=1)
    started = clock.time
    assert store.start(run_id, 1)
    assert read(store, workspace, run_id).started_at == started
    assert store.move(run_id, Progress("first plan", 5, 7, 2**40, None, 2 / 7, 0.25))
    run = read(store, workspace, run_id)
    assert (run.state, run.phase, run.attempts) == (State.RUNNING, "first plan", 1)
    assert run.figures == Figures(5, 7, 2**40, None, 2 / 7, 0.25)
    clock.skip(seconds=1)
    assert store.end(run_id, PLANNED)
    run = read(store, workspace, run_id)
    assert (run.state, run.plan_status, run.figures, run.phase) == (State.DONE, "feasible", FIGURES, None)
    assert run.ended_at == clock.time
    assert run.started_at == started
    plan = store.plan_text(workspace, run_id)
    assert plan is not None
    assert plan.text == PLANNED.text
    assert plan.sha256 == run.plan_sha256 == sha256(PLANNED.text.encode()).hexdigest()
    events = store.events(run_id)
    assert [event.kind.value for event in events] == ["queued", "running", "progress", "verdict", "done"]
    assert [event.at for event in events] == [NOON, started, started, clock.time, clock.time]
    assert events[1].data == {"attempt": 1}
    assert events[2].data["elapsed_seconds"] == 0.25
    assert events[4].data["plan_status"] == "feasible"


@pytest.mark.parametrize("state", list(State))
def test_only_what_is_open_is_there_to_be_solved(store: Store, workspace: str, state: State) -> None:
    run_id = put(store, workspace, state)
    assert store.scenario_for(run_id) == (None if state.final else SCENARIO.body)


@pytest.mark.parametrize("before", [State.QUEUED, State.RUNNING])
def test_failure_says_why(store: Store, workspace: str, before: State) -> None:
    run_id = put(store, workspace, before)
    assert store.end(run_id, FAILURE)
    run = read(store, workspace, run_id)
    assert (run.state, run.failure, run.plan_sha256) == (State.FAILED, FAILURE, None)
    assert run.ended_at is not None
    assert last(store, run_id) == (EventKind.FAILED, {"code": FAILURE.code, "detail": FAILURE.detail})


def test_cancelling_leaves_no_plan(store: Store, workspace: str) -> None:
    run_id = running(store, workspace)
    assert store.end(run_id, CANCELLED)
    assert read(store, workspace, run_id).failure is None
    assert store.plan_text(workspace, run_id) is None
    assert last(store, run_id) == (EventKind.CANCELLED, {})


def test_what_is_not_running_does_not_move(store: Store, workspace: str) -> None:
    for state in set(State) - {State.RUNNING}:
        run_id = put(store, workspace, state)
        before = read(store, workspace, run_id), store.events(run_id)
        assert not store.move(run_id, progress(1))
        assert (read(store, workspace, run_id), store.events(run_id)) == before
    assert not store.move("nothing", progress(1))


def test_the_first_ending_counts(store: Store, workspace: str) -> None:
    run_id = running(store, workspace)
    assert store.end(run_id, PLANNED)
    before = read(store, workspace, run_id)
    for ending in (replace(PLANNED, text="{}"), FAILURE, CANCELLED):
        assert not store.end(run_id, ending)
    assert read(store, workspace, run_id) == before
    assert not store.end("nothing", CANCELLED)


def test_of_endings_at_once_one_is_recorded(store: Store, workspace: str) -> None:
    run_id = running(store, workspace)
    planned: list[Ending] = [replace(PLANNED, text=f"plan {number}") for number in range(10)]
    endings = planned + [FAILURE, CANCELLED] * 5
    ended = at_once([partial(store.end, run_id, ending) for ending in endings])
    assert ended.count(True) == 1
    winner = endings[ended.index(True)]
    run, plan = read(store, workspace, run_id), store.plan_text(workspace, run_id)
    assert (None if plan is None else plan.text) == getattr(winner, "text", None)
    assert run.failure == (winner if winner is FAILURE else None)
    ends = [run.state.value] if plan is None else ["verdict", "done"]
    assert [event.kind.value for event in store.events(run_id)] == ["queued", "running", *ends]
    assert sizes(store)["plans"] == (plan is not None)


def test_an_ending_is_recorded_as_a_whole_or_not_at_all(store: Store, workspace: str) -> None:
    run_id = running(store, workspace)
    unstorable = replace(PLANNED, figures=replace(FIGURES, gap=float("nan")))
    with pytest.raises((StatementError, ValueError), match="JSON"):
        store.end(run_id, unstorable)
    assert read(store, workspace, run_id).state is State.RUNNING
    assert sizes(store)["plans"] == 0
    with writing(store.engine) as connection:
        connection.execute(insert(plans).values(run_id=run_id, sha256="", body="in the way"))
    with pytest.raises(IntegrityError):
        store.end(run_id, PLANNED)
    assert read(store, workspace, run_id).state is State.RUNNING
    with writing(store.engine) as connection:
        connection.execute(delete(plans))
    assert store.end(run_id, PLANNED)
    assert [event.sequence for event in store.events(run_id)] == [1, 2, 3, 4]


def verdicts(store: Store, run_id: str) -> list[object]:
    return [event.data for event in store.events(run_id) if event.kind is EventKind.VERDICT]


def test_the_verdict_comes_once_and_before_the_plan(store: Store, workspace: str) -> None:
    run_id = running(store, workspace)
    assert store.move(run_id, progress(1))
    assert verdicts(store, run_id) == []
    for value in (2, 3):
        assert store.move(run_id, replace(progress(value), status="feasible"))
    assert verdicts(store, run_id) == [{"status": "feasible"}]
    run = read(store, workspace, run_id)
    assert (run.state, run.plan_status, run.plan_sha256) == (State.RUNNING, "feasible", None)
    assert store.end(run_id, PLANNED)
    kinds = [event.kind.value for event in store.events(run_id)]
    assert kinds == ["queued", "running", "progress", "verdict", "progress", "progress", "done"]


def test_a_verdict_is_of_one_attempt_only(store: Store, workspace: str) -> None:
    run_id = running(store, workspace)
    assert store.move(run_id, replace(progress(1), status="feasible"))
    assert store.start(run_id, 2)
    assert read(store, workspace, run_id).plan_status is None
    assert store.move(run_id, replace(progress(1), status="optimal"))
    assert store.end(run_id, FAILURE)
    assert read(store, workspace, run_id).plan_status is None
    assert verdicts(store, run_id) == [{"status": "feasible"}, {"status": "optimal"}]


def test_a_new_attempt_begins_anew(store: Store, workspace: str) -> None:
    run_id = running(store, workspace)
    store.move(run_id, progress(3))
    assert not store.start(run_id, 1)
    assert store.start(run_id, 2)
    run = read(store, workspace, run_id)
    assert (run.state, run.attempts, run.phase, run.figures) == (State.RUNNING, 2, None, Figures())
    assert last(store, run_id) == (EventKind.RUNNING, {"attempt": 2})
    store.end(run_id, CANCELLED)
    assert not store.start(run_id, 3)


@pytest.mark.parametrize("attempt", [1, 2, 1_800_000_000_000])
def test_a_start_that_is_told_again_is_recorded_once(store: Store, workspace: str, attempt: int) -> None:
    run_id = queued(store, workspace)
    started = at_once([partial(store.start, run_id, attempt)] * 6)
    assert started.count(True) == 1
    store.move(run_id, progress(3))
    assert not store.start(run_id, attempt)
    run = read(store, workspace, run_id)
    assert (run.attempts, run.figures.value) == (1, 3)
    store.requeue(run_id)
    assert store.start(run_id, attempt)


def test_a_search_does_not_go_back(store: Store, workspace: str) -> None:
    run_id = running(store, workspace)
    assert store.move(run_id, progress(3))
    assert not store.move(run_id, progress(3))
    assert not store.move(run_id, progress(2))
    assert read(store, workspace, run_id).figures.value == 3
    assert store.start(run_id, 2)
    assert store.move(run_id, progress(1))


def test_the_state_of_a_run_whosever_it_is(store: Store, workspace: str) -> None:
    for state in State:
        assert store.state(put(store, workspace, state)) is state
    assert store.state("nothing") is None


def test_after_a_restart_a_run_waits_again(store: Store, workspace: str) -> None:
    run_id = running(store, workspace)
    store.move(run_id, progress(3))
    assert store.requeue(run_id)
    run = read(store, workspace, run_id)
    assert (run.state, run.attempts, run.started_at, run.figures) == (State.QUEUED, 1, None, Figures())
    assert last(store, run_id) == (EventKind.QUEUED, {"reason": "server_restarted"})
    assert not store.requeue(run_id)
    assert store.start(run_id, 1)
    assert read(store, workspace, run_id).attempts == 2


def test_who_asked_to_finish_is_noted_once(store: Store, workspace: str) -> None:
    run_id = running(store, workspace)
    assert store.finish_asked(run_id, "shutdown") is State.RUNNING
    assert store.finish_asked(run_id, "shutdown") is State.RUNNING
    assert read(store, workspace, run_id).finish_asked == "shutdown"
    assert store.finish_asked(run_id, "request") is State.RUNNING
    assert store.finish_asked(run_id, "shutdown") is State.RUNNING
    assert read(store, workspace, run_id).finish_asked == "request"
    asked = [event.data["by"] for event in store.events(run_id) if event.kind is EventKind.FINISH_ASKED]
    assert asked == ["shutdown", "request"]


def test_only_a_persons_wish_outlasts_a_restart(store: Store, workspace: str) -> None:
    wished, shut = running(store, workspace), running(store, workspace)
    store.finish_asked(wished, "request")
    store.finish_asked(shut, "shutdown")
    for run_id in (wished, shut):
        store.requeue(run_id)
    assert read(store, workspace, wished).finish_asked == "request"
    assert read(store, workspace, shut).finish_asked is None


def test_what_has_ended_is_not_asked_to_finish(store: Store, workspace: str) -> None:
    run_id = put(store, workspace, State.DONE)
    before = read(store, workspace, run_id), store.events(run_id)
    assert store.finish_asked(run_id, "request") is State.DONE
    assert (read(store, workspace, run_id), store.events(run_id)) == before
    assert store.finish_asked("nothing", "request") is None
