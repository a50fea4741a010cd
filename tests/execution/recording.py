"""A listener that keeps what it is told, and tasks for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from optimizer.execution.executor import Outcome, Task
from optimizer.solve.control import Progress
from optimizer.solve.settings import Settings

PATIENCE_SECONDS = 60.0


class Recorder:
    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Any]] = []

    def started(self, key: str, attempt: int) -> None:
        self._note("started", key, attempt)

    def moved(self, key: str, progress: Progress) -> None:
        self._note("moved", key, progress)

    def ended(self, key: str, outcome: Outcome) -> None:
        self._note("ended", key, outcome)

    def of(self, kind: str, key: str | None = None) -> list[Any]:
        """What was told of a kind; without a key, the keys it was told of."""
        calls = list(self.calls)
        if key is None:
            return [told for call, told, _ in calls if call == kind]
        return [what for call, told, what in calls if (call, told) == (kind, key)]

    def wait(self, condition: Callable[[], object]) -> None:
        """Wait until what was told, or what the executor says of itself, is so."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, self.calls
            time.sleep(0.005)

    def outcome(self, key: str) -> Outcome:
        self.wait(lambda: self.of("ended", key))
        (outcome,) = self.of("ended", key)
        return outcome  # type: ignore[no-any-return]

    def _note(self, call: str, key: str, what: object) -> None:
        self.calls.append((call, key, what))


def task(key: str, text: str = "{}", lane: str = "", seconds: float = 60.0) -> Task:
    return Task(key, Settings(time_limit_seconds=seconds, workers=1), lambda: text, lane)


def assert_later_starts_have_higher_numbers(recorder: Recorder, count: int) -> None:
    numbers = recorder.of("started", "a")
    assert len(numbers) == count
    assert numbers == sorted(set(numbers))
