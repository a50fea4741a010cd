"""``groundswell serve``, ``keys`` and ``openapi``, as operators type them."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pydantic import ValidationError

from api.settings import ServiceSettings
from api.store import DatabaseInUse, Store, holding, is_current, make_engine, upgrade
from api.store.migrate import downgrade
from optimizer.cli import outcome
from optimizer.cli.console import ExitCode
from tests.api.databases import Postgres
from tests.api.running import bearer, easy, ended, hard, submitted, until
from tests.api.server import GROUNDSWELL, Server
from tests.api.store.test_postgres import cut
from tests.api.test_openapi import COMMITTED

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """Undo what `serve` sets up in this process: later tests must not log to a stream that is closed by then."""
    root = logging.getLogger()
    before = root.level, root.handlers[:]
    yield
    root.setLevel(before[0])
    root.handlers[:] = before[1]


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


@pytest.mark.parametrize(("option", "others"), [("--name", "--workspace"), ("--workspace", "--name")])
def test_a_key_s_names_hold_no_control_characters(tmp_path: Path, capsys: Captured, option: str, others: str) -> None:
    for text in ("red\x1b[31m", "two\nlines", "nul\0"):
        made = ["keys", "create", option, text, others, "fine", *database(tmp_path)]
        assert outcome(made) == ExitCode.BAD_INPUT
        told = capsys.readouterr()
        assert "control_character" in told.err
        assert option in told.err
        assert "\x1b" not in told.err
        assert not told.out


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


NUMBERS = [name for name, field in ServiceSettings.model_fields.items() if field.annotation in (int, float)]


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", ["inf", "1e308", "9" * 30])
def test_no_number_is_too_large_to_be_counted_with(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name):
        ServiceSettings.model_validate({name: value})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("GROUNDSWELL_DATABASE_URI", "Did you mean GROUNDSWELL_DATABASE_URL?"),
        ("GROUNDSWELL_RUN_PLACE", "Did you mean GROUNDSWELL_RUN_PLACES?"),
        ("groundswell_portt", "Did you mean GROUNDSWELL_PORT?"),
        ("GROUNDSWELL_QQ", "Unset it"),
    ],
)
@pytest.mark.parametrize("arguments", [["serve"], ["keys", "list"]])
def test_a_misspelt_variable_is_named_with_what_was_meant(
    arguments: list[str], name: str, meant: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("GROUNDSWELL_RUN_PLACES", "0")
    assert outcome(arguments) == ExitCode.BAD_INPUT
    told = capsys.readouterr().err
    assert f"{name}: there is no such setting [setting] {meant}" in told
    assert "GROUNDSWELL_RUN_PLACES" in told
    assert "bug" not in told
    assert "secret" not in told


def test_what_kubernetes_sets_for_a_service_of_this_name_is_ignored(tmp_path: Path) -> None:
    environment = {
        "port": "tcp://10.0.0.7:8000",
        "port_8000_tcp": "tcp://10.0.0.7:8000",
        "port_8000_tcp_addr": "10.0.0.7",
        "service_host": "10.0.0.7",
        "service_port_http": "8000",
        "web_port": "tcp://10.0.0.8:80",
        "web_service_host": "10.0.0.8",
    }
    with Server(tmp_path, **environment) as server:
        assert server.client().get("/livez").status_code == 200
        ignored = {line["variable"] for line in server.lines if "variable" in line}
        assert ignored == {f"GROUNDSWELL_{name.upper()}" for name in environment}


def test_a_port_that_is_none_is_still_refused(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setenv("GROUNDSWELL_PORT", "10.0.0.7:8000")
    monkeypatch.setenv("GROUNDSWELL_WEB_PORT", "80")
    assert outcome(["serve"]) == ExitCode.BAD_INPUT
    told = capsys.readouterr().err
    assert "GROUNDSWELL_PORT: " in told
    assert "GROUNDSWELL_WEB_PORT: there is no such setting" in told


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


@pytest.mark.campaign
def test_a_second_server_on_the_same_file_is_refused(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        again = [str(GROUNDSWELL), "serve", "--port", "0", "--database", "sqlite:///service.sqlite"]
        second = subprocess.run(again, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
        assert second.returncode == ExitCode.FAILED
        assert "Another server uses" in second.stderr
        assert "Traceback" not in second.stderr
        assert server.client().get("/livez").status_code == 200


@pytest.fixture
def url(postgres_server: Postgres) -> Iterator[str]:
    with postgres_server.fresh() as made:
        yield made


@pytest.mark.campaign
def test_a_second_server_on_the_same_postgresql_is_refused_and_keys_are_not(
    tmp_path: Path, url: str, capsys: Captured
) -> None:
    with Server(tmp_path, database=url) as server:
        assert outcome(["serve", "--port", "0", "--database", url]) == ExitCode.FAILED
        assert "Set GROUNDSWELL_DASK_ADDRESS" in capsys.readouterr().err
        assert outcome(["keys", "create", "--workspace", "outdoor", "--database", url]) == ExitCode.DONE
        secret = capsys.readouterr().out.strip()
        client = server.client(headers=bearer(secret))
        run = submitted(client, easy())
        assert ended(client, run)["status"] == "optimal"
        server.kill()
        server.restart()
        assert server.client(headers=bearer(secret)).get(f"/v1/runs/{run}").json()["state"] == "done"


@pytest.mark.campaign
def test_a_server_whose_database_another_has_taken_ends(tmp_path: Path, url: str, postgres_server: Postgres) -> None:
    with Server(tmp_path, database=url) as server, ExitStack() as another:
        run = submitted(server.client(), hard())
        until(server.client(), run, "running")
        while True:
            cut(postgres_server)
            try:
                another.enter_context(holding(url))
                break
            except DatabaseInUse:
                continue  # it had it back already
        assert server.process.wait(60) == ExitCode.FAILED
        engine = make_engine(url)
        (kept,) = Store(engine).open_runs()
        engine.dispose()
        assert (kept.state.value, kept.finish_asked) == ("running", None)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_keys_do_not_change_the_tables_under_a_server(kind: str, tmp_path: Path, url: str, capsys: Captured) -> None:
    address = url if kind == "postgres" else database(tmp_path)[1]
    engine = make_engine(address)
    upgrade(engine)
    downgrade(engine, "0001")
    with holding(address):
        assert outcome(["keys", "list", "--database", address]) == ExitCode.FAILED
        assert "Another server uses" in capsys.readouterr().err
        assert not is_current(engine)
    assert outcome(["keys", "list", "--database", address]) == ExitCode.DONE
    assert is_current(engine)
    engine.dispose()


def test_a_cluster_needs_its_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setitem(sys.modules, "optimizer.execution.cluster", None)
    monkeypatch.setenv("GROUNDSWELL_DASK_ADDRESS", "tcp://127.0.0.1:1")
    assert outcome(["serve", "--port", "0", *database(tmp_path)]) == ExitCode.BAD_INPUT
    assert "In the folder of groundswell: pip install '.[cluster]'" in capsys.readouterr().err


@pytest.mark.campaign
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


@pytest.mark.campaign
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
