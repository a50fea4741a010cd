"""A plan of one scenario, stated as a plan of another that differs in its limits only."""

from __future__ import annotations

from decimal import Decimal

from optimizer.analysis.report import amount_of, budget_and_left
from optimizer.money import decimals, to_minor
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario


def with_budget_of(scenario: Scenario, plan: Plan) -> Plan:
    """Return a plan that states a scenario's budget, what is left of it, and its monthly caps."""
    digits = decimals(scenario.currency)
    caps = scenario.budget.monthly or {}
    cost = None if plan.totals.cost is None else to_minor(Decimal(plan.totals.cost), digits)
    totals = plan.totals.model_copy(update=budget_and_left(scenario, cost))
    cash = [line.model_copy(update={"cap": amount_of(caps.get(line.month), digits)}) for line in plan.cash]
    return plan.model_copy(update={"totals": totals, "cash": cash})
