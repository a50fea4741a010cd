"""The cash view of a plan: when the brand pays, for what and to whom, and which share is expected to bring no post."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from optimizer.plan import Amount, CashLine, ScenarioReference
from optimizer.scenario.fields import Day, Month, SchemaVersion, Strict

Event = Literal["parcels shipped", "windows end"]


class CashEntry(Strict):
    """Money that one activation commits on one day: the finest table, of which the others are sums."""

    day: Day = Field(description="A ship day, or the last day of the window.", examples=["2027-03-30"])
    event: Event = Field(
        description="Product and shipping are spent on ship days, fees when windows end.", examples=["parcels shipped"]
    )
    activation: str = Field(description="Id of the activation.", examples=["trail-spring"])
    community: str = Field(description="Id of its community.", examples=["trail-running"])
    parcels: int = Field(description="Parcels shipped (count).", examples=[6])
    product: Amount = Field(description="Units shipped.", examples=["168.00"])
    shipping: Amount = Field(description="Parcels shipped.", examples=["23.70"])
    fees: Amount = Field(description="Fees of the window that ends.", examples=["0.00"])
    total: Amount = Field(description="Sum of the three.", examples=["191.70"])


class CashDay(Strict):
    """Money that is committed on one day."""

    day: Day = Field(description="A ship day, or the last day of a window.", examples=["2027-03-30"])
    event: Event = Field(
        description="Product and shipping are spent on ship days, fees when windows end.", examples=["parcels shipped"]
    )
    parcels: int = Field(description="Parcels shipped (count).", examples=[18])
    product: Amount = Field(description="Units shipped.", examples=["504.00"])
    shipping: Amount = Field(description="Parcels shipped.", examples=["71.10"])
    fees: Amount = Field(description="Fees of the windows that end.", examples=["0.00"])
    total: Amount = Field(description="Sum of the three.", examples=["575.10"])
    cumulative: Amount = Field(description="Everything up to and including this line.", examples=["575.10"])


class CashMonth(CashLine):
    """A month against its budget."""

    cap: Amount | None = Field(description="Its budget; null where it is not capped.", examples=["1500.00"])


class CashPart(Strict):
    """Money of one community in one month."""

    month: Month = Field(description="Calendar month.", examples=["2027-03"])
    community: str = Field(description="Id of the community.", examples=["trail-running"])
    product: Amount = Field(description="Units shipped.", examples=["280.00"])
    shipping: Amount = Field(description="Parcels shipped.", examples=["39.50"])
    fees: Amount = Field(description="Fees of windows that end.", examples=["0.00"])
    total: Amount = Field(description="Sum of the three.", examples=["319.50"])


class Return(Strict):
    """What money is expected to bring."""

    product: Amount = Field(description="Units sent.", examples=["392.00"])
    shipping: Amount = Field(description="Parcels sent.", examples=["67.15"])
    fees: Amount = Field(description="Fees of paid creators.", examples=["240.00"])
    total: Amount = Field(description="Sum of the three.", examples=["699.15"])
    gifts: int = Field(description="Gifted creators (count).", examples=[14])
    paid: int = Field(description="Paid creators (count).", examples=[3])
    expected_posts: float = Field(description="Expected posts inside the windows (count).", examples=[7.1])
    expected_posts_outside: float = Field(description="Expected posts outside of them (count).", examples=[0.8])
    silent_gifts: float = Field(
        description="Gifts expected to yield no post at all, inside the window or outside (count).", examples=[9.6]
    )
    waste: Amount = Field(
        description="Product and shipping of gifts expected to yield no post at all: the sum over gifts of (product + "
        "shipping) × (1 − chance of a post inside − chance of one outside), rounded half up per community.",
        examples=["314.20"],
    )
    cost_per_expected_post: Amount | None = Field(
        description="total / expected_posts, rounded half up; null where no post is expected.", examples=["98.47"]
    )


class CommunityReturn(Return):
    """What the money of one community is expected to bring."""

    community: str = Field(description="Id of the community.", examples=["trail-running"])
    name: str = Field(description="Its name, or its id.", examples=["Trail running"])


class CashView(Strict):
    """Where the money of a plan goes; every table sums to the plan's totals to the minor unit."""

    schema_version: SchemaVersion = Field(description="Version of this format: 1.", examples=[1])
    scenario: ScenarioReference = Field(description="Which scenario the plan answers.")
    days: list[CashDay] = Field(description="By day; a ship day that is also a window's end has two lines.")
    months: list[CashMonth] = Field(description="Per month with any spend, in order.")
    parts: list[CashPart] = Field(description="Per month and community with any spend, in order.")
    communities: list[CommunityReturn] = Field(
        description="Per community with anybody in the plan, in the scenario's order."
    )
    totals: Return = Field(description="The whole plan; every sum, and the waste, is that of the communities.")
    budget: Amount | None = Field(
        default=None, description="Total budget of the scenario; null where there is none.", examples=["3900.00"]
    )
    entries: list[CashEntry] = Field(
        default_factory=list, description="By day and activation; the finest table, for other programs."
    )
