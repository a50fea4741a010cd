"""What an answer is really worth: the repository's own evaluation, the same for every method."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np

from optimizer.analysis.evaluate import evaluate
from optimizer.derive.build import build_instance
from optimizer.money import decimals, to_minor
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import waves
from tests.benchmarks.methods.base import Answer

Record = dict[str, Any]

COUNTED_ELSEWHERE = frozenset({"density", "required"})
"""Told by the number of activations that hold."""


def judged(scenario: Scenario, answer: Answer) -> Record:
    """Return the true figures of an answer.

    `value` counts only activations whose exact probability reaches the confidence; `claimed_value` all that the
    answer plans; `planned` and `holding` are their numbers out of `wanted`; `shortfall` is the largest amount by which
    a planned activation misses its confidence; `broken` maps rules to what was compared; costs are in minor units.
    """
    plan = evaluate(scenario, answer.decisions, answer.starts, draws=0)
    value = {wave.id: wave.value for wave in waves(scenario)}
    planned = [item for item in plan.activations if item.window is not None]
    cost = Decimal(plan.totals.cost or 0)
    return {
        "value": plan.objective.value or 0,
        "claimed_value": sum(value[item.activation] for item in planned),
        "cost": to_minor(cost, decimals(scenario.currency)),
        "planned": len(planned),
        "holding": sum(item.secured for item in planned),
        "wanted": len(plan.activations),
        "least_probability": min((item.probability for item in planned), default=None),
        "shortfall": max((max(0.0, item.confidence - item.probability) for item in planned), default=0.0),
        "gifts": plan.totals.gifts,
        "paid": plan.totals.paid,
        "broken": {
            check.rule: check.detail[:160]
            for check in plan.certificate.checks
            if not check.ok and check.rule not in COUNTED_ELSEWHERE
        },
        "places_used": _places_used(scenario, plan),
    }


def _places_used(scenario: Scenario, plan: Plan) -> float | None:
    """Return the parcels sent as a share of the places: days on which a parcel for some window may leave × capacity."""
    capacity = scenario.shipping.daily_capacity
    if capacity is None:
        return None
    days = len(np.unique(build_instance(scenario).options.ship_day))
    return len(plan.assignments) / (days * capacity)
