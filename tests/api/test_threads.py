"""What is quick does not wait for what takes long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.service import LARGE_BYTES
from tests.api.conftest import Serve
from tests.api.running import easy, eventually

MANY = 8
Ask = Callable[[], Any]


@pytest.fixture
def held() -> Iterator[threading.Event]:
    """What is held up by the test, until it is over."""
    event = threading.Event()
    yield event
    event.set()


def answers_what_is_small(client: TestClient) -> None:
    assert client.post("/v1/validations", json={"scenario": easy()}).status_code == 200
    assert client.post("/v1/runs", json={"scenario": easy()}).status_code == 202
    assert client.get("/v1/runs").status_code == 200


def test_no_small_body_waits_for_large_ones(
    serve: Serve, pool: ThreadPoolExecutor, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.routes import plans

    begun, validated = [], plans._validated

    def slow(raw: bytes, service: Any) -> Any:
        if len(raw) >= LARGE_BYTES:
            begun.append(1)
            held.wait(60)
        return validated(raw, service)

    client = serve()
    monkeypatch.setattr(plans, "_validated", slow)
    body = b'{"scenario":' + b" " * LARGE_BYTES + b"{}}"
    headers = {"content-type": "application/json"}
    waiting = [pool.submit(client.post, "/v1/validations", content=body, headers=headers) for _ in range(MANY)]
    eventually(lambda: bool(begun))
    answers_what_is_small(client)
    assert not any(one.done() for one in waiting)
    held.set()
    assert {one.result(60).status_code for one in waiting} == {200}
