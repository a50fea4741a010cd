"""Plans by hand get the figures that ours would, and exactly the rules they break."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from optimizer.analysis.certify import certified
from optimizer.analysis.evaluate import evaluate
from optimizer.analysis.report import Decision
from optimizer.plan import Check, Plan
from optimizer.scenario.models import Scenario
from optimizer.verify.rules import RULES
from tests.analysis.cases import POST, SETTINGS, activation, checked, creators, document, two

START = date(2027, 3, 29)
FRIDAY = date(2027, 3, 26)


def gifts(wave: str, community: str, count: int, day: date = FRIDAY) -> list[Decision]:
    return [Decision(f"{community}-{number + 1}", wave, "gift", day) for number in range(count)]


def broken(plan: Plan) -> set[str]:
    return {check.rule for check in plan.certificate.checks if not check.ok}


def judged(plan: Plan) -> list[Check]:
    """Return the checks, save that of the bounds: nothing is proven of a plan by hand."""
    return [check for check in plan.certificate.checks if check.rule != "objective"]


def scored(scenario: Scenario, decisions: list[Decision], start: date = START) -> Plan:
    return evaluate(scenario, decisions, {decision.activation: start for decision in decisions}, draws=0)


def test_a_plan_of_ours_gets_the_same_figures() -> None:
    paid = [{**item, "paid_fee": "9.00"} for item in creators("x", 4)]
    scenario = checked(document([activation("a", "x"), activation("b", "y")], [*paid, *creators("y", 2)]))
    ours = certified(scenario, SETTINGS, draws=500).plan
    decisions = [Decision(line.creator, line.activation, line.mode, line.ship_on) for line in ours.assignments]
    starts = {item.activation: item.window.start for item in ours.activations if item.window}
    theirs = evaluate(scenario, decisions, starts, SETTINGS, draws=500)
    for part in ("scenario", "totals", "activations", "assignments", "cash", "binding", "assumptions", "warnings"):
        assert getattr(theirs, part) == getattr(ours, part)
    assert theirs.certificate.simulation == ours.certificate.simulation
    assert judged(theirs) == judged(ours)
    assert theirs.objective.embeddedness == ours.objective.embeddedness
    assert [item.secured for item in theirs.activations] == [True, False]


def test_nothing_is_proven_of_a_plan_by_hand() -> None:
    plan = scored(checked(two()), gifts("a", "x", 4))
    assert plan.status == "feasible"
    assert plan.certificate.verified
    assert (plan.objective.value, plan.objective.value_bound) == (2, 3)
    assert plan.objective.gap == plan.objective.value_gap == pytest.approx(1 / 3)
    assert (plan.objective.least_cost, plan.objective.cost_bound, plan.objective.cost_gap) == ("48.00", None, None)
    everything = scored(checked(two()), gifts("a", "x", 4) + gifts("b", "y", 4))
    assert (everything.objective.value_gap, everything.objective.gap) == (0.0, None)


def test_too_few_people_keep_their_window_and_are_named() -> None:
    plan = scored(checked(two()), gifts("a", "x", 3))
    result = plan.activations[0]
    assert not result.secured
    assert result.window is not None
    assert 0 < result.probability < 0.6
    assert broken(plan) == {"density"}
    assert "3 creators" in next(check.detail for check in plan.certificate.checks if check.rule == "density")


@pytest.mark.parametrize(
    ("fields", "day", "start", "rules"),
    [
        ({}, FRIDAY, START, set()),
        ({"budget": {"total": "47.99"}}, FRIDAY, START, {"budget_total"}),
        ({"budget": {"monthly": {"2027-03": "47.99"}}}, FRIDAY, START, {"budget_month"}),
        ({"shipping": {"services": [POST], "daily_capacity": 3}}, FRIDAY, START, {"daily_capacity"}),
        ({"shipping": {"services": [POST], "closed_dates": ["2027-03-26"]}}, FRIDAY, START, {"ship_days"}),
        ({}, date(2027, 3, 29), date(2027, 4, 5), {"window", "horizon"}),
        ({"objective": {"goal": "min_cost"}}, FRIDAY, START, {"required"}),
    ],
)
def test_exactly_the_broken_rules_are_listed(fields: Any, day: date, start: date, rules: set[str]) -> None:
    plan = scored(checked(two(**fields)), gifts("a", "x", 4, day), start)
    assert broken(plan) == rules
    assert plan.status == "feasible"
    assert plan.certificate.verified is not bool(rules)


def test_decisions_that_no_option_allows_are_described_all_the_same() -> None:
    scenario = checked(two(locks=[{"creator": "x-1", "activation": "a", "mode": "skip"}]))
    strangers = [Decision("y-1", "a", "paid", date(1999, 12, 31)), *gifts("a", "x", 4)]
    plan = scored(scenario, strangers)
    assert {"membership", "accepts", "horizon", "delivery", "locks"} <= broken(plan)
    assert len(plan.certificate.checks) == len(RULES)
    assert plan.totals.gifts == 4


def test_a_simulation_is_part_of_the_certificate() -> None:
    plan = evaluate(checked(two()), gifts("a", "x", 4), {"a": START}, SETTINGS, draws=300)
    assert plan.certificate.simulation is not None
    assert plan.certificate.simulation.draws == 300
    assert plan.certificate.checks[-1].rule == "simulation"


def test_no_decisions_at_all_are_a_plan() -> None:
    plan = evaluate(checked(two()), [], {}, draws=0)
    assert plan.certificate.verified
    assert plan.totals.cost == "0.00"
