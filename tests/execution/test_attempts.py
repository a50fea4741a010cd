"""How a process ends: by itself, early, by a limit, by accident."""

from __future__ import annotations

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from optimizer.execution.attempt import ResourceLimits, in_words
from optimizer.execution.executor import Failed, Finished, Reason
from optimizer.execution.process import FORK_SERVER
from optimizer.execution.supervise import Supervision
from tests.execution import work_functions as works
from tests.execution.conftest import Make
from tests.execution.recording import Recorder, task


def failed(recorder: Recorder, key: str = "a") -> Failed:
    outcome = recorder.outcome(key)
    assert isinstance(outcome, Failed)
    return outcome


def test_a_process_that_is_killed_is_replaced(executor: Make, recorder: Recorder, tmp_path: Path) -> None:
    executor(works.killed_once).submit(task("a", str(tmp_path / "killed")))
    assert recorder.outcome("a") == Finished("second")
    assert recorder.of("started", "a") == [1, 2]


@pytest.mark.parametrize(
    ("work", "words"),
    [(works.killed, "SIGKILL"), (works.aborted, "SIGABRT"), (works.leaves, "it exited with code 7")],
)
def test_one_that_dies_twice_has_failed(executor: Make, recorder: Recorder, work: object, words: str) -> None:
    executor(work).submit(task("a"))
    assert failed(recorder).reason is Reason.DIED
    assert words in failed(recorder).detail
    assert recorder.of("started", "a") == [1, 2]


def test_last_words_reach_the_log(executor: Make, recorder: Recorder, caplog: pytest.LogCaptureFixture) -> None:
    executor(works.aborted).submit(task("a"))
    recorder.outcome("a")
    assert "native last words" in caplog.text
    assert "in aborted" in caplog.text, "the place in the code, too"


@pytest.mark.parametrize(
    ("work", "reason", "words"),
    [
        (works.breaks, Reason.BUG, "bug in groundswell"),
        (works.unverified, Reason.BUG, "failed its own verification"),
        (works.refuses, Reason.BAD_INPUT, "/budget: the budget is odd [wrong] Mend it. (1 more"),
    ],
)
def test_errors_are_final_and_told_to_people(
    executor: Make, recorder: Recorder, work: object, reason: Reason, words: str
) -> None:
    executor(work).submit(task("a"))
    assert failed(recorder).reason is reason
    assert words in failed(recorder).detail
    assert not {"/secret/path", "Traceback"} & set(failed(recorder).detail.split())
    assert recorder.of("started", "a") == [1]


def test_a_traceback_goes_to_the_log(executor: Make, recorder: Recorder, caplog: pytest.LogCaptureFixture) -> None:
    executor(works.breaks).submit(task("mine"))
    recorder.outcome("mine")
    (record,) = (record for record in caplog.records if record.levelno == logging.ERROR)
    assert "mine" in record.getMessage()
    assert "ValueError: /secret/path" in record.getMessage()


def test_memory_is_limited(executor: Make, recorder: Recorder) -> None:
    executor(works.grows_and_hangs, limits=ResourceLimits(memory_mb=500)).submit(task("a", "600"))
    assert failed(recorder).reason is Reason.OUT_OF_MEMORY
    assert "500 MB" in failed(recorder).detail
    assert recorder.of("started", "a") == [1]


def test_close_to_the_memory_limit_the_best_plan_is_kept(executor: Make, recorder: Recorder) -> None:
    executor(works.grows, limits=ResourceLimits(memory_mb=1000)).submit(task("a", "780"))
    assert recorder.outcome("a") == Finished("kept")


def test_time_is_limited(executor: Make, recorder: Recorder) -> None:
    executor(works.stubborn, limits=ResourceLimits(grace_seconds=1)).submit(task("a", seconds=0.5))
    assert failed(recorder).reason is Reason.OUT_OF_TIME
    assert "0.5 s and 1 s of grace" in failed(recorder).detail
    assert recorder.of("started", "a") == [1]


def test_well_after_its_time_a_plan_is_asked_for(executor: Make, recorder: Recorder) -> None:
    executor(works.planless, limits=ResourceLimits(grace_seconds=4)).submit(task("a", seconds=0.1))
    assert recorder.outcome("a") == Finished("nothing")


def test_limits_hold_while_the_listener_sleeps(executor: Make, recorder: Recorder) -> None:
    class Sleepy(Recorder):
        def moved(self, key: str, progress: object) -> None:
            psutil.wait_procs([psutil.Process(int(progress.phase))], timeout=60)  # type: ignore[attr-defined]
            recorder.calls.append(("moved", key, psutil.pid_exists(int(progress.phase))))  # type: ignore[attr-defined]

    sleepy = Sleepy()
    executor(works.stubborn, listener=sleepy, limits=ResourceLimits(grace_seconds=1)).submit(task("a", seconds=0.5))
    assert failed(sleepy).reason is Reason.OUT_OF_TIME
    assert recorder.of("moved", "a") == [False]


def test_a_wish_to_finish_is_heard(executor: Make, recorder: Recorder) -> None:
    places = executor(works.until_finished)
    places.submit(task("a"))
    recorder.wait(lambda: recorder.of("moved", "a"))
    assert places.finish("a")
    assert recorder.outcome("a") == Finished("best so far")
    assert not places.finish("a")


def test_a_wish_to_finish_is_heard_without_a_plan(executor: Make, recorder: Recorder) -> None:
    places = executor(works.planless)
    places.submit(task("a"))
    recorder.wait(lambda: recorder.of("moved", "a"))
    assert places.finish("a")
    assert recorder.outcome("a") == Finished("nothing")


def test_a_wish_from_before_the_replacement_waits_for_its_first_plan(
    executor: Make, recorder: Recorder, tmp_path: Path
) -> None:
    places = executor(works.killed_when_asked)
    places.submit(task("a", str(tmp_path / "killed")))
    recorder.wait(lambda: recorder.of("moved", "a"))
    places.finish("a")
    assert recorder.outcome("a") == Finished("after the first plan")
    assert recorder.of("started", "a") == [1, 2]


def test_a_lost_fork_server_is_replaced(executor: Make, recorder: Recorder) -> None:
    executor(works.until_finished, places=1).submit(task("a"))
    recorder.wait(lambda: recorder.of("moved", "a"))
    first = fork_server()
    first.kill()
    recorder.wait(lambda: recorder.of("started", "a") == [1, 2])
    recorder.wait(lambda: len(recorder.of("moved", "a")) == 2)
    assert fork_server().pid != first.pid


def fork_server() -> psutil.Process:
    (found,) = (child for child in psutil.Process().children() if "fork_server" in " ".join(child.cmdline()))
    return found


def test_output_harms_nothing_and_the_newest_is_told(executor: Make, recorder: Recorder) -> None:
    executor(works.babbles).submit(task("a"))
    assert recorder.outcome("a") == Finished("done")
    moves = recorder.of("moved", "a")
    assert moves[-1] == works.moment(3_000, "last")
    assert [move.value for move in moves] == sorted(move.value for move in moves)
    assert len(moves) < 300


def test_signals_to_the_whole_service_leave_processes_alone(executor: Make, recorder: Recorder) -> None:
    places = executor(works.until_finished)
    places.submit(task("a"))
    recorder.wait(lambda: recorder.of("moved", "a"))
    server = fork_server()
    for process in (server, *server.children()):
        process.send_signal(2)
        process.terminate()
    places.finish("a")
    assert recorder.outcome("a") == Finished("best so far")
    assert recorder.of("started", "a") == [1]
    assert fork_server().pid == server.pid


def test_processes_offer_themselves_to_the_kernel(executor: Make, recorder: Recorder) -> None:
    executor(works.situation).submit(task("a"))
    outcome = recorder.outcome("a")
    assert isinstance(outcome, Finished)
    assert json.loads(outcome.plan) == {"ignored": [True, True], "oom_score": "500", "main": "__main__"}


def test_nothing_is_left_behind(executor: Make, recorder: Recorder) -> None:
    places = executor(works.echo, places=3)

    def rounds(name: str, count: int) -> int:
        keys = [f"{name}{number}" for number in range(count)]
        for key in keys:
            places.submit(task(key))
        recorder.wait(lambda: set(keys) <= set(recorder.of("ended")) and not places.running)
        return int(psutil.Process().num_fds())

    before = rounds("warm", 3)
    assert rounds("task", 30) == before
    assert not fork_server().children()


@pytest.mark.campaign
def test_a_process_that_cannot_start_has_failed(
    executor: Make, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = executor(works.echo)
    FORK_SERVER._drop()
    monkeypatch.setattr("sys.executable", "/bin/false")
    monkeypatch.setattr("optimizer.execution.supervise.START_PAUSES", (0.01, 0.01))
    places.submit(task("a"))
    assert failed(recorder).reason is Reason.DIED
    monkeypatch.undo()
    places.submit(task("b"))
    assert recorder.outcome("b") == Finished("{}")


def test_a_system_without_descriptors_is_a_failure_to_start(
    executor: Make, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted() -> None:
        raise OSError(24, "Too many open files")

    places = executor(works.echo)
    monkeypatch.setattr("optimizer.execution.process.Pipe", exhausted)
    monkeypatch.setattr("optimizer.execution.supervise.START_PAUSES", (0.01, 0.01))
    places.submit(task("a"))
    assert failed(recorder).reason is Reason.DIED
    assert "could not be started" in failed(recorder).detail


def test_a_system_that_has_descriptors_again_is_asked_again(
    executor: Make, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from multiprocessing import Pipe

    tries: list[int] = []

    def exhausted_at_first(*given: Any, **options: Any) -> Any:
        tries.append(1)
        if len(tries) == 1:
            raise OSError(24, "Too many open files")
        return Pipe(*given, **options)

    places = executor(works.echo)
    monkeypatch.setattr("optimizer.execution.process.Pipe", exhausted_at_first)
    monkeypatch.setattr("optimizer.execution.supervise.START_PAUSES", (0.01, 0.01))
    places.submit(task("a"))
    recorder.wait(lambda: bool(recorder.of("ended")))
    assert recorder.of("started") == ["a"], "a process that could not be started is no attempt that died"


def test_supervision_needs_no_queue(recorder: Recorder) -> None:
    one = Supervision(task("a"), ResourceLimits(), works.named(works.until_finished))
    two = Supervision(task("b"), ResourceLimits(), works.named(works.stubborn))
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(one.run, recorder.started, recorder.moved)
        second = threads.submit(two.run, recorder.started, recorder.moved)
        recorder.wait(lambda: set(recorder.of("moved")) == {"a", "b"})
        two.abandon()
        assert len(fork_server().children()) == 1, "the abandoned process is gone, and no other begun"
        one.finish()
        assert first.result() == Finished("best so far")
        assert second.result() is None
    assert recorder.of("started") in (["a", "b"], ["b", "a"])


def test_ends_are_worded() -> None:
    assert in_words(None) == "it was lost together with the process that had started it"
    assert in_words(-11) == "it was ended by SIGSEGV"
    assert in_words(-64) in {"it was ended by SIGRTMAX", "it was ended by signal 64"}
