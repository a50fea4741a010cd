"""What a limit costs: what one step looser would buy."""

from __future__ import annotations

from pydantic import Field

from optimizer.answers.common import Effort, SignedAmount
from optimizer.plan import Amount, ScenarioReference, Status
from optimizer.scenario.fields import SchemaVersion, Strict


class LooserLimit(Strict):
    """One limit, one step looser, solved anew."""

    limit: str = Field(description="Rule id of the limit.", examples=["daily_capacity"])
    subject: str = Field(description="What was changed, for people.", examples=["Parcels a day"])
    why: str = Field(
        description="How the plan uses it up, or why it may stand in the way, for people.",
        examples=["full (20 parcels) on 12 of 14 ship days: 2027-03-22, 2027-03-23, 2027-03-24, …"],
    )
    pointer: str = Field(description="JSON Pointer of the field.", examples=["/shipping/daily_capacity"])
    from_: str | float | int | None = Field(alias="from", description="Value in the scenario.", examples=[20])
    to: str | float | int | None = Field(description="Value one step looser.", examples=[22])
    status: Status = Field(
        description="Of the best plan of the looser scenario: `optimal` or `feasible`.", examples=["optimal"]
    )
    value: int = Field(description="Value of the best plan of the looser scenario.", examples=[17])
    value_gain: int = Field(description="Value it has more; never negative.", examples=[2])
    value_gain_bound: int | None = Field(
        description="No plan of the looser scenario has more value than the scenario's own plan by more than this; "
        "null where nothing is proven.",
        examples=[2],
    )
    cost: Amount = Field(description="Cost of the best plan of the looser scenario.", examples=["3770.80"])
    cost_change: SignedAmount = Field(
        description="Cost of that plan minus cost of the scenario's own; never positive where `value_gain` is 0, "
        "else the price of the gain.",
        examples=["-12.40"],
    )
    cost_change_bound: SignedAmount | None = Field(
        description="Where `value_gain` is 0: no plan of that value changes the cost by less, that is saves more; null "
        "where nothing is proven, and where there is a gain.",
        examples=["-15.10"],
    )
    gained: list[str] = Field(
        description="Ids of activations secured only with the looser limit.", examples=[["pilates"]]
    )
    lost: list[str] = Field(
        description="Ids of activations that only the scenario's own plan secures.", examples=[["sourdough"]]
    )
    gap: float | None = Field(description="Gap of the looser scenario's plan, as in a plan.", examples=[0.0])
    verified: bool = Field(description="That plan was judged by the independent verifier.", examples=[True])


class CostOfLimits(Strict):
    """What each limit that binds costs: the scenario solved again with it one step looser."""

    schema_version: SchemaVersion = Field(description="Version of this format: 1.", examples=[1])
    scenario: ScenarioReference = Field(description="Which scenario this answers.")
    status: Status = Field(
        description="Of the scenario's own plan; `infeasible` or `unknown` where there is none.", examples=["optimal"]
    )
    value: int | None = Field(description="Value of the scenario's own plan; null without one.", examples=[15])
    value_bound: int | None = Field(description="No plan of the scenario has more value.", examples=[15])
    cost: Amount | None = Field(description="Cost of the cheapest plan of the scenario as it is.", examples=["3783.20"])
    cost_bound: Amount | None = Field(
        description="No plan of that value costs less; null until the value is proven.", examples=["3781.70"]
    )
    gap: float | None = Field(description="Gap of the scenario's own plan.", examples=[0.0004])
    limits: list[LooserLimit] = Field(
        description="Limits that bind or may stand in the way, one step looser each; limits of all first."
    )
    run: Effort = Field(description="How it was computed.")
