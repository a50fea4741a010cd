"""The executor of a cluster, on a real one: two workers with a slot each."""

from __future__ import annotations

import threading
from dataclasses import replace

import psutil
import pytest

from optimizer.execution.attempt import ResourceLimits
from optimizer.execution.cluster import DaskExecutor
from optimizer.execution.executor import Executor, Failed, Finished, Reason, Task
from optimizer.solve.settings import Settings
from tests.execution import work_functions as works
from tests.execution.cluster.conftest import Make, Pair
from tests.execution.clusters import gone, wait
from tests.execution.recording import Recorder, assert_later_starts_have_higher_numbers, task

pytestmark = pytest.mark.campaign


def moving(recorder: Recorder, *keys: str) -> None:
    recorder.wait(lambda: set(keys) <= set(recorder.of("moved")))


def test_tasks_are_done_and_told_of_in_order(executor: DaskExecutor, recorder: Recorder) -> None:
    texts = {f"k{number}": f"text {number} €" for number in range(8)} | {"large": "scenario " * 1_000_000}
    places: Executor = executor
    for key, text in texts.items():
        places.submit(task(key, text))
    assert {key: recorder.outcome(key) for key in texts} == {key: Finished(text) for key, text in texts.items()}
    assert all([call for call, told, _ in recorder.calls if told == key] == ["started", "ended"] for key in texts)
    recorder.wait(lambda: not places.running)


def test_how_it_goes_is_told(make: Make, recorder: Recorder) -> None:
    make(recorder, works.babbles).submit(task("a"))
    assert recorder.outcome("a") == Finished("done")
    moves = recorder.of("moved", "a")
    assert moves[-1] == works.moment(3_000, "last")
    assert [call for call, _, _ in recorder.calls] == ["started", *["moved"] * len(moves), "ended"]


def test_the_best_plan_so_far_is_kept_begun_with_and_left(make: Make, recorder: Recorder) -> None:
    kept: list[str] = []
    places = make(recorder, works.keeps_and_is_killed)
    places.submit(replace(task("a", "plan"), start=lambda: "before", keep=kept.append))
    assert recorder.outcome("a") == Finished("plan after plan after before")
    recorder.wait(lambda: len(kept) == 2)
    assert kept == ["plan after before", "plan after plan after before"]


def test_a_known_key_is_the_same_task_for_all(make: Make, cluster: Pair) -> None:
    first, second, stranger = Recorder(), Recorder(), Recorder()
    one, two, three = make(first), make(second), make(stranger)
    for _ in range(2):
        one.submit(task("a", "until_finished"))
    moving(first, "a")
    two.submit(task("a", "until_finished"))
    moving(second, "a")
    assert second.calls == first.calls, "who comes later hears how far it is"
    assert len(cluster.solvers()) == 1
    assert three.finish("a"), "who never submitted it reaches it, too"
    assert first.outcome("a") == second.outcome("a") == Finished("best so far")
    assert stranger.calls == []
    wait(lambda: one.running == two.running == 0)
    assert not two.finish("a")


def test_abandoning_kills_for_all_and_is_silent(make: Make, cluster: Pair) -> None:
    first, second = Recorder(), Recorder()
    one, two = make(first), make(second)
    for each in (one, two):
        for key in ("a", "b", "waits"):
            each.submit(task(key, "stubborn"))
    moving(first, "a", "b")
    moving(second, "a", "b")
    doomed = psutil.Process(int(first.of("moved", "a")[0].phase))
    assert one.abandon("waits")
    assert one.abandon("a")
    assert gone(doomed)
    wait(lambda: two.running == 1 and two.waiting == 0)
    assert not two.abandon("a")
    assert two.abandon("b"), "by whoever"
    wait(lambda: one.running == 0)
    assert not cluster.solvers()
    for recorder in (first, second):
        assert set(recorder.of("started")) == {"a", "b"}
        assert recorder.of("ended") == []


def test_a_listener_may_abandon_its_own_task(make: Make, cluster: Pair) -> None:
    answers = []

    class Abandoning(Recorder):
        def moved(self, key: str, progress: object) -> None:
            answers.append((own.abandon(key), cluster.solvers()))
            super().moved(key, progress)  # type: ignore[arg-type]

    listener = Abandoning()
    own = make(listener)
    own.submit(task("a", "stubborn"))
    moving(listener, "a")
    wait(lambda: not own.running)
    assert answers == [(True, [])]
    assert listener.of("ended") == []


def test_run_now_takes_only_an_idle_slot(executor: DaskExecutor, recorder: Recorder) -> None:
    wait(lambda: executor.run_now(task("a", "until_finished")))
    assert executor.run_now(task("b", "until_finished"))
    assert not executor.run_now(task("c"))
    assert executor.run_now(task("a")), "it runs already"
    assert executor.running == 2
    for key in ("a", "b"):
        moving(recorder, key)
        assert executor.finish(key)
        recorder.outcome(key)
    assert recorder.of("started") == ["a", "b"]


def test_what_is_handed_over_at_once_is_not_taken_for_lost(cluster: Pair, recorder: Recorder) -> None:
    """There is a moment between having a connection and looking after what an earlier one has lost."""
    begun, done = threading.Event(), threading.Event()

    class Slow(DaskExecutor):
        def _joined(self) -> None:
            begun.wait(60)
            super()._joined()
            done.set()

    executor = Slow(recorder, cluster.address, work=works.named(works.by_text))
    try:
        wait(lambda: executor.run_now(task("a", "until_finished")))
        begun.set()
        assert done.wait(60)
        assert executor.running == 1
        assert executor.finish("a")
        assert recorder.outcome("a") == Finished("best so far")
        assert recorder.of("started") == ["a"]
    finally:
        executor.close(0)


def test_what_nobody_wants_is_given_up_and_what_others_want_goes_on(make: Make, cluster: Pair) -> None:
    leaves, stays = Recorder(), Recorder()
    one, two = make(leaves), make(stays)
    one.submit(task("shared", "until_finished"))
    moving(leaves, "shared")
    two.submit(task("shared", "until_finished"))
    one.submit(task("own", "stubborn"))
    moving(leaves, "own")
    moving(stays, "shared")
    one.close(0.5)
    wait(lambda: len(cluster.solvers()) == 1)
    assert leaves.of("ended") == stays.of("ended") == []
    assert two.finish("shared")
    assert stays.outcome("shared") == Finished("best so far")
    one.submit(task("late"))
    assert not one.run_now(task("late"))


def test_closing_keeps_the_best_plan(executor: DaskExecutor, recorder: Recorder) -> None:
    for key in ("until_finished", "planless", "waits"):
        executor.submit(task(key, key))
    moving(recorder, "until_finished", "planless")
    executor.close(1)
    assert [(key, outcome) for call, key, outcome in recorder.calls if call == "ended"] == [
        ("until_finished", Finished("best so far"))
    ]
    assert "waits" not in recorder.of("started")


def test_limits_go_with_the_task(make: Make, recorder: Recorder) -> None:
    make(recorder, works.stubborn, ResourceLimits(grace_seconds=1)).submit(task("a", seconds=0.5))
    outcome = recorder.outcome("a")
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.OUT_OF_TIME
    assert "0.5 s and 1 s of grace" in outcome.detail


def test_a_process_that_dies_is_replaced_on_its_worker(make: Make, recorder: Recorder) -> None:
    make(recorder, works.killed).submit(task("a"))
    outcome = recorder.outcome("a")
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.DIED
    assert "SIGKILL" in outcome.detail
    assert_later_starts_have_higher_numbers(recorder, 2)


def test_a_scenario_that_cannot_be_loaded(executor: DaskExecutor, recorder: Recorder) -> None:
    def withdrawn() -> str:
        raise LookupError("gone")

    def broken() -> str:
        raise OSError("/secret/disk")

    executor.submit(Task("gone", Settings(), withdrawn))
    executor.submit(Task("broken", Settings(), broken))
    outcome = recorder.outcome("broken")
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.BUG
    assert "/secret/disk" not in outcome.detail
    wait(lambda: not executor.waiting)
    assert recorder.of("started") == []


def test_a_cluster_without_a_scheduler(recorder: Recorder) -> None:
    executor = DaskExecutor(recorder, "tcp://127.0.0.1:1")
    executor.submit(task("a"))
    assert not executor.finish("a")
    assert not executor.run_now(task("b"))
    assert executor.abandon("a")
    executor.submit(task("c"))
    executor.close(60)
    assert recorder.calls == []
