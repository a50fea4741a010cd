"""Who gets in, and what they see."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.middleware import SECURITY_HEADERS
from api.server import serve as serve_for_good
from api.settings import ServiceSettings
from api.store import Scope
from optimizer.errors import InputError
from tests.api.conftest import Lend, Serve
from tests.api.databases import BOTH
from tests.api.running import bearer, easy, ended, followed, hard, in_process, service_of, submitted

Headers = dict[str, str]
DATABASES = BOTH
ROUTES = [
    ("GET", "/v1/runs/{run}"),
    ("GET", "/v1/runs/{run}/scenario"),
    ("GET", "/v1/runs/{run}/plan"),
    ("GET", "/v1/runs/{run}/events"),
    ("POST", "/v1/runs/{run}/finish"),
    ("DELETE", "/v1/runs/{run}"),
]


@pytest.fixture(scope="module")
def closed(lend: Lend) -> Iterator[TestClient]:
    """A service with keys, of which a client sends none by itself."""
    with lend() as url, in_process(url) as client:
        service_of(client).store.create_key("ours", "first", Scope.ADMIN)
        yield client


def key(client: TestClient, workspace: str, scope: Scope = Scope.RUN) -> Headers:
    return bearer(service_of(client).store.create_key(workspace, "test", scope)[1])


def paths(client: TestClient) -> list[tuple[str, str]]:
    document = client.get("/openapi.json").json()
    found = [(method.upper(), path) for path, item in document["paths"].items() for method in item]
    return [*found, ("GET", "/openapi.json")]


def test_no_workspace_sees_the_runs_of_another(closed: TestClient) -> None:
    ours, theirs = key(closed, "ours"), key(closed, "theirs", Scope.ADMIN)
    run = closed.post("/v1/runs", json={"scenario": easy()}, headers=ours).json()["id"]
    assert {path for _, path in paths(closed) if "{run_id}" in path} == {
        route.replace("{run}", "{run_id}") for _, route in ROUTES
    }
    for method, route in ROUTES:
        for name in (run, "nobody"):
            answer = closed.request(method, route.format(run=name), headers=theirs)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    patched = closed.post("/v1/runs", json={"from_run": run, "patch": {}}, headers=theirs)
    assert patched.status_code == 404
    assert run not in closed.get("/v1/runs", headers=theirs).text
    assert closed.get(f"/v1/runs/{run}", headers=ours).status_code == 200


def test_the_same_idempotency_key_in_two_workspaces_is_two_runs(closed: TestClient) -> None:
    body, same = {"scenario": easy()}, {"Idempotency-Key": "one"}
    first = closed.post("/v1/runs", json=body, headers={**key(closed, "ours"), **same}).json()["id"]
    second = closed.post("/v1/runs", json=body, headers={**key(closed, "theirs"), **same}).json()["id"]
    assert first != second


def test_without_a_key_nothing_but_the_health_is_told(closed: TestClient) -> None:
    for method, path in paths(closed):
        for headers in ({}, bearer("gs_wrong"), {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}):
            answer = closed.request(method, path.replace("{document}", "plan"), headers=headers, json={})
            if path in ("/livez", "/readyz", "/openapi.json"):
                assert answer.status_code == 200
            else:
                assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
                assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_scopes_allow_what_they_say(closed: TestClient) -> None:
    reader, runner, admin = (key(closed, "ours", scope) for scope in (Scope.READ, Scope.RUN, Scope.ADMIN))
    run = closed.post("/v1/runs", json={"scenario": easy()}, headers=runner).json()["id"]
    for method, path in [
        *(("POST", f"/v1/{name}") for name in ("runs", "plans", "validations", "evaluations")),
        ("POST", f"/v1/runs/{run}/finish"),
        ("DELETE", f"/v1/runs/{run}"),
    ]:
        answer = closed.request(method, path, json={"scenario": easy()}, headers=reader)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert closed.get(f"/v1/runs/{run}", headers=reader).status_code == 200
    assert closed.get("/metrics", headers=runner).status_code == 403
    assert closed.get("/metrics", headers=admin).status_code == 200
    assert closed.post("/v1/validations", json={"scenario": easy()}, headers=admin).status_code == 200


def test_a_revoked_key_opens_nothing_and_the_service_stays_closed(serve: Serve) -> None:
    client = serve()
    assert client.get("/v1/runs").status_code == 200
    record, secret = service_of(client).store.create_key("ours", "only", Scope.RUN)
    assert client.get("/v1/runs", headers=bearer(secret)).status_code == 200
    assert client.get("/v1/runs").status_code == 401
    service_of(client).store.revoke_key(record.id)
    assert client.get("/v1/runs", headers=bearer(secret)).status_code == 401
    assert client.get("/v1/runs").status_code == 401


def test_the_events_of_a_run_end_for_a_key_that_is_revoked(
    serve: Serve, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.routes.events.LOOK_SECONDS", 0.2)
    client = serve()
    (gone, its), (_, other) = (service_of(client).store.create_key("ours", "x", Scope.RUN) for _ in range(2))
    run = submitted(client, hard(), bearer(other))
    refused, kept = (followed(pool, client, run, bearer(secret)) for secret in (its, other))
    service_of(client).store.revoke_key(gone.id)
    assert "event: queued" in refused.result(60)
    assert client.get(f"/v1/runs/{run}/events", headers=bearer(its)).status_code == 401
    assert not kept.done()
    client.delete(f"/v1/runs/{run}", headers=bearer(other))
    kept.result(60)


def test_the_events_of_an_open_service_end_when_it_is_closed(
    serve: Serve, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.routes.events.LOOK_SECONDS", 0.2)
    client = serve()
    run = submitted(client, hard())
    following = followed(pool, client, run)
    service_of(client).store.create_key("ours", "x", Scope.RUN)
    assert "event: done" not in following.result(60)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_an_open_service_listens_on_loopback_only(tmp_path: Path, host: str) -> None:
    settings = ServiceSettings(host=host, database_url=f"sqlite:///{tmp_path}/x.sqlite")
    with pytest.raises(InputError, match="loopback"):
        serve_for_good(settings)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_is_known_by_its_addresses(host: str) -> None:
    assert ServiceSettings(host=host).is_loopback


def test_an_open_service_is_deaf_to_other_names(client: TestClient) -> None:
    # As a page does that has its own name resolved to 127.0.0.1.
    answer = client.get("/v1/runs", headers={"Host": "evil.example:8000"})
    assert (answer.status_code, answer.json()["code"]) == (400, "host_not_allowed")
    for name in ("localhost", "localhost:8000", "127.0.0.1:80", "[::1]:8000"):
        assert client.get("/v1/runs", headers={"Host": name}).status_code == 200


def test_a_page_elsewhere_cannot_send_a_form(client: TestClient) -> None:
    # A browser sends these types to anybody without asking first; JSON it does not.
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = client.post("/v1/runs", content=b'{"scenario": {}}', headers={"content-type": kind})
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("path", ["/livez", "/v1/runs", "/v1/runs/nobody", "/nowhere", "/metrics"])
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert "server" not in answer.headers


def test_a_request_keeps_a_sensible_id_and_gets_one_otherwise(client: TestClient) -> None:
    assert client.get("/livez", headers={"X-Request-ID": "abc-1"}).headers["X-Request-ID"] == "abc-1"
    made = client.get("/livez", headers={"X-Request-ID": "a b\tc"}).headers["X-Request-ID"]
    assert len(made) == 32


def test_metrics_count_what_happens(client: TestClient) -> None:
    assert client.get("/v1/runs/nobody").status_code == 404
    ended(client, submitted(client, easy()))
    # A run is told to have ended a moment before it is counted.
    while 'outcome="optimal"' not in (text := client.get("/metrics").text):
        time.sleep(0.01)
    assert 'groundswell_runs{state="done"}' in text
    assert 'groundswell_solves_total{kind="run",outcome="optimal"}' in text
    assert 'groundswell_solve_seconds_count{kind="run"}' in text
    assert 'groundswell_solve_gap_count{kind="run"}' in text
    assert 'groundswell_http_request_seconds_count{method="POST",route="/v1/runs",status="202"}' in text
    assert "nobody" not in text


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = ServiceSettings(port=taken.getsockname()[1], database_url=f"sqlite:///{tmp_path}/x.sqlite")
        with pytest.raises(InputError, match="cannot listen"):
            serve_for_good(settings)
