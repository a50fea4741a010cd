"""Plans as somebody might have changed them in a text editor."""

from __future__ import annotations

from typing import Any

from optimizer.plan import Plan


def edited(plan: Plan, **changes: Any) -> Plan:
    """Return the plan with fields replaced; `__` stands between the parts of a path, a number is a position.

    >>> edited(plan, totals__cost="1.00")  # doctest: +SKIP
    """
    data = plan.model_dump(mode="json", by_alias=True)
    for path, value in changes.items():
        *way, last = (int(part) if part.isdigit() else part for part in path.split("__"))
        place: Any = data
        for part in way:
            place = place[part]
        place[last] = value
    return Plan.model_validate(data)


def without_plan(plan: Plan, status: str) -> Plan:
    """Return a plan that is none: no decisions, money null."""
    nothing = {"cost": None, "product": None, "shipping": None, "fees": None}
    return edited(
        plan,
        status=status,
        assignments=[],
        cash=[],
        totals=plan.totals.model_dump() | nothing | {"gifts": 0, "paid": 0, "expected_posts": 0.0},
        objective__value=None,
        objective__embeddedness=None,
        objective__gap=None,
        activations=[
            item.model_dump() | {"cost": None, "window": None, "secured": False, "gifts": 0, "paid": 0}
            for item in plan.activations
        ],
    )
