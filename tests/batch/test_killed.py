"""A batch that is killed, on real processes: nothing is lost, nothing solved twice, nobody left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from subprocess import DEVNULL, PIPE

import psutil
import pytest

from optimizer.scenario.generator import dump, generate
from tests.cli.conftest import Run
from tests.cli.launch import document, write

PATIENCE_SECONDS = 300
COMMAND = [sys.executable, "-c", "from optimizer.cli import main; main()"]

Stamps = dict[str, tuple[int, int]]


def launches(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        content = document(name=f"Launch {number}")
        content["creators"][2]["paid_fee"] = f"{60 + number}.00"
        write(folder, content, f"launch_{number:02}.json")
    return folder


def start(started: list[subprocess.Popen[str]], source: Path, out: Path, *options: str) -> subprocess.Popen[str]:
    command = [*COMMAND, "batch", str(source), "-o", str(out), *options]
    started.append(subprocess.Popen(command, stdout=DEVNULL, stderr=PIPE, text=True))
    return started[-1]


def stamps(out: Path) -> Stamps:
    """Return when and as what file every record was written."""
    found = {path.name: path.stat() for path in (out / "outcomes").glob("*.json")}
    return {name: (stat.st_ino, stat.st_mtime_ns) for name, stat in found.items()}


def wait_for_records(process: subprocess.Popen[str], out: Path, count: int) -> list[psutil.Process]:
    """Wait until so many jobs have ended; return the processes that work for the batch."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(stamps(out)) < count:
        assert process.poll() is None, "the batch ended before it was killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    family: list[psutil.Process] = psutil.Process(process.pid).children(recursive=True)
    return family


def left(family: list[psutil.Process]) -> list[psutil.Process]:
    """Return what is left of a family; whoever adopts the dead need not bury them."""
    alive: list[psutil.Process] = psutil.wait_procs(family, timeout=10)[1]
    return [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize(
    "count", [pytest.param(8, marks=pytest.mark.campaign), pytest.param(40, marks=pytest.mark.slow)]
)
def test_killed_at_half_and_gone_on_with_is_as_if_it_had_not_been(
    groundswell: Run, started: list[subprocess.Popen[str]], tmp_path: Path, count: int
) -> None:
    source, out, unbroken = launches(tmp_path / "in", count), tmp_path / "out", tmp_path / "unbroken"
    process = start(started, source, out)
    family = wait_for_records(process, out, count // 2)
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE_SECONDS)
    assert left(family) == []
    before = stamps(out)
    assert count // 2 <= len(before) < count
    draft = out / "plans" / ".half.json.00000000.tmp"
    draft.write_text("{", encoding="utf-8")
    ran = groundswell("batch", source, "-o", out, "--parquet")
    assert ran.code == 0, ran.err
    assert f"{count} jobs: {len(before)} solved before, {count - len(before)} to solve" in ran.err
    after = stamps(out)
    assert len(after) == count
    assert {name: after[name] for name in before} == before, "what was done is not done again"
    assert groundswell("batch", source, "-o", unbroken, "--parquet").code == 0
    for name in ("summary.csv", "summary.parquet"):
        assert (out / name).read_bytes() == (unbroken / name).read_bytes()
    assert not draft.exists()
    assert not list(out.rglob(".*.tmp"))


@pytest.mark.slow
def test_forty_of_a_family(groundswell: Run, started: list[subprocess.Popen[str]], tmp_path: Path) -> None:
    source, out, unbroken = tmp_path / "in", tmp_path / "out", tmp_path / "unbroken"
    source.mkdir()
    for seed in range(1, 41):
        (source / f"s{seed:02}.json").write_text(dump(generate("S", seed)), encoding="utf-8")
    process = start(started, source, out, "--gap", "0.02")
    family = wait_for_records(process, out, 20)
    process.kill()
    process.wait(PATIENCE_SECONDS)
    assert left(family) == []
    before = stamps(out)
    assert groundswell("batch", source, "-o", out, "--gap", 0.02).code == 0
    assert {name: stamps(out)[name] for name in before} == before
    assert groundswell("batch", source, "-o", unbroken, "--gap", 0.02).code == 0
    assert (out / "summary.csv").read_bytes() == (unbroken / "summary.csv").read_bytes()


def hard(folder: Path) -> Path:
    """Return a folder with scenarios that are quickly planned and not soon proven."""
    folder.mkdir()
    for seed in (1, 2, 3):
        (folder / f"m{seed}.json").write_text(dump(generate("L", seed)), encoding="utf-8")
    return folder


@pytest.mark.campaign
def test_two_signals_leave_nobody_behind(started: list[subprocess.Popen[str]], tmp_path: Path) -> None:
    process = start(started, hard(tmp_path / "in"), tmp_path / "out", "--gap", "0", "--workers", "2")
    assert process.stderr is not None
    assert "3 jobs: 0 solved before, 3 to solve, 2 at once." in process.stderr.readline()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(family := psutil.Process(process.pid).children(recursive=True)) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    # On a busy machine a job may have ended before.
    assert any("Once more to leave at once" in line for line in process.stderr)
    os.kill(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130
    assert "Traceback" not in told
    assert left(family) == []
