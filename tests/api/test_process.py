"""The process that serves: which signals end it, and what it does as the first process of a container."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from optimizer.cli.console import ExitCode
from tests.api.running import eventually, hard, submitted, until
from tests.api.server import GROUNDSWELL, Server

CONTAINER = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")


def test_a_terminal_that_goes_ends_the_service_in_good_order(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        assert server.stop(signal.SIGHUP) == ExitCode.DONE
    assert any(line["message"] == "service stopped" for line in server.lines)


@pytest.mark.campaign
def test_a_service_that_is_to_outlive_its_terminal_does(tmp_path: Path) -> None:
    """As under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        server = Server(tmp_path)
    finally:
        signal.signal(signal.SIGHUP, before)
    with server:
        server.process.send_signal(signal.SIGHUP)
        assert server.client().get("/livez").status_code == 200
        assert server.stop() == ExitCode.DONE
    assert sum(line["message"] == "service stopped" for line in server.lines) == 1


@pytest.mark.campaign
def test_a_terminal_that_goes_leaves_the_best_plan(tmp_path: Path) -> None:
    """The signal comes to all processes of the terminal, as it does from a service manager."""
    with Server(tmp_path, run_places=1, shutdown_seconds=60) as server:
        run = submitted(server.client(), hard())
        until(server.client(), run, "incumbent")
        for child in server.children():
            child.send_signal(signal.SIGHUP)
        assert server.stop(signal.SIGHUP) == ExitCode.DONE
        server.restart()
        kept = server.client().get(f"/v1/runs/{run}").json()
        assert (kept["state"], kept["status"], kept["finish_asked"]) == ("done", "feasible", "shutdown")


@pytest.fixture
def container() -> tuple[str, ...]:
    """What runs a command as the first process of a container."""
    if subprocess.run([*CONTAINER, "true"], capture_output=True, check=False).returncode:
        pytest.skip("No process may be the first of a namespace here.")
    return CONTAINER


@pytest.fixture
def first(tmp_path: Path, container: tuple[str, ...]) -> Iterator[Server]:
    """A server that is the first process of its container."""
    with Server(tmp_path, under=container) as server:
        yield server


def test_the_first_process_of_a_container_waits_for_every_child(first: Server) -> None:
    (init,) = psutil.Process(first.process.pid).children()
    leave_to(init)
    assert first.client().get("/livez").status_code == 200


def leave_to(init: psutil.Process) -> None:
    """Leave a process to the first one, and wait until that has waited for it."""
    # A process whose parent ends before it does, and which becomes a child of the first one.
    orphan = ["nsenter", "-t", str(init.pid), "-p", "sh", "-c", "sleep 0.3 >/dev/null 2>&1 &"]
    subprocess.run(orphan, check=True, capture_output=True)
    (sleeping,) = (child for child in init.children() if child.name() == "sleep")
    assert sleeping.is_running()
    eventually(lambda: not psutil.pid_exists(sleeping.pid))


@pytest.mark.campaign
def test_a_worker_that_is_the_first_process_waits_for_every_child(container: tuple[str, ...]) -> None:
    command = [*container, str(GROUNDSWELL), "worker", "--scheduler", "tcp://127.0.0.1:1"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as outer:
        eventually(lambda: any(one.children() for one in psutil.Process(outer.pid).children()))
        (init,) = psutil.Process(outer.pid).children()
        leave_to(init)
        init.send_signal(signal.SIGTERM)
        assert outer.wait(60) == ExitCode.INTERRUPTED


def test_the_first_process_of_a_container_passes_signals_on(first: Server) -> None:
    (init,) = psutil.Process(first.process.pid).children()
    init.send_signal(signal.SIGTERM)
    assert first.process.wait(60) == ExitCode.DONE
    assert any(line["message"] == "service stopped" for line in first.lines)
