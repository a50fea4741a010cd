"""The families of benchmark scenarios and the ranges everything in them is drawn from.

What a family asks for is in `FAMILIES`; what is common to all of them (fees by tier, rates, services) stands beside it.
Money is whole pounds unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

FamilyName = Literal["S", "M", "L", "XL", "Y"]
WideName = Literal["W", "WW"]
WIDE: tuple[WideName, ...] = ("W", "WW")
Range = tuple[float, float]


@dataclass(frozen=True)
class Family:
    """What the scenarios of one family have in common.

    Attributes
    ----------
    weeks
        First and last week, counted from the horizon's start, that an activation is aimed at.
    flex_weeks
        Weeks by which the latest start of a window lies after its earliest.
    waves, every_weeks
        How often each activation repeats, and at which interval.
    budget_for_value
        The budget pays for about this share of the total value; None for all of it.
    budget_slack
        Budget as a multiple of what that costs, drawn from this range; None for no budget.
    capacity_use
        Share of the parcel places that the parcels needed will take, drawn from this range; None for no capacity.
    two_lots
        Stock arrives in two lots, the second when about half of the parcels have left.
    month_slack
        Monthly caps as multiples of what the aimed schedule spends, drawn from this range; None for no caps.
    """

    communities: int
    creators: int
    start: date
    days: int
    goal: Literal["min_cost", "activate_most"]
    products: int
    min_posts: tuple[int, int]
    weeks: tuple[int, int]
    flex_weeks: int
    waves: int = 1
    every_weeks: int = 0
    budget_for_value: float | None = None
    budget_slack: Range | None = None
    capacity_use: Range | None = None
    two_lots: bool = False
    month_slack: Range | None = None
    rotation: Mapping[str, int] | None = None
    tier_mix: Mapping[str, Mapping[str, int]] | None = None


SPRING = date(2027, 3, 1)

FAMILIES: Mapping[FamilyName, Family] = {
    "S": Family(4, 60, SPRING, 84, "min_cost", 2, (4, 6), (2, 7), 2, budget_slack=(1.1, 1.3)),
    "M": Family(10, 60, SPRING, 84, "min_cost", 1, (4, 6), (2, 6), 1, capacity_use=(0.72, 0.9), two_lots=True),
    "L": Family(
        *(30, 200, SPRING, 90, "activate_most", 3, (4, 6), (2, 9), 3),
        budget_for_value=0.7,
        budget_slack=(1.0, 1.0),
        capacity_use=(0.68, 0.85),
        month_slack=(1.05, 1.2),
    ),
    "XL": Family(
        *(50, 1000, SPRING, 90, "activate_most", 5, (5, 8), (2, 9), 3),
        budget_for_value=0.7,
        budget_slack=(1.0, 1.0),
        capacity_use=(0.68, 0.85),
        month_slack=(1.05, 1.2),
    ),
    "Y": Family(
        *(12, 150, date(2027, 1, 4), 361, "activate_most", 3, (4, 6), (2, 7), 1),
        waves=6,
        every_weeks=8,
        budget_for_value=0.7,
        budget_slack=(1.0, 1.0),
        capacity_use=(0.68, 0.85),
        rotation={"rest_days": 60, "max_activations_per_creator": 3},
        tier_mix={"emerging": {"min": 3}, "established": {"max": 2}},
    ),
}


@dataclass(frozen=True)
class TierDraw:
    """How creators of a tier are drawn: share of all, followers (log-uniform), fee (log-normal, clipped, pounds)."""

    share: float
    followers: tuple[int, int]
    fee_median: int
    fee: tuple[int, int]


TIERS: Mapping[str, TierDraw] = {
    "nano": TierDraw(0.6, (1_000, 10_000), 110, (50, 250)),
    "emerging": TierDraw(0.3, (10_000, 50_000), 340, (150, 800)),
    "established": TierDraw(0.1, (50_000, 250_000), 1_100, (600, 2_000)),
}
FEE_SIGMA = 0.4
PAYABLE = 0.6
"""Share of creators with a fee; the others take gifts only."""
PAID_ONLY = 0.05
"""Share of the payable who accept no gifts."""
RATE = (0.20, 0.40)
UNIT_COST = (20, 50)
AWAY = 0.1
"""Share of creators with a span of days on which they are not available."""
AWAY_DAYS = (5, 14)
WINDOWS = {14: 2, 21: 1}
"""Length of a window in days: how often."""
CONFIDENCE = (0.85, 0.90)
AUTHENTICITY = {"high": 3, "medium": 2, "low": 1}
VALUE = (1, 10)

SERVICES: tuple[Mapping[str, Any], ...] = (
    {"id": "tracked-48", "cost": "3.95", "transit_days": {"2": 0.7, "3": 0.25, "5": 0.05}},
    {"id": "tracked-24", "cost": "4.95", "transit_days": {"1": 0.85, "2": 0.12, "3": 0.03}},
    {"id": "courier", "cost": "7.50", "transit_days": {"1": 0.97, "2": 0.03}},
)
SERVICE_SHARES = {"tracked-48": 0.7, "tracked-24": 0.2, "courier": 0.1}
