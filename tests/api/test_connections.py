"""Connections over real sockets: who sends what nobody reads, who does not read, who only holds the line."""

from __future__ import annotations

import json
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from fastapi.testclient import TestClient
from starlette.types import Message

from api.bodies import ANSWERED
from api.middleware import Sent
from api.process import room_for
from api.settings import ServiceSettings
from tests.api.running import Document, easy, eventually, service_of, submitted
from tests.api.server import Server

CONNECTIONS, MEMORY_MB, WRITE_SECONDS, KEEP_ALIVE_SECONDS = 30, 64, 0.7, 1
DOCUMENT = 3 * 2**20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("connections")
    limits: dict[str, Any] = {
        "connections": CONNECTIONS,
        "write_seconds": WRITE_SECONDS,
        "keep_alive_seconds": KEEP_ALIVE_SECONDS,
    }
    with Server(folder, bodies_mb=MEMORY_MB, **limits) as server:
        yield server


def line_to(server: Server, *, narrow: bool = False) -> socket.socket:
    line = socket.socket()
    line.settimeout(20)
    if narrow:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", server.port))
    return line


def asked(method: str, path: str, *headers: str) -> bytes:
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", "")).encode()


def large() -> Document:
    """Return a scenario of a few megabytes."""
    scenario = easy()
    for creator in scenario["creators"]:
        creator["labels"] = {f"label {number}": "x" * 1900 for number in range(DOCUMENT // 2000 // 15)}
    return scenario


def more(line: socket.socket) -> bytes:
    """Return what comes next; there is more to come."""
    part = line.recv(65_536)
    assert part, "closed in the middle"
    return part


def one(line: socket.socket) -> tuple[int, bytes, bytes]:
    """Return status, head and body of the next answer, which says how long it is."""
    told = b""
    while b"\r\n\r\n" not in told:
        told += more(line)
    head, _, body = told.partition(b"\r\n\r\n")
    length = next(int(field[16:]) for field in head.lower().split(b"\r\n") if field.startswith(b"content-length: "))
    while len(body) < length:
        body += more(line)
    return int(head.split()[1]), head.lower(), body


def alive(line: socket.socket) -> bool:
    """Ask on an open connection whether the service lives."""
    line.sendall(asked("GET", "/livez"))
    return one(line)[0] == 200


def rest_of(line: socket.socket) -> bytes:
    told = b""
    with suppress(ConnectionError):
        while chunk := line.recv(65_536):
            told += chunk
    return told


def problem(told: bytes) -> tuple[int, str]:
    """Return status and code of an answer, of which all arrived, and which is the last of its connection."""
    head, _, body = told.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    assert b"content-type: application/problem+json" in lines
    assert b"connection: close" in lines
    return int(head.split()[1]), str(json.loads(body)["code"])


@pytest.mark.parametrize(
    ("method", "path", "kind", "answer"),
    [
        ("POST", "/nowhere", "application/json", (404, "not_found")),
        ("PUT", "/v1/runs", "application/json", (405, "method_not_allowed")),
        ("POST", "/v1/plans", "text/plain", (415, "unsupported_media_type")),
        ("GET", "/v1/runs/nobody", "application/json", (404, "not_found")),
    ],
)
@pytest.mark.parametrize("length", [f"Content-Length: {2**40}", "Transfer-Encoding: chunked"])
def test_the_body_of_a_refused_request_is_not_read_on(
    server: Server, method: str, path: str, kind: str, answer: tuple[int, str], length: str
) -> None:
    chunk = b"x" * 65_536 if "Length" in length else b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    with line_to(server) as line:
        line.sendall(asked(method, path, f"Content-Type: {kind}", length) + chunk)
        with suppress(ConnectionError):
            for _ in range(1024):
                line.sendall(chunk)
            raise AssertionError("64 MB of a body that was refused were taken")
        assert problem(rest_of(line)) == answer


def test_a_connection_whose_bodies_are_read_goes_on(server: Server) -> None:
    body = json.dumps({"scenario": easy()}).encode()
    request = asked("POST", "/v1/validations", "Content-Type: application/json", f"Content-Length: {len(body)}") + body
    with line_to(server) as line:
        for _ in range(2):
            line.sendall(request)
            status, head, _ = one(line)
            assert status == 200
            assert b"connection: close" not in head


@pytest.fixture(scope="module")
def document(server: Server) -> tuple[str, int]:
    """Where a large document is, and how large it is."""
    run = submitted(server.client(), large(), settings={"time_limit_seconds": 1})
    path = f"/v1/runs/{run}/scenario"
    return path, len(server.client().get(path).content)


def test_who_does_not_read_an_answer_is_cut_off(server: Server, document: tuple[str, int]) -> None:
    path, size = document
    with line_to(server, narrow=True) as line:
        line.sendall(asked("GET", path))
        eventually(lambda: any(told["message"] == "a client does not read its answer" for told in server.lines))
        assert len(rest_of(line)) < size


def test_who_reads_slowly_and_steadily_gets_all(server: Server, document: tuple[str, int]) -> None:
    path, size = document
    told, began = b"", time.monotonic()
    with line_to(server) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        line.sendall(asked("GET", path, "Connection: close"))
        while chunk := line.recv(131_072):
            told += chunk
            time.sleep(0.01 if time.monotonic() - began < 2 * WRITE_SECONDS else 0)
    assert len(told.partition(b"\r\n\r\n")[2]) == size


def test_answers_on_their_way_count_as_memory(tmp_path: Path) -> None:
    with Server(tmp_path, connections=CONNECTIONS, bodies_mb=MEMORY_MB) as patient:
        run = submitted(patient.client(), large(), settings={"time_limit_seconds": 1})
        path = f"/v1/runs/{run}/scenario"
        size = len(patient.client().get(path).content)
        before = psutil.Process(patient.process.pid).memory_info().rss
        lines = [line_to(patient, narrow=True) for _ in range(CONNECTIONS)]
        for line in lines:
            line.sendall(asked("GET", path))
        begun = [line.recv(64).split()[1] for line in lines]
        assert begun.count(b"200") == MEMORY_MB * 2**20 // (ANSWERED * size)
        assert begun.count(b"503") == CONNECTIONS - begun.count(b"200")
        assert psutil.Process(patient.process.pid).memory_info().rss - before < 2 * MEMORY_MB * 2**20
        for line in lines:
            line.close()
        eventually(lambda: patient.client().get(path).status_code == 200)


def test_who_reads_slowly_holds_no_memory_for_what_was_sent(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a body that is answered only the answer is left."""
    start, held = Sent._start, []

    async def noting(sent: Sent, message: Message) -> None:
        held.append(service_of(client).memory.held)
        await start(sent, message)

    monkeypatch.setattr(Sent, "_start", noting)
    assert client.post("/v1/validations", json={"scenario": easy()}).status_code == 200
    assert held == [0]


def test_the_connection_that_is_idle_for_longest_makes_room(server: Server) -> None:
    lines = [line_to(server) for _ in range(CONNECTIONS)]
    # The first has asked something since, the second has not.
    assert alive(lines[0])
    with line_to(server) as one_more:
        assert alive(one_more)
    assert rest_of(lines[1]) == b""
    assert alive(lines[0])
    for line in lines:
        line.close()


def test_where_every_connection_is_at_work_one_more_is_told_so(server: Server) -> None:
    lines = [line_to(server) for _ in range(CONNECTIONS)]
    for line in lines:
        headers = ("Content-Type: application/json", "Content-Length: 9", "Expect: 100-continue")
        line.sendall(asked("POST", "/v1/runs", *headers))
        assert b" 100 " in line.recv(65_536)
    with line_to(server) as one_more:
        assert problem(rest_of(one_more)) == (503, "busy")
    lines.pop().close()
    eventually(lambda: server.client().get("/livez").status_code == 200)
    for line in lines:
        line.close()


def test_an_idle_connection_stays_open_for_as_long_as_is_set(server: Server) -> None:
    with line_to(server) as line:
        assert alive(line)
        began = time.monotonic()
        assert line.recv(1) == b""
        assert time.monotonic() - began > 0.9 * KEEP_ALIVE_SECONDS


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        asked("POST", "/v1/plans", "Content-Type: application/json", "Transfer-Encoding: chunked") + b"no length\r\n",
        asked("POST", "/v1/plans", "Content-Length: 1", "Content-Length: 2"),
    ],
)
def test_what_is_no_http_is_answered_with_a_problem(server: Server, raw: bytes) -> None:
    with line_to(server) as line:
        line.sendall(raw)
        assert problem(rest_of(line)) == (400, "bad_request")


def test_a_head_that_is_too_long_is_answered_with_a_problem(server: Server) -> None:
    with line_to(server) as line:
        line.sendall(asked("GET", "/livez", "X-Long: " + "x" * 60_000)[:-2] + b"X-Long: " + b"x" * 60_000)
        assert problem(rest_of(line)) == (431, "head_too_long")


@pytest.mark.parametrize("trailers", [b"X: " + b"x" * 300_000, b"a: b\r\n" * 50_000])
def test_what_follows_a_body_is_head_as_well(server: Server, trailers: bytes) -> None:
    with line_to(server) as line:
        line.sendall(asked("POST", "/v1/validations", "Content-Type: application/json", "Transfer-Encoding: chunked"))
        with suppress(ConnectionError):
            line.sendall(b"2\r\n{}\r\n0\r\n" + trailers)
        assert problem(rest_of(line)) == (431, "head_too_long")


def test_few_requests_wait_in_a_connection_for_their_turn(server: Server) -> None:
    with line_to(server) as line:
        line.sendall(asked("GET", "/livez") * 1000)
        assert rest_of(line).count(b"HTTP/1.1 200 ") < 100


def test_what_was_asked_before_is_answered_before_what_is_no_http(server: Server) -> None:
    with line_to(server) as line:
        line.sendall(asked("GET", "/v1/examples") + b"\x00\x01\x02\r\n\r\n")
        told = rest_of(line)
    assert told.startswith(b"HTTP/1.1 200 ")
    assert told.count(b"HTTP/1.1 ") == 1


def test_the_soft_limit_on_open_files_is_raised(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
    try:
        server = Server(tmp_path, connections=300)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    with server:
        lines = [line_to(server) for _ in range(290)]
        assert all(alive(line) for line in lines)
        for line in lines:
            line.close()


def test_where_files_are_few_there_is_room_for_fewer_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.process.resource.getrlimit", lambda _: (256, 256))
    assert room_for(4096) == 128


def test_an_idle_connection_outlives_that_of_a_balancer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a balancer sends a request on a connection that is just being closed; theirs last 60 s as a rule."""
    monkeypatch.delenv("GROUNDSWELL_KEEP_ALIVE_SECONDS", raising=False)
    assert ServiceSettings().keep_alive_seconds > 60
