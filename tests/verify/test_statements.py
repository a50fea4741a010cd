"""Every figure a plan states: right, and wrong by the least that matters."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.plan import Plan
from tests.verify.builder import CHOICES, SHA, altered, broken, build, judge, scenario

GIVEN = scenario()
PLAN = build(GIVEN)
EMBEDDEDNESS = PLAN.objective.embeddedness or 0.0

WRONG: list[tuple[str, dict[str, Any]]] = [
    ("scenario", {"scenario.name": "Autumn"}),
    ("scenario", {"scenario.currency": "EUR"}),
    ("scenario", {"scenario.sha256": SHA[:-1] + "6"}),
    ("references", {"activations.0.community": "bread"}),
    ("window", {"activations.0.window": {"start": "2027-03-22", "end": "2027-04-04"}}),
    ("window", {"activations.0.window.end": "2027-03-27"}),
    ("window", {"activations.1.window": None}),
    ("money", {"assignments.0.product": "28.01"}),
    ("money", {"assignments.0.shipping": "3.94"}),
    ("money", {"assignments.3.fee": "0.00"}),
    ("money", {"assignments.0.cost": "31.96"}),
    ("money", {"activations.0.cost": "305.96"}),
    ("money", {"activations.3.cost": "0.01"}),
    ("money", {"activations.3.cost": None}),
    ("money", {"totals.product": "233.49"}),
    ("money", {"totals.shipping": "35.81"}),
    ("money", {"totals.fees": "270.01"}),
    ("money", {"totals.fees": None}),
    ("money", {"totals.budget": "1.00"}),
    ("money", {"totals.left": "1.00"}),
    ("money", {"cash.0.cap": "1.00"}),
    ("money", {"cash.0.product": "149.51"}),
    ("money", {"cash.1.fees": "89.99"}),
    ("money", {"cash.1.total": "184.01"}),
    ("money", {"cash.1.month": "2027-05"}),
    ("money", {"cash": []}),
    ("probabilities", {"assignments.0.post_probability": PLAN.assignments[0].post_probability + 1.1e-7}),
    ("probabilities", {"activations.0.probability": PLAN.activations[0].probability - 1.1e-7}),
    ("probabilities", {"activations.3.probability": 0.5}),
    ("probabilities", {"activations.0.expected_posts": PLAN.activations[0].expected_posts + 1.1e-7}),
    ("probabilities", {"activations.0.expected_posts_outside": 0.0}),
    ("probabilities", {"activations.0.post_distribution.2": 0.0}),
    ("probabilities", {"activations.0.post_distribution": [*PLAN.activations[0].post_distribution, 0.0]}),
    ("probabilities", {"activations.3.post_distribution": []}),
    ("probabilities", {"totals.expected_posts": PLAN.totals.expected_posts + 1.1e-7}),
    ("probabilities", {"totals.probability_all": PLAN.totals.secured_distribution[-1] + 1.1e-7}),
    ("probabilities", {"totals.probability_all": None}),
    ("probabilities", {"totals.secured_distribution.0": 0.5}),
    ("probabilities", {"totals.secured_distribution": PLAN.totals.secured_distribution[:-1]}),
    ("counts", {"activations.0.gifts": 4}),
    ("counts", {"activations.0.paid": 0}),
    ("counts", {"activations.0.min_posts": 3}),
    ("counts", {"activations.0.confidence": 0.5}),
    ("counts", {"totals.gifts": 9}),
    ("counts", {"totals.paid": 1}),
    ("counts", {"assignments.0.expected_delivery": "2027-03-10"}),
    ("counts", {"assignments.0.embeddedness": 0.5 + 1.1e-9}),
    ("counts", {"assignments.0.embeddedness": None}),
    ("counts", {"objective.embeddedness": EMBEDDEDNESS + 1.1e-9}),
    ("counts", {"objective.embeddedness": None}),
    ("objective", {"objective.goal": "min_cost"}),
    ("objective", {"objective.value": 7, "objective.value_bound": 7}),
    ("objective", {"objective.value": None, "objective.value_gap": None}),
    ("objective", {"objective.value_gap": 1e-6}),
    ("objective", {"objective.value_gap": None}),
    ("objective", {"objective.cost_gap": 1e-6, "objective.gap": 1e-6}),
    ("objective", {"objective.gap": 0.1}),
    ("objective", {"objective.gap": None}),
    ("objective", {"objective.least_cost": None, "objective.cost_gap": None, "objective.gap": None}),
    ("objective", {"objective.cost_bound": None, "objective.cost_gap": None, "objective.gap": None}),
]

RIGHT: list[dict[str, Any]] = [
    {"assignments.0.product": "28"},
    {"assignments.0.post_probability": PLAN.assignments[0].post_probability + 0.9e-7},
    {"activations.0.probability": PLAN.activations[0].probability - 0.9e-7},
    {"objective.embeddedness": EMBEDDEDNESS + 0.9e-9},
    {"status": "feasible"},
]


def test_the_right_figures_stand() -> None:
    assert broken(GIVEN, PLAN) == set()


@pytest.mark.parametrize("changes", RIGHT, ids=str)
def test_right_within_tolerance(changes: dict[str, Any]) -> None:
    assert broken(GIVEN, altered(PLAN, changes)) == set()


@pytest.mark.parametrize(("rule", "changes"), WRONG, ids=str)
def test_wrong(rule: str, changes: dict[str, Any]) -> None:
    assert broken(GIVEN, altered(PLAN, changes)) == {rule}


def without(plan: Plan, index: int) -> Plan:
    rest = [each for number, each in enumerate(plan.activations) if number != index]
    return plan.model_copy(update={"activations": rest})


def test_every_activation_stands_once_and_in_order() -> None:
    assert broken(GIVEN, without(PLAN, 3)) == {"references"}
    twice = PLAN.model_copy(update={"activations": [*PLAN.activations, PLAN.activations[3]]})
    assert "listed 2 times" in judge(GIVEN, twice)["references"].detail
    turned = PLAN.model_copy(update={"activations": PLAN.activations[::-1]})
    assert broken(GIVEN, turned) == {"references"}


def with_objective(**changes: Any) -> Plan:
    return altered(PLAN, {f"objective.{field}": value for field, value in changes.items()} | {"status": "feasible"})


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"value_bound": 10, "value_gap": 0.4, "gap": 0.4, "cost_bound": None, "cost_gap": None}, True),
        ({"value_bound": None, "value_gap": None, "gap": None, "cost_bound": None, "cost_gap": None}, True),
        ({"value_bound": 10, "value_gap": 0.4, "gap": 0.4}, False),
        ({"value_bound": 10, "value_gap": 0.4, "gap": None, "cost_bound": None, "cost_gap": None}, False),
        ({"cost_bound": None, "cost_gap": None, "gap": None}, True),
        ({"cost_bound": "269.65", "cost_gap": 0.5, "gap": 0.5}, True),
        ({"cost_bound": "269.65", "cost_gap": 0.5, "gap": 0.0}, False),
        ({"value_bound": 5, "value_gap": -0.2, "gap": None, "cost_bound": None, "cost_gap": None}, False),
        ({"cost_bound": "539.31", "cost_gap": -0.01 / 539.30, "gap": -0.01 / 539.30}, False),
        ({"least_cost": "528.80", "cost_bound": "528.80"}, True),
        ({"least_cost": "528.72", "cost_bound": "528.72"}, False),
        ({"least_cost": "539.31", "cost_bound": "539.31"}, False),
    ],
    ids=str,
)
def test_bounds_and_gaps_hang_together(changes: dict[str, Any], kept: bool) -> None:
    """The plan costs 539.30; 539.30 / 1.02 lies between 528.72 and 528.73."""
    assert broken(GIVEN, with_objective(**changes)) == (set() if kept else {"objective"})


HALF_OPEN: dict[str, Any] = {"cost_bound": "269.65", "cost_gap": 0.5, "gap": 0.5}


def reason(share: float, limit: str = "time_limit", where: str = "plan") -> dict[str, Any]:
    return {"limit": limit, "where": where, "detail": "The search ended.", "share": share}


@pytest.mark.parametrize(
    ("reasons", "kept"),
    [
        ([], True),
        ([reason(0.5)], True),
        ([reason(0.3), reason(0.2, "density", "trail-a")], True),
        ([reason(0.3), reason(0.2, "budget_total", "total")], True),
        ([reason(0.5 + 2e-9)], False),
        ([reason(0.3), reason(0.1, "density", "trail-a")], False),
        ([reason(0.3), reason(0.2, "density", "no-such")], False),
        ([reason(0.5, "budget_month", "1999-01")], False),
        ([reason(0.5, "stock", "no-such")], False),
        ([reason(0.5, "daily_capacity", "soon")], False),
        ([reason(0.5, "community_gap", "no-such")], False),
        ([reason(0.5, "weather", "plan")], False),
    ],
    ids=str,
)
def test_what_leaves_a_gap_open_sums_to_it_and_exists(reasons: list[dict[str, Any]], kept: bool) -> None:
    assert broken(GIVEN, with_objective(**HALF_OPEN, open=reasons)) == (set() if kept else {"objective"})


def test_nothing_is_open_once_proven() -> None:
    assert broken(GIVEN, altered(PLAN, {"objective.open": [reason(0.0)]})) == {"objective"}


def test_the_slack_is_compared_exactly() -> None:
    """1.1 · 490.2727… : with 10 % slack 490.28 allows 539.308, and 490.27 only 539.297."""
    given = scenario({"objective.cost_slack": 0.1})
    for least, kept in (("490.28", True), ("490.27", False)):
        plan = altered(build(given), {"objective.least_cost": least, "objective.cost_bound": least})
        assert judge(given, plan)["objective"].ok is kept


def test_optimal_needs_a_proven_value() -> None:
    open_value = {"value_bound": 10, "value_gap": 0.4, "gap": 0.4, "cost_bound": None, "cost_gap": None}
    claimed = altered(with_objective(**open_value), {"status": "optimal"})
    found = judge(GIVEN, claimed)
    assert [rule for rule, check in found.items() if not check.ok] == ["objective"]
    assert "optimal, but the value 6 is not proven" in found["objective"].detail


NOTHING: dict[str, Any] = {
    "status": "infeasible",
    "totals.cost": None,
    "totals.product": None,
    "totals.shipping": None,
    "totals.fees": None,
    **{
        f"objective.{field}": None
        for field in ("value", "value_bound", "value_gap", "least_cost", "cost_bound", "cost_gap", "gap")
    },
    "objective.embeddedness": None,
    **{f"activations.{index}.cost": None for index in range(4)},
}


@pytest.mark.parametrize("status", ["infeasible", "unknown"])
def test_no_plan_is_right_when_it_is_empty(status: str) -> None:
    given = scenario(
        {"objective.goal": "min_cost", "locks": [{"creator": "ana", "activation": "trail-a", "mode": "gift"}]}
    )
    bound = {"status": status, "objective.value_bound": 10, "objective.cost_bound": "500.00"}
    assert broken(given, altered(build(given, [], secured=[]), NOTHING | bound)) == set()


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("money", {"totals.cost": "0.00"}),
        ("money", {"activations.3.cost": "0.00"}),
        ("objective", {"objective.value": 0}),
        ("objective", {"objective.least_cost": "1.00"}),
        ("counts", {"objective.embeddedness": 0.0}),
    ],
)
def test_no_plan_states_no_figures(rule: str, changes: dict[str, Any]) -> None:
    assert broken(GIVEN, altered(build(GIVEN, [], secured=[]), NOTHING | changes)) == {rule}


def test_no_plan_has_nobody() -> None:
    found = judge(GIVEN, altered(build(GIVEN, CHOICES, secured=[]), NOTHING))
    assert found["objective"].detail == "infeasible, yet there are 10 assignments"


def test_nothing_secured_at_no_cost_is_a_plan() -> None:
    plan = build(GIVEN, [], secured=[])
    assert broken(GIVEN, plan) == set()
    assert plan.totals.secured_distribution == [1.0]


def test_an_exported_month_without_spend_is_refused() -> None:
    empty = {"month": "2027-05", "product": "0.00", "shipping": "0.00", "fees": "0.00", "total": "0.00"}
    cash = [line.model_dump(mode="json") for line in PLAN.cash]
    assert broken(GIVEN, altered(PLAN, {"cash": [*cash, empty]})) == {"money"}
    assert broken(GIVEN, altered(PLAN, {"cash": cash[::-1]})) == {"money"}
