"""What a plan of a tiny scenario says, judged by the complete enumeration of that scenario."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from optimizer.analysis.certify import certified
from optimizer.money import exact, to_minor
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario
from optimizer.solve.settings import Settings
from tests.brute_force import Best, Enumeration
from tests.solve.searching import METHODS

UNLIMITED = Settings(gap=0, time_limit_seconds=120, workers=1, seed=1)
HURRIED = Settings(gap=0, time_limit_seconds=0.05, workers=1, seed=1)


def planned(scenario: Scenario, settings: Settings, method: str) -> Plan:
    """Return the plan of one method, certified."""
    plan = certified(scenario, settings.model_copy(update={"method": method}), draws=2000).plan
    assert plan.run.method == method
    return plan


def minor(amount: str | None) -> int | None:
    """Return an amount in minor units; tiny scenarios have currencies with two decimals."""
    return None if amount is None else to_minor(Decimal(amount), 2)


def spent(plan: Plan) -> int:
    """Return what a plan costs in minor units."""
    cost = minor(plan.totals.cost)
    assert cost is not None
    return cost


def check_optimum(everything: Enumeration) -> None:
    """Check that every method finds and proves the optimum."""
    for method in METHODS:
        check_optimum_by(method, everything)


def check_optimum_by(method: str, everything: Enumeration) -> None:
    """Check that one method finds and proves the optimum."""
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


def check_no_false_claim(everything: Enumeration) -> None:
    """Check what every method claims when its time is short."""
    for method in METHODS:
        check_no_false_claim_by(method, everything)


def check_no_false_claim_by(method: str, everything: Enumeration) -> None:
    """Check what one method claims when its time is short: no bound beyond the optimum, no verdict that is wrong."""
    best = everything.best
    plan = planned(everything.scenario, HURRIED, method)
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
