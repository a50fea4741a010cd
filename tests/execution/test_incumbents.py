"""The best plan so far outlives the process that found it."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from optimizer.execution import keeping
from optimizer.execution.attempt import ResourceLimits
from optimizer.execution.executor import Failed, Finished, Reason, Task
from optimizer.execution.keeping import BEST_SO_FAR, IncumbentKeeper, unfinished
from optimizer.execution.process_messages import Incumbent
from optimizer.plan import Plan
from optimizer.planner import make_plan
from optimizer.scenario.loading import read_scenario
from optimizer.solve.settings import Settings
from tests.execution import work_functions as works
from tests.execution.conftest import Make
from tests.execution.recording import Recorder, task

HASTE = ResourceLimits(grace_seconds=1.5)


@pytest.mark.parametrize("work", [works.keeps_and_hangs, works.keeps_and_stops])
def test_a_solver_that_hangs_or_is_stopped_leaves_its_plan(executor: Make, recorder: Recorder, work: object) -> None:
    executor(work, limits=HASTE).submit(task("a", seconds=0.1))
    assert recorder.outcome("a") == Finished("kept")
    assert recorder.of("started", "a") == [1]


def test_a_solver_that_takes_too_much_memory_leaves_its_plan(executor: Make, recorder: Recorder) -> None:
    executor(works.keeps_and_grows, limits=ResourceLimits(memory_mb=700)).submit(task("a", "800"))
    assert recorder.outcome("a") == Finished("kept")


def test_a_bug_leaves_no_plan(executor: Make, recorder: Recorder) -> None:
    executor(works.keeps_and_breaks).submit(task("a"))
    outcome = recorder.outcome("a")
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.BUG


def test_the_next_attempt_begins_with_the_plan_of_the_last_which_stays_if_that_dies_too(
    executor: Make, recorder: Recorder
) -> None:
    kept: list[str] = []
    executor(works.keeps_and_is_killed).submit(replace(task("a", "plan"), keep=kept.append))
    assert recorder.outcome("a") == Finished("plan after plan after nothing")
    assert kept == ["plan after nothing", "plan after plan after nothing"]
    assert recorder.of("started", "a") == [1, 2]


def test_a_task_may_begin_with_a_plan(executor: Make, recorder: Recorder) -> None:
    executor(works.begins_with).submit(replace(task("a"), start=lambda: "a plan of before"))
    assert recorder.outcome("a") == Finished("a plan of before")


def test_what_keeping_raises_costs_nothing(executor: Make, recorder: Recorder) -> None:
    def full(_: str) -> None:
        raise OSError

    executor(works.keeps_and_is_killed).submit(replace(task("a", "plan"), keep=full))
    assert recorder.outcome("a") == Finished("plan after plan after nothing")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(read_scenario("scenarios/trail_launch.json"), Settings(workers=1))


def test_incumbents_are_sent_now_and_then_the_newest_and_a_bad_one_never(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (("FIRST_SECONDS", 0.05), ("SECONDS_BETWEEN", 0.05)):
        monkeypatch.setattr(keeping, name, seconds)
    sent: list[Incumbent] = []
    arrived = threading.Event()

    def send(incumbent: Incumbent) -> None:
        sent.append(incumbent)
        arrived.set()

    def made(seconds: float) -> Plan:
        return plan.model_copy(update={"run": plan.run.model_copy(update={"wall_seconds": seconds})})

    with IncumbentKeeper(send) as keeper:
        for number in (1, 2, 3):
            keeper.keep(lambda number=number: made(number))  # type: ignore[misc]
        assert arrived.wait(10)
        assert [json.loads(one.plan)["run"]["wall_seconds"] for one in sent] == [3]
        keeper.keep(lambda: 1 / 0)  # type: ignore[arg-type, return-value]
        time.sleep(0.2)
        arrived.clear()
        keeper.keep(lambda: made(4))
        assert arrived.wait(10)
    keeper.keep(lambda: made(5))
    assert [json.loads(one.plan)["run"]["wall_seconds"] for one in sent] == [3, 4]
    (note,) = [note for note in json.loads(sent[0].plan)["warnings"] if note["code"] == BEST_SO_FAR]
    assert "3 s" in note["detail"]


def test_incumbents_are_verified_plans_that_a_search_can_begin_with() -> None:
    scenario = read_scenario(Path("scenarios/year_of_waves.json"))
    made: list[Plan] = []
    cancel = threading.Event()

    def keep(make: object) -> None:
        made.append(make())  # type: ignore[operator]
        cancel.set()

    make_plan(scenario, Settings(time_limit_seconds=60, workers=1), cancel=cancel, keep=keep)
    first = Plan.model_validate_json(unfinished(made[0]).model_dump_json())
    assert first.status == "feasible"
    assert first.certificate.verified
    assert first.certificate.simulation is not None
    least = first.objective.value
    assert least
    told: list[int] = []
    stopped = threading.Event()
    stopped.set()
    again = make_plan(
        scenario,
        Settings(time_limit_seconds=60, workers=1),
        cancel=stopped,
        start=first,
        progress=lambda moment: told.append(moment.value or 0),
    )
    assert again.objective.value is not None
    assert again.objective.value >= least
    assert next(value for value in told if value) >= least


def test_a_plan_of_another_scenario_is_not_begun_with(plan: Plan) -> None:
    scenario = read_scenario(Path("scenarios/year_of_waves.json"))
    stopped = threading.Event()
    stopped.set()
    own = make_plan(scenario, Settings(workers=1), cancel=stopped)
    assert make_plan(scenario, Settings(workers=1), cancel=stopped, start=plan).assignments == own.assignments


def test_a_plan_of_another_version_is_not_begun_with(executor: Make, recorder: Recorder) -> None:
    text = Path("scenarios/trail_launch.json").read_text("utf-8")
    executor().submit(Task("a", Settings(workers=1), lambda: text, start=lambda: '{"of": "tomorrow"}'))
    assert isinstance(recorder.outcome("a"), Finished)
