"""When a plan is diagnosed, with how much time, and what is told meanwhile."""

from __future__ import annotations

import threading
import time

import pytest

from optimizer.analysis.diagnose import diagnose
from optimizer.planner import make_plan
from optimizer.solve.control import Progress
from tests.analysis.cases import (
    SETTINGS,
    activation,
    blocking,
    checked,
    creators,
    document,
    solved,
    two,
)


@pytest.mark.parametrize("cancelled", [True, False])
def test_without_time_the_essentials_are_told(cancelled: bool) -> None:
    given = document([activation("a", "x", min_posts=3), activation("b", "y")], [*creators("x", 3), *creators("y", 5)])
    cancel = threading.Event()
    if cancelled:
        cancel.set()
    result = solved(given)
    found = diagnose(checked(given), result, SETTINGS, deadline=time.monotonic() - 1, cancel=cancel)
    assert [(item.activation, item.limit) for item in found.blocked] == [("a", "network")]
    assert bool(found.ways_out) is not cancelled


def test_a_limit_not_found_in_time_is_not_invented() -> None:
    given = two(budget={"total": "80.00"})
    cancel = threading.Event()
    cancel.set()
    found = diagnose(checked(given), solved(given), SETTINGS, deadline=time.monotonic() + 60, cancel=cancel)
    assert blocking(found) == {("b", "budget_total"): None}
    assert "leaves 32.00" in found.blocked[0].detail


def test_an_infeasible_plan_has_a_diagnosis_although_it_was_cancelled() -> None:
    given = two(budget={"total": "80.00"}, objective={"goal": "min_cost"})
    cancel = threading.Event()

    def end_at_the_verdict(moment: Progress) -> None:
        if moment.status is not None:
            cancel.set()

    plan = make_plan(checked(given), SETTINGS, progress=end_at_the_verdict, cancel=cancel)
    assert plan.status == "infeasible"
    found = plan.diagnosis
    assert found is not None
    assert not found.complete
    assert "budget_total" in found.not_asked
    assert found.ways_out == []


def test_a_plan_that_misses_nothing_has_no_diagnosis() -> None:
    assert make_plan(checked(two()), SETTINGS).diagnosis is None
    assert make_plan(checked(two(budget={"total": "80.00"})), SETTINGS).diagnosis is not None


def test_a_listener_is_told_that_it_is_asked_what_stands_in_the_way() -> None:
    moments: list[Progress] = []
    plan = make_plan(checked(two(budget={"total": "80.00"})), SETTINGS, progress=moments.append)
    missing = sum(not activation.secured for activation in plan.activations)
    assert missing > 0
    asked = [moment for moment in moments if moment.phase.startswith("asking what stands in the way")]
    assert [moment.phase for moment in asked][-1] == f"asking what stands in the way ({missing} of {missing})"
    assert {moment.value for moment in asked} == {plan.objective.value}
    assert moments == sorted(moments, key=lambda moment: moment.elapsed_seconds)
