"""The scenario as the planner writes it: one pydantic model per object of the contract, fields and defaults only.

`checks` checks what holds between fields (references, windows that fit, sums) and reports every problem at once.
`semantics` computes what follows from the fields (expanded waves, defaults by authenticity, embeddedness).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from optimizer.scenario.fields import (
    MAX_LIST,
    Budget,
    Day,
    Horizon,
    Identifier,
    Labels,
    Mode,
    Money,
    Objective,
    Posting,
    Probability,
    Product,
    SchemaVersion,
    Shipping,
    Strict,
    Text,
    Tier,
    Weekday,
)

MAX_CREATORS = 100_000
"""No longer list of creators is read."""


class Community(Strict):
    """People who talk to each other about one thing."""

    id: Identifier = Field(description="Name other parts refer to.", examples=["trail-running"])
    name: Text | None = Field(None, description="Title shown to people.", examples=["Trail running"])
    authenticity: Literal["high", "medium", "low"] = Field(
        "medium", description="How much the community dislikes paid posts.", examples=["high"]
    )
    max_paid_share: Probability | None = Field(
        None,
        description="Most paid creators as a share of all creators of an activation (0 to 1); left out: 0.2, 0.5 or "
        "1.0 for high, medium or low authenticity.",
        examples=[0.25],
    )
    min_embeddedness: Probability | None = Field(
        None, description="Creators below it, or unknown, are not used (0 to 1).", examples=[0.3]
    )
    min_gap_days: int = Field(
        0, ge=0, le=3660, description="Free days between two windows of this community.", examples=[14]
    )
    labels: Labels = Field(default_factory=dict, description="Passed through to exports.", examples=[{"lead": "Ana"}])


class TierRange(Strict):
    """How many selected creators of a tier, gifted and paid together."""

    min: int = Field(0, ge=0, le=MAX_CREATORS, description="At least (count).", examples=[1])
    max: int | None = Field(
        None, ge=0, le=MAX_CREATORS, description="At most (count); left out: no limit.", examples=[3]
    )


class Delivery(Strict):
    """When parcels may arrive: mean delivery day in [start − before_days, start + after_days]."""

    before_days: int = Field(7, ge=0, le=366, description="Days before the window's start.", examples=[7])
    after_days: int = Field(0, ge=0, le=366, description="Days after the window's start.", examples=[0])


class Repeat(Strict):
    """Waves `id-1` … `id-times`; wave j starts in [start_earliest + (j−1)·every_days, … + flex_days]."""

    times: int = Field(ge=1, le=366, description="Number of waves (count).", examples=[4])
    every_days: int = Field(ge=1, le=3660, description="Days from one wave's range to the next.", examples=[91])
    flex_days: int = Field(ge=0, le=3660, description="Length of each wave's start range (days).", examples=[13])


class Activation(Strict):
    """One time at which one community is to talk."""

    id: Identifier = Field(description="Name other parts refer to.", examples=["trail-spring"])
    community: Identifier = Field(description="Id of the community.", examples=["trail-running"])
    product: Identifier | None = Field(
        None,
        description="Id of the product sent; may be left out when there is one product.",
        examples=["trail-socks"],
    )
    min_posts: int = Field(
        5,
        ge=1,
        le=1000,
        description="Distinct creators who must post inside the window (count).",
        examples=[5],
    )
    window_days: int = Field(14, ge=1, le=366, description="Length of the window (calendar days).", examples=[14])
    confidence: float = Field(
        0.90,
        gt=0,
        lt=1,
        description="Probability asked for (between 0 and 1, both excluded).",
        examples=[0.9],
    )
    start_earliest: Day | None = Field(
        None, description="First day the window may start; left out: the horizon's.", examples=["2027-03-15"]
    )
    start_latest: Day | None = Field(
        None, description="Last day the window may start; left out: the horizon's.", examples=["2027-04-30"]
    )
    start_weekday: Weekday | Literal["any"] = Field(
        "mon", description="Weekday on which the window may start, or `any`.", examples=["mon"]
    )
    value: int = Field(1, ge=1, le=10**6, description="Weight under `activate_most` (whole number).", examples=[3])
    required: bool = Field(False, description="No plan without this activation.", examples=[True])
    min_paid: int = Field(0, ge=0, le=MAX_CREATORS, description="Fewest paid creators (count).", examples=[1])
    tier_mix: dict[Tier, TierRange] = Field(
        default_factory=dict,
        description="Range of selected creators per tier; a creator without tier counts in none.",
        examples=[{"established": {"min": 1, "max": 3}}],
    )
    delivery: Delivery = Field(
        default_factory=Delivery,
        description="When parcels may arrive.",
        examples=[{"before_days": 7}],
    )
    repeat: Repeat | None = Field(
        None,
        description="Shorthand for several waves.",
        examples=[{"times": 4, "every_days": 91, "flex_days": 13}],
    )
    labels: Labels = Field(
        default_factory=dict, description="Passed through to exports.", examples=[{"wave": "spring"}]
    )


class Comments(Strict):
    """A sample of comments under a creator's posts."""

    sampled: int = Field(ge=0, le=10**9, description="Comments looked at (count).", examples=[400])
    substantive: int = Field(ge=0, le=10**9, description="Of these, comments with substance (count).", examples=[120])
    creator_replies: int = Field(ge=0, le=10**9, description="Replies to substantive comments (count).", examples=[60])


class Span(Strict):
    """Days from `start` to `end`, both included."""

    start: Day = Field(description="First day.", examples=["2027-04-01"])
    end: Day = Field(description="Last day.", examples=["2027-04-12"])


class Creator(Strict):
    """Somebody who may be gifted or paid."""

    id: Identifier = Field(description="Name other parts refer to.", examples=["c001"])
    handle: Text | None = Field(None, description="Public name; shown and exported.", examples=["@fellside_ana"])
    communities: list[Identifier] = Field(
        max_length=1000,
        description="Ids of the communities the creator is part of.",
        examples=[["trail-running"]],
    )
    tier: Tier | None = Field(None, description="Size class.", examples=["nano"])
    followers: Annotated[int, Field(ge=0, le=10**10)] | None = Field(
        None, description="Followers (count); shown and exported, nothing else.", examples=[4200]
    )
    embeddedness: Probability | None = Field(None, description="Standing in the community (0 to 1).", examples=[0.55])
    comments: Comments | None = Field(
        None,
        description="Sample from which embeddedness is derived when it is not given.",
        examples=[{"sampled": 400, "substantive": 120, "creator_replies": 60}],
    )
    organic_rate: Probability | None = Field(
        None,
        description="Chance (0 to 1) of posting when gifted; left out: middle of the band.",
        examples=[0.31],
    )
    paid_fee: Money | None = Field(None, description="Fee for a paid post, in `currency`.", examples=["180.00"])
    paid_reliability: Probability | None = Field(
        None,
        description="Chance (0 to 1) of posting when paid; left out: the posting model's.",
        examples=[0.98],
    )
    accepts: list[Mode] | None = Field(
        None,
        max_length=2,
        description="Narrows what is offered; `[]` leaves the creator out.",
        examples=[["gift"]],
    )
    service: Identifier | None = Field(
        None, description="Id of the shipping service; left out: the first listed.", examples=["tracked48"]
    )
    unavailable: list[Span] = Field(
        default_factory=list,
        max_length=MAX_LIST,
        description="Spans that no window of theirs may overlap.",
        examples=[[{"start": "2027-04-01", "end": "2027-04-12"}]],
    )
    labels: Labels = Field(default_factory=dict, description="Passed through to exports.", examples=[{"agent": "Jo"}])


class Rotation(Strict):
    """Rest between campaigns."""

    rest_days: int = Field(0, ge=0, le=3660, description="Free days between two windows of one creator.", examples=[60])
    max_activations_per_creator: int | None = Field(
        None,
        ge=1,
        le=MAX_LIST,
        description="Most activations per creator (count); left out: no limit.",
        examples=[3],
    )


class Lock(Strict):
    """A decision already taken."""

    creator: Identifier = Field(description="Id of the creator.", examples=["c001"])
    activation: Identifier = Field(description="Id of the activation, expanded where it repeats.", examples=["trail-1"])
    mode: Literal["gift", "paid", "skip"] = Field(
        description="`gift` and `paid` force the activation to be secured with this creator; `skip` leaves them out.",
        examples=["gift"],
    )
    ship_on: Day | None = Field(None, description="Ship day, if that is decided too.", examples=["2027-03-10"])


class Scenario(Strict):
    """Everything groundswell needs to know to plan."""

    schema_version: SchemaVersion = Field(description="Version of this format: 1.", examples=[1])
    name: Text = Field(min_length=1, description="Title.", examples=["Spring launch"])
    currency: str = Field("GBP", pattern="^[A-Z]{3}$", description="ISO 4217 code of all amounts.", examples=["GBP"])
    horizon: Horizon = Field(description="Planning period.", examples=[{"start": "2027-03-01", "end": "2027-05-30"}])
    objective: Objective = Field(
        default_factory=Objective,
        description="What a better plan is.",
        examples=[{"goal": "min_cost"}],
    )
    budget: Budget = Field(default_factory=Budget, description="What may be spent.", examples=[{"total": "6000.00"}])
    products: list[Product] = Field(
        min_length=1,
        max_length=MAX_LIST,
        description="What is sent.",
        examples=[[{"id": "socks", "unit_cost": "28.00"}]],
    )
    shipping: Shipping = Field(
        default_factory=Shipping,
        description="Warehouse and carriers.",
        examples=[{"daily_capacity": 25}],
    )
    posting: Posting = Field(
        default_factory=Posting,
        description="How posts come about.",
        examples=[{"brief_compliance": 0.8}],
    )
    communities: list[Community] = Field(
        min_length=1,
        max_length=MAX_LIST,
        description="Communities to win.",
        examples=[[{"id": "trail-running"}]],
    )
    activations: list[Activation] | None = Field(
        None,
        min_length=1,
        max_length=MAX_LIST,
        description="Activations to plan; left out: one per community, with the community's id.",
        examples=[[{"id": "trail-spring", "community": "trail-running"}]],
    )
    creators: list[Creator] = Field(
        max_length=MAX_CREATORS,
        description="People who may be gifted or paid.",
        examples=[[{"id": "c001", "communities": ["trail-running"]}]],
    )
    rotation: Rotation = Field(
        default_factory=Rotation,
        description="Rest between campaigns.",
        examples=[{"rest_days": 60}],
    )
    locks: list[Lock] = Field(
        default_factory=list,
        max_length=MAX_CREATORS,
        description="Decisions already taken.",
        examples=[[{"creator": "c001", "activation": "trail-spring", "mode": "gift"}]],
    )
