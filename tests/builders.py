"""A small valid scenario with everything given, to be changed by tests."""

from __future__ import annotations

import copy
from typing import Any

from optimizer.errors import InputError
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Scenario

Document = dict[str, Any]

_DOCUMENT: Document = {
    "schema_version": 1,
    "name": "Spring",
    "currency": "GBP",
    "horizon": {"start": "2027-03-01", "end": "2027-05-30"},
    "objective": {"goal": "activate_most", "cost_slack": 0.02},
    "budget": {"total": "6000.00", "monthly": {"2027-03": "2500.00"}},
    "products": [{"id": "socks", "unit_cost": "28.00", "stock": [{"on": "2027-03-01", "units": 60}]}],
    "shipping": {
        "daily_capacity": 25,
        "ship_weekdays": ["mon", "tue", "wed", "thu", "fri"],
        "delivery_weekdays": ["mon", "tue", "wed", "thu", "fri", "sat"],
        "holiday_calendar": "GB-ENG",
        "closed_dates": ["2027-04-06"],
        "services": [
            {"id": "tracked", "cost": "3.95", "transit_days": {"1": 0.5, "2": 0.5}},
            {"id": "economy", "cost": "2.10", "transit_days": {"2": 0.7, "3": 0.25, "5": 0.05}},
        ],
    },
    "posting": {
        "organic_rate": {"low": 0.2, "high": 0.4, "model": "shared"},
        "gift_lag": {"median_days": 8, "p90_days": 21},
        "brief_compliance": 0.8,
        "hold_decay_per_day": 0.015,
        "paid_prep_days": 3,
        "paid_reliability": 0.97,
    },
    "communities": [
        {"id": "trail", "name": "Trail running", "authenticity": "high", "min_embeddedness": 0.1, "min_gap_days": 14},
        {"id": "bread", "max_paid_share": 0.5},
    ],
    "activations": [
        {
            "id": "trail-spring",
            "community": "trail",
            "product": "socks",
            "min_posts": 2,
            "confidence": 0.6,
            "start_earliest": "2027-03-15",
            "start_latest": "2027-05-10",
            "tier_mix": {"nano": {"min": 0, "max": 5}},
            "delivery": {"before_days": 7, "after_days": 2},
        },
        {
            "id": "bread",
            "community": "bread",
            "product": "socks",
            "min_posts": 1,
            "window_days": 7,
            "value": 3,
            "repeat": {"times": 2, "every_days": 42, "flex_days": 20},
        },
    ],
    "creators": [
        {
            "id": "ana",
            "handle": "@ana",
            "communities": ["trail"],
            "tier": "nano",
            "followers": 4200,
            "organic_rate": 0.31,
            "embeddedness": 0.5,
            "labels": {"agent": "Jo"},
        },
        {
            "id": "ben",
            "communities": ["trail", "bread"],
            "comments": {"sampled": 400, "substantive": 120, "creator_replies": 60},
            "service": "economy",
            "unavailable": [{"start": "2027-04-01", "end": "2027-04-12"}],
        },
        {
            "id": "cat",
            "communities": ["bread"],
            "tier": "established",
            "embeddedness": 0.7,
            "paid_fee": "180.00",
            "paid_reliability": 0.98,
            "accepts": ["gift", "paid"],
        },
        {"id": "dan", "communities": ["bread"], "embeddedness": 0.4},
    ],
    "rotation": {"rest_days": 21, "max_activations_per_creator": 3},
    "locks": [{"creator": "cat", "activation": "bread-1", "mode": "paid"}],
}


def document(**changes: Any) -> Document:
    """Return the document with `changes`: top-level fields, or deeper ones with `__` between the parts.

    A part that is a number is a position in a list; the value `...` takes the field out.

    >>> document(creators__0__id="eve", budget=...)["creators"][0]["id"]
    'eve'
    """
    changed = copy.deepcopy(_DOCUMENT)
    for path, value in changes.items():
        *way, last = (int(part) if part.isdigit() else part for part in path.split("__"))
        place: Any = changed
        for part in way:
            place = place[part]
        if value is ...:
            del place[last]
        elif isinstance(place, list) and last == len(place):
            place.append(value)
        else:
            place[last] = value
    return changed


def scenario(**changes: Any) -> Scenario:
    """Return the scenario that `document(**changes)` describes, unchecked beyond the types."""
    return Scenario.model_validate(document(**changes))


def refusals(data: object) -> list[tuple[str, str]]:
    """Return code and pointer of every problem that a document is refused for, nothing for one that is accepted."""
    try:
        scenario_from_data(data)
    except InputError as error:
        return [(problem.code, problem.pointer) for problem in error.problems]
    return []
