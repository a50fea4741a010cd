"""The budget frontier: what every budget buys, proven."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from optimizer.answers.common import Effort
from optimizer.plan import Amount, ScenarioReference, Status, UnitChance
from optimizer.scenario.fields import SchemaVersion, Strict


class NextStep(Strict):
    """The smallest addition to a budget for which the search has a plan of more value."""

    budget: Amount = Field(description="Total budget that pays for a plan of more value.", examples=["4120.00"])
    more: Amount = Field(description="How much more that is than the point's budget.", examples=["320.00"])
    value: int = Field(description="Value of that plan.", examples=[14])
    gain: int = Field(description="Value it has more than the point's plan.", examples=[3])
    marginal_value: float = Field(
        description="gain / more: value per unit of currency (1/currency unit).", examples=[0.0094]
    )
    at_least: Amount | None = Field(
        description="No budget below this buys more value than the point's plan has; null where it is not proven.",
        examples=["4116.35"],
    )


class FrontierPoint(Strict):
    """The best plan of one budget, and how good any plan of it can be."""

    budget: Amount = Field(description="Total budget.", examples=["3800.00"])
    status: Status = Field(description="As in a plan.", examples=["optimal"])
    value: int | None = Field(description="Total value of secured activations; null without a plan.", examples=[11])
    value_bound: int | None = Field(description="No plan within the budget has more value.", examples=[11])
    value_gap: float | None = Field(
        description="(value_bound − value) / max(1, value_bound), a fraction.", examples=[0.0]
    )
    cost: Amount | None = Field(description="Cost of the cheapest plan of that value.", examples=["3633.70"])
    cost_bound: Amount | None = Field(
        description="No plan of this value costs less; null until the value is proven.", examples=["3631.05"]
    )
    cost_gap: float | None = Field(description="(cost − cost_bound) / cost, a fraction.", examples=[0.0007])
    gap: float | None = Field(description="value_gap where positive, else cost_gap.", examples=[0.0007])
    secured: list[str] = Field(description="Ids of secured activations, in the scenario's order.", examples=[["trail"]])
    gifts: int = Field(description="Gifted creators (count).", examples=[41])
    paid: int = Field(description="Paid creators (count).", examples=[9])
    expected_posts: float = Field(description="Expected posts inside their windows (count).", examples=[19.8])
    probability_all: UnitChance | None = Field(
        description="Chance that every secured activation reaches its density; null where none is secured.",
        examples=[0.71],
    )
    least_confidence_margin: float | None = Field(
        description="Smallest probability − confidence among secured activations; null where none is.",
        examples=[0.0004],
    )
    next_step: NextStep | None = Field(
        description="Cheapest step to more value; null where the search has no plan of more."
    )
    verified: bool = Field(
        description="The plan of this point was judged by the independent verifier.", examples=[True]
    )


class Frontier(Strict):
    """What each budget buys, from the smallest to the largest; a larger budget is never worse."""

    schema_version: SchemaVersion = Field(description="Version of this format: 1.", examples=[1])
    scenario: ScenarioReference = Field(description="Which scenario this answers.")
    goal: Literal["activate_most"] = Field(
        description="Every point asks for most value within its budget, then least cost, whatever the scenario's goal.",
        examples=["activate_most"],
    )
    most_value: int = Field(description="Value of all activations together.", examples=[17])
    points: list[FrontierPoint] = Field(description="By budget.")
    run: Effort = Field(description="How it was computed.")
