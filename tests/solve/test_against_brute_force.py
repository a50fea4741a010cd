"""Both methods of search against complete enumeration of tiny scenarios: the same optimum, and no false claim."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import pytest

from optimizer.analysis.certify import certified
from optimizer.money import exact, to_minor
from optimizer.plan import Plan
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Scenario
from optimizer.solve.settings import Settings
from tests.brute_force import Best, Enumeration
from tests.seeds import seeds
from tests.solve.searching import METHODS
from tests.tiny import tiny_scenario

UNLIMITED = Settings(gap=0, time_limit_seconds=20, workers=1, seed=1)
HURRIED = Settings(gap=0, time_limit_seconds=0.05, workers=1, seed=1)


@lru_cache(maxsize=400)
def everything_in(seed: int) -> Enumeration:
    return Enumeration(scenario_from_data(tiny_scenario(seed)))


def planned(scenario: Scenario, settings: Settings, method: str) -> Plan:
    plan = certified(scenario, settings.model_copy(update={"method": method}), draws=2000).plan
    assert plan.run.method == method
    return plan


def minor(amount: str | None) -> int | None:
    return None if amount is None else to_minor(Decimal(amount), 2)


def spent(plan: Plan) -> int:
    cost = minor(plan.totals.cost)
    assert cost is not None
    return cost


def check_optimum(seed: int) -> None:
    for method in METHODS:
        check_optimum_by(method, seed)


def check_optimum_by(method: str, seed: int) -> None:
    everything = everything_in(seed)
    plan = planned(everything.scenario, UNLIMITED, method)
    if everything.best is None:
        assert plan.status == "infeasible"
        assert plan.assignments == []
        assert plan.totals.cost is None
        return
    assert plan.status == "optimal"
    stated = plan.objective
    assert Best(stated.value or 0, minor(stated.least_cost) or 0) == everything.best
    assert stated.value_bound == everything.best.value
    assert minor(stated.cost_bound) == everything.best.cost
    assert plan.certificate.verified
    check_embeddedness(everything, plan, everything.best)


def check_embeddedness(everything: Enumeration, plan: Plan, best: Best) -> None:
    """Step 3: within the slack, no more creators per activation than some cheapest plan, no more than can be had."""
    creators = {each.activation: each.gifts + each.paid for each in plan.activations if each.secured}
    most_cost = Fraction(best.cost) * (1 + exact(everything.scenario.objective.cost_slack))
    assert best.cost <= spent(plan) <= most_cost
    assert everything.least_cost(creators) == best.cost
    assert plan.objective.embeddedness is not None
    assert 0 <= plan.objective.embeddedness <= everything.most_embedded(creators, int(most_cost)) + 1e-9


def check_no_false_claim(seed: int) -> None:
    for method in METHODS:
        check_no_false_claim_by(method, seed)


def check_no_false_claim_by(method: str, seed: int) -> None:
    best = everything_in(seed).best
    plan = planned(everything_in(seed).scenario, HURRIED, method)
    stated = plan.objective
    if best is None:
        assert plan.status in ("infeasible", "unknown")
        return
    assert plan.status != "infeasible"
    assert stated.value_bound is None or stated.value_bound >= best.value
    bound = minor(stated.cost_bound)
    assert bound is None or bound <= best.cost
    if plan.status == "unknown":
        assert plan.assignments == []
        return
    assert plan.certificate.verified
    value, cost = stated.value or 0, minor(stated.least_cost) or 0
    assert (value, -cost) <= (best.value, -best.cost)
    if plan.status == "optimal":
        assert (value, cost) == (best.value, best.cost)


@pytest.mark.parametrize("seed", seeds(80, 250))
def test_the_optimum_is_the_one_enumeration_finds(seed: int) -> None:
    check_optimum(seed)


@pytest.mark.parametrize("seed", seeds(274, 330, first=250))
def test_nothing_false_is_claimed_when_time_is_short(seed: int) -> None:
    check_no_false_claim(seed)


@pytest.mark.slow
@pytest.mark.parametrize("hundred", range(4, 44))
def test_the_optimum_is_the_one_enumeration_finds_in_a_long_campaign(hundred: int) -> None:
    for seed in range(100 * hundred, 100 * hundred + 100):
        check_optimum(seed)


@pytest.mark.slow
@pytest.mark.parametrize("hundred", range(44, 54))
def test_nothing_false_is_claimed_when_time_is_short_in_a_long_campaign(hundred: int) -> None:
    for seed in range(100 * hundred, 100 * hundred + 100):
        check_no_false_claim(seed)


def test_about_half_of_the_scenarios_have_a_plan_worth_making() -> None:
    found = [everything_in(seed).best for seed in range(120)]
    assert sum(best is not None and best.value > 0 for best in found) >= 45
    assert sum(best is None for best in found) >= 20
