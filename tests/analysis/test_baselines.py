"""Plans by simple rules: what each rule does, and that its plan is judged like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.analysis.baselines.pessimist import pessimist_plan
from optimizer.analysis.baselines.registry import BASELINES, baseline
from optimizer.analysis.baselines.spreadsheet import spreadsheet_plan
from optimizer.scenario.loading import read_scenario
from tests.analysis.cases import POST, Document, activation, checked, creators, document, two

DEAR = {"id": "dear", "cost": "5.00", "transit_days": {"1": 1.0}}
SPRING = Path(__file__).parents[2] / "scenarios" / "spring_launch.json"


def band(low: float, high: float) -> Document:
    return {"organic_rate": {"low": low, "high": high}}


@pytest.mark.parametrize(("low", "gifts"), [(0.2, 5), (0.3, 4), (0.25, 4), (0.7, 2)])
def test_pessimist_divides_by_the_low_end_and_rounds_up(low: float, gifts: int) -> None:
    given = document([activation("a", "x")], creators("x", 6), posting=band(low, 0.9))
    decisions, _ = pessimist_plan(checked(given))
    assert [item.creator for item in decisions] == [f"x-{number + 1}" for number in range(gifts)]


def test_pessimist_takes_the_cheapest_and_ignores_rates() -> None:
    team = creators("x", 3)
    team[0] |= {"service": "dear", "organic_rate": 0.7}
    given = document([activation("a", "x")], team, posting=band(0.5, 0.9), shipping={"services": [POST, DEAR]})
    decisions, _ = pessimist_plan(checked(given))
    assert [item.creator for item in decisions] == ["x-2", "x-3"]


def test_no_number_of_gifts_is_enough_for_a_pessimist_at_rate_zero() -> None:
    given = document([activation("a", "x")], creators("x", 6), posting=band(0.0, 0.5))
    assert pessimist_plan(checked(given)) == ([], {})


@pytest.mark.parametrize(("total", "kept"), [("96.00", {"a", "b"}), ("95.99", {"a"}), ("47.99", set())])
def test_sheets_stop_before_the_total_budget_the_most_value_first(total: str, kept: set[str]) -> None:
    _, starts = spreadsheet_plan(checked(two(budget={"total": total})))
    assert set(starts) == kept


def test_a_sheet_that_must_secure_everything_does_not_look_at_money() -> None:
    _, starts = spreadsheet_plan(checked(two(budget={"total": "1.00"}, objective={"goal": "min_cost"})))
    assert set(starts) == {"a", "b"}


@pytest.mark.parametrize("rule", BASELINES)
def test_every_rule_makes_a_plan_that_is_judged(rule: str) -> None:
    plan = baseline(checked(two()), rule, draws=0)
    assert plan.run.method == f"baseline: {rule}"
    assert plan.status == "feasible"
    assert plan.objective.value == 3
    assert plan.certificate.verified


def test_greedy_breaks_no_rule_where_the_spreadsheet_does() -> None:
    scenario = read_scenario(SPRING)
    greedy, sheet = (baseline(scenario, rule, draws=0) for rule in ("greedy", "spreadsheet"))
    assert greedy.certificate.verified
    assert sum(item.secured for item in greedy.activations) == 4
    assert not sheet.certificate.verified
    assert not any(item.secured for item in sheet.activations)
