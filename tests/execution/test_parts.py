"""Tasks in parts: each is loaded when the process asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from optimizer.execution.executor import Failed, Finished, Reason
from tests.execution import work_functions as works
from tests.execution.conftest import Make
from tests.execution.recording import Recorder, task


@pytest.mark.parametrize(("asked", "loaded", "answer"), [("2", 2, "2ab"), ("9", 3, "9abc")])
def test_parts_are_loaded_as_the_work_asks(
    executor: Make, recorder: Recorder, asked: str, loaded: int, answer: str
) -> None:
    made: list[str] = []

    def parts() -> Iterator[str]:
        for part in "abc":
            made.append(part)
            yield part

    executor(works.joined).submit(replace(task("a", asked), parts=parts))
    assert recorder.outcome("a") == Finished(answer)
    assert len(made) == loaded


def test_parts_that_cannot_be_loaded_end_their_task_alone(executor: Make, recorder: Recorder) -> None:
    def parts() -> Iterator[str]:
        yield "a"
        raise OSError("gone")

    places = executor(works.joined)
    places.submit(replace(task("a", "2"), parts=parts))
    outcome = recorder.outcome("a")
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.BUG
    places.submit(replace(task("b", "1"), parts=parts))
    assert recorder.outcome("b") == Finished("1a")


def test_what_is_wrong_with_the_input_comes_as_problems(executor: Make, recorder: Recorder) -> None:
    executor(works.refuses).submit(task("a"))
    outcome = recorder.outcome("a")
    assert isinstance(outcome, Failed)
    assert [problem.pointer for problem in outcome.problems] == ["/budget", "/x"]
