"""Many hostile clients at once, of every kind: the service lives, answers others, and stays small."""

from __future__ import annotations

import json
import resource
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from api.outcomes import planned
from api.store import NewRun, NewScenario, Store, make_engine, upgrade
from optimizer.analysis.evaluate import evaluate
from optimizer.plan import to_json
from optimizer.scenario.generator import generate
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.settings import Settings
from tests.api.clients import Told, crowd
from tests.api.running import easy, ended, eventually, submitted
from tests.api.server import Server
from tests.api.test_connections import asked, large, line_to
from tests.api.test_limits import crowd as crowd_of

pytestmark = pytest.mark.campaign

CONNECTIONS, MEMORY_MB, TRIED = 1000, 128, 10_000
BOUND_MB = 3 * MEMORY_MB
"""Most that the server may grow by: bodies and answers on their way, what is read of them, and its connections."""
SECONDS = 10.0
JSON_TYPE = "Content-Type: application/json"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
    try:
        server = Server(tmp_path, connections=CONNECTIONS, bodies_mb=MEMORY_MB, body_mb=8, write_seconds=2)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    with server:
        yield server
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@contextmanager
def again_and_again(*attacks: Callable[[], None]) -> Iterator[None]:
    """Have each of these done again and again, by eight clients each, for as long as the block runs."""
    over = threading.Event()

    def repeat(attack: Callable[[], None]) -> None:
        while not over.is_set():
            with suppress(OSError):
                attack()

    threads = [threading.Thread(target=repeat, args=[attack], daemon=True) for attack in attacks for _ in range(8)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def watched(server: Server, seconds: float, how: str = "ask") -> tuple[Told, int, int]:
    """Have others ask whether the service lives; return their answers, and the most memory and files it had."""
    process, most, files = psutil.Process(server.process.pid), 0, 0
    until = time.monotonic() + seconds
    with crowd(server.port, 30, ["/livez"], how) as told:
        while time.monotonic() < until:
            most, files = max(most, process.memory_info().rss), max(files, process.num_fds())
            time.sleep(0.02)
    return told, most, files


def figures(told: Told, grown: int) -> str:
    cuts = statistics.quantiles([took for _, took in told], n=100)
    return f"{len(told)} answers, median {1000 * cuts[49]:.1f} ms, p99 {1000 * cuts[98]:.0f} ms; +{grown >> 20} MB"


def floods(server: Server, run: str) -> tuple[Callable[[], None], ...]:
    """Return attacks of five kinds; `run` has a large scenario."""
    deep = b'{"scenario": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}"
    huge = json.dumps({"scenario": {"creators": [{}] * 300_000}}).encode()

    def body_nobody_reads() -> None:
        with line_to(server) as line:
            line.sendall(asked("POST", "/nowhere", f"Content-Length: {2**40}"))
            while True:
                line.sendall(b"x" * 65_536)

    def answer_nobody_reads() -> None:
        with line_to(server, narrow=True) as line:
            line.sendall(asked("GET", f"/v1/runs/{run}/scenario"))
            line.recv(64)
            time.sleep(1)

    def body_that_does_not_come() -> None:
        with line_to(server) as line:
            line.sendall(asked("POST", "/v1/runs", JSON_TYPE, "Content-Length: 1000000") + b"{")
            time.sleep(1)

    bodies = (posted(server, "/v1/validations", content) for content in (deep, huge))
    return body_nobody_reads, answer_nobody_reads, body_that_does_not_come, *bodies


def posted(server: Server, path: str, content: bytes) -> Callable[[], None]:
    """Return what sends a body and waits for the first of the answer."""

    def send() -> None:
        with line_to(server) as line:
            line.sendall(asked("POST", path, JSON_TYPE, f"Content-Length: {len(content)}") + content)
            line.recv(64)

    return send


def test_every_kind_of_flood_at_once(server: Server) -> None:
    run = submitted(server.client(), large(), settings={"time_limit_seconds": 1})
    before = psutil.Process(server.process.pid).memory_info().rss
    with again_and_again(*floods(server, run)):
        told, most, files = watched(server, SECONDS)
        assert server.client().post("/v1/runs", json={"scenario": easy()}).status_code in (202, 503)
    assert most - before < BOUND_MB * 2**20
    assert files < CONNECTIONS + 256
    assert not told.errors
    print(figures(told, most - before))
    assert server.client().post("/v1/validations", json={"scenario": easy()}).status_code == 200
    assert not any(line["message"] == "bug" for line in server.lines)


def xl_runs(url: str, count: int) -> list[str]:
    """Store runs of different scenarios of 50,000 creators, each done with a plan."""
    document = generate("XL", 1)
    scenario = scenario_from_data(document)
    plan = to_json(evaluate(scenario, [], {}, Settings(workers=1)))
    engine = make_engine(url)
    upgrade(engine)
    store, runs = Store(engine), []
    for number in range(count):
        body = json.dumps({**document, "name": f"XL {number}"}, separators=(",", ":"))
        new = NewScenario(f"{number:064x}", f"XL {number}", scenario.currency, body)
        settings = Settings(workers=1).model_dump(mode="json")
        run = store.add_run(NewRun(store.default_workspace().id, new, settings)).run.id
        store.start(run, 1)
        store.end(run, planned(plan))
        runs.append(run)
    engine.dispose()
    return runs


@pytest.mark.slow
def test_all_that_is_hostile_at_once(tmp_path: Path) -> None:
    """Floods, evaluations of crowds, comparisons of 20 runs of 50,000 creators, and ever more connections."""
    most_files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    compared = xl_runs(f"sqlite:///{tmp_path}/service.sqlite", 20)
    limits: dict[str, Any] = {"connections": CONNECTIONS, "bodies_mb": MEMORY_MB, "body_mb": 8, "write_seconds": 2}
    with Server(tmp_path, **limits) as server:
        run = submitted(server.client(), large(), settings={"time_limit_seconds": 1})
        crowds = posted(server, "/v1/evaluations", json.dumps(crowd_of(1000)).encode())

        def comparison() -> None:
            with line_to(server) as line:
                line.sendall(asked("GET", f"/v1/comparisons?runs={','.join(compared)}"))
                line.recv(64)

        before = psutil.Process(server.process.pid).memory_info().rss
        with ExitStack() as held, again_and_again(*floods(server, run), crowds, comparison):
            for _ in range(TRIED):
                held.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=20))
            told, most, files = watched(server, 6 * SECONDS, "visit")
        print(figures(told, most - before), f"{told.errors} errors, {files} files")
        assert most - before < BOUND_MB * 2**20
        assert files < CONNECTIONS + 256
        eventually(lambda: server.client().post("/v1/validations", json={"scenario": easy()}).status_code == 200)
        ended(server.client(), submitted(server.client(), easy(), settings={"time_limit_seconds": 1}))
        assert not any(line["message"] == "bug" for line in server.lines)


def test_ten_thousand_connections_that_say_nothing(server: Server) -> None:
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    # Other tests of this process may hold files, and limits of theirs.
    most_files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    room = most_files - psutil.Process().num_fds() - 500
    with ExitStack() as held:
        for number in range(min(TRIED, room)):
            held.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=20))
            if number % 500 == 0:
                assert server.client().get("/livez").status_code == 200
        assert process.num_fds() < CONNECTIONS + 256
        told, most, _ = watched(server, 2)
    assert most - before < 64 * 2**20
    assert not told.errors
    print(figures(told, most - before))
