"""Limits hold whatever happens: out of descriptors, with noisy processes, when looking at them fails."""

from __future__ import annotations

import os
import resource

import psutil
import pytest

from optimizer.execution.attempt import ResourceLimits
from optimizer.execution.executor import Failed, Finished, Reason
from optimizer.execution.process import Child
from tests.execution import work_functions as works
from tests.execution.conftest import Make
from tests.execution.recording import Recorder, task


def reason(recorder: Recorder) -> Reason:
    outcome = recorder.outcome("a")
    assert isinstance(outcome, Failed)
    return outcome.reason


class Unreadable:
    """Makes a process's memory unreadable, as a system out of descriptors does, so many times."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, times: float) -> None:
        self.asked = 0
        real = Child.memory_mb

        def memory_mb(child: Child) -> float:
            self.asked += 1
            if self.asked <= times:
                raise OSError(24, "Too many open files: '/proc/1/stat'")
            return real(child)

        monkeypatch.setattr(Child, "memory_mb", memory_mb)


def test_time_is_limited_while_memory_cannot_be_read(
    executor: Make, recorder: Recorder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    unreadable = Unreadable(monkeypatch, float("inf"))
    executor(works.stubborn, limits=ResourceLimits(0.5, memory_mb=4000)).submit(task("a", seconds=0.3))
    assert reason(recorder) is Reason.OUT_OF_TIME
    assert unreadable.asked > 1
    assert caplog.text.count("could not be looked after") == 1, "once a minute is enough"
    assert "Too many open files" in caplog.text


def test_memory_is_limited_as_soon_as_it_can_be_read_again(
    executor: Make, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    unreadable = Unreadable(monkeypatch, 3)
    executor(works.grows_and_hangs, limits=ResourceLimits(memory_mb=300)).submit(task("a", "350"))
    assert reason(recorder) is Reason.OUT_OF_MEMORY
    assert unreadable.asked >= 4


def test_limits_hold_without_a_descriptor_to_be_had(executor: Make, recorder: Recorder) -> None:
    executor(works.stubborn, limits=ResourceLimits(0.5, memory_mb=4000)).submit(task("a", seconds=0.5))
    recorder.wait(lambda: recorder.of("moved", "a"))
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            os.close(os.dup(0))
        assert reason(recorder) is Reason.OUT_OF_TIME
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_who_writes_much_is_not_slowed(executor: Make, recorder: Recorder) -> None:
    executor(works.noisy, limits=ResourceLimits(2)).submit(task("a", "20", seconds=2))
    assert recorder.outcome("a") == Finished("done")


def test_limits_hold_for_who_writes_without_an_end(executor: Make, recorder: Recorder) -> None:
    before = psutil.Process().cpu_times()
    executor(works.yells, limits=ResourceLimits(1)).submit(task("a", seconds=0.5))
    assert reason(recorder) is Reason.OUT_OF_TIME
    after = psutil.Process().cpu_times()
    assert after.user + after.system - before.user - before.system < 1.5, "its noise costs the service little"
