"""The queue and what the listener is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from optimizer.execution.executor import Executor, Failed, Finished, Reason, Task
from optimizer.execution.fair_queue import FairQueue
from optimizer.execution.local import LocalExecutor
from optimizer.solve.settings import Settings
from tests.execution import work_functions as works
from tests.execution.conftest import Make
from tests.execution.recording import PATIENCE_SECONDS, Recorder, task

LONG = pytest.mark.campaign


def solvers() -> list[psutil.Process]:
    """Return the processes of this process's fork server."""
    return [solver for child in psutil.Process().children() for solver in child.children()]


def in_thread(call: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    answer: list[object] = []
    thread = threading.Thread(target=lambda: answer.append(call()), daemon=True)
    thread.start()
    return thread, answer


def test_lanes_take_turns() -> None:
    lanes = FairQueue()
    for key in ("a1", "a2", "a3", "b1", "c1", "b2"):
        lanes.put(task(key, lane=key[0]))
    assert lanes.drop("a2")
    assert not lanes.drop("a2")
    taken = []
    while (one := lanes.take()) is not None:
        taken.append(one.key)
    assert taken == ["a1", "b1", "c1", "a3", "b2"]
    assert len(lanes) == 0


def test_tasks_start_in_turn(executor: Make, recorder: Recorder) -> None:
    places: Executor = executor(works.by_text)
    places.submit(task("first", "until_finished"))
    recorder.wait(lambda: recorder.of("moved", "first"))
    for key in ("a1", "a2", "b1"):
        places.submit(task(key, lane=key[0]))
    places.finish("first")
    recorder.wait(lambda: len(recorder.of("ended")) == 4)
    assert recorder.of("started") == ["first", "a1", "b1", "a2"]


def test_many_at_once(executor: Make, recorder: Recorder) -> None:
    places = executor(works.echo, places=4)
    for number in range(16):
        places.submit(task(f"k{number}", str(number)))
    for number in range(16):
        assert recorder.outcome(f"k{number}") == Finished(str(number))


def test_a_known_key_is_the_same_task(executor: Make, recorder: Recorder) -> None:
    places = executor(works.by_text)
    for _ in range(2):
        places.submit(task("runs", "until_finished"))
        places.submit(task("waits"))
    recorder.wait(lambda: recorder.of("moved", "runs"))
    places.submit(task("runs", "other"))
    assert (places.running, places.waiting) == (1, 1)
    places.finish("runs")
    recorder.outcome("waits")
    recorder.wait(lambda: not places.running)
    assert recorder.of("started") == ["runs", "waits"]


def test_run_now_takes_only_a_free_place(executor: Make, recorder: Recorder) -> None:
    places = executor(works.until_finished, places=2)
    assert places.run_now(task("a"))
    assert places.run_now(task("b"))
    assert not places.run_now(task("c"))
    assert places.run_now(task("a")), "it runs already"
    recorder.wait(lambda: len(set(recorder.of("moved"))) == 2)
    places.finish("a")
    recorder.outcome("a")
    recorder.wait(lambda: places.running == 1)
    assert places.run_now(task("c"))
    assert "c" not in recorder.of("ended")


def test_finish_is_for_what_runs(executor: Make, recorder: Recorder) -> None:
    places = executor(works.until_finished)
    places.submit(task("runs"))
    recorder.wait(lambda: recorder.of("moved", "runs"))
    places.submit(task("waits"))
    assert not places.finish("waits")
    assert not places.finish("unknown")


def test_abandoning_kills_and_is_silent(executor: Make, recorder: Recorder) -> None:
    places = executor(works.stubborn)
    places.submit(task("runs"))
    places.submit(task("waits"))
    recorder.wait(lambda: recorder.of("moved", "runs"))
    (solver,) = solvers()
    assert places.abandon("waits")
    assert places.abandon("runs")
    assert not solver.is_running()
    assert not places.abandon("runs")
    assert (places.running, places.waiting) == (0, 0)
    assert recorder.of("ended") == []
    assert recorder.of("started") == ["runs"]


def test_abandoning_while_a_process_starts(executor: Make, recorder: Recorder) -> None:
    places = executor(works.stubborn)
    for number in range(10):
        places.submit(task(f"k{number}"))
        recorder.wait(lambda number=number: recorder.of("started", f"k{number}"))  # type: ignore[misc]
        assert places.abandon(f"k{number}")
        assert not solvers()
    assert recorder.of("ended") == []


class Blocking(Recorder):
    """Holds a call of one kind until it is let go."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind, self.entered, self.let_go = kind, threading.Event(), threading.Event()

    def _note(self, call: str, key: str, what: object) -> None:
        if call == self.kind:
            self.entered.set()
            assert self.let_go.wait(PATIENCE_SECONDS)
        super()._note(call, key, what)


@pytest.mark.parametrize(("kind", "work"), [("ended", works.echo), ("moved", works.chatty)])
def test_abandoning_waits_for_the_call_under_way(executor: Make, kind: str, work: object) -> None:
    listener = Blocking(kind)
    places = executor(work, listener=listener)
    places.submit(task("a"))
    assert listener.entered.wait(PATIENCE_SECONDS)
    time.sleep(1)  # the chatty one has more to tell by now
    thread, answer = in_thread(lambda: places.abandon("a"))
    thread.join(0.5)
    assert thread.is_alive()
    assert listener.of(kind) == []
    listener.let_go.set()
    thread.join(PATIENCE_SECONDS)
    assert answer == [True]
    assert listener.of(kind) == ["a"]
    assert len(listener.of("ended")) == (kind == "ended")


def test_a_listener_may_abandon_its_own_task(executor: Make) -> None:
    answers = []

    class Abandoning(Recorder):
        def moved(self, key: str, progress: object) -> None:
            answers.append((places.abandon(key), solvers()))
            super().moved(key, progress)  # type: ignore[arg-type]

    listener = Abandoning()
    places = executor(works.stubborn, listener=listener)
    places.submit(task("a"))
    listener.wait(lambda: listener.of("moved", "a"))
    listener.wait(lambda: not places.running)
    assert answers == [(True, [])]
    assert listener.of("ended") == []


@pytest.mark.parametrize("kind", ["ended", pytest.param("started", marks=LONG), pytest.param("moved", marks=LONG)])
def test_a_listener_that_raises_costs_no_place(executor: Make, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    class Raising(Recorder):
        def _note(self, call: str, key: str, what: Any) -> None:
            super()._note(call, key, what)
            if call == kind:
                raise RuntimeError("the listener is ill")

    listener = Raising()
    places = executor(works.babbles, listener=listener)
    for key in ("a", "b"):
        places.submit(task(key))
    assert [listener.outcome(key) for key in ("a", "b")] == [Finished("done")] * 2
    listener.wait(lambda: not places.running)
    assert caplog.text.count("RuntimeError: the listener is ill") >= 2


def test_a_scenario_that_cannot_be_loaded(executor: Make, recorder: Recorder, caplog: pytest.LogCaptureFixture) -> None:
    def withdrawn() -> str:
        raise LookupError("gone")

    def broken() -> str:
        raise OSError("/secret/disk")

    places = executor(works.echo)
    places.submit(Task("gone", Settings(), withdrawn))
    places.submit(Task("broken", Settings(), broken))
    outcome = recorder.outcome("broken")
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.BUG
    assert "/secret/disk" not in outcome.detail
    assert "/secret/disk" in caplog.text
    assert recorder.of("started") == []
    assert recorder.of("ended") == ["broken"]


def test_a_task_that_is_lost_has_failed(
    executor: Make, recorder: Recorder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse() -> None:
        raise RuntimeError("can't start new thread")

    places = executor(works.echo)
    monkeypatch.setattr("optimizer.execution.supervise.FORK_SERVER.start", refuse)
    places.submit(task("a"))
    outcome = recorder.outcome("a")
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.BUG
    assert "can't start new thread" in caplog.text
    monkeypatch.undo()
    places.submit(task("b"))
    assert recorder.outcome("b") == Finished("{}")


def test_closing_keeps_the_best_plan_and_drops_the_queue(executor: Make, recorder: Recorder) -> None:
    places = executor(works.by_text, places=3)
    for key in ("until_finished", "planless", "stubborn", "waits"):
        places.submit(task(key, key))
    recorder.wait(lambda: len(set(recorder.of("moved"))) == 3)
    processes = solvers()
    places.close(2)
    assert [(key, outcome) for call, key, outcome in recorder.calls if call == "ended"] == [
        ("until_finished", Finished("best so far"))
    ]
    assert not any(process.is_running() for process in processes)
    assert "waits" not in recorder.of("started")
    places.submit(task("late"))
    assert not places.run_now(task("late"))
    assert (places.running, places.waiting) == (0, 0)


def test_closing_ends_as_soon_as_all_have(executor: Make, recorder: Recorder) -> None:
    places = executor(works.until_finished)
    places.submit(task("a"))
    recorder.wait(lambda: recorder.of("moved", "a"))
    thread, _ = in_thread(lambda: places.close(3600))
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
    assert recorder.outcome("a") == Finished("best so far")


def test_a_process_that_dies_while_closing_is_not_told(executor: Make, recorder: Recorder) -> None:
    places = executor(works.planless)
    places.submit(task("a"))
    recorder.wait(lambda: recorder.of("moved", "a"))
    thread, _ = in_thread(lambda: places.close(PATIENCE_SECONDS))
    thread.join(0.5)
    (solver,) = solvers()
    solver.kill()
    thread.join(PATIENCE_SECONDS)
    assert recorder.of("started", "a") == [1]
    assert recorder.of("ended") == []


def test_closing_waits_for_what_is_being_told(executor: Make) -> None:
    listener = Blocking("ended")
    places = executor(works.echo, listener=listener)
    places.submit(task("a"))
    assert listener.entered.wait(PATIENCE_SECONDS)
    thread, _ = in_thread(lambda: places.close(0))
    thread.join(0.5)
    assert thread.is_alive()
    listener.let_go.set()
    thread.join(PATIENCE_SECONDS)
    assert listener.of("ended") == ["a"]


def test_there_is_at_least_one_place(recorder: Recorder) -> None:
    with pytest.raises(ValueError, match="at least one place"):
        LocalExecutor(recorder, 0)
