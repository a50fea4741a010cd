"""What a plan says of an open gap: shares that sum to it, and limits and places that the scenario has.

Whether a limit *is* the reason cannot be seen from scenario and plan; only what is said of it is judged here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import date

from optimizer.plan import OpenReason
from optimizer.scenario.fields import Product
from optimizer.verify.case import Case

SHARE_TOLERANCE = 1e-9
"""The shares may differ from the gap by this in sum (absolute)."""


def open_gap(case: Case) -> Iterator[str]:
    """Yield what is wrong with the reasons for an open gap; a plan that gives none says nothing wrong."""
    stated = case.plan.objective
    if not stated.open:
        return
    if case.plan.status in ("optimal", "infeasible"):
        yield f"{case.plan.status}, yet {len(stated.open)} reasons why a gap is open"
        return
    # Without a plan there is no gap: the whole is open.
    due = stated.gap if case.has_plan else 1.0
    total = math.fsum(reason.share for reason in stated.open)
    if due is None or abs(total - due) > SHARE_TOLERANCE:
        yield f"the shares left open sum to {total}, the gap is {due}"
    for reason in stated.open:
        if not _exists(case, reason):
            yield f"a gap is left open by {reason.limit} at {reason.where}, which the scenario does not have"


def _exists(case: Case, reason: OpenReason) -> bool:
    judge = PLACES.get(reason.limit)
    return judge is not None and judge(case, reason.where)


def _total(_case: Case, where: str) -> bool:
    return where == "total"


def _month(case: Case, where: str) -> bool:
    return where in case.premises.scenario.budget.monthly


def _stock(case: Case, where: str) -> bool:
    """Return whether there is such a product in stock and, where a lot is named, such a lot."""
    name, lot, day = where.partition(", lot of ")
    product: Product | None = case.premises.products.get(name)
    if product is None or product.stock is None:
        return False
    return not lot or day in {item.on.isoformat() for item in product.stock}


def _days(case: Case, where: str) -> bool:
    horizon = case.premises.scenario.horizon
    try:
        days = [date.fromisoformat(name) for name in _names(where)]
    except ValueError:
        return False
    in_use = case.premises.scenario.shipping.daily_capacity is not None
    return in_use and bool(days) and all(horizon.start <= day <= horizon.end for day in days)


def _activations(case: Case, where: str) -> bool:
    return bool(_names(where)) and all(name in case.premises.waves for name in _names(where))


def _participations(case: Case, where: str) -> bool:
    return case.premises.scenario.rotation.max_activations_per_creator is not None and _activations(case, where)


def _community(case: Case, where: str) -> bool:
    return where in case.premises.communities


def _activations_or_all(case: Case, where: str) -> bool:
    return where == "plan" or _activations(case, where)


def _names(where: str) -> list[str]:
    """Return the names of a list that may be cut short by an ellipsis."""
    return where.removesuffix(", …").split(", ")


PLACES: dict[str, Callable[[Case, str], bool]] = {
    "budget_total": _total,
    "budget_month": _month,
    "stock": _stock,
    "daily_capacity": _days,
    "rest_days": _activations,
    "max_activations": _participations,
    "community_gap": _community,
    "density": _activations,
    "time_limit": _activations_or_all,
}
"""By limit: whether the scenario has the place that is named."""
