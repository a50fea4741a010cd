"""Several servers over one PostgreSQL whose runs one cluster solves: it makes no difference which of them is asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain

import pytest
from fastapi.testclient import TestClient
from prometheus_client import Metric

from api import reconciler
from api.diagnoses import SUFFIX
from api.store import Ending, Store
from tests.api.cluster import Cluster, Member
from tests.api.conftest import Serve
from tests.api.databases import Postgres
from tests.api.running import (
    Document,
    easy,
    ended,
    eventually,
    followed,
    hard,
    impossible,
    service_of,
    submitted,
    until,
)
from tests.api.test_events import parsed
from tests.api.test_faults import recorded_once

DATABASES = ("postgres",)
PATIENCE = 60.0
CLUSTERED = {"dask_address": "tcp://nowhere:8786", "shutdown_seconds": 20}


@dataclass
class Servers:
    cluster: Cluster
    a: TestClient
    b: TestClient


@pytest.fixture
def servers(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Iterator[Servers]:
    """Two servers that hear of each other through the database only."""
    cluster = Cluster()
    monkeypatch.setattr("api.service.make_run_executor", lambda _, listener: cluster.join(listener))
    monkeypatch.setattr("api.routes.events.LOOK_SECONDS", 3600)
    monkeypatch.setattr(reconciler, "OPEN_RUNS_SECONDS", 1.0)
    yield Servers(cluster, serve(**CLUSTERED), serve(**CLUSTERED))
    cluster.executor.close(0)


def member(client: TestClient) -> Member:
    executor = service_of(client).jobs.executor
    assert isinstance(executor, Member)
    return executor


def killed(client: TestClient) -> None:
    """Have a server do nothing any more, as if its process were gone."""
    service_of(client)._reconciler.end()
    member(client).die()


def recorded(*clients: TestClient) -> float:
    """Return how many ends of runs these servers have recorded."""
    samples = chain.from_iterable(metric.samples for client in clients for metric in metrics(client))
    return sum(sample.value for sample in samples if sample.name == "groundswell_solves_total")


def metrics(client: TestClient) -> Iterable[Metric]:
    return service_of(client).metrics.outcomes.collect()


def test_a_run_of_one_server_is_followed_through_the_other(servers: Servers, pool: ThreadPoolExecutor) -> None:
    run = submitted(servers.a, hard(), label="ours")
    events = followed(pool, servers.b, run)
    until(servers.b, run, "incumbent")
    assert servers.b.get("/v1/runs", params={"label": "ours"}).json()["runs"][0]["id"] == run
    assert servers.b.post(f"/v1/runs/{run}/finish").json()["finish_asked"] == "request"
    done = ended(servers.a, run)
    assert (done["state"], done["status"], done["attempts"]) == ("done", "feasible", 1)
    assert ended(servers.b, run) == done
    recorded_once(parsed(events.result(PATIENCE)))
    assert parsed(events.result()) == parsed(servers.a.get(f"/v1/runs/{run}/events").text)
    assert [event.kind for event in parsed(events.result())].count("running") == 1


def test_a_run_is_solved_once_and_recorded_once_although_both_hear_of_it(servers: Servers) -> None:
    runs = [submitted(client, easy()) for client in (servers.a, servers.b) * 3]
    for client in (servers.a, servers.b):
        service_of(client).jobs.take_up()
    for run in runs:
        assert ended(servers.a, run)["status"] == "optimal"
        recorded_once(parsed(servers.b.get(f"/v1/runs/{run}/events").text))
    assert sorted(servers.cluster.solved) == sorted(runs)
    eventually(lambda: recorded(servers.a, servers.b) == len(runs))


def test_a_run_listed_before_it_ended_is_not_solved_again(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    run = submitted(servers.a, easy())
    listed = service_of(servers.b).store.open_runs()
    assert [record.id for record in listed] == [run]
    ended(servers.a, run)
    eventually(lambda: servers.cluster.executor.running == 0)
    monkeypatch.setattr(service_of(servers.b).store, "open_runs", lambda: listed)
    service_of(servers.b).jobs.take_up()
    other = submitted(servers.b, easy())
    ended(servers.b, other)
    assert servers.cluster.started_keys == [run, other]


def test_a_run_whose_end_is_being_recorded_is_not_solved_again(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording, may_record, end = threading.Event(), threading.Event(), Store.end

    def slowly(store: Store, run_id: str, result: Ending) -> bool:
        recording.set()
        assert may_record.wait(PATIENCE)
        return end(store, run_id, result)

    monkeypatch.setattr(Store, "end", slowly)
    run = submitted(servers.a, easy())
    assert recording.wait(PATIENCE)
    eventually(lambda: servers.cluster.executor.running == 0)
    for client in (servers.a, servers.b):
        service_of(client).jobs.take_up()
    assert servers.cluster.executor.running == servers.cluster.executor.waiting == 0
    may_record.set()
    assert ended(servers.b, run)["status"] == "optimal"
    assert servers.cluster.started_keys == [run]


def test_a_run_of_one_server_is_erased_through_the_other(servers: Servers, pool: ThreadPoolExecutor) -> None:
    run = submitted(servers.a, hard())
    until(servers.b, run, "running")
    events = followed(pool, servers.a, run)
    assert servers.b.delete(f"/v1/runs/{run}").status_code == 204
    assert "done" not in [event.kind for event in parsed(events.result(PATIENCE))]
    for client in (servers.a, servers.b):
        assert client.get(f"/v1/runs/{run}").status_code == 404
    for client in (servers.a, servers.b):
        service_of(client).jobs.take_up()
    assert servers.cluster.executor.running == servers.cluster.executor.waiting == 0


@pytest.mark.campaign
def test_a_run_is_diagnosed_once_although_both_servers_hear_of_it(servers: Servers, pool: ThreadPoolExecutor) -> None:
    run = submitted(servers.a, impossible())
    events = followed(pool, servers.b, run)
    for client in (servers.a, servers.b):
        assert ended(client, run)["diagnosis_pending"]
        service_of(client).jobs.take_up()
    recorded_once(parsed(events.result(PATIENCE)))
    assert parsed(events.result())[-1].data["replaced"] is True
    assert servers.cluster.solved == [run, run + SUFFIX]
    assert ended(servers.a, run) == ended(servers.b, run)
    eventually(lambda: recorded(servers.a, servers.b) == 2)


def test_what_one_server_cancels_the_clients_of_the_other_hear(servers: Servers, pool: ThreadPoolExecutor) -> None:
    first, second = submitted(servers.a, hard()), submitted(servers.a, easy())
    until(servers.b, first, "running")
    events = followed(pool, servers.b, second)
    servers.a.post(f"/v1/runs/{second}/finish")
    assert [event.kind for event in parsed(events.result(PATIENCE))] == ["queued", "finish_asked", "cancelled"]
    servers.b.delete(f"/v1/runs/{first}")


@pytest.mark.campaign
@pytest.mark.parametrize("heard_of", [True, False])
def test_clients_of_one_server_get_the_end_although_the_other_is_killed(
    servers: Servers, pool: ThreadPoolExecutor, heard_of: bool
) -> None:
    """If nobody else has heard of a run, the cluster drops it, and the other server submits it anew."""
    run, waiting = submitted(servers.a, hard(), settings={"time_limit_seconds": 3}), submitted(servers.a, easy())
    until(servers.b, run, "running")
    events = followed(pool, servers.b, waiting)
    if heard_of:
        service_of(servers.b).jobs.take_up()
    killed(servers.a)
    assert (servers.cluster.executor.running > 0) == heard_of
    done = ended(servers.b, run)
    assert (done["state"], done["attempts"]) == ("done", 1 if heard_of else 2)
    assert parsed(events.result(PATIENCE))[-1].kind == "done"
    for each in (run, waiting):
        recorded_once(parsed(servers.b.get(f"/v1/runs/{each}/events").text))
    assert sorted(servers.cluster.solved) == sorted([run, waiting])


def test_a_server_that_stops_leaves_its_runs_to_the_others(servers: Servers) -> None:
    run = submitted(servers.a, hard())
    until(servers.b, run, "incumbent")
    service_of(servers.b).jobs.take_up()
    service_of(servers.a).stop()
    going_on = servers.b.get(f"/v1/runs/{run}").json()
    assert (going_on["state"], going_on["finish_asked"]) == ("running", None)
    servers.b.post(f"/v1/runs/{run}/finish")
    assert ended(servers.b, run)["attempts"] == 1


def test_the_last_server_that_stops_keeps_the_best_plans(servers: Servers) -> None:
    run = submitted(servers.a, hard())
    until(servers.a, run, "incumbent")
    killed(servers.b)
    service = service_of(servers.a)
    service.begin_stop()
    service.stop()
    kept = servers.a.get(f"/v1/runs/{run}").json()
    assert (kept["state"], kept["status"], kept["finish_asked"]) == ("done", "feasible", "shutdown")


def test_a_server_that_starts_takes_no_run_away(servers: Servers, serve: Serve) -> None:
    run = submitted(servers.a, hard())
    until(servers.a, run, "running")
    third = serve(**CLUSTERED)
    until(third, run, "incumbent")
    killed(servers.a)
    killed(servers.b)
    third.post(f"/v1/runs/{run}/finish")
    assert ended(third, run)["attempts"] == 1


def test_an_end_that_comes_without_a_beginning_is_recorded(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    """The only server that was told of the start died before it had written it down."""
    monkeypatch.setattr("api.jobs.Jobs.started", lambda *_: None)
    run = submitted(servers.a, easy())
    done = ended(servers.b, run)
    assert (done["state"], done["attempts"]) == ("done", 1)
    kinds = [event.kind for event in parsed(servers.b.get(f"/v1/runs/{run}/events").text)]
    assert kinds == ["queued", "running", "verdict", "done"]


@pytest.mark.campaign
@pytest.mark.campaign
def test_a_database_that_is_restarted_loses_nothing(
    servers: Servers, pool: ThreadPoolExecutor, postgres_server: Postgres
) -> None:
    limit = {"time_limit_seconds": 3}
    runs = [submitted(client, hard(), settings=limit) for client in (servers.a, servers.b)]
    until(servers.a, runs[0], "running")
    events = [followed(pool, client, run) for client, run in zip((servers.b, servers.a), runs, strict=True)]
    postgres_server.crash()
    for client in (servers.a, servers.b):
        for path in ("/readyz", f"/v1/runs/{runs[0]}", "/v1/runs"):
            answer = client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert client.post("/v1/runs", json={"scenario": easy()}).json()["code"] == "unavailable"
        assert client.get("/livez").status_code == 200
    # Long enough for the first to end meanwhile, and for the second to ask for its scenario.
    eventually(lambda: servers.cluster.solved == runs[:1])
    postgres_server.start()
    assert servers.a.get("/readyz").status_code == servers.b.get("/readyz").status_code == 200
    for run, following in zip(runs, events, strict=True):
        done: Document = ended(servers.a, run)
        assert (done["state"], done["attempts"]) == ("done", 1)
        recorded_once(parsed(following.result(PATIENCE)))
    assert sorted(servers.cluster.solved) == sorted(runs)


@pytest.mark.campaign
def test_a_server_alone_outlasts_its_database(
    serve: Serve, pool: ThreadPoolExecutor, postgres_server: Postgres
) -> None:
    client = serve()
    runs = [submitted(client, hard(), settings={"time_limit_seconds": 2}), submitted(client, easy())]
    until(client, runs[0], "running")
    events = followed(pool, client, runs[1])
    postgres_server.crash()
    assert client.get("/readyz").json()["code"] == "unavailable"
    time.sleep(3)  # meanwhile the first ends
    postgres_server.start()
    for run in runs:
        done = ended(client, run)
        assert (done["state"], done["attempts"]) == ("done", 1)
    recorded_once(parsed(events.result(PATIENCE)))
