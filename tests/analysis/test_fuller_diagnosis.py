"""A plan that was made before, diagnosed again with more time."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from optimizer.analysis.certify import selection_of
from optimizer.analysis.fuller_diagnosis import diagnosed_further
from optimizer.plan import Diagnosis, Plan
from optimizer.planner import make_plan
from optimizer.scenario.models import Scenario
from optimizer.solve.settings import Settings
from tests.analysis.cases import SETTINGS, activation, blocking, checked, creators, document, solved, two

NO_TIME = SETTINGS.model_copy(update={"diagnose_seconds": 0.0})


def hurried(scenario: Scenario) -> Plan:
    """Return a plan whose diagnosis had no time."""
    plan = make_plan(scenario, NO_TIME)
    assert plan.diagnosis is not None
    assert not plan.diagnosis.complete
    return plan


def fuller(scenario: Scenario, plan: Plan, settings: Settings = SETTINGS) -> Diagnosis:
    made = diagnosed_further(scenario, plan, settings, cancel=threading.Event())
    assert made.model_copy(update={"diagnosis": plan.diagnosis}) == plan, "nothing else changes"
    assert made.diagnosis is not None
    return made.diagnosis


@pytest.mark.parametrize("goal", ["activate_most", "min_cost"])
@pytest.mark.parametrize("limits", [{"budget": {"total": "80.00"}}, {"shipping": {"daily_capacity": 0}}])
def test_more_time_tells_what_a_diagnosis_with_time_tells(goal: str, limits: dict[str, Any]) -> None:
    given = two(objective={"goal": goal})
    given["shipping"] = {**given["shipping"], **limits.get("shipping", {})}
    given.update({name: value for name, value in limits.items() if name != "shipping"})
    scenario = checked(given)
    whole = make_plan(scenario, SETTINGS).diagnosis
    found = fuller(scenario, hurried(scenario))
    assert found.complete
    assert found == whole


def test_what_is_impossible_by_itself_is_told_by_itself() -> None:
    given = document([activation("a", "x", min_posts=3), activation("b", "y")], [*creators("x", 3), *creators("y", 5)])
    given["objective"] = {"goal": "min_cost"}
    scenario = checked(given)
    assert ("a", "network") in blocking(fuller(scenario, hurried(scenario)))


def test_decisions_are_read_off_the_plan() -> None:
    result = solved(two(budget={"total": "80.00"}))
    selection = result.solution.selection
    assert selection is not None
    assert selection_of(result.instance, result.plan) == selection


def test_without_more_time_the_plan_stays_as_it_is() -> None:
    scenario = checked(two(budget={"total": "80.00"}, objective={"goal": "min_cost"}))
    plan = hurried(scenario)
    cancel = threading.Event()
    cancel.set()
    assert diagnosed_further(scenario, plan, SETTINGS, cancel=cancel) is plan
