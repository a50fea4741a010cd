"""What scheduler and workers spend while there is nothing to do."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import psutil

from optimizer.execution.cluster import DaskExecutor
from tests.execution.clusters import Cluster
from tests.execution.recording import Recorder
from tests.scale.house import hired, note
from tests.scale.meter import spent

SECONDS = 15.0
SETTLING_SECONDS = 4.0


def measure() -> None:
    """Print milliseconds of processor time in a second, beside one executor that has no task."""
    note("| idle workers | scheduler, ms a second | a worker, ms a second |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        cluster = Cluster(Path(name))
        try:
            scheduler = cluster.scheduler()
            workers: list[psutil.Process] = []
            cluster.wait_for_places(0)
            executor = DaskExecutor(Recorder(), cluster.address)
            for count in (0, 1, 2, 6):
                while len(workers) < count:
                    workers.append(hired(cluster, len(workers)))
                cluster.wait_for_places(count)
                time.sleep(SETTLING_SECONDS)
                lead, others = spent(scheduler), sum(map(spent, workers))
                began = time.monotonic()
                time.sleep(SECONDS)
                seconds = time.monotonic() - began
                lead, others = spent(scheduler) - lead, sum(map(spent, workers)) - others
                note(f"| {count} | {1000 * lead / seconds:.1f} | {1000 * others / seconds / max(1, count):.1f} |")
            executor.close(0)
        finally:
            cluster.close()
