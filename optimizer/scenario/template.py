"""The scenario that a new file begins with: a small complete example, which solves as it stands.

Everybody and everything in it is made up, and named so; the sheets of a new workbook show every default as well.
"""

from __future__ import annotations

from typing import Any

from optimizer.errors import Notice
from optimizer.wording import counted

EXAMPLE = "example"
"""What the ids of the example's creators begin with."""

_CREATORS = (
    ("nano", 2_300, 0.42, "60.00"),
    ("nano", 3_900, 0.38, "75.00"),
    ("nano", 4_800, 0.51, "80.00"),
    ("nano", 5_200, 0.29, "85.00"),
    ("nano", 6_700, 0.47, "95.00"),
    ("emerging", 12_400, 0.36, "140.00"),
    ("emerging", 18_900, 0.33, "175.00"),
    ("nano", 1_700, 0.55, None),
    ("nano", 2_900, 0.61, None),
    ("nano", 4_100, 0.44, None),
    ("emerging", 21_500, 0.27, None),
    ("established", 61_000, 0.31, None),
)
"""Tier, followers, embeddedness and fee of each example."""


def template() -> dict[str, Any]:
    """Return the scenario document that a new file begins with."""
    return {
        "schema_version": 1,
        "name": "My campaign",
        "currency": "GBP",
        "horizon": {"start": "2027-03-01", "end": "2027-05-30"},
        "budget": {"total": "1500.00", "monthly": {"2027-03": "1200.00"}},
        "products": [{"id": "trail-socks", "unit_cost": "28.00", "stock": [{"on": "2027-03-01", "units": 60}]}],
        "shipping": {
            "daily_capacity": 20,
            "holiday_calendar": "GB-ENG",
            "closed_dates": ["2027-04-06"],
            "services": [{"id": "tracked-48", "cost": "3.95", "transit_days": {"2": 0.7, "3": 0.25, "5": 0.05}}],
        },
        "communities": [{"id": "trail-running", "name": "Trail running", "authenticity": "medium", "min_gap_days": 0}],
        "activations": [
            {
                "id": "trail-spring",
                "community": "trail-running",
                "product": "trail-socks",
                "min_posts": 5,
                "window_days": 14,
                "confidence": 0.9,
                "start_weekday": "mon",
                "value": 1,
                "required": False,
                "min_paid": 0,
                "delivery": {"before_days": 7, "after_days": 0},
            }
        ],
        "creators": [_creator(number, *one) for number, one in enumerate(_CREATORS, start=1)],
        "locks": [{"creator": f"{EXAMPLE}-12", "activation": "trail-spring", "mode": "skip"}],
    }


def examples_left(document: Any) -> list[Notice]:
    """Return a notice where creators of the example are still in a document: nobody can send them a parcel."""
    creators = document.get("creators") if isinstance(document, dict) else None
    listed = creators if isinstance(creators, list) else []
    ids = [str(each.get("id")) for each in listed if isinstance(each, dict)]
    left = [each for each in ids if each.startswith(f"{EXAMPLE}-")]
    if not left:
        return []
    among = "" if len(left) == len(ids) else f" among {len(ids):,}"
    who = f"{counted(len(left), 'creator')}{among}, {left[0]}" + ("" if len(left) == 1 else f" to {left[-1]}")
    return [Notice("example_creators", "/creators", f"{who}: examples of a new file, to be replaced by your own.")]


def _creator(number: int, tier: str, followers: int, embeddedness: float, fee: str | None) -> dict[str, Any]:
    creator: dict[str, Any] = {
        "id": f"{EXAMPLE}-{number:02d}",
        "handle": f"@{EXAMPLE}_{number:02d}",
        "communities": ["trail-running"],
        "tier": tier,
        "followers": followers,
        "embeddedness": embeddedness,
    }
    if fee is not None:
        creator["paid_fee"] = fee
    if number == 1:
        creator["unavailable"] = [{"start": "2027-04-12", "end": "2027-04-18"}]
    return creator
