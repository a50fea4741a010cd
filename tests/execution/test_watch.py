"""Limits hold whatever happens: out of descriptors, with noisy processes, when looking at them fails."""

from __future__ import annotations

import os
import resource
import time
from types import SimpleNamespace

import psutil
import pytest

from optimizer.execution import attempt, process
from optimizer.execution.attempt import ResourceLimits
from optimizer.execution.executor import Failed, Finished, Reason
from optimizer.execution.process import Child
from tests.execution import work_functions as works
from tests.execution.conftest import Make
from tests.execution.recording import Recorder, task
from tests.execution.test_attempts import fork_server


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


@pytest.fixture
def warm(executor: Make, recorder: Recorder) -> psutil.Process:
    """The fork server, which has started a process."""
    executor(works.echo).submit(task("first"))
    recorder.outcome("first")
    return fork_server()


def test_a_stopped_fork_server_holds_nothing_up(
    executor: Make, recorder: Recorder, warm: psutil.Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "REPORT_SECONDS", 0.3)
    executor(works.stubborn, limits=ResourceLimits(0.3)).submit(task("a", seconds=0.3))
    recorder.wait(lambda: recorder.of("moved", "a"))
    warm.suspend()
    try:
        assert reason(recorder) is Reason.OUT_OF_TIME
    finally:
        warm.resume()


@pytest.mark.campaign
def test_a_fork_server_that_is_stopped_is_replaced(
    executor: Make, recorder: Recorder, warm: psutil.Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "WARM_START_SECONDS", 1.0)
    warm.suspend()
    executor(works.echo).submit(task("a", "answer"))
    assert recorder.outcome("a") == Finished("answer")
    assert not warm.is_running()


def test_time_in_which_the_program_was_stopped_is_no_time_of_a_solve(
    executor: Make, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A paused container, or a suspended machine."""
    real = time.monotonic
    ahead = 0.0
    monkeypatch.setattr(attempt, "time", SimpleNamespace(monotonic=lambda: real() + ahead))
    executor(works.slow, limits=ResourceLimits(1.0)).submit(task("a", "answer", seconds=1))
    recorder.wait(lambda: recorder.of("moved", "a"))
    ahead = 100.0
    assert isinstance(recorder.outcome("a"), Finished)
