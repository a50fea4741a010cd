"""A scenario that has nothing yet but the creators of a list: everything else is a placeholder, and said to be one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from optimizer.errors import Notice

WEEKS = 12


def skeleton(name: str, currency: str, today: date) -> tuple[dict[str, Any], Notice]:
    """Return a scenario without creators, and what has to be filled in.

    Parameters
    ----------
    name
        Of the scenario.
    currency
        ISO 4217 code.
    today
        The horizon begins on the Monday after it.
    """
    start = today + timedelta(days=7 - today.weekday())
    end = start + timedelta(weeks=WEEKS, days=-1)
    document = {
        "schema_version": 1,
        "name": name,
        "currency": currency,
        "horizon": {"start": start.isoformat(), "end": end.isoformat()},
        "products": [{"id": "product", "unit_cost": "0"}],
        "communities": [],
        "creators": [],
    }
    detail = f"Placeholders to fill in: the horizon ({start} to {end}), and a product that costs nothing."
    return document, Notice("placeholders", "", detail)
