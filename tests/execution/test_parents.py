"""Programs that use an executor: however they end, nothing of theirs stays; whatever they are, it works."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.execution.work_functions import LOCKED_AFTER_SECONDS

PATIENCE_SECONDS = 60

Family = tuple[subprocess.Popen[str], psutil.Process, psutil.Process, psutil.Process]
Running = Callable[[str], Family]

# Without a guard for `__main__`, as scripts are: it must not be run again by its processes.
SCRIPT = """
import sys, threading
from optimizer.execution.local import LocalExecutor
from tests.execution.recording import Recorder, task
print("once", flush=True)
recorder = Recorder()
places = LocalExecutor(recorder, 2, work="tests.execution.work_functions:by_text")
for work in ("stubborn", "locked"):
    places.submit(task(work, work))
recorder.wait(lambda: len(set(recorder.of("moved"))) == 2)
print(*(recorder.of("moved", work)[0].phase for work in ("stubborn", "locked")), flush=True)
{last}
print("told", recorder.of("ended"), flush=True)
"""

DAEMONIC = """
import multiprocessing
from optimizer.execution.attempt import ResourceLimits
from optimizer.execution.supervise import Supervision
from tests.execution.recording import task

def supervise():
    one = Supervision(task("a", "fine"), ResourceLimits(), "tests.execution.work_functions:echo")
    print(one.run(lambda *_: None, lambda *_: None), flush=True)

if __name__ == "__main__":
    process = multiprocessing.get_context("fork").Process(target=supervise, daemon=True)
    process.start()
    process.join()
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """Starts a program with two solves under way; gives it, its fork server, a stubborn and a locked process."""
    families: list[Family] = []

    def start(last: str) -> Family:
        families.append(_started(tmp_path / "script.py", last))
        return families[-1]

    yield start
    for parent, *family in families:
        parent.kill()
        for process in family:
            if alive(process):
                process.kill()
        parent.communicate()


def _started(path: Path, last: str) -> Family:
    parent = program(path, SCRIPT.format(last=last))
    assert parent.stdout is not None
    assert parent.stdout.readline() == "once\n"
    stubborn, locked = map(psutil.Process, map(int, parent.stdout.readline().split()))
    return parent, stubborn.parent(), stubborn, locked


def program(path: Path, text: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    path.write_text(text, encoding="utf-8")
    pipe = subprocess.PIPE
    command = [sys.executable, str(path)]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment)


def still_there(processes: list[psutil.Process], seconds: float = 10) -> list[psutil.Process]:
    """Return what is left, after so long at the latest; whoever adopts the dead need not bury them."""
    deadline = time.monotonic() + seconds
    while (left := [one for one in processes if alive(one)]) and time.monotonic() < deadline:
        time.sleep(0.01)
    return left


def alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_nothing_outlives_a_killed_parent(running: Running) -> None:
    parent, *family = running("threading.Event().wait()")
    parent.kill()
    parent.wait(PATIENCE_SECONDS)
    assert still_there(family) == []


@pytest.mark.campaign
def test_processes_watch_their_parents_themselves(running: Running) -> None:
    """Where the fork server does nothing, they on_event that their parent is gone, and the kernel that it is."""
    parent, server, stubborn, locked = running("threading.Event().wait()")
    time.sleep(2 * LOCKED_AFTER_SECONDS)
    server.suspend()
    parent.kill()
    parent.wait(PATIENCE_SECONDS)
    assert still_there([stubborn]) == []
    assert still_there([locked], 0.5) == [locked], "it hears nothing"
    server.kill()
    assert still_there([server, locked]) == []


def test_a_parent_that_just_ends_takes_all_with_it_and_tells_nothing(running: Running) -> None:
    parent, *family = running("sys.stdin.readline()")
    answer, complaints = parent.communicate("\n", timeout=PATIENCE_SECONDS)
    assert answer == "told []\n"
    assert complaints == ""
    assert parent.returncode == 0
    assert still_there(family) == []


@pytest.mark.campaign
def test_a_copy_of_the_parent_keeps_nothing_alive(running: Running) -> None:
    """It has inherited every connection of its parent."""
    last = "import os, time\nprint(os.fork() or time.sleep(600), flush=True)\nthreading.Event().wait()"
    parent, *family = running(last)
    assert parent.stdout is not None
    copy = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait(PATIENCE_SECONDS)
    try:
        assert still_there(family) == []
        assert copy.is_running()
    finally:
        copy.kill()


@pytest.mark.campaign
def test_it_works_inside_a_daemonic_process(tmp_path: Path) -> None:
    """Such as a Dask worker, which `multiprocessing` allows no processes."""
    answer, _ = program(tmp_path / "script.py", DAEMONIC).communicate(timeout=PATIENCE_SECONDS)
    assert answer == "Finished(plan='fine')\n"
