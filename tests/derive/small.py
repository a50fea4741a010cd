"""A world without surprises, in which every number of an instance can be read off the scenario.

Parcels leave every day and arrive the next; a gifted creator's post comes on the day of delivery and is never lost, so
the chance of a post inside the window is the creator's rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Scenario

Document = dict[str, Any]

EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
CALM: Document = {
    "organic_rate": {"low": 0.3, "high": 0.3},
    "gift_lag": {"median_days": 0.01, "p90_days": 0.02},
    "brief_compliance": 1.0,
    "hold_decay_per_day": 0.0,
    "paid_prep_days": 0,
    "paid_reliability": 1.0,
}


def creator(name: str, rate: float = 0.5, **fields: Any) -> Document:
    """Return a creator of community `k` who posts at this rate when gifted."""
    return {"id": name, "communities": ["k"], "organic_rate": rate, **fields}


def activation(name: str = "a", **fields: Any) -> Document:
    """Return an activation of community `k`: one post in a week from 8 March, shipped the day before."""
    return {
        "id": name,
        "community": "k",
        "min_posts": 1,
        "window_days": 7,
        "confidence": 0.4,
        "start_earliest": "2027-03-08",
        "start_latest": "2027-03-08",
        "delivery": {"before_days": 0},
        **fields,
    }


def document(creators: Sequence[Document], *activations: Document, **fields: Any) -> Document:
    """Return a scenario of these creators and activations, 1 March to 30 May 2027; a parcel costs 10.00."""
    return {
        "schema_version": 1,
        "name": "Small",
        "horizon": {"start": "2027-03-01", "end": "2027-05-30"},
        "products": [{"id": "p", "unit_cost": "10.00"}],
        "shipping": shipping(),
        "posting": CALM,
        "communities": [{"id": "k", "authenticity": "low"}],
        "activations": list(activations) or [activation()],
        "creators": list(creators),
        **fields,
    }


def shipping(**fields: Any) -> Document:
    """Return a warehouse that never closes; parcels arrive the next day and cost nothing."""
    return {
        "ship_weekdays": EVERY_DAY,
        "delivery_weekdays": EVERY_DAY,
        "services": [{"id": "s", "cost": "0.00", "transit_days": {"1": 1.0}}],
        **fields,
    }


def scenario(creators: Sequence[Document], *activations: Document, **fields: Any) -> Scenario:
    """Return the checked scenario of `document`."""
    return scenario_from_data(document(creators, *activations, **fields))


def instance(creators: Sequence[Document], *activations: Document, **fields: Any) -> Instance:
    """Return the derived instance of `document`."""
    return build_instance(scenario(creators, *activations, **fields))
