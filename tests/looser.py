"""A scenario and a looser one: every plan of the first is a plan of the second, and no bound may say otherwise."""

from __future__ import annotations

import math
from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from optimizer.plan import Plan

Document = dict[str, Any]
Loosen = Callable[[Random, Document], bool]
"""Loosens one thing in place; False where the scenario has nothing of the kind."""


def looser(dice: Random, document: Document) -> tuple[Document, list[str]]:
    """Return a scenario that forbids less, and what was loosened: one to three things, at least one."""
    found = deepcopy(document)
    names: list[str] = []
    order = dice.sample(sorted(LOOSENED), len(LOOSENED))
    wanted = dice.choice((1, 1, 2, 3))
    for name in order:
        if len(names) < wanted and LOOSENED[name](dice, found):
            names.append(name)
    return found, names


def _more(dice: Random, amount: Any) -> str:
    return f"{Decimal(str(amount)) * Decimal(dice.choice((101, 105, 120, 160))) / 100:.2f}"


def _budget(dice: Random, document: Document) -> bool:
    budget = document.get("budget", {})
    if "total" not in budget:
        return False
    if dice.random() < 0.2:
        del budget["total"]
    else:
        budget["total"] = _more(dice, budget["total"])
    return True


def _months(dice: Random, document: Document) -> bool:
    monthly = document.get("budget", {}).get("monthly", {})
    if not monthly:
        return False
    month = dice.choice(sorted(monthly))
    if dice.random() < 0.3:
        del monthly[month]
    else:
        monthly[month] = _more(dice, monthly[month])
    return True


def _capacity(dice: Random, document: Document) -> bool:
    shipping = document["shipping"]
    if "daily_capacity" not in shipping:
        return False
    if dice.random() < 0.2:
        del shipping["daily_capacity"]
    else:
        shipping["daily_capacity"] += dice.choice((1, 1, 2, 5))
    return True


def _creators(dice: Random, document: Document) -> bool:
    for number in range(dice.choice((1, 1, 2))):
        other = deepcopy(dice.choice(document["creators"]))
        other |= {"id": f"more-{number}", "handle": f"@more_{number}"}
        if "paid_fee" in other and dice.random() < 0.5:
            other["paid_fee"] = f"{Decimal(other['paid_fee']) * Decimal('0.7'):.2f}"
        document["creators"].append(other)
    return True


def _confidence(dice: Random, document: Document) -> bool:
    activation = dice.choice(document["activations"])
    activation["confidence"] = max(0.01, min(activation["confidence"] * dice.choice((0.7, 0.9, 0.98, 0.999)), 0.99))
    return bool(activation["confidence"] > 0.01)


def _posts(dice: Random, document: Document) -> bool:
    several = [each for each in document["activations"] if each["min_posts"] > 1]
    if several:
        dice.choice(several)["min_posts"] -= 1
    return bool(several)


def _stock(dice: Random, document: Document) -> bool:
    lots = [lot for product in document["products"] for lot in product.get("stock", [])]
    if not lots:
        return False
    lot = dice.choice(lots)
    if dice.random() < 0.5:
        lot["units"] += dice.choice((1, 2, 10))
    else:
        lot["on"] = (date.fromisoformat(lot["on"]) - timedelta(days=dice.choice((1, 7, 30)))).isoformat()
    for product in document["products"]:
        product.get("stock", []).sort(key=lambda each: each["on"])
        days = [each["on"] for each in product.get("stock", [])]
        if len(set(days)) < len(days):
            product["stock"] = [{"on": days[0], "units": sum(each["units"] for each in product["stock"])}]
    return True


def _mix(dice: Random, document: Document) -> bool:
    mixes = [each["tier_mix"] for each in document["activations"] if each.get("tier_mix")]
    if not mixes:
        return False
    mix = dice.choice(mixes)
    tier = dice.choice(sorted(mix))
    entry = mix[tier]
    if entry.get("min", 0) > 0 and dice.random() < 0.7:
        entry["min"] -= 1
    elif "max" in entry:
        entry["max"] += 1
    else:
        del mix[tier]
    return True


def _rotation(dice: Random, document: Document) -> bool:
    rotation = document.get("rotation") or {}
    if not rotation:
        return False
    name = dice.choice(sorted(rotation))
    if name == "max_activations_per_creator":
        rotation[name] += 1
    else:
        rotation[name] = math.floor(rotation[name] * dice.choice((0, 0.5, 0.8)))
    return True


def _share(dice: Random, document: Document) -> bool:
    tight = [each for each in document["communities"] if each.get("max_paid_share", 1.0) < 1.0]
    if tight:
        chosen = dice.choice(tight)
        chosen["max_paid_share"] = min(1.0, chosen["max_paid_share"] + dice.choice((0.1, 0.25, 1.0)))
    return bool(tight)


def _floor(dice: Random, document: Document) -> bool:
    for name, share in (("min_embeddedness", 0.5), ("min_gap_days", 0)):
        having = [each for each in document["communities"] if each.get(name)]
        if having:
            chosen = dice.choice(having)
            chosen[name] = round(chosen[name] * share, 4) if share else 0
            return True
    return False


def _paid(dice: Random, document: Document) -> bool:
    having = [each for each in document["activations"] if each.get("min_paid")]
    if having:
        dice.choice(having)["min_paid"] -= 1
    return bool(having)


def _windows(dice: Random, document: Document) -> bool:
    having = [each for each in document["activations"] if "start_latest" in each]
    if not having:
        return False
    chosen = dice.choice(having)
    # Every candidate window has to end within the horizon, so that the last start may not move beyond it.
    last = date.fromisoformat(document["horizon"]["end"]) - timedelta(days=chosen["window_days"] - 1)
    later = date.fromisoformat(chosen["start_latest"]) + timedelta(days=7)
    if later > last:
        return False
    chosen["start_latest"] = later.isoformat()
    return True


def _locks(dice: Random, document: Document) -> bool:
    if not document.get("locks"):
        return False
    document["locks"].remove(dice.choice(document["locks"]))
    return True


def _required(dice: Random, document: Document) -> bool:
    having = [each for each in document["activations"] if each.get("required")]
    if having:
        dice.choice(having)["required"] = False
    return bool(having)


LOOSENED: dict[str, Loosen] = {
    "budget": _budget,
    "months": _months,
    "capacity": _capacity,
    "creators": _creators,
    "confidence": _confidence,
    "posts": _posts,
    "stock": _stock,
    "mix": _mix,
    "rotation": _rotation,
    "share": _share,
    "floor or gap": _floor,
    "least paid": _paid,
    "windows": _windows,
    "locks": _locks,
    "required": _required,
}


def contradictions(tight: Plan, loose: Plan, *, gap: float) -> list[str]:
    """Return what the plan of the looser scenario says that the plan of the tighter one refutes.

    `gap` is the gap at which the looser plan counts as optimal: with a gap of 0 no optimal cost may rise at all.
    """
    one, other = tight.objective, loose.objective
    if one.value is None:
        return []
    found = []
    if loose.status == "infeasible":
        found.append("the looser scenario is called infeasible, and the tighter one has a plan")
    if other.value_bound is not None and other.value_bound < one.value:
        found.append(f"value bound {other.value_bound} is below the tighter scenario's value {one.value}")
    if loose.status == "optimal" and (other.value or 0) < one.value:
        found.append(f"the optimal value falls from {one.value} to {other.value}")
    if other.value != one.value or one.least_cost is None:
        return found
    cost = Decimal(one.least_cost)
    if other.cost_bound is not None and Decimal(other.cost_bound) > cost:
        found.append(f"cost bound {other.cost_bound} is above the tighter scenario's cost {cost}")
    if loose.status == "optimal" and gap == 0 and other.least_cost and Decimal(other.least_cost) > cost:
        found.append(f"the optimal cost rises from {cost} to {other.least_cost}")
    return found
