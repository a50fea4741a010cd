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
    pointer: str = Field(description="JSON Pointer of the field.", examples=["/shipping/daily_capacity"])
    from_: str | float | int | None = Field(alias="from", description="Value in the scenario.", examples=[20])
    to: str | float | int | None = Field(description="Value one step looser.", examples=[21])
    status: Status = Field(description="Of the plan of the looser scenario.", examples=["optimal"])
    value: int = Field(description="Value of the looser scenario's best known plan.", examples=[17])
    value_gain: int = Field(description="Value it has more; never negative.", examples=[2])
    value_gain_bound: int | None = Field(
        description="One step looser buys no more value than this over what was found; null where unknown.",
        examples=[2],
    )
    cost: Amount = Field(description="Cost of the looser scenario's best known plan.", examples=["3770.80"])
    cost_change: SignedAmount = Field(
        description="Cost of that plan minus cost of the scenario's own.", examples=["-12.40"]
    )
    gained: list[str] = Field(
        description="Ids of activations secured only with the looser limit.", examples=[["pilates"]]
    )
    gap: float | None = Field(description="Gap of the looser scenario's plan, as in a plan.", examples=[0.0])
    verified: bool = Field(description="That plan was judged by the independent verifier.", examples=[True])


class CostOfLimits(Strict):
    """What each limit that binds costs: the scenario solved again with it one step looser."""

    schema_version: SchemaVersion = Field(description="Version of this format: 1.", examples=[1])
    scenario: ScenarioReference = Field(description="Which scenario this answers.")
    status: Status = Field(description="Of the scenario's own plan.", examples=["optimal"])
    value: int = Field(description="Value of the scenario's own plan.", examples=[15])
    cost: Amount = Field(description="Least cost found for the scenario's own plan.", examples=["3783.20"])
    gap: float | None = Field(description="Gap of the scenario's own plan.", examples=[0.0004])
    limits: list[LooserLimit] = Field(description="Limits that bind, one step looser each.")
    run: Effort = Field(description="How it was computed.")
