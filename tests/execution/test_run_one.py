"""One task on an executor of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from optimizer.execution.executor import Executor, Failed, Finished, Listener, Outcome, Reason, Task
from optimizer.execution.local import LocalExecutor
from optimizer.execution.run_one import outcome_of
from tests.execution import work_functions as works
from tests.execution.recording import task

Told = list[Any]


PATIENCE_SECONDS = 30.0


def awaited(*given: Any) -> Outcome | None:
    """Return the outcome; fail where none comes, rather than wait for ever."""
    found: list[Outcome | None] = []
    thread = threading.Thread(target=lambda: found.append(outcome_of(*given)), daemon=True)
    thread.start()
    thread.join(PATIENCE_SECONDS)
    assert found, "no outcome comes"
    return found[0]


def here(work: Callable[..., str]) -> Callable[[Listener], Executor]:
    return lambda listener: LocalExecutor(listener, 1, work=works.named(work))


@pytest.mark.parametrize(
    ("work", "wanted"),
    [(works.echo, Finished("text")), (works.breaks, Reason.BUG), (works.refuses, Reason.BAD_INPUT)],
)
def test_its_end_is_returned(work: Callable[..., str], wanted: Outcome | Reason) -> None:
    found = awaited(task("one", "text"), here(work), lambda _: None, threading.Event())
    assert wanted == (found.reason if isinstance(found, Failed) else found)


def test_a_wish_to_end_early_gives_the_best_so_far() -> None:
    cancel = threading.Event()
    told: Told = []

    def tell(progress: object) -> None:
        told.append(progress)
        cancel.set()

    assert awaited(task("one"), here(works.until_finished), tell, cancel) == Finished("best so far")
    assert told == [works.moment(1)]


def test_nobody_waits_for_a_place_after_that() -> None:
    """An executor without a place, as a cluster without a worker is."""

    class Full:
        closed = False

        def __init__(self, listener: Listener) -> None:  # noqa: ARG002
            self.submitted: list[Task] = []

        running = 0

        def submit(self, task: Task) -> None:
            self.submitted.append(task)

        def run_now(self, task: Task) -> bool:  # noqa: ARG002
            return False

        def finish(self, key: str) -> bool:  # noqa: ARG002
            return False

        abandon = finish

        def close(self, grace_seconds: float) -> None:  # noqa: ARG002
            Full.closed = True

    cancel = threading.Event()
    cancel.set()
    assert awaited(task("one"), Full, lambda _: None, cancel) is None
    assert Full.closed


def test_who_cannot_pass_the_wish_on_is_not_asked_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an executor whose scheduler is away, and back a little later."""
    monkeypatch.setattr("optimizer.execution.run_one.ASK_SECONDS", 0.5)
    asked: list[str] = []

    class Away(LocalExecutor):
        def finish(self, key: str) -> bool:
            asked.append(key)
            return len(asked) > 1 and super().finish(key)

    cancel = threading.Event()
    found = awaited(
        task("one"),
        lambda listener: Away(listener, 1, work=works.named(works.until_finished)),
        lambda _: cancel.set(),
        cancel,
    )
    assert found == Finished("best so far")
    assert asked == ["one", "one"]
