"""A small campaign: four gifts and one paid in one community, two gifts in another that shares the rate."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from optimizer.analysis.evaluate import evaluate
from optimizer.analysis.report import Decision
from optimizer.answers.status import CampaignStatus
from optimizer.errors import InputError
from optimizer.plan import Plan
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Scenario
from optimizer.track.campaign import campaign_of
from optimizer.track.rows import json_rows
from optimizer.track.tracking import status_of

DOCUMENT: dict[str, Any] = {
    "schema_version": 1,
    "name": "Two small ones",
    "horizon": {"start": "2027-04-12", "end": "2027-06-06"},
    "budget": {"total": "900.00"},
    "products": [{"id": "socks", "unit_cost": "22.00"}],
    "shipping": {
        "holiday_calendar": "GB-ENG",
        "services": [{"id": "tracked", "cost": "3.65", "transit_days": {"2": 0.6, "3": 0.3, "5": 0.1}}],
    },
    "communities": [
        {"id": "trail", "name": "Trail running", "max_paid_share": 0.6},
        {"id": "bread", "authenticity": "high"},
    ],
    "activations": [
        {"id": "trail", "community": "trail", "min_posts": 3, "confidence": 0.6},
        {"id": "bread", "community": "bread", "min_posts": 1, "confidence": 0.4, "window_days": 10},
    ],
    "creators": [
        {"id": "ana", "handle": "@ana.fell", "communities": ["trail"], "organic_rate": 0.35, "paid_fee": "60.00"},
        {"id": "ben", "handle": "@ben.fell", "communities": ["trail"], "paid_fee": "45.00", "paid_reliability": 0.9},
        {"id": "cat", "communities": ["trail"], "paid_fee": "80.00"},
        {"id": "dan", "communities": ["trail"], "organic_rate": 0.25},
        {"id": "eve", "communities": ["trail"], "paid_fee": "90.00"},
        {"id": "fay", "communities": ["bread"]},
        {"id": "gil", "communities": ["bread", "trail"], "paid_fee": "30.00", "accepts": ["gift"]},
        {"id": "hal", "communities": ["trail"], "paid_fee": "70.00"},
    ],
}
SHIPPED, OPENS, CLOSES = date(2027, 4, 13), date(2027, 4, 19), date(2027, 5, 2)
DECISIONS = [
    *(Decision(name, "trail", "gift", SHIPPED) for name in ("ana", "ben", "cat", "dan")),
    Decision("eve", "trail", "paid", SHIPPED),
    *(Decision(name, "bread", "gift", date(2027, 4, 14)) for name in ("fay", "gil")),
]


@cache
def scenario(model: str = "shared") -> Scenario:
    return scenario_from_data({**DOCUMENT, "posting": {"organic_rate": {"model": model}}})


@cache
def plan(model: str = "shared") -> Plan:
    return evaluate(scenario(model), DECISIONS, {"trail": OPENS, "bread": OPENS})


def event(on: str, creator: str, what: str, activation: str = "trail", **more: str) -> dict[str, str]:
    """Return an event; the day is in April where it is written `13`, in May as `5-03`."""
    month, _, day = on.rpartition("-")
    return {
        "on": f"2027-{int(month or 4):02}-{int(day):02}",
        "creator": creator,
        "activation": activation,
        "event": what,
        **more,
    }


def status(
    *events: dict[str, str], as_of: date | None = None, model: str = "shared", node_factor: int = 1
) -> CampaignStatus:
    return status_of(campaign_of(scenario(model), plan(model), json_rows(list(events)), as_of), node_factor)


def refusals(*events: dict[str, str], as_of: date | None = None) -> list[tuple[str, str]]:
    """Return code and place of every problem."""
    try:
        status(*events, as_of=as_of)
    except InputError as error:
        return [(problem.code, problem.pointer) for problem in error.problems]
    return []
