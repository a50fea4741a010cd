"""Two real workers, and executors of theirs that are gone after the test."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

from optimizer.execution.attempt import ResourceLimits
from optimizer.execution.cluster import DaskExecutor
from tests.execution import work_functions as works
from tests.execution.clusters import Cluster, solvers_of, wait
from tests.execution.recording import Recorder

Make = Callable[..., DaskExecutor]


class Pair(Cluster):
    """A cluster of two workers; tests that end one start another, so that there are always two."""

    def __init__(self, folder: Any) -> None:
        super().__init__(folder)
        self.lead = self.scheduler()
        self.workers = [self.worker(), self.worker()]

    def add(self) -> psutil.Process:
        self.workers.append(self.worker())
        return self.workers[-1]

    def remove(self, worker: psutil.Process, number: signal.Signals = signal.SIGKILL) -> None:
        self.workers.remove(worker)
        worker.send_signal(number)

    def solving(self) -> psutil.Process:
        """Return the worker that has a solver process; there is one."""
        wait(self.solvers)
        (worker,) = (worker for worker in self.workers if solvers_of(worker))
        return worker


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    pair = Pair(tmp_path_factory.mktemp("cluster"))
    try:
        pair.wait_for_places(2)
        yield pair
    finally:
        pair.close()


@pytest.fixture
def make(cluster: Cluster) -> Iterator[Make]:
    made: list[DaskExecutor] = []

    def executor(
        listener: Recorder, work: object = works.by_text, limits: ResourceLimits | None = None
    ) -> DaskExecutor:
        made.append(DaskExecutor(listener, cluster.address, limits, work=works.named(work)))
        return made[-1]

    yield executor
    for one in made:
        one.close(0)


@pytest.fixture
def executor(make: Make, recorder: Recorder) -> DaskExecutor:
    return make(recorder)
