"""Equal scenario, seed and settings give equal plans, byte for byte, in any process and on any number of threads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from optimizer.derive.build import build_instance
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.search import SearchStatus
from tests.solve.middle import middle_scenario
from tests.solve.searching import found

ROOT = Path(__file__).parents[2]
SEEDS = [2, 8, 11]
PLANNER = """
import json, sys
from optimizer.analysis.certify import certified
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.settings import Settings

settings = Settings(time_limit_seconds=120, workers=int(sys.argv[1]), gap=0)
for document in json.load(sys.stdin):
    plan = certified(scenario_from_data(document), settings).plan
    assert plan.status == "optimal", plan.status
    print(plan.model_dump_json(by_alias=True, exclude={"run"}))
"""


def start(documents: list[dict[str, object]], *, workers: int, hash_seed: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", PLANNER, str(workers)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(documents))
    process.stdin.close()
    process.stdin = None
    return process


def plans(process: subprocess.Popen[str]) -> list[str]:
    output, complaints = process.communicate(timeout=300)
    assert process.returncode == 0, complaints
    return output.splitlines()


@pytest.mark.campaign
def test_plans_do_not_depend_on_process_hashes_or_threads() -> None:
    documents = [middle_scenario(seed) for seed in SEEDS]
    running = [
        start(documents, workers=1, hash_seed=1),
        start(documents, workers=1, hash_seed=4242),
        start(documents, workers=2, hash_seed=7),
    ]
    first, again, threaded = (plans(process) for process in running)
    assert len(first) == len(SEEDS)
    assert first == again
    assert first == threaded


def test_another_seed_finds_plans_as_good() -> None:
    given = build_instance(scenario_from_data(middle_scenario(SEEDS[0])))
    first, second = found(given, seed=1), found(given, seed=99)
    assert (first.value, first.least_cost) == (second.value, second.least_cost)
    assert (first.status, second.status) == (SearchStatus.OPTIMAL, SearchStatus.OPTIMAL)


@pytest.mark.parametrize("seed", [5, 10, *(pytest.param(n, marks=pytest.mark.slow) for n in range(12, 40))])
def test_searches_in_one_process_repeat_themselves(seed: int) -> None:
    """What earlier searches left in the caches of thresholds and nodes makes no difference."""
    given = build_instance(scenario_from_data(middle_scenario(seed)))
    first, second, threaded = found(given), found(given), found(given, workers=3)
    assert first.status in (SearchStatus.OPTIMAL, SearchStatus.INFEASIBLE)
    assert first == second
    assert first == threaded
