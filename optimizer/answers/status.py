"""The status of a campaign that has begun: what has happened, what the odds are now, and what would bring them back."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from optimizer.plan import Amount, ScenarioReference, UnitChance, Window
from optimizer.scenario.fields import Day, Mode, SchemaVersion, Strict

WindowState = Literal["before", "open", "over"]
CreatorState = Literal[
    "to_ship",
    "on_the_way",
    "delivered",
    "posted",
    "posted_early",
    "posted_late",
    "asked",
    "agreed",
    "refused",
    "declined",
    "lost",
    "silent",
    "no_parcel",
]


class PlanReference(Strict):
    """Which plan the campaign follows."""

    sha256: str = Field(description="SHA-256 of the plan as groundswell writes it, hexadecimal.", examples=["4be1…"])
    cost: Amount | None = Field(description="Its cost.", examples=["3843.55"])


class Rate(Strict):
    """What silence and posts so far say about the rate at which gifted creators post at all."""

    mean: UnitChance = Field(description="Mean of the posterior (chance, 0 to 1).", examples=[0.27])
    low: UnitChance = Field(description="One tenth of the posterior lies below (chance, 0 to 1).", examples=[0.22])
    high: UnitChance = Field(description="One tenth of the posterior lies above (chance, 0 to 1).", examples=[0.34])
    assumed_low: UnitChance = Field(description="Low end of the band that was assumed.", examples=[0.2])
    assumed_high: UnitChance = Field(description="High end of the band that was assumed.", examples=[0.4])


class Offer(Strict):
    """Somebody to ask for a paid post."""

    creator: str = Field(description="Id of the creator.", examples=["c012"])
    handle: str | None = Field(None, description="Public name.", examples=["@fellside_ana"])
    fee: Amount = Field(description="Fee, due when the creator agrees.", examples=["60.00"])


class Rescue(Strict):
    """The cheapest offers that bring the odds back to the confidence asked for, or as near to it as they go."""

    offers: list[Offer] = Field(description="Whom to ask, the lowest fee first.")
    cost: Amount = Field(description="Sum of the fees if all agree.", examples=["120.00"])
    odds: UnitChance = Field(description="Chance of density if all agree.", examples=[0.93])


class ActivationStatus(Strict):
    """How one activation of the plan stands."""

    activation: str = Field(description="Id, expanded where it repeats.", examples=["trail-spring"])
    community: str = Field(description="Id of its community.", examples=["trail-running"])
    name: str = Field(description="Name of the community, or its id.", examples=["Trail running"])
    window: Window = Field(description="Days in which posts count.")
    state: WindowState = Field(description="Where the day lies: before, in or after the window.", examples=["open"])
    needed: int = Field(description="Posts that make density (count).", examples=[5])
    posted: int = Field(description="People who have posted inside the window (count).", examples=[3])
    outside: int = Field(description="People who have posted outside the window (count).", examples=[1])
    open: int = Field(description="People who may still post inside the window (count).", examples=[9])
    confidence: float = Field(description="Chance of density asked for.", examples=[0.9])
    odds: UnitChance = Field(description="Chance of density as things stand, if nobody more is asked.", examples=[0.81])
    odds_with_recourse: UnitChance = Field(
        description="Chance of density if, on the decision day, the cheapest offers go out that bring the odds back to "
        "the confidence by what is seen then, or as near as they go, and everybody asked agrees. After that "
        "day: with the rescue.",
        examples=[0.96],
    )
    odds_if_never_came: UnitChance | None = Field(
        None,
        description="Chance of density if no parcel that is presumed delivered ever came; null where none of its own "
        "is.",
        examples=[0.62],
    )
    decide_on: Day = Field(
        description="Day on which to decide about offers: the window's end less `paid_prep_days` and the days in hand, "
        "moved back to a working day.",
        examples=["2027-04-13"],
    )
    may_be_asked: int = Field(
        description="People who could still be offered a fee (count), whatever the paid share allows.", examples=[4]
    )
    offers_left: int = Field(description="How many of them the paid share still allows (count).", examples=[2])
    rescue: Rescue | None = Field(
        description="From the decision day on, where the odds are below the confidence and offers help; else null."
    )
    attainable: UnitChance = Field(
        description="Highest chance that offers of this day could bring, within the paid share.", examples=[0.97]
    )


class CreatorStatus(Strict):
    """How one creator of one activation stands."""

    creator: str = Field(description="Id of the creator.", examples=["c001"])
    handle: str | None = Field(None, description="Public name.", examples=["@fellside_ana"])
    activation: str = Field(description="Id of the activation.", examples=["trail-spring"])
    mode: Mode | None = Field(
        description="Gifted or paid as of the day; null for somebody without parcel or fee.", examples=["gift"]
    )
    planned: bool = Field(description="The plan has this creator in this activation.", examples=[True])
    state: CreatorState = Field(
        description="`to_ship`, `on_the_way`, `delivered`, then `posted` (inside the window), `posted_early`, "
        "`posted_late` or, after the window, `silent`; `asked`, `agreed`, `refused` (the fee), `declined` (the gift), "
        "`lost` (the parcel); `no_parcel`: asked, but nothing was sent.",
        examples=["delivered"],
    )
    shipped_on: Day | None = Field(
        description="Day the parcel left; null where it has not, or will not.", examples=["2027-03-30"]
    )
    delivered_on: Day | None = Field(
        description="Day the parcel arrived; null where that is not known.", examples=["2027-04-01"]
    )
    posted_on: Day | None = Field(description="Day of the post; null without one.", examples=["2027-04-09"])
    presumed: list[Literal["shipped", "delivered"]] = Field(
        description="What is taken for granted without an event.", examples=[["shipped"]]
    )
    fee: Amount = Field(description="Fee that is due or, where asked, offered; 0 for a gift.", examples=["0.00"])
    chance: UnitChance = Field(
        description="Chance of a post inside the window: 1 where it has come, 0 where it cannot.", examples=[0.18]
    )


class EventWarning(Strict):
    """Something in the events, or missing from them, that was read in one way and is worth checking."""

    code: str = Field(description="Stable name.", examples=["presumed_shipped"])
    where: str = Field(
        description="Line of the event, as `row 7` or a JSON Pointer; empty where an event is missing.",
        examples=["row 7"],
    )
    creator: str | None = Field(description="Id of the creator.", examples=["c001"])
    activation: str | None = Field(description="Id of the activation.", examples=["trail-spring"])
    detail: str = Field(description="One sentence for people.", examples=["No `shipped` by 30 March: …"])


class CampaignStatus(Strict):
    """How a campaign stands on one day, from a plan and the events so far. No solver is asked."""

    schema_version: SchemaVersion = Field(description="Version of this format: 1.", examples=[1])
    as_of: Day = Field(
        description="The morning of this day: what is dated before it has happened.", examples=["2027-04-13"]
    )
    scenario: ScenarioReference = Field(description="Which scenario the plan answers.")
    plan: PlanReference = Field(description="Which plan the campaign follows.")
    rate: Rate = Field(description="The rate at which gifted creators post at all.")
    activations: list[ActivationStatus] = Field(description="Per activation with a window, in the plan's order.")
    creators: list[CreatorStatus] = Field(description="Per creator and activation: the plan's, then others.")
    spent: Amount = Field(
        description="Product and shipping of the parcels that have left, and fees of windows that are over.",
        examples=["1204.50"],
    )
    committed: Amount = Field(
        description="`spent`, and what follows without another decision: planned parcels, fees planned or agreed.",
        examples=["3843.55"],
    )
    contingent: Amount = Field(description="Fees offered and not yet answered, on top.", examples=["60.00"])
    warnings: list[EventWarning] = Field(description="What is presumed, and what was ignored.")
