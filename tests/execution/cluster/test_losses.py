"""Workers and schedulers that leave or are killed: every task comes to its end, and once."""

from __future__ import annotations

import signal

import pytest

from optimizer.execution.cluster import DaskExecutor
from optimizer.execution.executor import Finished
from tests.execution import work_functions as works
from tests.execution.cluster.conftest import Make, Pair
from tests.execution.clusters import gone, wait
from tests.execution.recording import Recorder, assert_later_starts_have_higher_numbers, task


@pytest.mark.campaign
def test_a_worker_that_leaves_gives_back_and_one_that_is_lost_is_replaced(
    executor: DaskExecutor, recorder: Recorder, cluster: Pair
) -> None:
    executor.submit(task("a", "until_finished"))
    for number, starts in ((signal.SIGTERM, 1), (signal.SIGKILL, 2)):
        recorder.wait(lambda starts=starts: len(recorder.of("moved", "a")) == starts)  # type: ignore[misc]
        worker = cluster.solving()
        orphans = worker.children(recursive=True)
        cluster.remove(worker, number)
        wait(lambda orphans=orphans: all(map(gone, orphans)))  # type: ignore[misc]
        if number == signal.SIGTERM:
            assert worker.wait() == 0
            cluster.add()
    recorder.wait(lambda: len(recorder.of("moved", "a")) == 3)
    assert executor.finish("a")
    assert recorder.outcome("a") == Finished("best so far")
    assert_later_starts_have_higher_numbers(recorder, 3)
    cluster.add()
    cluster.wait_for_places(2)


@pytest.mark.campaign
def test_a_lost_scheduler_costs_nothing_but_time(make: Make, recorder: Recorder, cluster: Pair) -> None:
    executor = make(recorder)
    for key in ("a", "b", "c"):
        executor.submit(task(key, "until_finished"))
    recorder.wait(lambda: len(set(recorder.of("moved"))) == 2)
    before = cluster.solvers()
    cluster.lead.kill()
    wait(lambda: not any(solver in before for solver in cluster.solvers()))
    executor.submit(task("d", "meanwhile"))
    late = Recorder()
    make(late).submit(task("e", "before there is a scheduler"))
    cluster.lead = cluster.scheduler()
    done: set[str] = set()
    while done != {"a", "b", "c"}:
        done |= {key for key in ("a", "b", "c") if executor.finish(key)}
    assert {recorder.outcome(key) for key in ("a", "b", "c")} == {Finished("best so far")}
    assert recorder.outcome("d") == Finished("meanwhile")
    assert late.outcome("e") == Finished("before there is a scheduler")
    cluster.wait_for_places(2)


@pytest.mark.cluster
def test_fifty_tasks_while_workers_and_scheduler_are_killed(make: Make, recorder: Recorder, cluster: Pair) -> None:
    """Two executors follow all of them; each hears of each end once, and it is the right one."""
    other = Recorder()
    keys = [f"campaign-{number}" for number in range(50)]
    for one in (make(recorder, works.slow), make(other, works.slow)):
        for key in keys:
            one.submit(task(key, key))

    def ended(count: int) -> None:
        wait(lambda: len(recorder.of("ended")) >= count)

    for count, kill in ((8, "worker"), (16, "scheduler"), (24, "both"), (32, "worker"), (40, "scheduler")):
        ended(count)
        if kill != "scheduler":
            cluster.remove(cluster.workers[0])
            cluster.add()
        if kill != "worker":
            cluster.lead.kill()
            cluster.lead = cluster.scheduler()
    for each in (recorder, other):
        assert {key: each.outcome(key) for key in keys} == {key: Finished(key) for key in keys}
    cluster.wait_for_places(2)
