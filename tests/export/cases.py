"""A plan worth exporting: two products and services, labels, a paid creator, and names that mean no good."""

from __future__ import annotations

import copy
import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from optimizer.analysis.evaluate import evaluate
from optimizer.analysis.report import Decision
from optimizer.plan import Plan
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Scenario

FORMULA = '=HYPERLINK("http://evil.example/";"a, \'b\'")'
"""The id of a creator; has a separator and both kinds of quotes as well."""

DOCUMENT: dict[str, Any] = {
    "schema_version": 1,
    "name": "Größe & Co; launch, März",
    "horizon": {"start": "2027-03-01", "end": "2027-04-11"},
    "products": [
        {"id": "socks", "unit_cost": "28.10", "labels": {"title": "Trail socks", "sku": "TS-1"}},
        {"id": "starter", "unit_cost": "12.35"},
    ],
    "shipping": {
        "holiday_calendar": "GB-ENG",
        "services": [
            {"id": "tracked", "cost": "3.95", "transit_days": {"1": 0.5, "2": 0.5}},
            {"id": "economy", "cost": "2.10", "transit_days": {"2": 1.0}},
        ],
    },
    "communities": [
        {"id": "trail", "name": "Trail running", "max_paid_share": 1.0, "labels": {"lead": "Jo"}},
        {"id": "bread", "labels": {"lead": "@kim"}},
    ],
    "activations": [
        {"id": "trail-a", "community": "trail", "product": "socks", "min_posts": 1, "labels": {"wave, no": "1"}},
        {"id": "bread-a", "community": "bread", "product": "starter", "min_posts": 2, "window_days": 7},
    ],
    "creators": [
        {"id": FORMULA, "handle": "@ana_runs", "communities": ["trail"], "labels": {"agent": "+Jo", "size": "38"}},
        {"id": "ben", "handle": "@ben", "communities": ["trail"], "paid_fee": "80.05", "followers": 4200},
        {"id": "cat", "communities": ["bread"], "tier": "nano", "embeddedness": 0.5, "service": "economy"},
    ],
}

DECISIONS = (
    Decision("ben", "trail-a", "paid", date(2027, 3, 11)),
    Decision(FORMULA, "trail-a", "gift", date(2027, 3, 10)),
)
STARTS = {"trail-a": date(2027, 3, 15), "bread-a": date(2027, 3, 22)}
"""First days of windows."""


def document(**changes: Any) -> dict[str, Any]:
    """Return the document with some of its fields replaced."""
    return copy.deepcopy(DOCUMENT) | changes


def case(decisions: Sequence[Decision] = DECISIONS, draws: int = 0, /, **changes: Any) -> tuple[Scenario, Plan]:
    """Return a scenario and the judged plan of decisions for it."""
    scenario = scenario_from_data(document(**changes))
    used = {decision.activation for decision in decisions}
    return scenario, evaluate(scenario, decisions, {name: STARTS[name] for name in sorted(used)}, draws=draws)


def in_yen(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document in a currency without decimals."""
    text = copy.deepcopy(document)
    text["currency"] = "JPY"
    for item in (*text["products"], *text["shipping"]["services"]):
        for field in ("unit_cost", "cost"):
            if field in item:
                item[field] = item[field].replace(".", "")
    text["creators"][1]["paid_fee"] = "12005"
    return text


def rows(text: str) -> list[dict[str, str]]:
    """Return the rows of a CSV as a program reads them."""
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), strict=True))
