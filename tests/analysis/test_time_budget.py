"""Time dealt out fairly, and work in lanes."""

from __future__ import annotations

import threading
import time

import pytest

from optimizer.analysis.time_budget import LEAST_SECONDS, Step, TimeBudget, side_by_side


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the time, to be set."""
    now = [0.0]
    monkeypatch.setattr("optimizer.analysis.time_budget.time.monotonic", lambda: now[0])
    return now


def test_what_one_question_leaves_goes_to_the_others(clock: list[float]) -> None:
    told: list[Step] = []
    fair = TimeBudget(60.0, threading.Event(), 4, listener=told.append)
    assert fair.take("a") == 15
    clock[0] = 3.0
    assert fair.take("b") == 19
    fair.skip()
    clock[0] = 22.0
    assert fair.take("d") == 38
    assert told == [Step(1, 4, "a"), Step(2, 4, "b"), Step(4, 4, "d")]


def test_lanes_multiply_the_time_but_not_beyond_the_end(clock: list[float]) -> None:
    fair = TimeBudget(60.0, threading.Event(), 4, lanes=2)
    assert [fair.take("") for _ in range(2)] == [30, 40]
    clock[0] = 30.0
    assert [fair.take("") for _ in range(2)] == [30, 30]


def test_a_question_has_enough_time_or_none(clock: list[float]) -> None:
    fair = TimeBudget(10.0, threading.Event(), 1000)
    assert fair.take("") == LEAST_SECONDS
    clock[0] = 9.8
    assert fair.take("") == pytest.approx(0.2)
    clock[0] = 9.95
    assert fair.take("") == 0
    clock[0] = 20.0
    assert fair.take("") == 0


def test_nothing_is_dealt_out_once_cancelled() -> None:
    cancel, told = threading.Event(), list[Step]()
    fair = TimeBudget(time.monotonic() + 60, cancel, 2, listener=told.append)
    cancel.set()
    assert (fair.take(""), told) == (0, [])


def test_results_come_in_the_order_of_the_items() -> None:
    first, cancel = threading.Event(), threading.Event()

    def work(item: int) -> int:
        if item == 1:
            assert first.wait(60)
        first.set()
        return -item

    assert side_by_side(work, [1, 2, 3], 2, cancel) == [-1, -2, -3]
    assert side_by_side(work, [], 0, cancel) == []
    assert not cancel.is_set()


def test_an_error_stops_the_other_lanes() -> None:
    cancel = threading.Event()

    def work(item: int) -> None:
        if item == 1:
            raise RuntimeError("fell over")
        assert cancel.wait(60)

    with pytest.raises(RuntimeError, match="fell over"):
        side_by_side(work, [1, 2], 2, cancel)
