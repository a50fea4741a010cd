"""Running one task in a child process and telling what became of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks.cases import Task
from tests.benchmarks.judge import judged
from tests.benchmarks.machine import machine, versions
from tests.benchmarks.methods.base import Answer

Record = dict[str, Any]

GRACE_SECONDS = 15.0
"""A child that has not answered so long after its limit is killed."""
START_UP_SECONDS = 60.0
"""Imports and reading the scenario, which no method's clock counts."""
POLL_SECONDS = 0.2
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Ending:
    """How a child ended: exit code (negative: signal), whether it was killed, peak memory of all its processes (MB)."""

    code: int
    killed: bool
    peak_mb: float
    stderr: str
    events: list[Record] = field(default_factory=list)


def run_task(task: Task) -> Record:
    """Run a task and return its record: how it ended, what it found and how that is judged."""
    ending = _watch(task)
    moments = [event["moment"] for event in ending.events if "moment" in event]
    last = next((event for event in ending.events if "seconds" in event), None)
    scenario = task.case.scenario()
    record: Record = {
        "task": task.to_record(),
        "goal": scenario.objective.goal,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions(),
        "peak_mb": round(max(ending.peak_mb, (last or {}).get("peak_mb", 0.0)), 1),
        "moments": moments,
        **_outcome(ending, last),
    }
    if last is not None and "answer" in last:
        answer = Answer.from_record(last["answer"])
        bounds = {"value_bound": answer.value_bound, "cost_bound": answer.cost_bound}
        record |= {"note": answer.note, **bounds, "judged": judged(scenario, answer)}
        record["status"] = "plan" if record["judged"]["planned"] else "no plan"
    return record


def _outcome(ending: Ending, last: Record | None) -> Record:
    """Return status, detail and seconds of a child that may not have had the time to say so itself."""
    if last is not None and "answer" in last:
        return {"status": "plan", "detail": "", "seconds": last["seconds"]}
    if last is not None:
        return {"status": last["failure"], "detail": last["detail"], "seconds": last["seconds"]}
    if ending.killed:
        return {"status": "killed", "detail": f"no answer {GRACE_SECONDS:.0f} s after the limit", "seconds": None}
    memory = ("bad_alloc", "MemoryError", "Cannot allocate", "out of memory", "Out of memory", "insufficient memory")
    status = "out of memory" if any(word in ending.stderr for word in memory) else "crashed"
    lines = ending.stderr.strip().splitlines()
    detail = f"exit code {ending.code}" + (f": {lines[-1][:200]}" if lines else "")
    return {"status": status, "detail": detail, "seconds": None}


def _watch(task: Task) -> Ending:
    with tempfile.TemporaryDirectory() as folder:
        events, errors = Path(folder) / "events.jsonl", Path(folder) / "stderr.txt"
        events.touch()
        with errors.open("w", encoding="utf-8") as stderr:
            child = subprocess.Popen(
                [sys.executable, "-m", "tests.benchmarks.child"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                start_new_session=True,
                text=True,
            )
            assert child.stdin is not None
            json.dump({"task": task.to_record(), "events": str(events)}, child.stdin)
            child.stdin.close()
            code, killed, peak = _wait(child, task.limit + GRACE_SECONDS, events)
        written = [json.loads(line) for line in events.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
        return Ending(code, killed, peak, errors.read_text(encoding="utf-8", errors="replace")[-4000:], written)


def _wait(child: subprocess.Popen[str], seconds: float, events: Path) -> tuple[int, bool, float]:
    """Wait for a child, kill it and all it started when it is late; return exit code, whether killed, peak memory (MB).

    Its seconds count from its first event. The peak is the sum over the processes of its session, sampled.
    """
    deadline, begun = time.monotonic() + START_UP_SECONDS, False
    killed, peak = False, 0.0
    while True:
        done, status = os.waitpid(child.pid, os.WNOHANG)
        if done:
            break
        peak = max(peak, _resident_mb(child.pid))
        if not begun and events.stat().st_size:
            deadline, begun = time.monotonic() + seconds, True
        if not killed and time.monotonic() > deadline:
            killed = True
            os.killpg(child.pid, signal.SIGKILL)
        time.sleep(POLL_SECONDS)
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, killed, peak


def _resident_mb(session: int) -> float:
    """Return the resident memory of all processes of a session."""
    pages = 0
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            pages += int(fields[21])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
