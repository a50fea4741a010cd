"""A frontier on a real cluster: the same as on this machine."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Any

import psutil
import pytest

from optimizer.execution.cluster import scheduler
from optimizer.scenario.generator import dump, generate
from tests.cli.conftest import Run
from tests.cli.launch import write
from tests.execution.clusters import GROUNDSWELL, Cluster, wait

pytestmark = pytest.mark.cluster
PATIENCE_SECONDS = 120.0


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        made.scheduler()
        yield made
    finally:
        made.close()


@pytest.fixture
def worker(cluster: Cluster) -> Iterator[psutil.Process]:
    """One worker, and none after the test."""
    cluster.wait_for_places(0)
    one = cluster.worker()
    cluster.wait_for_places(1)
    yield one
    one.kill()
    cluster.wait_for_places(0)


@pytest.fixture
def command(cluster: Cluster, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A frontier that takes minutes."""
    file = tmp_path / "hard.json"
    file.write_text(dump(generate("L", 1)), encoding="utf-8")
    words = ["frontier", str(file), "--budgets", "1500:16000:4", "--gap", "0", "--time-limit", "600"]
    line = [*GROUNDSWELL, *words, "--cluster", cluster.address, "-o", str(tmp_path / "out.json")]
    process = subprocess.Popen(line, stdout=DEVNULL, stderr=PIPE, text=True)
    yield process
    process.kill()
    process.wait()


def answer(file: Path) -> dict[str, Any]:
    """Return what a file tells, but for how long it took and with how many threads."""
    told: dict[str, Any] = json.loads(file.read_text("utf-8"))
    del told["run"]["wall_seconds"], told["run"]["workers"]
    return told


@pytest.mark.usefixtures("worker")
def test_it_is_that_of_this_machine_with_every_plan(groundswell: Run, cluster: Cluster, tmp_path: Path) -> None:
    asked = ("frontier", write(tmp_path), "--budgets", "1,60,500", "--gap", "0")
    for name, options in {"near": (), "far": ("--cluster", cluster.address)}.items():
        out = ("-o", tmp_path / f"{name}.json", "--plans", tmp_path / name, "--png", tmp_path / f"{name}.png")
        ran = groundswell(*asked, *out, *options)
        assert ran.code == 0, ran.err
        assert "Verified independently: 3 of 3 plans" in ran.out
    assert answer(tmp_path / "far.json") == answer(tmp_path / "near.json")
    assert (tmp_path / "far.png").read_bytes() == (tmp_path / "near.png").read_bytes()
    scenarios, plans = (sorted((tmp_path / "far").glob(f"*.{kind}.json")) for kind in ("scenario", "plan"))
    assert len(scenarios) == len(plans) == 3
    for scenario, plan in zip(scenarios, plans, strict=True):
        assert scenario.read_bytes() == (tmp_path / "near" / scenario.name).read_bytes()
        assert groundswell("verify", scenario, plan).code == 0


@pytest.mark.usefixtures("worker")
def test_an_interruption_ends_it_with_what_is_known(
    cluster: Cluster, command: subprocess.Popen[str], tmp_path: Path
) -> None:
    wait(cluster.solvers)
    command.send_signal(signal.SIGINT)
    _, told = command.communicate(timeout=PATIENCE_SECONDS)
    assert command.returncode == 130, told
    assert len(answer(tmp_path / "out.json")["points"]) == 4
    wait(lambda: not cluster.solvers())


@pytest.mark.usefixtures("worker")
def test_whoever_is_killed_leaves_nothing_on_the_cluster(cluster: Cluster, command: subprocess.Popen[str]) -> None:
    wait(cluster.solvers)
    command.kill()
    wait(lambda: not cluster.solvers())


def test_it_waits_for_a_worker_until_interrupted(command: subprocess.Popen[str]) -> None:
    assert command.stderr is not None
    assert "no worker yet" in command.stderr.readline()
    command.send_signal(signal.SIGINT)
    _, told = command.communicate(timeout=PATIENCE_SECONDS)
    assert command.returncode == 130
    assert "there is no answer" in told


def test_another_worker_goes_on_where_one_is_lost(cluster: Cluster, tmp_path: Path) -> None:
    file = tmp_path / "in.json"
    file.write_text(dump(generate("L", 1)), encoding="utf-8")
    first, second = cluster.worker(), cluster.worker()
    cluster.wait_for_places(2)
    line = [*GROUNDSWELL, "frontier", str(file), "--budgets", "1500:16000:4", "--gap", "0", "--time-limit", "10"]
    process = subprocess.Popen([*line, "--cluster", cluster.address], stdout=PIPE, stderr=DEVNULL, text=True)
    try:
        wait(cluster.solvers)
        (busy,) = (one for one in (first, second) if any(server.children() for server in one.children()))
        busy.kill()
        shown, _ = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0
        assert "Verified independently: 4 of 4 plans" in shown
    finally:
        process.kill()
        for one in (first, second):
            one.kill() if one.is_running() else None
        cluster.wait_for_places(0)


def test_options_that_do_not_go_together(
    groundswell: Run, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "CONNECT_SECONDS", 0.5)
    ran = groundswell("frontier", write(tmp_path), "--cluster", cluster.address, "--workers", 1)
    assert (ran.code, "--workers is for this machine" in ran.err) == (2, True)
    ran = groundswell("frontier", write(tmp_path), "--cluster", "tcp://127.0.0.1:1")
    assert (ran.code, "the Dask scheduler cannot be reached" in ran.err) == (2, True)
