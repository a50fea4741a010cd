"""Bodies and requests that nobody means well with: refused with a problem, the service alive, its memory level."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import psutil
import pytest

from api.bodies import DECODED
from tests.api.running import easy
from tests.api.server import Server

JSON = {"content-type": "application/json"}
PATHS = ("/v1/plans", "/v1/runs", "/v1/validations", "/v1/evaluations")
BODY_MB, BODY_SECONDS = 4, 2
DEEP = b"[" * 200_000
MILLION = b'{"scenario": [' + b"{}," * 1_000_000 + b"{}]}"

BODIES: dict[str, tuple[bytes, int]] = {
    "empty": (b"", 400),
    "no JSON": (b"{'scenario': 1}", 400),
    "cut off": (json.dumps({"scenario": easy()}).encode()[:-40], 400),
    "bad UTF-8": (b'{"scenario": "\xff\xfe"}', 422),
    "half a character": (b'{"scenario": {"name": "\\ud83d"}}', 422),
    "a null byte": (b'{"scenario": {"name": "a\\u0000b"}}', 422),
    "deep": (DEEP, 422),
    "deep inside": (b'{"scenario": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}", 422),
    "a list": (b"[]", 422),
    "a word": (b'"scenario"', 422),
    "null": (b"null", 422),
    "NaN": (b'{"scenario": NaN}', 422),
    "an endless number": (b'{"scenario": ' + b"9" * 100_000 + b"}", 422),
    "wrong types": (b'{"scenario": {"creators": {}, "horizon": [], "products": 7, "name": null}}', 422),
    "twice the same field": (b'{"scenario": 1, "scenario": 2}', 422),
    "a million things": (MILLION, 422),
    "a million fields": (b'{"scenario": {' + b",".join(b'"f%d": 1' % n for n in range(300_000)) + b"}}", 422),
    "too large": (b'{"scenario": "' + b"x" * (BODY_MB * 2**20) + b'"}', 413),
}


def narrow(folder: Path) -> Server:
    """Return a server that takes little."""
    room = 4 * DECODED * BODY_MB
    return Server(folder, body_mb=BODY_MB, body_seconds=BODY_SECONDS, bodies_mb=room, run_places=1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with narrow(tmp_path_factory.mktemp("hostile")) as server:
        yield server


def problem(answer: httpx2.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    return str(answer.json()["code"])


def head(path: str, length: int) -> bytes:
    lines = (f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", f"Content-Length: {length}")
    return "\r\n".join((*lines, "", "")).encode()


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("path", PATHS)
def test_a_hostile_body_is_refused_with_a_problem(server: Server, path: str, name: str) -> None:
    body, status = BODIES[name]
    answer = server.client().post(path, content=body, headers=JSON)
    # A validation is told what is wrong with a scenario as its answer, if there is one to look at.
    looked_at = path == "/v1/validations" and b'"scenario": ' in body and status == 422
    allowed = {status, 200} if looked_at else {status}
    assert answer.status_code in allowed, answer.text[:500]
    if answer.status_code == 200:
        assert not answer.json()["valid"]
    else:
        assert problem(answer)
        assert all(item["pointer"].startswith("/") or item["pointer"] == "" for item in answer.json()["problems"])
    assert server.client().get("/livez").status_code == 200


@pytest.mark.parametrize("kind", ["", "text/plain", "application/xml", "application/json-patch+json", "json"])
def test_a_body_of_another_type_is_refused(server: Server, kind: str) -> None:
    answer = server.client().post("/v1/plans", content=b"{}", headers={"content-type": kind})
    assert (answer.status_code, problem(answer)) == (415, "unsupported_media_type")


def test_a_body_in_pieces_without_a_length_is_limited_too(server: Server) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(20 * BODY_MB):
            yield b" " * 2**18

    try:
        answer = server.client().post("/v1/plans", content=pieces(), headers=JSON)
    except (httpx2.WriteError, httpx2.RemoteProtocolError, httpx2.ReadError):
        # The service has closed the connection on a client that would not stop.
        pass
    else:
        assert (answer.status_code, problem(answer)) == (413, "body_too_large")
    assert server.client().get("/livez").status_code == 200


def test_a_body_that_does_not_come_is_not_waited_for(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        line.sendall(head("/v1/runs", 1000) + b'{"scenario":')
        answer = b"".join(iter(lambda: line.recv(65_536), b""))
    assert b"408" in answer.split(b"\r\n")[0]
    assert b"body_too_slow" in answer


def test_many_large_bodies_at_once_do_not_fill_the_memory(server: Server) -> None:
    before, lines = psutil.Process(server.process.pid).memory_info().rss, []
    for _ in range(12):
        line = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        threading.Thread(
            target=line.sendall, args=[head("/v1/plans", BODY_MB * 2**20) + b" " * (BODY_MB * 2**20 - 1)]
        ).start()
        lines.append(line)
    answers = [line.recv(65_536).split(b"\r\n")[0] for line in lines]
    for line in lines:
        line.close()
    assert {answer.split()[1] for answer in answers} == {b"408", b"503"}
    assert sum(b"503" in answer for answer in answers) >= 12 - 4
    assert psutil.Process(server.process.pid).memory_info().rss - before < (4 * BODY_MB + 60) * 2**20
    assert server.client().post("/v1/validations", json={"scenario": easy()}).status_code == 200


def test_a_head_that_does_not_end_is_cut_off(server: Server) -> None:
    before = psutil.Process(server.process.pid).memory_info().rss
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line, suppress(OSError):
        line.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n")
        for _ in range(2_000):
            line.sendall(b"X-More: " + b"x" * 16_000 + b"\r\n")
        raise AssertionError("32 MB of headers were taken")
    assert psutil.Process(server.process.pid).memory_info().rss - before < 20 * 2**20
    assert server.client().get("/livez").status_code == 200


@pytest.mark.campaign
def test_who_says_nothing_is_not_waited_for(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        assert line.recv(1) == b""


def test_requests_that_are_no_http_are_refused(server: Server) -> None:
    for raw in (b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"A" * 100_000 + b"\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
            line.sendall(raw)
            line.settimeout(2)
            try:
                told = line.recv(65_536)
            except (TimeoutError, ConnectionResetError):
                told = b""
        assert not told or b" 400 " in told.split(b"\r\n")[0]
    assert server.client().get("/livez").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/v1/runs/%00",
        "/v1/runs/%ff%fe",
        "/v1/runs/' OR 1=1 --",
        "/v1/examples/../../etc/passwd",
        "/v1/examples/%2e%2e%2f%2e%2e%2fREADME",
        "/v1/schemas/%00",
        "/v1/runs?label=%00",
        "/v1/runs?cursor=" + "A" * 5000,
        "/v1/runs?limit=99999999999999999999",
        "/v1/runs/x/events?after=99999999999999999999",
        "/" + "x" * 20_000,
    ],
)
def test_a_hostile_path_is_refused_with_a_problem(server: Server, path: str) -> None:
    answer = server.client().get(path)
    assert 400 <= answer.status_code < 500
    assert problem(answer)


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb", "é"])
def test_a_hostile_idempotency_key_is_refused_or_kept_apart(server: Server, key: str) -> None:
    headers = {b"content-type": b"application/json", b"Idempotency-Key": key.encode()}
    answer = server.client().post("/v1/runs", content=json.dumps({"scenario": easy()}).encode(), headers=headers)
    assert answer.status_code in (202, 422)


@pytest.mark.campaign
def test_memory_stays_level(tmp_path: Path) -> None:
    """On a server of its own: what large bodies have left to the allocator of another comes back in leaps."""
    with narrow(tmp_path) as server:
        stays_level(server)


def stays_level(server: Server) -> None:
    process = psutil.Process(server.process.pid)
    client = server.client()

    def burst() -> None:
        for body, _ in BODIES.values():
            client.post("/v1/validations", content=body, headers=JSON)

    burst()
    before = process.memory_info().rss
    for _ in range(4):
        burst()
    time.sleep(0.5)
    assert process.memory_info().rss < 1.1 * before + 20 * 2**20
    assert not Path(f"/proc/{server.process.pid}/fd").is_dir() or process.num_fds() < 100
