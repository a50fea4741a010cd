"""Real solves in processes of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from optimizer.execution.executor import Failed, Finished, Reason, Task
from optimizer.plan import to_json
from optimizer.planner import make_plan
from optimizer.scenario.generator import generate
from optimizer.scenario.loading import parse_scenario
from optimizer.solve.settings import Settings
from tests.execution.conftest import Make
from tests.execution.recording import Recorder

TRAIL = Path("scenarios/trail_launch.json")


def plan_of(recorder: Recorder, key: str) -> dict[str, Any]:
    outcome = recorder.outcome(key)
    assert isinstance(outcome, Finished)
    plan: dict[str, Any] = json.loads(outcome.plan)
    return plan


def test_the_plan_is_the_one_made_in_process(executor: Make, recorder: Recorder) -> None:
    text, settings = TRAIL.read_text(encoding="utf-8"), Settings(time_limit_seconds=600, seed=3, workers=2)
    executor().submit(Task("a", settings, lambda: text))
    here = json.loads(to_json(make_plan(parse_scenario(text), settings)))
    there = plan_of(recorder, "a")
    assert here.pop("run")["seed"] == there.pop("run")["seed"] == 3
    assert there == here
    moves = recorder.of("moved", "a")
    assert moves[-1].value == here["objective"]["value"]
    assert [call for call, _, _ in recorder.calls] == ["started", *["moved"] * len(moves), "ended"]


def test_finishing_a_hard_one_gives_its_verified_plan_so_far(executor: Make, recorder: Recorder) -> None:
    text = json.dumps(generate("L", 1))
    places = executor()
    places.submit(Task("a", Settings(time_limit_seconds=3600, gap=0), lambda: text))
    recorder.wait(lambda: any(move.value for move in recorder.of("moved", "a")))
    assert recorder.of("ended") == []
    assert places.finish("a")
    plan = plan_of(recorder, "a")
    assert plan["status"] == "feasible"
    assert plan["certificate"]["verified"]
    assert plan["objective"]["value"] > 0


def test_a_wrong_scenario_is_refused(executor: Make, recorder: Recorder) -> None:
    executor().submit(Task("a", Settings(), lambda: "{"))
    outcome = recorder.outcome("a")
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.BAD_INPUT
    assert outcome.detail.startswith("The scenario cannot be used: ")
    assert recorder.of("started", "a") == [1]
