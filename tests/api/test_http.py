"""What HTTP asks of every server: methods, hosts, encodings, parameters, and clients that leave."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api import parameters
from tests.api.running import easy, ended, eventually, submitted
from tests.api.server import Server

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("http")) as server:
        yield server


def answered(server: Server, request: bytes) -> bytes:
    """Return all that comes until the service closes the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(request)
        return b"".join(iter(lambda: line.recv(65_536), b""))


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/openapi.json", "/v1/runs", "/v1/runs/nobody", "/nowhere"])
def test_head_answers_like_get_without_a_body(server: Server, path: str) -> None:
    with server.client() as client:
        head, full = client.head(path), client.get(path)
    assert head.status_code == full.status_code
    assert head.content == b""
    changing = {"date", "x-request-id"}
    assert {name: value for name, value in head.headers.items() if name not in changing} == {
        name: value for name, value in full.headers.items() if name not in changing
    }


def test_head_of_a_stream_ends(server: Server) -> None:
    with server.client() as client:
        run = submitted(client, easy(), settings={"time_limit_seconds": 30})
        head = client.head(f"/v1/runs/{run}/events")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-type"].startswith("text/event-stream")
        # The connection goes on: nothing of the stream follows.
        assert ended(client, run)["state"] == "done"


def test_head_in_process_has_no_body_either(client: TestClient) -> None:
    assert client.head("/livez").content == b""
    assert client.head("/v1/plans").status_code == 405


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/livez", "GET, HEAD, OPTIONS"),
        ("/openapi.json", "GET, HEAD, OPTIONS"),
        ("/v1/runs", "GET, HEAD, OPTIONS, POST"),
        ("/v1/runs/nobody/finish", "OPTIONS, POST"),
    ],
)
def test_options_tells_the_methods_of_a_path(client: TestClient, path: str, methods: str) -> None:
    told = client.options(path)
    assert (told.status_code, told.headers["Allow"], told.content) == (204, methods, b"")
    assert client.patch(path).headers["Allow"] == methods


def test_options_of_no_path_finds_none(client: TestClient) -> None:
    assert client.options("/nowhere").status_code == 404


@pytest.mark.parametrize(
    "hosts", ["Host: localhost\r\nHost: localhost", "Host: localhost\r\nHost: evil.example", "X: y"]
)
def test_a_request_names_one_host(server: Server, hosts: str) -> None:
    told = answered(server, f"GET /livez HTTP/1.1\r\n{hosts}\r\nConnection: close\r\n\r\n".encode())
    assert told.startswith(b"HTTP/1.1 400 ")
    assert json.loads(told.partition(b"\r\n\r\n")[2])["code"] == "bad_request"


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip", "zstd"])
def test_an_encoded_body_is_refused(client: TestClient, encoding: str) -> None:
    told = client.post("/v1/validations", content=b"{}", headers={**JSON, "content-encoding": encoding})
    assert (told.status_code, told.json()["code"]) == (415, "unsupported_media_type")
    assert told.headers["accept-encoding"] == "identity"


def test_a_body_may_say_that_it_is_not_encoded(client: TestClient) -> None:
    told = client.post("/v1/validations", json={"scenario": easy()}, headers={"content-encoding": "identity"})
    assert told.status_code == 200


def test_a_client_that_leaves_during_its_upload_is_no_bug(server: Server) -> None:
    head = (
        "POST /v1/validations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 999\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall((head + "X-Request-ID: left\r\nExpect: 100-continue\r\n\r\n").encode())
        assert b" 100 " in line.recv(100)
        line.sendall(b'{"scenario":')
    mine = [0]

    def told() -> bool:
        mine[:] = [line["status"] for line in server.lines if line.get("request_id") == "left" and "status" in line]
        return bool(mine)

    eventually(told)
    assert mine == [499]
    assert not any(line["message"] == "bug" for line in server.lines)
    counted = server.client().get("/metrics").text
    assert 'status="499"' in counted
    assert 'status="500"' not in counted


@pytest.mark.parametrize(
    ("path", "pointer", "code"),
    [
        ("/v1/runs?limit=0", "/query/limit", "out_of_range"),
        ("/v1/runs?limit=201", "/query/limit", "out_of_range"),
        ("/v1/runs?limit=many", "/query/limit", "wrong_type"),
        ("/v1/runs?limit=" + "9" * 5000, "/query/limit", "out_of_range"),
        ("/v1/runs?state=lost", "/query/state", "unknown_choice"),
        ("/v1/runs?label=", "/query/label", "too_short"),
        ("/v1/runs?label=%01", "/query/label", "control_character"),
        ("/v1/runs?cursor=" + "A" * 201, "/query/cursor", "too_long"),
        ("/v1/runs/" + "x" * 65, "/path/run_id", "too_long"),
        ("/v1/schemas/poem", "/path/document", "unknown_choice"),
        ("/v1/comparisons", "/query/runs", "missing_field"),
        ("/v1/runs?lable=march", "/query/lable", "unknown_field"),
        ("/v1/runs?limit=1&limit=2", "/query/limit", "duplicate_field"),
        ("/v1/examples?page=2", "/query/page", "unknown_field"),
        ("/v1/runs/nobody?after=1", "/query/after", "unknown_field"),
        ("/metrics?" + "x" * 500 + "=1", "/query/" + "x" * 80, "unknown_field"),
    ],
)
def test_what_is_wrong_with_a_parameter_is_told_in_the_words_of_bodies(
    client: TestClient, path: str, pointer: str, code: str
) -> None:
    told = client.get(path)
    assert (told.status_code, told.json()["code"]) == (422, "invalid")
    (item,) = told.json()["problems"]
    assert (item["pointer"], item["code"]) == (pointer, code)
    assert item["remedy"].endswith((".", "?"))


def test_a_query_that_is_misspelt_is_told_what_was_meant(client: TestClient) -> None:
    told = client.get("/v1/runs?lable=march&state=done&state=failed").json()
    assert [item["remedy"] for item in told["problems"]] == ["Did you mean `label`?", "Keep one of them."]


def test_of_a_query_of_nonsense_a_part_is_looked_into(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def suggestion(name: str, known: set[str]) -> str:
        looked.append(name)
        return ", ".join(known)

    monkeypatch.setattr(parameters, "_suggestion", suggestion)
    told = client.get("/v1/runs?" + "&".join(f"{number:x}" for number in range(12_000)))
    assert len(told.json()["problems"]) == len(looked) == 1000


def test_a_post_takes_no_query(client: TestClient) -> None:
    told = client.post("/v1/validations?dry_run=1", json={"scenario": easy()})
    assert [item["code"] for item in told.json()["problems"]] == ["unknown_field"]


def test_who_asks_how_the_service_is_may_add_what_they_like(client: TestClient) -> None:
    assert client.get("/livez?at=1&at=2").status_code == 200


@pytest.mark.parametrize("last", ["x", "9" * 30])
def test_a_header_is_told_of_in_the_same_words(client: TestClient, last: str) -> None:
    run = submitted(client, easy())
    told = client.get(f"/v1/runs/{run}/events", headers={"Last-Event-ID": last}).json()
    assert [(item["pointer"], item["code"]) for item in told["problems"]] == [("/header/Last-Event-ID", "wrong_format")]
    told = client.post("/v1/runs", json={"scenario": easy()}, headers={"Idempotency-Key": "x" * 201}).json()
    assert [(item["pointer"], item["code"]) for item in told["problems"]] == [("/header/Idempotency-Key", "too_long")]
