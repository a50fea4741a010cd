"""The process that serves: which signals end it."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from optimizer.cli.console import ExitCode
from tests.api.running import hard, submitted, until
from tests.api.server import Server


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
