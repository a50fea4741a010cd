"""``groundswell serve``, ``keys`` and ``openapi``, as operators type them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from optimizer.cli import outcome
from optimizer.commands.console import ExitCode
from tests.api.running import easy, ended, hard, submitted, until
from tests.api.server import GROUNDSWELL, Server
from tests.api.test_openapi import COMMITTED

Captured = pytest.CaptureFixture[str]


def database(folder: Path) -> list[str]:
    return ["--database", f"sqlite:///{folder}/keys.sqlite"]


def test_a_key_is_made_listed_and_revoked(tmp_path: Path, capsys: Captured) -> None:
    made = ["keys", "create", "--workspace", "outdoor", "--name", "tool", "--scope", "read", *database(tmp_path)]
    assert outcome(made) == ExitCode.DONE
    secret = capsys.readouterr().out.strip()
    assert secret.startswith("gs_")
    assert outcome(["keys", "list", *database(tmp_path)]) == ExitCode.DONE
    listed = capsys.readouterr().out
    assert "outdoor" in listed
    assert secret not in listed
    key = listed.splitlines()[-1].split()[0]
    assert outcome(["keys", "revoke", key, *database(tmp_path)]) == ExitCode.DONE
    assert outcome(["keys", "revoke", key, *database(tmp_path)]) == ExitCode.BAD_INPUT
    assert "no such key" in capsys.readouterr().err


def test_the_openapi_document_is_printed(capsys: Captured) -> None:
    assert outcome(["openapi"]) == ExitCode.DONE
    assert capsys.readouterr().out == COMMITTED.read_text("utf-8")


def test_every_bad_setting_is_told(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setenv("GROUNDSWELL_RUN_PLACES", "0")
    monkeypatch.setenv("GROUNDSWELL_LOG_LEVEL", "loud")
    assert outcome(["serve", "--port", "70000"]) == ExitCode.BAD_INPUT
    told = capsys.readouterr().err
    for name in ("RUN_PLACES", "LOG_LEVEL", "PORT"):
        assert f"GROUNDSWELL_{name}" in told


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["--host", "0.0.0.0"], ExitCode.BAD_INPUT, "loopback"),
        (["--database", "oracle://x"], ExitCode.FAILED, "not supported"),
        (["--database", "sqlite://"], ExitCode.FAILED, "memory"),
    ],
)
def test_what_cannot_be_served_is_told_in_a_sentence(
    arguments: list[str], code: int, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(tmp_path)
    assert outcome(["serve", *arguments]) == code
    assert word in capsys.readouterr().err


def test_a_second_server_on_the_same_file_is_refused(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        again = [str(GROUNDSWELL), "serve", "--port", "0", "--database", "sqlite:///service.sqlite"]
        second = subprocess.run(again, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
        assert second.returncode == ExitCode.FAILED
        assert "Another server uses" in second.stderr
        assert "Traceback" not in second.stderr
        assert server.client().get("/livez").status_code == 200


def test_a_server_that_is_told_to_stop_keeps_what_it_has_and_goes_on_later(tmp_path: Path) -> None:
    with Server(tmp_path, run_places=1, shutdown_seconds=60) as server:
        client = server.client()
        running, queued = submitted(client, hard()), submitted(client, easy())
        until(client, running, "incumbent")
        children = server.children()
        assert server.stop() == ExitCode.DONE
        assert not any(child.is_running() for child in children)
        server.restart()
        client = server.client()
        kept = client.get(f"/v1/runs/{running}").json()
        assert (kept["state"], kept["status"], kept["finish_asked"]) == ("done", "feasible", "shutdown")
        assert ended(client, queued)["status"] == "optimal"


def test_the_log_names_request_and_run(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        client = server.client(headers={"X-Request-ID": "mine-1"})
        run = submitted(client, easy())
        ended(client, run)
        server.stop()
        asked = [line for line in server.lines if line.get("request_id") == "mine-1" and line["message"] == "request"]
        assert (asked[0]["route"], asked[0]["status"]) == ("/v1/runs", 202)
        about = [line["message"] for line in server.lines if line.get("run_id") == run]
        assert about == ["run accepted", "run started", "run ended"]
        assert all({"at", "level", "logger"} <= line.keys() for line in server.lines)
