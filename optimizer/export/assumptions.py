"""Assumptions left at their defaults, in words with their values."""

from __future__ import annotations

from typing import Any

from optimizer.export import formatting
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario
from optimizer.wording import counted, per_cent

LOW, HIGH = "/posting/organic_rate/low", "/posting/organic_rate/high"
WORDS = {
    LOW: "low end of the posting rate",
    HIGH: "high end of the posting rate",
    "/posting/organic_rate/model": "how the posting rate is shared among creators",
    "/posting/gift_lag/median_days": "median time from delivery to a gifted post",
    "/posting/gift_lag/p90_days": "time from delivery within which nine of ten gifted posts come",
    "/posting/brief_compliance": "share of gifted creators who follow the brief",
    "/posting/hold_decay_per_day": "share of held posts lost per day",
    "/posting/paid_prep_days": "time a paid creator needs from delivery to post",
    "/posting/paid_reliability": "chance that a paid creator posts",
    "/shipping/ship_weekdays": "weekdays on which parcels leave",
    "/shipping/delivery_weekdays": "weekdays on which parcels arrive",
    "/shipping/holiday_calendar": "public holidays",
    "/shipping/services": "shipping services",
}
DAYS = ("median_days", "p90_days", "paid_prep_days")


def words_of(pointer: str) -> str:
    """Return what an assumption is about; the pointer itself where it has no words."""
    return WORDS.get(pointer, pointer)


def value_of(scenario: Scenario, pointer: str) -> str:
    """Return the value in force, for people."""
    value: Any = scenario.model_dump(mode="json")
    *_, name = path = pointer.split("/")[1:]
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    if value is None:
        return formatting.NOTHING
    if isinstance(value, list):
        return ", ".join(item["id"] if isinstance(item, dict) else str(item) for item in value)
    if name in DAYS:
        return f"{value:g} {'day' if value == 1 else 'days'}"
    return per_cent(value) if isinstance(value, float) else str(value)


def assumed(scenario: Scenario, plan: Plan) -> str | None:
    """Return how many assumptions were left at their defaults and what the first is about, None where none was."""
    if not plan.assumptions:
        return None
    left = counted(len(plan.assumptions), "assumption is", "assumptions are")
    first = plan.assumptions[0]
    named = f"the {words_of(first)} ({value_of(scenario, first)})" if first in WORDS else first
    if {LOW, HIGH} <= set(plan.assumptions):
        low, high = (value_of(scenario, end) for end in (LOW, HIGH))
        named = f"the posting rate of {low.removesuffix('%')} to {high}"
    among = "" if len(plan.assumptions) == 1 else "among them "
    return f"{left} left at the default, {among}{named}: replace {'it' if not among else 'them'} with your own data."
