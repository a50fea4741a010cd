from __future__ import annotations

import pytest

from optimizer.batch.record import is_worth_keeping, plan_in, result_of
from optimizer.execution.executor import Finished
from optimizer.plan import Blocked, Diagnosis, Plan, to_json
from tests.batch.batches import DIED, answer


def test_figures_are_those_of_the_plan() -> None:
    outcome = answer()
    plan = Plan.model_validate_json(outcome.plan)
    result = result_of("k", outcome, interrupted=False)
    assert result is not None
    found = result.found
    assert (found.outcome, found.status, found.plan) == ("optimal", "optimal", "plans/k.json")
    assert (found.value, found.cost, found.gifts, found.paid) == (3, plan.totals.cost, 1, 1)
    assert (found.secured, found.activations, found.verified) == (1, 2, True)
    assert found.probability_all == plan.totals.probability_all
    assert result.wall_seconds == plan.run.wall_seconds
    assert plan_in(outcome) == outcome.plan


def test_without_a_plan_there_are_no_figures() -> None:
    result = result_of("k", DIED, interrupted=False)
    assert result is not None
    assert result.found.model_dump(exclude_none=True) == {"outcome": "solver_died", "message": DIED.detail}
    assert plan_in(DIED) is None


def test_an_empty_plan_says_so() -> None:
    result = result_of("k", answer(empty=True), interrupted=False)
    assert result is not None
    assert "No activation is secured" in result.found.message


@pytest.mark.parametrize(("old", "new", "kept"), [(1, 2, True), (2, 1, False), (1, 1, False)])
def test_the_better_of_two_interrupted_plans_is_kept(old: int, new: int, kept: bool) -> None:
    first, second = (result_of("k", answer("feasible", value=value), interrupted=True) for value in (old, new))
    assert first is not None
    assert second is not None
    assert is_worth_keeping(second, first) is kept


def test_an_infeasible_scenario_says_what_stands_in_the_way() -> None:
    plan = Plan.model_validate_json(answer("infeasible", empty=True).plan)
    blocked = [Blocked(activation=None, limit="x", detail=f"Limit {number}.", attainable=None) for number in range(4)]
    for limits, told in (
        (blocked, "No plan keeps every rule. Limit 0. Limit 1. Limit 2."),
        ([], "No plan keeps every rule."),
    ):
        told_by = plan.model_copy(update={"diagnosis": Diagnosis(blocked=limits, ways_out=[])})
        result = result_of("k", Finished(to_json(told_by)), interrupted=False)
        assert result is not None
        assert result.found.message == told


def test_the_cheaper_of_two_of_one_value_is_kept() -> None:
    first = result_of("k", answer("feasible"), interrupted=True)
    assert first is not None
    cheaper = first.model_copy(update={"found": first.found.model_copy(update={"cost": "1.00"})})
    assert is_worth_keeping(cheaper, first)
    assert not is_worth_keeping(first, cheaper)


def test_what_is_not_secured_is_named() -> None:
    result = result_of("k", answer(), interrupted=False)
    assert result is not None
    assert (result.found.not_secured, result.found.message) == ("bread", "Not secured: bread.")
