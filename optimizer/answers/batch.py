"""Jobs of a batch: what each asks for, the figures of its plan, and the record kept once it has ended."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from optimizer.plan import Amount, Status, UnitChance
from optimizer.scenario.fields import SchemaVersion, Strict

Ending = Literal[
    "optimal", "feasible", "infeasible", "unknown", "bad_input", "solver_died", "failed", "interrupted", "open"
]
FINAL: frozenset[Ending] = frozenset({"optimal", "feasible", "infeasible", "unknown"})
"""Endings that are final: a job with one of them is not solved again."""


class JobRequest(Strict):
    """What a job asks for: a scenario with a budget, a confidence and settings."""

    key: str = Field(description="Name of the job and of its files.", examples=["spring-b2000-s1-3f1c92ab07de"])
    scenario: str = Field(description="Scenario file, as the folder or the manifest names it.", examples=["a.json"])
    name: str | None = Field(description="Title of the scenario; null where it cannot be read.", examples=["Spring"])
    label: str | None = Field(description="Label of the manifest's row.", examples=["base case"])
    currency: str | None = Field(description="ISO 4217 code of all amounts.", examples=["GBP"])
    budget: Amount | None = Field(description="Total budget; null where there is no plan.", examples=["2000.00"])
    confidence: float | None = Field(
        description="Probability asked for of every activation; null where they differ.", examples=[0.9]
    )
    seed: int = Field(description="Seed of the solver and the simulation.", examples=[1])
    time_limit: float = Field(description="Time allowed (seconds).", examples=[60.0])
    gap_allowed: float = Field(description="Cost gap at which a plan counts as optimal (a fraction).", examples=[0.001])


class JobFigures(Strict):
    """How a job ended and the figures of its plan, null where there is no plan."""

    outcome: Ending = Field(
        description="The plan's status; or `bad_input`, `solver_died` (or was stopped for its time or memory), "
        "`failed` (an internal error or a failed verification), `interrupted` (with the best plan so far), "
        "`open` (not solved yet).",
        examples=["optimal"],
    )
    status: Status | None = Field(None, description="As in the plan.", examples=["optimal"])
    value: int | None = Field(None, description="Total value of secured activations.", examples=[5])
    value_bound: int | None = Field(None, description="No plan reaches more value than this.", examples=[5])
    value_gap: float | None = Field(
        None, description="(value_bound − value) / max(1, value_bound), a fraction.", examples=[0.0]
    )
    cost: Amount | None = Field(None, description="Cost of the plan.", examples=["4250.10"])
    least_cost: Amount | None = Field(
        None, description="Cost of the cheapest plan of this value.", examples=["4211.35"]
    )
    cost_bound: Amount | None = Field(
        None, description="No plan of this value costs less; null until the value is proven.", examples=["4210.00"]
    )
    cost_gap: float | None = Field(
        None, description="(least_cost − cost_bound) / least_cost, a fraction.", examples=[0.0003]
    )
    gap: float | None = Field(None, description="value_gap where positive, else cost_gap.", examples=[0.0003])
    secured: int | None = Field(None, description="Secured activations (count).", examples=[4])
    activations: int | None = Field(None, description="Activations, repeats expanded (count).", examples=[5])
    not_secured: str | None = Field(
        None, description="Ids of the activations that are not secured, separated by commas.", examples=["sourdough"]
    )
    gifts: int | None = Field(None, description="Gifted creators (count).", examples=[94])
    paid: int | None = Field(None, description="Paid creators (count).", examples=[6])
    expected_posts: float | None = Field(
        None, description="Expected posts inside their windows (count).", examples=[32.4]
    )
    probability_all: UnitChance | None = Field(
        None,
        description="Chance that every secured activation reaches its density; null where none is secured.",
        examples=[0.71],
    )
    verified: bool | None = Field(
        None, description="The plan was judged by the independent verifier and keeps every rule.", examples=[True]
    )
    plan: str | None = Field(None, description="Plan file, in the batch's folder.", examples=["plans/a-s1-3f1c.json"])
    message: str = Field("", description="What is worth saying about it, one sentence.", examples=[""])


class JobRecord(Strict):
    """The record of a job that has ended, as its file in the folder of the batch holds it."""

    schema_version: SchemaVersion = Field(description="Version of this format: 1.", examples=[1])
    key: str = Field(description="Name of the job.", examples=["spring-b2000-s1-3f1c92ab07de"])
    found: JobFigures = Field(description="Outcome and figures of the job.")
    wall_seconds: float | None = Field(description="Time used (seconds); null without a plan.", examples=[4.2])


class JobRow(Strict):
    """One line of the summary of a batch."""

    asked: JobRequest = Field(description="The job.")
    found: JobFigures = Field(description="Outcome and figures of the job.")
