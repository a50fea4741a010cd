"""How posts come about: the assumptions of the posting model, as the planner writes them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from optimizer.scenario.fields import Probability, Strict


class OrganicRate(Strict):
    """How often gifted creators post at all: an assumption to replace by own data."""

    low: Probability = Field(0.20, description="Low end of the band (chance, 0 to 1).", examples=[0.2])
    high: Probability = Field(0.40, description="High end of the band (chance, 0 to 1).", examples=[0.4])
    model: Literal["shared", "independent", "worst_case"] = Field(
        "shared",
        description="`shared`: one unknown rate, uniform over the band, common to all gifted creators. `independent`: "
        "every creator on their own rate. `worst_case`: the band's low end.",
        examples=["shared"],
    )


class GiftLag(Strict):
    """Days from delivery to a gifted creator's natural post, lognormal: an assumption to replace by own data."""

    median_days: float = Field(8, gt=0, le=120, description="Median (days).", examples=[8])
    p90_days: float = Field(21, gt=0, le=1000, description="90th percentile (days), above the median.", examples=[21])


class Posting(Strict):
    """How posts come about; every default is an assumption to replace by own data."""

    organic_rate: OrganicRate = Field(
        default_factory=OrganicRate,
        description="Chance that a gifted creator posts.",
        examples=[{"low": 0.2}],
    )
    gift_lag: GiftLag = Field(
        default_factory=GiftLag,
        description="Delay of gifted posts (days).",
        examples=[{"median_days": 8}],
    )
    brief_compliance: Probability = Field(
        0.8,
        description="Chance (0 to 1) that a gifted creator follows the brief and holds an early post.",
        examples=[0.8],
    )
    hold_decay_per_day: float = Field(
        0.015,
        ge=0,
        lt=1,
        description="Share of held posts lost per day of holding (0 to 1).",
        examples=[0.015],
    )
    paid_prep_days: int = Field(
        3, ge=0, le=366, description="Days a paid creator needs from delivery to post.", examples=[3]
    )
    paid_reliability: Probability = Field(
        0.97, description="Chance (0 to 1) that a paid creator posts.", examples=[0.97]
    )
