"""A batch on a real cluster: the same records and the same summary as on this machine."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from subprocess import DEVNULL, PIPE

import pytest

from optimizer.execution.cluster import scheduler
from tests.batch.test_killed import PATIENCE_SECONDS, hard, launches, stamps
from tests.cli.conftest import Run
from tests.execution.clusters import GROUNDSWELL, Cluster, wait


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        made.scheduler()
        made.worker("--slots", "2", "--name", "first")
        made.wait_for_places(2)
        yield made
    finally:
        made.close()


def start(
    started: list[subprocess.Popen[str]], source: Path, out: Path, cluster: Cluster, *options: str
) -> subprocess.Popen[str]:
    command = [*GROUNDSWELL, "batch", str(source), "-o", str(out), "--cluster", cluster.address, *options]
    started.append(subprocess.Popen(command, stdout=DEVNULL, stderr=PIPE, text=True))
    return started[-1]


def files(folder: Path, part: str) -> set[str]:
    return {path.name for path in (folder / part).iterdir()}


@pytest.mark.campaign
def test_the_summary_is_that_of_a_local_batch(groundswell: Run, cluster: Cluster, tmp_path: Path) -> None:
    source, far, near = launches(tmp_path / "in", 3), tmp_path / "far", tmp_path / "near"
    ran = groundswell("batch", source, "-o", far, "--cluster", cluster.address)
    assert ran.code == 0, ran.err
    assert "3 jobs: 0 solved before, 3 to solve, 2 at once." in ran.err
    assert groundswell("batch", source, "-o", near).code == 0
    assert (far / "summary.csv").read_bytes() == (near / "summary.csv").read_bytes()
    for part in ("scenarios", "plans", "outcomes"):
        assert files(far, part) == files(near, part)
    assert "3 solved before" in groundswell("batch", source, "-o", far, "--cluster", cluster.address).err


def test_nobody_at_the_address(groundswell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "CONNECT_SECONDS", 0.5)
    source = launches(tmp_path / "in", 1)
    ran = groundswell("batch", source, "-o", tmp_path / "out", "--cluster", "tcp://127.0.0.1:1")
    assert ran.code == 2
    assert "--cluster: the Dask scheduler cannot be reached" in ran.err
    assert not (tmp_path / "out").exists()


def test_places_are_the_workers_affair(groundswell: Run, tmp_path: Path) -> None:
    options = ("--cluster", "tcp://127.0.0.1:1", "--workers", 2)
    ran = groundswell("batch", launches(tmp_path / "in", 1), "-o", tmp_path / "out", *options)
    assert ran.code == 2
    assert "--workers is for this machine" in ran.err


@pytest.mark.cluster
def test_an_interruption_is_as_it_is_locally(
    cluster: Cluster, started: list[subprocess.Popen[str]], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = start(started, hard(tmp_path / "in"), out, cluster, "--gap", "0", "--time-limit", "600")
    assert process.stderr is not None
    assert "3 to solve, 2 at once." in process.stderr.readline()
    wait(lambda: len(cluster.solvers()) == 2)
    process.send_signal(signal.SIGINT)
    assert "Once more to leave at once" in process.stderr.readline()
    process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130
    wait(lambda: not cluster.solvers())
    assert len(stamps(out)) <= 2, "nothing was begun after the signal"


@pytest.mark.cluster
def test_two_signals_leave_nobody_behind(
    cluster: Cluster, started: list[subprocess.Popen[str]], tmp_path: Path
) -> None:
    process = start(started, hard(tmp_path / "in"), tmp_path / "out", cluster, "--gap", "0", "--time-limit", "600")
    wait(lambda: len(cluster.solvers()) == 2)
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    while "Once more" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_SECONDS) == 130
    wait(lambda: not cluster.solvers())


@pytest.mark.cluster
def test_forty_with_one_of_two_workers_killed(
    groundswell: Run, cluster: Cluster, started: list[subprocess.Popen[str]], tmp_path: Path
) -> None:
    source, far, near = launches(tmp_path / "in", 40), tmp_path / "far", tmp_path / "near"
    doomed = cluster.worker("--slots", "2", "--name", "doomed")
    cluster.wait_for_places(4)
    process = start(started, source, far, cluster)
    wait(lambda: len(stamps(far)) >= 15)
    doomed.kill()
    _, told = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, told
    assert groundswell("batch", source, "-o", near).code == 0
    assert (far / "summary.csv").read_bytes() == (near / "summary.csv").read_bytes()
    cluster.wait_for_places(2)
