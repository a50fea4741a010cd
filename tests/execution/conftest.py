"""Executors that are gone after the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from optimizer.execution.attempt import ResourceLimits
from optimizer.execution.local import LocalExecutor
from tests.execution.recording import Recorder
from tests.execution.work_functions import named

Make = Callable[..., LocalExecutor]


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def executor(recorder: Recorder) -> Iterator[Make]:
    made: list[LocalExecutor] = []
    yield partial(_make, made, recorder)
    for one in made:
        one.close(0)


def _make(
    made: list[LocalExecutor],
    recorder: Recorder,
    work: object = None,
    places: int = 1,
    listener: Any = None,
    limits: ResourceLimits | None = None,
) -> LocalExecutor:
    chosen = {} if work is None else {"work": named(work)}
    made.append(LocalExecutor(listener or recorder, places, limits, **chosen))
    return made[-1]
