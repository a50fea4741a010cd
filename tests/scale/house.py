"""A scheduler, workers with one core each, a PostgreSQL that waits for its disk, and servers."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from sqlalchemy import make_url

from tests.api.databases import Postgres, postgres
from tests.api.server import Server
from tests.execution.clusters import GROUNDSWELL, Cluster
from tests.scale.meter import Reading, of_database, of_solvers, spent, written

LIMITS = {"queued_runs": 100_000, "plan_places": 1, "shutdown_seconds": 0}


@dataclass
class House:
    """All of it."""

    cluster: Cluster
    scheduler: psutil.Process
    database: Postgres
    name: str
    servers: list[Server]
    workers: list[psutil.Process] = field(default_factory=list)

    def hire(self, count: int) -> None:
        """Have so many workers, each with a core of its own as long as there are as many."""
        while len(self.workers) > count:
            self.workers.pop().terminate()
        while len(self.workers) < count:
            self.workers.append(hired(self.cluster, len(self.workers)))
        self.cluster.wait_for_places(count)

    def memory(self) -> float:
        """Return the resident memory of the servers (MB)."""
        return sum(int(psutil.Process(server.process.pid).memory_info().rss) for server in self.servers) / 1e6

    def read(self) -> Reading:
        """Return what all parts have spent."""
        cpu = {
            "server": sum(spent(psutil.Process(server.process.pid)) for server in self.servers),
            "scheduler": spent(self.scheduler),
            "worker": sum(spent(worker) for worker in self.workers),
            "solver": sum(of_solvers(worker) for worker in self.workers),
            "database": of_database(self.database),
        }
        return Reading(cpu, *written(self.database, self.name))


@contextmanager
def house(servers: int = 1) -> Iterator[House]:
    """Run all of it, without a worker, for as long as the block runs."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cluster = Cluster(folder)
        stack.callback(cluster.close)
        scheduler = cluster.scheduler()
        database = stack.enter_context(postgres(safe=True))
        url = stack.enter_context(database.fresh())
        cluster.wait_for_places(0)
        options = {"database": url, "dask_address": cluster.address, **LIMITS}
        made = [stack.enter_context(Server(folder, **options)) for _ in range(servers)]  # type: ignore[arg-type]
        name = str(make_url(url).database)
        yield House(cluster, scheduler, database, name, made)


def hired(cluster: Cluster, number: int) -> psutil.Process:
    """Start a worker that solves one run at a time on one core, as if it were its machine's only one."""
    core = str(number % (os.cpu_count() or 1))
    command = [*GROUNDSWELL, "worker", "--scheduler", cluster.address, "--slots", "1"]
    return cluster.start("worker", ["taskset", "-c", core, *command])


def note(text: str) -> None:
    """Print a line at once."""
    print(text, file=sys.stdout, flush=True)
