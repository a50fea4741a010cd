"""Certainty for all: against enumeration, and what follows from what."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from optimizer.analysis.evaluate import evaluate
from optimizer.analysis.together import TogetherPlans, certainty_together
from optimizer.answers.together import CertaintyTogether
from optimizer.errors import InputError
from optimizer.export.answer_tables import together_table
from optimizer.export.terminal.together_page import sentence, together_page
from optimizer.money import to_minor
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.settings import Settings
from optimizer.verify import verify
from tests.analysis import cases
from tests.brute_force import Enumeration
from tests.export.pages import page, squeezed
from tests.tiny import tiny_scenario

ALL = Settings(gap=0, time_limit_seconds=60, workers=1, seed=1)


def joint(given: cases.Document, *confidences: float, **settings: Any) -> TogetherPlans:
    return certainty_together(scenario_from_data(given), confidences, ALL.model_copy(update=settings))


def least(given: cases.Document, secured: list[str], confidence: float) -> int | None:
    """Return by looking at everything what all of them cost at least at a common confidence, within every rule."""
    raised = [
        {**item, "confidence": max(confidence, item.get("confidence", 0.9))}
        for item in given["activations"]
        if item["id"] in secured
    ]
    return Enumeration(scenario_from_data({**given, "activations": raised})).least_cost(dict.fromkeys(secured, 0))


@pytest.mark.parametrize("seed", [3, *(pytest.param(seed, marks=pytest.mark.campaign) for seed in (1, 2, 4, 5, 6, 7))])
def test_every_point_costs_the_least_and_nothing_above_the_highest_is_within_reach(seed: int) -> None:
    given = tiny_scenario(seed)
    found = joint(given, 0.5, 0.75)
    for point in found.answer.points:
        assert point.confidence is not None
        right = least(given, found.answer.secured, point.confidence)
        assert (None if point.cost is None else to_minor(Decimal(point.cost), 2)) == right
        assert point.status == ("infeasible" if right is None else "optimal")


def test_two_activations_share_what_is_left() -> None:
    found = joint(cases.two() | {"budget": {"total": "100000.00"}}, 0.7)
    answer = found.answer
    assert answer.secured == ["a", "b"]
    reached = [point for point in answer.points if point.cost is not None]
    assert [point.confidence for point in reached] == sorted(point.confidence or 0 for point in reached)
    costs = [Decimal(point.cost or 0) for point in reached]
    assert costs == sorted(costs)
    assert answer.highest == reached[-1].confidence
    assert all(point.verified for point in reached)
    for point in reached:
        assert Decimal(point.left or 0) == Decimal("100000.00") - Decimal(point.cost or 0)


def test_every_plan_is_one_of_the_scenario_as_it_is() -> None:
    given = cases.two()
    scenario = scenario_from_data(given)
    found = joint(given, 0.7)
    assert found.plans
    for question, plan in found.plans.values():
        assert all(check.ok for check in verify(question, plan, fingerprint=plan.scenario.sha256))
        from optimizer.analysis.plan_files import decisions_from_data

        again = evaluate(scenario, *decisions_from_data(plan.model_dump(mode="json"), scenario), draws=0)
        assert again.certificate.verified


def test_where_nothing_is_secured_nothing_is_asked() -> None:
    answer = joint(cases.two() | {"budget": {"total": "0.01"}}, 0.9).answer
    assert (answer.secured, answer.points, answer.highest) == ([], [], None)
    assert "nothing to make surer" in sentence(answer)


def test_without_time_nothing_is_claimed() -> None:
    answer = joint(cases.two(), 0.9, time_limit_seconds=1e-6).answer
    assert all(point.status != "infeasible" for point in answer.points)
    assert answer.highest is None


def test_a_confidence_outside_zero_and_one_is_refused() -> None:
    with pytest.raises(InputError):
        joint(cases.two(), 1.0)


def answered(**fields: Any) -> CertaintyTogether:
    asked = {"confidence": None, "status": "optimal", "cost": "3406.00", "cost_bound": "3406.00", "gap": 0.0}
    rest = {"left": "2594.00", "probability_all": 0.72, "gifts": 50, "paid": 4, "verified": True}
    best = asked | rest | {"confidence": 0.98, "cost": "4575.60", "left": "1424.40", "probability_all": 0.93}
    none = dict.fromkeys(("cost", "cost_bound", "gap", "left", "probability_all"))
    above = best | none | {"confidence": 0.99, "status": "infeasible", "verified": False}
    run = {"seed": 1, "time_limit_seconds": 1, "wall_seconds": 1, "workers": 1, "versions": {}}
    return CertaintyTogether.model_validate(
        {
            "schema_version": 1,
            "scenario": {"name": "Spring", "sha256": "0", "currency": "GBP"},
            "budget": "6000.00",
            "secured": ["a", "b", "c", "d"],
            "asked": asked | rest,
            "points": [best, above],
            "highest": 0.98,
            "run": run,
        }
        | fields
    )


def test_the_page_says_in_one_sentence_what_the_money_buys() -> None:
    said = "£2,594.00 left: everything at 98% for £4,575.60, all 4 together 93% instead of 72%."
    assert sentence(answered()) == said
    text = squeezed(page(together_page(answered())))
    assert said in text
    assert "98% £4,575.60 £1,424.40 93% 50 + 4 0%" in text
    assert "99% is proven to be out of reach" in text
    assert len(together_table(answered()).rows) == 3
