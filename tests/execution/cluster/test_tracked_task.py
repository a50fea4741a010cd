"""What an executor of a cluster makes of what Dask does to its tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from distributed import KilledWorker

from optimizer.execution.attempt import ResourceLimits
from optimizer.execution.cluster import tracked_task as module
from optimizer.execution.cluster.messages import Event, Key, Kind, answer_of, key_of, packed
from optimizer.execution.cluster.scheduler import ClusterError, Survey, TaskState
from optimizer.execution.cluster.thread_pool import ThreadPool
from optimizer.execution.cluster.tracked_task import TaskContext, TrackedTask
from optimizer.execution.executor import Failed, Finished, Reason
from tests.execution.recording import Recorder, task
from tests.execution.work_functions import moment

KEY = key_of("", "a")
LOST = KilledWorker(KEY, None, 3)  # type: ignore[arg-type]


class FakeFuture:
    """A future that comes to what the test says."""

    def __init__(self, client: object) -> None:
        self.client = client
        self.status = "pending"
        self.released = False
        self._came_to: Any = None
        self._callbacks: list[Callable[[FakeFuture], None]] = []

    def add_done_callback(self, call: Callable[[FakeFuture], None]) -> None:
        self._callbacks.append(call)

    def come_to(self, status: str, what: Any = None) -> None:
        self.status, self._came_to = status, what
        callbacks, self._callbacks = self._callbacks, []
        for call in callbacks:
            call(self)

    def result(self, timeout: float) -> Any:  # noqa: ARG002
        if isinstance(self._came_to, Exception):
            raise self._came_to
        return self._came_to

    def exception(self) -> Any:
        return self._came_to

    def release(self) -> None:
        self.released = True


class FakeLink:
    """A scheduler that takes every task, and keeps what it was asked."""

    def __init__(self) -> None:
        self.client = object()
        self.futures: list[FakeFuture] = []
        self.asked: list[tuple[str, str]] = []
        self.away = False
        self.known: dict[Key, TaskState] = {}

    def survey(self, _: object) -> Survey:
        if self.away:
            raise ClusterError("away")
        return Survey(1, 1, self.known)

    def hand_over(self, *_: object) -> FakeFuture:
        self.futures.append(FakeFuture(self.client))
        return self.futures[-1]

    def ask(self, verb: str, _: object, worker: str) -> bool:
        self.asked.append((verb, worker))
        return True


class Followed:
    """A tracked_task of one task, its scheduler_client, its listener, and what happens to it."""

    def __init__(self) -> None:
        self.scheduler_client, self.listener, self.threads = FakeLink(), Recorder(), ThreadPool()
        means = TaskContext(self.scheduler_client, self.listener, self.threads, ResourceLimits(), "work", lambda: None)  # type: ignore[arg-type]
        self.over: list[TrackedTask] = []
        self.kept: list[str] = []
        self.tracked_task = TrackedTask(replace(task("a"), keep=self.kept.append), KEY, means, self.over.append)
        self.tracked_task.hand_over()
        self.handed(1)

    def handed(self, count: int) -> FakeFuture:
        """Wait until it was handed over so often; return the last future."""

        def looked_after() -> bool:
            self.tracked_task.look_after()
            return len(self.scheduler_client.futures) == count and not self.tracked_task.coming

        self.listener.wait(looked_after)
        return self.scheduler_client.futures[-1]

    def event(self, kind: Kind, start: str, attempt: int = 1, value: int | None = None) -> None:
        progress = None if value is None else moment(value)
        self.tracked_task.on_event(Event(kind, "", "a", f"tcp://{start}", start, attempt, progress))

    def failed(self) -> Reason:
        outcome = self.listener.outcome("a")
        assert isinstance(outcome, Failed)
        return outcome.reason


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Followed]:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.0)
    made = Followed()
    yield made
    made.threads.dismiss()


def test_its_result_is_told_after_its_start_even_if_nobody_told_that(followed: Followed) -> None:
    future = followed.handed(1)
    future.come_to("finished", answer_of(Finished("plan")))
    assert followed.listener.outcome("a") == Finished("plan")
    assert [call for call, _, _ in followed.listener.calls] == ["started", "ended"]
    followed.listener.wait(lambda: future.released and followed.over)


def test_its_best_plan_so_far_is_kept_unless_it_is_of_a_lost_start(followed: Followed) -> None:
    for start, plan in (("w1", "first"), ("nobody", "strange"), ("w1", "second")):
        if plan == "first":
            followed.event("started", start)
        followed.tracked_task.on_event(Event("kept", "", "a", "tcp://w1", start, 1, plan=packed(plan)))
    followed.listener.wait(lambda: len(followed.kept) == 2)
    assert followed.kept == ["first", "second"]


def test_the_third_worker_is_not_lost_to_it(followed: Followed) -> None:
    for start in ("w1", "w2", "w3"):
        followed.event("started", start)
    assert followed.failed() is Reason.DIED
    assert len(followed.listener.of("started", "a")) == 2
    followed.listener.wait(lambda: followed.scheduler_client.futures[0].released)


def test_what_was_given_back_is_not_lost(followed: Followed) -> None:
    for start in ("w1", "w2", "w3", "w4"):
        followed.event("started", start)
        followed.event("given back", start)
    assert followed.tracked_task.worker is None
    followed.handed(1).come_to("finished", answer_of(Finished("plan")))
    assert followed.listener.outcome("a") == Finished("plan")
    assert len(followed.listener.of("started", "a")) == 4


def test_a_scheduler_that_is_gone_is_not_held_against_it(followed: Followed) -> None:
    for count, start in enumerate(("w1", "w2", "w3", "w4"), 1):
        followed.handed(count)
        followed.event("started", start)
        followed.tracked_task.lose()
    followed.handed(5).come_to("finished", answer_of(Finished("plan")))
    assert followed.listener.outcome("a") == Finished("plan")


@pytest.mark.parametrize(("starts", "reason"), [((), None), (("w1",), None), (("w1", "w2"), Reason.DIED)])
def test_dask_may_blame_it_for_workers_on_which_it_only_waited(
    followed: Followed, starts: tuple[str, ...], reason: Reason | None
) -> None:
    for start in starts:
        followed.event("started", start)
    followed.handed(1).come_to("error", LOST)
    if reason is None:
        followed.handed(2)
        assert followed.listener.of("ended") == []
    else:
        assert followed.failed() is reason


def test_other_errors_of_dask_are_forgiven_once(followed: Followed, caplog: pytest.LogCaptureFixture) -> None:
    followed.handed(1).come_to("error", ModuleNotFoundError("No module named 'optimizer'"))
    followed.handed(2).come_to("error", ModuleNotFoundError("No module named 'optimizer'"))
    assert followed.failed() is Reason.BUG
    assert "No module named 'optimizer'" in caplog.text


@pytest.mark.parametrize("status", ["cancelled", "lost"])
def test_what_was_lost_is_handed_over_again(followed: Followed, status: str) -> None:
    followed.handed(1).come_to(status)
    followed.handed(2).come_to("finished", answer_of(Finished("plan")))
    assert followed.listener.outcome("a") == Finished("plan")


def test_a_future_of_an_older_connection_is_worth_nothing(followed: Followed) -> None:
    first = followed.handed(1)
    followed.scheduler_client.client = object()
    second = followed.handed(2)
    first.come_to("finished", answer_of(Finished("of a scheduler that is gone")))
    second.come_to("finished", answer_of(Finished("plan")))
    assert followed.listener.outcome("a") == Finished("plan")


def test_a_result_that_is_lost_with_its_worker_is_waited_for(followed: Followed) -> None:
    future = followed.handed(1)
    future.come_to("finished", TimeoutError())
    followed.listener.wait(lambda: future._callbacks)
    future.come_to("finished", answer_of(Finished("plan")))
    assert followed.listener.outcome("a") == Finished("plan")
    assert len(followed.scheduler_client.futures) == 1


def test_a_cluster_that_does_not_answer_is_asked_again(followed: Followed) -> None:
    followed.scheduler_client.away = True
    followed.tracked_task.lose()
    followed.listener.wait(lambda: not followed.tracked_task.coming)
    followed.scheduler_client.away = False
    followed.handed(2)


def test_who_comes_later_asks_how_far_it_is(followed: Followed) -> None:
    followed.scheduler_client.known = {KEY: TaskState("tcp://w7", True)}
    followed.tracked_task.lose()
    followed.listener.wait(lambda: followed.scheduler_client.asked)
    assert followed.scheduler_client.asked == [("tell_again", "tcp://w7")]


def test_what_is_told_again_is_told_once(followed: Followed) -> None:
    for _ in range(2):
        followed.event("started", "w1")
        followed.event("moved", "w1", value=1)
    followed.event("moved", "a worker long gone", value=7)
    followed.event("moved", "w1", value=2)
    followed.listener.wait(lambda: followed.listener.of("moved", "a")[-1:] == [moment(2)])
    assert followed.listener.of("started", "a") == [1]
    assert moment(7) not in followed.listener.of("moved", "a")
    assert len(followed.listener.of("moved", "a")) <= 2


def test_a_wish_stands_on_the_next_worker(followed: Followed) -> None:
    followed.event("started", "w1")
    followed.tracked_task.request_finish()
    followed.event("started", "w1", 2)
    followed.event("started", "w2")
    followed.listener.wait(lambda: followed.scheduler_client.asked)
    assert followed.scheduler_client.asked == [("finish_gracefully", "tcp://w2")]


def test_nothing_is_told_of_what_was_dropped(followed: Followed) -> None:
    future = followed.handed(1)
    followed.tracked_task.drop()
    followed.event("started", "w1")
    future.come_to("finished", answer_of(Finished("plan")))
    assert future.released
    assert followed.listener.calls == []
