"""The price of certainty: what each activation costs at each confidence."""

from __future__ import annotations

from pydantic import Field

from optimizer.answers.common import Effort
from optimizer.plan import Amount, ScenarioReference, Status, UnitChance
from optimizer.scenario.fields import SchemaVersion, Strict


class CertaintyPoint(Strict):
    """The cheapest plan of one activation at one confidence."""

    confidence: float = Field(description="Probability asked for.", examples=[0.9])
    status: Status = Field(
        description="As in a plan; `infeasible` where the network cannot do it.", examples=["optimal"]
    )
    probability: UnitChance | None = Field(description="Exact probability reached.", examples=[0.9004])
    cost: Amount | None = Field(description="Cost of the cheapest plan; null without one.", examples=["795.10"])
    cost_bound: Amount | None = Field(
        description="No plan of it costs less; null where nothing is proven.", examples=["795.10"]
    )
    gap: float | None = Field(description="(cost − cost_bound) / cost, a fraction.", examples=[0.0])
    gifts: int = Field(description="Gifted creators (count).", examples=[14])
    paid: int = Field(description="Paid creators (count).", examples=[3])


class CertaintyCurve(Strict):
    """One activation at all confidences, the lowest first; its cost never falls."""

    activation: str = Field(description="Id, expanded where it repeats.", examples=["trail-spring"])
    community: str = Field(description="Id of its community.", examples=["trail-running"])
    min_posts: int = Field(description="Posts asked for (count).", examples=[5])
    confidence: float = Field(description="Probability the scenario asks for.", examples=[0.9])
    points: list[CertaintyPoint] = Field(description="By confidence.")
    asked: CertaintyPoint | None = Field(
        None, description="At the confidence that the scenario asks for; null in answers that do not say."
    )


class PriceOfCertainty(Strict):
    """What certainty costs: each activation planned alone, without a total or monthly budget, all other rules kept."""

    schema_version: SchemaVersion = Field(description="Version of this format: 1.", examples=[1])
    scenario: ScenarioReference = Field(description="Which scenario this answers.")
    confidences: list[float] = Field(description="Confidences, the lowest first.", examples=[[0.8, 0.9, 0.95]])
    activations: list[CertaintyCurve] = Field(description="Per activation, in the scenario's order.")
    totals: list[Amount | None] = Field(
        description="Per confidence: sum over activations; null where one has no cost.",
        examples=[["3402.10", "3796.60", "4205.35"]],
    )
    asked_total: Amount | None = Field(
        None, description="Sum over activations, each as asked for; null where one has no cost.", examples=["3796.60"]
    )
    run: Effort = Field(description="How it was computed.")
