"""Certainty for all: one plan for everything at each common confidence that the budget carries."""

from __future__ import annotations

from pydantic import Field

from optimizer.answers.common import Effort, SignedAmount
from optimizer.plan import Amount, ScenarioReference, Status, UnitChance
from optimizer.scenario.fields import SchemaVersion, Strict


class JointPoint(Strict):
    """The cheapest plan of everything at one common confidence."""

    confidence: float | None = Field(
        description="Probability asked for of each activation, where the scenario does not ask for more; null for the "
        "plan as asked.",
        examples=[0.98],
    )
    status: Status = Field(
        description="As in a plan; `infeasible` where rules and budgets rule it out.", examples=["optimal"]
    )
    cost: Amount | None = Field(description="Cost of the plan; null without one.", examples=["4575.60"])
    cost_bound: Amount | None = Field(
        description="No plan of it costs less; null where nothing is proven.", examples=["4571.10"]
    )
    gap: float | None = Field(description="(cost − cost_bound) / cost, a fraction.", examples=[0.001])
    left: SignedAmount | None = Field(description="budget − cost; null where one is.", examples=["424.40"])
    probability_all: UnitChance | None = Field(
        description="Chance that all of them reach their density.", examples=[0.93]
    )
    gifts: int = Field(description="Gifted creators (count).", examples=[61])
    paid: int = Field(description="Paid creators (count).", examples=[9])
    verified: bool = Field(description="The independent verifier found every rule kept.", examples=[True])


class CertaintyTogether(Strict):
    """What the money that is left buys in certainty: all secured activations together, every rule and budget kept."""

    schema_version: SchemaVersion = Field(description="Version of this format: 1.", examples=[1])
    scenario: ScenarioReference = Field(description="Which scenario this answers.")
    budget: Amount | None = Field(description="Total budget; null where there is none.", examples=["5000.00"])
    secured: list[str] = Field(
        description="Ids of the activations that the plan as asked secures, and that all points are about.",
        examples=[["trail-spring"]],
    )
    asked: JointPoint = Field(description="The plan as asked.")
    points: list[JointPoint] = Field(description="By confidence, the lowest first.")
    highest: float | None = Field(description="Highest confidence with a plan; null where none has.", examples=[0.98])
    run: Effort = Field(description="How it was computed.")
