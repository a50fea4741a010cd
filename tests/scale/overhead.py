"""What a run costs on a cluster beyond what it costs on the executor of this machine."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from optimizer.execution.cluster import DaskExecutor
from optimizer.execution.executor import Executor, Finished, Listener
from optimizer.execution.local import LocalExecutor
from optimizer.scenario.generator import generate
from tests.api.running import easy
from tests.execution.clusters import Cluster
from tests.execution.recording import Recorder, task
from tests.scale.house import hired, note

ROUNDS = 5


def measure(count: int) -> None:
    """Print milliseconds per run, one after the other and all at once, on one place each, in turns."""
    texts = {"smallest": json.dumps(easy()), "S": json.dumps(generate("S", 1)), "M": json.dumps(generate("M", 1))}
    note("| scenario | kB | how | local, ms | cluster, ms | more, ms | ratio |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        cluster = Cluster(Path(name))
        try:
            cluster.scheduler()
            hired(cluster, 0)
            cluster.wait_for_places(1)
            here: Callable[[Listener], Executor] = lambda told: LocalExecutor(told, 1)  # noqa: E731
            there: Callable[[Listener], Executor] = lambda told: DaskExecutor(told, cluster.address)  # noqa: E731
            for scenario, text in texts.items():
                runs = count if scenario == "smallest" else max(3, count // 10)
                for how, at_once in {"one by one": 1, "all at once": runs}.items():
                    pairs = [tuple(_taken(make, text, runs, at_once) for make in (here, there)) for _ in range(ROUNDS)]
                    local, far = (statistics.median(column) for column in zip(*pairs, strict=True))
                    more = statistics.median(b - a for a, b in pairs)
                    ratio = statistics.median(b / a for a, b in pairs)
                    size = len(text) / 1000
                    note(f"| {scenario} | {size:.0f} | {how} | {local:.1f} | {far:.1f} | {more:.1f} | {ratio:.2f} |")
        finally:
            cluster.close()


def _taken(make: Callable[[Listener], Executor], text: str, count: int, at_once: int) -> float:
    """Return the milliseconds that a run takes where so many are submitted at a time."""
    recorder = Recorder()
    executor = make(recorder)
    keys = [str(number) for number in range(count)]
    try:
        _solve(executor, recorder, text, ["warm"])
        began = time.monotonic()
        for first in range(0, count, at_once):
            _solve(executor, recorder, text, keys[first : first + at_once])
        return 1000 * (time.monotonic() - began) / count
    finally:
        executor.close(0)


def _solve(executor: Executor, recorder: Recorder, text: str, keys: list[str]) -> None:
    for key in keys:
        executor.submit(task(key, text))
    for key in keys:
        recorder.wait(lambda key=key: recorder.of("ended", key))  # type: ignore[misc]
        assert isinstance(recorder.outcome(key), Finished)
