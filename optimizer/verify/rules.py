"""The judge: all rules of the contract in one list, and `verify`, which applies them.

It recomputes everything from scenario and plan alone and shares no code with what made the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from optimizer.plan import Check, Plan
from optimizer.scenario.models import Scenario
from optimizer.verify.case import Case
from optimizer.verify.premises import Premises
from optimizer.verify.rules_decisions import (
    accepts,
    availability,
    community_gap,
    delivery,
    embeddedness_floor,
    horizon,
    locks,
    max_activations,
    membership,
    once,
    rest_days,
    ship_days,
    window,
)
from optimizer.verify.rules_statements import counts, money, objective, probabilities, references, scenario
from optimizer.verify.rules_teams_and_limits import (
    budget_month,
    budget_total,
    daily_capacity,
    density,
    min_paid,
    paid_share,
    required,
    stock,
    tier_mix,
)

RULES: tuple[Callable[[Case], Check], ...] = (
    scenario,
    references,
    horizon,
    window,
    ship_days,
    delivery,
    membership,
    embeddedness_floor,
    accepts,
    availability,
    once,
    density,
    required,
    locks,
    paid_share,
    min_paid,
    tier_mix,
    budget_total,
    budget_month,
    stock,
    daily_capacity,
    rest_days,
    max_activations,
    community_gap,
    money,
    probabilities,
    counts,
    objective,
)
"""Every rule, in the order of the report; a rule's id is the name of its function."""

OF_THE_BUDGET = (scenario, budget_total)
"""The rules that look at the total budget, the first through the fingerprint."""


def verify(scenario: Scenario, plan: Plan, *, fingerprint: str) -> list[Check]:
    """Judge a plan by every rule of the contract.

    Parameters
    ----------
    scenario
        A valid scenario.
    plan
        Any plan, made by whomever; it may name people and days that do not exist.
    fingerprint
        SHA-256 that the plan has to name: that of the scenario.

    Returns
    -------
    list of Check
        One per rule of `RULES`, in that order; a rule that does not apply is ok and says so.
    """
    case = Case(Premises(scenario), plan, fingerprint)
    return [rule(case) for rule in RULES]


def verify_under(scenario: Scenario, plan: Plan, *, fingerprint: str, known: Sequence[Check]) -> list[Check]:
    """Judge a plan that was judged under another total budget; result and other parameters as of `verify`.

    Parameters
    ----------
    known
        The findings on the same plan under the other budget. Those that a total budget can change are made anew.
    """
    case = Case(Premises(scenario), plan, fingerprint)
    anew = {rule.__name__: rule for rule in OF_THE_BUDGET}
    return [anew[check.rule](case) if check.rule in anew else check for check in known]
