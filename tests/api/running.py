"""Services to test against, and what tests do with them again and again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Client

from api.app import make_app
from api.openapi import SCENARIO
from api.service import Service
from api.settings import ServiceSettings
from api.store import Store, make_engine, upgrade

Document = dict[str, Any]
Headers = dict[str, str] | None
SCENARIOS = Path(__file__).parents[2] / "scenarios"
PATIENCE = 60.0


@contextmanager
def in_process(url: str, **settings: Any) -> Iterator[TestClient]:
    """Run a service on the database of this address."""
    chosen = {"run_places": 1, "plan_places": 1, "shutdown_seconds": 1.0, **settings}
    engine = make_engine(url)
    upgrade(engine)
    service = Service(ServiceSettings(database_url=url, **chosen), Store(engine))
    with TestClient(make_app(service), raise_server_exceptions=False) as client:
        yield client
    engine.dispose()


def service_of(client: TestClient) -> Service:
    """Return the service that a client talks to."""
    service: Service = client.app.state.service  # type: ignore[attr-defined]
    return service


def easy() -> Document:
    """Return a scenario that is solved in a moment."""
    return json.loads(json.dumps(SCENARIO))  # type: ignore[no-any-return]


def hard() -> Document:
    """Return a scenario that has a plan soon and is not proven for a minute."""
    return json.loads((SCENARIOS / "year_of_waves.json").read_text("utf-8"))  # type: ignore[no-any-return]


def impossible() -> Document:
    """Return a scenario that is soon proven infeasible, with more limits to ask about than a second is enough for."""
    scenario = json.loads((SCENARIOS / "stock_in_two_lots.json").read_text("utf-8"))
    # So many creators that every question takes a while: else a quick machine answers all of them in a second.
    several = [{**creator, "id": f"{creator['id']}-{copy}"} for copy in range(6) for creator in scenario["creators"]]
    people = [{name: value for name, value in creator.items() if name != "handle"} for creator in several]
    return {**scenario, "objective": {"goal": "min_cost"}, "budget": {"total": "100.00"}, "creators": people}


def bearer(secret: str) -> dict[str, str]:
    """Return the header that carries a key."""
    return {"Authorization": f"Bearer {secret}"}


def submitted(client: Client, scenario: Document, headers: Headers = None, **body: Any) -> str:
    """Queue a scenario; return the run's id."""
    answer = client.post("/v1/runs", json={"scenario": scenario, **body}, headers=headers)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def until(client: Client, run: str, *states: str, headers: Headers = None) -> Document:
    """Return the run as soon as it is in one of these states, or secures something where "incumbent" is among them."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        seen: Document = client.get(f"/v1/runs/{run}", headers=headers).json()
        if seen["state"] in states or ("incumbent" in states and (seen["incumbent"] or {}).get("value")):
            return seen
        time.sleep(0.05)
    raise AssertionError(f"the run is still {seen['state']} ({seen['phase']})")


def ended(client: Client, run: str, headers: Headers = None) -> Document:
    """Return the run as soon as it has ended."""
    return until(client, run, "done", "failed", "cancelled", headers=headers)


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until this is so."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def followed(pool: ThreadPoolExecutor, client: TestClient, run: str, headers: Headers = None) -> Future[str]:
    """Follow a run from now on; return what will have been streamed when the stream has ended."""
    waiting = service_of(client).notifier._waiting
    before = len(waiting.get(run, ()))
    following = pool.submit(lambda: client.get(f"/v1/runs/{run}/events", headers=headers).text)
    eventually(lambda: len(waiting.get(run, ())) > before)
    return following
