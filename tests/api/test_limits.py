"""What may take much time or memory: computed beside the server, within limits, in places of its own."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from fastapi.testclient import TestClient
from httpx2 import TimeoutException

from api.bodies import ANSWERED, MemoryBudget
from api.plans import COMPARISON
from api.problems import ApiProblem
from tests.api.conftest import Serve
from tests.api.running import Document, easy, ended, eventually, service_of, submitted
from tests.api.server import Server
from tests.execution import work_functions as works

EVALUATIONS, COMPARISONS = "/v1/evaluations", "/v1/comparisons"


def crowd(size: int) -> Document:
    """Return a plan by hand with so many gifts in one activation, and its scenario."""
    scenario = easy()
    first = {name: value for name, value in scenario["creators"][0].items() if name != "handle"}
    names = [f"k{number}" for number in range(size)]
    window = {"start": "2027-03-08", "end": "2027-03-21"}
    line = {"activation": "trail-spring", "mode": "gift", "ship_on": "2027-03-02", "window": window}
    scenario["creators"] = [{**first, "id": name} for name in names]
    return {"scenario": scenario, "plan": {"assignments": [{**line, "creator": name} for name in names]}}


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def two(client: TestClient) -> Iterator[dict[str, str]]:
    """Two runs that are done, as a query."""
    made = [submitted(client, easy()), submitted(client, {**easy(), "budget": {"total": "400.00"}})]
    for run in made:
        ended(client, run)
    yield {"runs": ",".join(made)}
    for run in made:
        client.delete(f"/v1/runs/{run}")


def test_evaluations_and_comparisons_are_computed_elsewhere(
    client: TestClient, two: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def here(*_: object, **__: object) -> None:
        raise AssertionError("computed inside the server")

    for name in ("evaluate.evaluate", "compare.comparing.compare_plans"):
        monkeypatch.setattr(f"optimizer.analysis.{name}", here)
    assert client.post(EVALUATIONS, json=crowd(3)).status_code == 200
    assert client.get(COMPARISONS, params=two).status_code == 200


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [({"answer_seconds": 0.5}, "more time"), ({"memory_mb": 64}, "more memory")],
)
def test_an_evaluation_that_needs_too_much_is_refused(serve: Serve, settings: dict[str, Any], wanted: str) -> None:
    client = serve(**settings)
    answer = client.post(EVALUATIONS, json=crowd(1500))
    assert code(answer) == (422, "limit_exceeded")
    assert wanted in answer.json()["detail"]
    assert "`groundswell evaluate`" in answer.json()["detail"]
    eventually(lambda: not service_of(client).answers.executor.running)


def test_who_finds_no_place_for_an_answer_is_told_when_to_come_again(
    client: TestClient, two: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_of(client).answers, "_free", 0)
    for answer in (client.post(EVALUATIONS, json=crowd(3)), client.get(COMPARISONS, params=two)):
        assert code(answer) == (503, "busy")
        assert int(answer.headers["Retry-After"]) > 0
    assert client.post("/v1/plans", json={"scenario": easy()}).status_code == 200, "plans have places of their own"


@pytest.mark.parametrize("path", ["/v1/plans", "/v1/frontiers", EVALUATIONS])
def test_that_all_places_are_taken_is_said_before_the_body_is_read(
    client: TestClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for places in (service_of(client).plans, service_of(client).answers):
        monkeypatch.setattr(places, "_free", 0)
    sent: list[Any] = []

    async def ask() -> None:
        async def receive() -> Any:
            raise AssertionError("the body was read")

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"content-length", b"21000000")]
        scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b""}
        await client.app({**scope, "headers": headers, "http_version": "1.1", "scheme": "http"}, receive, send)

    assert client.portal is not None
    client.portal.call(ask)
    assert sent[0]["status"] == 503
    assert json.loads(sent[1]["body"])["code"] == "busy"


def test_slow_comparisons_delay_no_validation(
    serve: Serve, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve(answer_places=5)
    slow = replace(COMPARISON, path=works.named(works.waits_with_parts))
    monkeypatch.setattr("api.routes.comparisons.COMPARISON", slow)
    runs = [submitted(client, easy()) for _ in range(2)]
    for run in runs:
        ended(client, run)
    answers = service_of(client).answers
    asked = [pool.submit(client.get, COMPARISONS, params={"runs": ",".join(runs)}) for _ in range(5)]
    eventually(lambda: answers.executor.running == 5)
    assert client.post("/v1/validations", json={"scenario": easy()}).json()["valid"]
    assert client.get("/livez").status_code == 200
    assert client.get(f"/v1/runs/{runs[0]}").json()["plan"]
    assert not any(one.done() for one in asked)
    for key in list(answers._waiting):
        eventually(lambda key=key: answers.executor.finish(key))  # type: ignore[misc]
    assert all(one.result().status_code == 200 for one in asked)


def test_a_run_that_is_erased_meanwhile_is_not_found(
    client: TestClient, two: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_of(client).store, "scenario_text", lambda *_: None)
    assert code(client.get(COMPARISONS, params=two)) == (404, "not_found")
    assert service_of(client).memory.held == 0


def test_stored_documents_of_a_comparison_count_as_memory(client: TestClient, two: dict[str, str]) -> None:
    memory = service_of(client).memory
    memory.take(1)
    most, memory.most = memory.most, memory.held
    try:
        assert code(client.get(COMPARISONS, params=two)) == (503, "busy")
    finally:
        memory.most = most
        memory.give_back(1)
    assert memory.held == 0
    assert client.get(COMPARISONS, params=two).status_code == 200


@pytest.mark.campaign
def test_an_evaluation_ends_when_its_client_leaves(tmp_path: Path) -> None:
    with Server(tmp_path, answer_places=1, answer_seconds=120) as server:
        with pytest.raises(TimeoutException):
            server.client().post(EVALUATIONS, json=crowd(4000), timeout=4)
        eventually(lambda: server.client().post(EVALUATIONS, json=crowd(3)).status_code == 200)


@pytest.mark.campaign
def test_evaluations_of_a_crowd_leave_the_server_small(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        server.client().post(EVALUATIONS, json=crowd(3))
        process = psutil.Process(server.process.pid)
        before = process.memory_info().rss
        assert server.client().post(EVALUATIONS, json=crowd(1000)).status_code == 200
        assert process.memory_info().rss - before < 60 * 2**20


def test_a_body_that_never_finds_room_is_too_large(serve: Serve) -> None:
    """`busy` would have its sender try again for ever."""
    small = serve(bodies_mb=0.5)
    answer = small.post("/v1/validations", json=crowd(300))
    assert code(answer) == (413, "body_too_large")
    assert "0.0312 MB" in answer.json()["detail"]
    assert small.post("/v1/validations", json={"scenario": easy()}).status_code == 200


def test_a_large_answer_alone_always_finds_room() -> None:
    memory = MemoryBudget(10)
    memory.take(11, alone=True)
    with pytest.raises(ApiProblem):
        memory.take(1, alone=True)
    memory.give_back(11)
    with pytest.raises(ApiProblem):
        memory.take(11)
    assert memory.held == 0


@pytest.mark.campaign
def test_slow_readers_hold_no_more_memory_than_they_may(tmp_path: Path) -> None:
    with Server(tmp_path, bodies_mb=128, run_places=1) as server:
        run = submitted(server.client(), crowd(55_000)["scenario"])
        path = f"/v1/runs/{run}/scenario"
        size = len(server.client().get(path).content)
        process = psutil.Process(server.process.pid)
        before, lines = process.memory_info().rss, []
        for _ in range(40):
            line = socket.socket()
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.connect(("127.0.0.1", server.port))
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            lines.append(line)
        # Beside what the service holds, the system takes some megabytes of each answer.
        told = [line.recv(12)[9:] for line in lines]
        assert set(told) == {b"200", b"503"}
        assert told.count(b"200") <= 128 * 2**20 / (ANSWERED * size) + 1
        assert process.memory_info().rss - before < 128 * 2**20
        assert server.client().post("/v1/validations", json={"scenario": easy()}).json()["valid"]
        for line in lines:
            line.close()
        eventually(lambda: server.client().get(path).status_code == 200)
