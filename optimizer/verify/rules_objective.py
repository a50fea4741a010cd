"""The rule on the objective: what the plan says about its own quality hangs together."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from optimizer.money import exact
from optimizer.plan import Check
from optimizer.verify.case import Case, check, near

GAP_TOLERANCE = 1e-9
"""Stated gaps may differ from their formulas by this (absolute)."""


def objective(case: Case) -> Check:
    """Value, bounds, gaps and status follow from each other; bounds do not pass what was found.

    Whether a bound is *true* cannot be seen from scenario and plan; only its consistency is judged here.
    """
    stated = case.plan.objective
    faults = [_goal(case), _gaps(case)]
    faults += [_value(case), _cost(case), _status(case)] if case.has_plan else [_no_plan(case)]
    kept = f"{case.plan.status}, value {stated.value} of at most {stated.value_bound}, least cost {stated.least_cost}"
    return check("objective", [fault for group in faults for fault in group], kept)


def _goal(case: Case) -> Iterator[str]:
    stated, given = case.plan.objective.goal, case.premises.scenario.objective.goal
    if stated != given:
        yield f"goal is {stated}, the scenario's is {given}"


def _value(case: Case) -> Iterator[str]:
    stated, due = case.plan.objective, case.statement.value
    if stated.value != due:
        yield f"value is {stated.value}, the secured activations are worth {due}"
    if stated.value_bound is not None and stated.value_bound < due:
        yield f"value_bound {stated.value_bound} is below the value {due} that was found"


def _cost(case: Case) -> Iterator[str]:
    stated, spent = case.plan.objective, _exact(case.plan.totals.cost)
    least, bound = _exact(stated.least_cost), _exact(stated.cost_bound)
    if least is None:
        yield "least_cost is null although there is a plan"
        return
    slack = exact(case.premises.scenario.objective.cost_slack)
    if spent is not None and spent < least:
        yield f"the plan costs {case.plan.totals.cost}, less than least_cost {stated.least_cost}"
    if spent is not None and spent > (1 + slack) * least:
        yield f"the plan costs {case.plan.totals.cost}, more than least_cost {stated.least_cost} and {float(slack):.2%}"
    if bound is not None and bound > least:
        yield f"cost_bound {stated.cost_bound} is above least_cost {stated.least_cost}"
    if bound is not None and stated.value != stated.value_bound:
        yield f"cost_bound is {stated.cost_bound}, but the value is not proven"


def _gaps(case: Case) -> Iterator[str]:
    stated = case.plan.objective
    gaps = [
        ("value_gap", stated.value_gap, _value_gap(case)),
        ("cost_gap", stated.cost_gap, _cost_gap(case)),
        ("gap", stated.gap, stated.value_gap if (stated.value_gap or 0) > 0 else stated.cost_gap),
    ]
    for name, found, due in gaps:
        if not near(found, due, GAP_TOLERANCE):
            yield f"{name} is {found}, should be {due}"


def _value_gap(case: Case) -> float | None:
    """Return (value_bound − value) / max(1, value_bound), None without one of them."""
    stated = case.plan.objective
    if stated.value is None or stated.value_bound is None:
        return None
    return (stated.value_bound - stated.value) / max(1, stated.value_bound)


def _cost_gap(case: Case) -> float | None:
    """Return (least_cost − cost_bound) / least_cost, 0 where nothing is spent, None without one of them."""
    least, bound = _exact(case.plan.objective.least_cost), _exact(case.plan.objective.cost_bound)
    if least is None or bound is None:
        return None
    return float((least - bound) / least) if least else 0.0


def _status(case: Case) -> Iterator[str]:
    if case.plan.status == "optimal":
        stated = case.plan.objective
        if stated.value_bound is None or stated.value_bound != stated.value:
            yield f"optimal, but the value {stated.value} is not proven"
        if stated.cost_bound is None:
            yield "optimal, but cost_bound is null"


def _no_plan(case: Case) -> Iterator[str]:
    status, stated = case.plan.status, case.plan.objective
    if case.plan.assignments:
        yield f"{status}, yet there are {len(case.plan.assignments)} assignments"
    if any(result.secured for result in case.plan.activations):
        yield f"{status}, yet activations are called secured"
    for name in ("value", "least_cost"):
        if getattr(stated, name) is not None:
            yield f"{status}, yet {name} is {getattr(stated, name)}"


def _exact(amount: str | None) -> Fraction | None:
    return None if amount is None else exact(amount)
