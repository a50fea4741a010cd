"""What one server over a SQLite file carries: event streams, and a workspace of very many runs."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import psutil
from sqlalchemy import insert

from api.store import Store, make_engine, upgrade
from api.store.engine import writing
from api.store.tables import events, plans, runs
from optimizer.solve.settings import Settings
from tests.api.clients import crowd
from tests.api.running import easy, hard, submitted, until
from tests.api.server import Server
from tests.api.store.runs import PLANNED, new_run
from tests.scale.house import note
from tests.scale.meter import spent

SECONDS = 20.0
BEGAN = datetime(2027, 3, 1, tzinfo=UTC)
AT_ONCE = 5000


def streams(count: int = 1000) -> None:
    """Print what open event streams of two runs cost, and how soon others are answered meanwhile."""
    note("| event streams | errors | server, % of a core | MB | files | /livez median, ms | p99 |")
    note("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder), run_places=1, connections=4 * count) as server:
        client, process = server.client(), psutil.Process(server.process.pid)
        followed = [submitted(client, hard(), settings={"time_limit_seconds": 600, "gap": 0}) for _ in range(2)]
        until(client, followed[0], "incumbent")
        paths = [f"/v1/runs/{run}/events" for run in followed]
        for open_now in (0, count):
            with crowd(server.port, open_now, paths, "follow") as lines, crowd(server.port, 20, ["/livez"]) as told:
                time.sleep(5)
                before, began = spent(process), time.monotonic()
                time.sleep(SECONDS)
                used = (spent(process) - before) / (time.monotonic() - began)
                memory, files = process.memory_info().rss / 1e6, process.num_fds()
            cuts = statistics.quantiles([took for at, took in told if at > began], n=100)
            shown = f"{1000 * cuts[49]:.1f} | {1000 * cuts[98]:.1f}"
            note(f"| {open_now:,} | {lines.errors} | {100 * used:.0f} | {memory:.0f} | {files:,} | {shown} |")


def stored(count: int = 100_000) -> None:
    """Print how long pages of a list of very many runs take, and what else looks at all of them."""
    with tempfile.TemporaryDirectory() as folder:
        _fill(f"sqlite:///{folder}/service.sqlite", count)
        began = time.monotonic()
        with Server(Path(folder), finished_runs=2 * count) as server:
            note(f"{count:,} runs; the server starts in {time.monotonic() - began:.1f} s\n\n| what | ms |\n|---|---|")
            client = server.client()
            pages = list(_pages(client))
            assert sum(size for size, _ in pages) == count
            times = [seconds for _, seconds in pages]
            _row("first page of 200", times[0])
            _row("last page of 200", times[-1])
            _row("median page", statistics.median(times))
            _row("slowest page", max(times))
            asked = {
                "a page of a label that one run has": "/v1/runs?label=odd",
                "a page of a state that no run has": "/v1/runs?state=failed",
                "metrics": "/metrics",
                "readiness": "/readyz",
            }
            for name, path in asked.items():
                _row(name, min(_seconds(client, path) for _ in range(5)))
            began = time.monotonic()
            submitted(client, easy())
            _row("one more run", time.monotonic() - began)


def _fill(url: str, count: int) -> None:
    engine = make_engine(url)
    upgrade(engine)
    store = Store(engine)
    workspace = store.default_workspace().id
    settings = Settings().model_dump(mode="json")
    first = store.add_run(replace(new_run(workspace, label="odd"), settings=settings)).run.id
    store.start(first, 1)
    store.end(first, PLANNED)
    with writing(engine) as connection:
        row = dict(connection.execute(runs.select()).mappings().one())
        plan = dict(connection.execute(plans.select()).mappings().one())
        kept = [dict(one) for one in connection.execute(events.select()).mappings()]
        for begin in range(1, count, AT_ONCE):
            numbers = range(begin, min(count, begin + AT_ONCE))
            made = [
                {**row, "id": f"{n:032x}", "label": None, "number": n + 1, "created_at": BEGAN + timedelta(seconds=n)}
                for n in numbers
            ]
            connection.execute(insert(runs), made)
            connection.execute(insert(plans), [{**plan, "run_id": one["id"]} for one in made])
            connection.execute(insert(events), [{**event, "run_id": one["id"]} for one in made for event in kept])
    engine.dispose()


def _pages(client: httpx2.Client) -> Iterator[tuple[int, float]]:
    """Yield the number of runs and the seconds of each page, to the last."""
    cursor: dict[str, str] = {}
    while True:
        began = time.monotonic()
        page = client.get("/v1/runs", params={"limit": 200, **cursor}).json()
        yield len(page["runs"]), time.monotonic() - began
        if page["next"] is None:
            return
        cursor = {"cursor": page["next"]}


def _seconds(client: httpx2.Client, path: str) -> float:
    began = time.monotonic()
    assert client.get(path).status_code == 200
    return time.monotonic() - began


def _row(name: str, seconds: float) -> None:
    note(f"| {name} | {1000 * seconds:.1f} |")
