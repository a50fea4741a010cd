"""A valid scenario full of what cells do not like: formulas, blanks, quotes, leading zeros, large and fine numbers."""

from __future__ import annotations

from typing import Any

NAMES = [
    "007",
    " 7",
    "7",
    "=1+1",
    "@x",
    "'q",
    '"quoted"',
    "a;b",
    "a|b",
    "-",
    "#N/A",
    "2027-03-01",
    "TRUE",
    "1e5",
    "_x0041_",
    "two\nlines",
    "ta\tb",
    "ß é 😀",
    "'=x",
    "none",
    "+44",
    "1/2",
    "c\r\nd",
    "{}",
    "null",
    "/a~b",
]


def odd() -> dict[str, Any]:
    """Return the scenario: defaults written and left out, empty and null, amounts in every spelling, orders mixed."""
    return {
        "schema_version": 1,
        "name": '=HYPERLINK("x")',
        "horizon": {"start": "2027-03-01", "end": "2027-05-30"},
        "objective": {},
        "budget": {"total": 999999999.99, "monthly": {"2027-03": "1500", "2027-04": 20, "2027-05": "7.00"}},
        "products": [
            {"id": NAMES[0], "unit_cost": "28.000", "stock": [], "labels": {"sku": "007"}},
            {"id": NAMES[3], "unit_cost": 28, "labels": {" ": "", "=a": "=b"}},
            {"id": "p3", "unit_cost": "0.1", "stock": None},
        ],
        "shipping": {
            "daily_capacity": None,
            "services": [
                {"id": "a;b", "cost": "3.95", "transit_days": {"2": 0.1 + 0.2, "3": 0.7}},
                {"id": "late", "cost": "0", "transit_days": {"60": 1}},
            ],
            "closed_dates": [],
        },
        "posting": {"organic_rate": {"low": 0.2, "high": 1 / 3}, "gift_lag": {}, "paid_prep_days": 3},
        "communities": [{"id": name, "name": name} for name in NAMES],
        "activations": [
            {"id": "'q", "community": "7", "product": "007", "tier_mix": {"nano": {}}, "delivery": {}},
            {
                "id": "-",
                "community": "007",
                "product": "=1+1",
                "confidence": 0.123456789012345678,
                "tier_mix": {},
                "required": False,
                "labels": {},
                "min_posts": 1,
            },
            {
                "id": "waves",
                "community": "007",
                "product": "007",
                "repeat": {"times": 2, "every_days": 30, "flex_days": 6},
                "start_earliest": "2027-03-15",
            },
        ],
        "creators": [*map(_creator, range(len(NAMES)), NAMES), {"id": "last", "communities": []}],
        "rotation": {},
        "locks": [{"creator": "a;b", "activation": "waves-1", "mode": "skip", "ship_on": None}],
    }


def _creator(number: int, name: str) -> dict[str, Any]:
    return {
        "id": name,
        "handle": f"{number} {name}",
        "communities": NAMES[number:][:7],
        "followers": 10**10 - number,
        "paid_fee": "123456789.01" if number % 2 else None,
        "labels": {"k": name, name: "v"},
        "accepts": [[], ["paid", "gift"], None][number % 3],
        "embeddedness": 1 / (number + 3),
        "unavailable": [],
    }
