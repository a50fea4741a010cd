"""What we answer: the plan and its parts. Data only, no solver and no rendering.

Amounts are decimal strings with all decimals of the currency; where there is no plan they are null.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from optimizer.scenario.fields import Day, Mode, Month, SchemaVersion, SignedAmount, Strict

Amount = Annotated[str, Field(pattern=r"^\d+(\.\d+)?$")]
Status = Literal["optimal", "feasible", "infeasible", "unknown"]
UnitChance = Annotated[float, Field(ge=0, le=1)]


class ScenarioReference(Strict):
    """Which scenario the plan answers."""

    name: str = Field(description="Title of the scenario.", examples=["Spring launch"])
    sha256: str = Field(
        description="SHA-256 of the scenario as canonical JSON (fields as given, keys sorted), hexadecimal.",
        examples=["9f2c…"],
    )
    currency: str = Field(description="ISO 4217 code of all amounts.", examples=["GBP"])


class OpenReason(Strict):
    """A limit that leaves a part of the gap open."""

    limit: str = Field(
        description="Rule id of the limit; `density`: whether other people would do is not proven; `time_limit`: the "
        "search ended before it could tell.",
        examples=["budget_month"],
    )
    where: str = Field(
        description="As in `binding`; of stock with the lot waited for, `plan` for the whole.", examples=["2027-04"]
    )
    detail: str = Field(
        description="One sentence for people.",
        examples=["The cap of 2027-04, £800.00: cheaper teams found for trail-2 break it; …"],
    )
    share: UnitChance = Field(
        description="Part of the gap that it leaves open, a fraction as `gap`; all shares sum to `gap` within 1e-9, to "
        "1 where there is no plan.",
        examples=[0.0002],
    )


class ObjectiveReport(Strict):
    """How good the plan is and how good any plan can be."""

    goal: Literal["activate_most", "min_cost"] = Field(description="The scenario's goal.", examples=["min_cost"])
    value: int | None = Field(description="Total value of secured activations.", examples=[5])
    value_bound: int | None = Field(description="No plan reaches more value than this.", examples=[5])
    value_gap: float | None = Field(
        description="(value_bound − value) / max(1, value_bound), a fraction.", examples=[0.0]
    )
    least_cost: Amount | None = Field(description="Cost of the cheapest plan of this value.", examples=["4211.35"])
    cost_bound: Amount | None = Field(
        description="No plan of this value costs less; null until the value is proven.", examples=["4210.00"]
    )
    cost_gap: float | None = Field(description="(least_cost − cost_bound) / least_cost, a fraction.", examples=[0.0003])
    gap: float | None = Field(description="value_gap where positive, else cost_gap.", examples=[0.0003])
    embeddedness: float | None = Field(
        description="Sum of embeddedness over assignments (unknown counts 0).", examples=[41.7]
    )
    open: list[OpenReason] = Field(
        default_factory=list,
        description="Why a gap is open, largest share first; empty where it is closed, and in plans that do not say.",
    )


class Totals(Strict):
    """The plan in a few figures; every total equals the sum of its lines."""

    cost: Amount | None = Field(description="Product + shipping + fees.", examples=["4250.10"])
    product: Amount | None = Field(description="Units sent.", examples=["2800.00"])
    shipping: Amount | None = Field(description="Parcels sent.", examples=["395.00"])
    fees: Amount | None = Field(description="Fees of paid creators.", examples=["1055.10"])
    budget: Amount | None = Field(None, description="Total budget; null for none, or unsaid.", examples=["6000.00"])
    left: SignedAmount | None = Field(None, description="budget − cost; null where one is.", examples=["1749.90"])
    gifts: int = Field(description="Gifted creators (count).", examples=[94])
    paid: int = Field(description="Paid creators (count).", examples=[6])
    expected_posts: float = Field(description="Expected posts inside their windows (count).", examples=[32.4])
    probability_all: UnitChance | None = Field(
        description="Chance that every secured activation reaches its density; null where none is secured.",
        examples=[0.71],
    )
    secured_distribution: list[UnitChance] = Field(
        description="Chance that exactly 0, 1, … n of the n secured activations reach their density.",
        examples=[[0.01, 0.09, 0.9]],
    )


class Window(Strict):
    """Days in which posts count, both ends included."""

    start: Day = Field(description="First day.", examples=["2027-04-05"])
    end: Day = Field(description="Last day.", examples=["2027-04-18"])


class ActivationResult(Strict):
    """What becomes of one activation."""

    activation: str = Field(description="Id, expanded where it repeats.", examples=["trail-spring"])
    community: str = Field(description="Id of its community.", examples=["trail-running"])
    secured: bool = Field(description="Density is reached with at least the confidence asked for.", examples=[True])
    window: Window | None = Field(description="Its window; null when not planned.")
    min_posts: int = Field(description="Posts asked for (count).", examples=[5])
    confidence: float = Field(description="Probability asked for.", examples=[0.9])
    probability: UnitChance = Field(description="Exact probability of at least min_posts.", examples=[0.9012])
    expected_posts: float = Field(description="Expected posts inside the window (count).", examples=[7.9])
    expected_posts_outside: float = Field(description="Expected posts outside the window (count).", examples=[1.2])
    post_distribution: list[UnitChance] = Field(
        description="Exact chance of 0, 1, 2, … posts inside the window.", examples=[[0.001, 0.007, 0.03]]
    )
    gifts: int = Field(description="Gifted creators (count).", examples=[22])
    paid: int = Field(description="Paid creators (count).", examples=[1])
    cost: Amount | None = Field(
        description="Product + shipping + fees of this activation; null where there is no plan.", examples=["862.30"]
    )


class Assignment(Strict):
    """One creator in one activation."""

    creator: str = Field(description="Id of the creator.", examples=["c001"])
    activation: str = Field(description="Id of the activation.", examples=["trail-spring"])
    mode: Mode = Field(description="Gifted or paid.", examples=["gift"])
    ship_on: Day = Field(description="Day the parcel leaves.", examples=["2027-03-30"])
    expected_delivery: Day = Field(description="Ship day + mean transit, rounded up.", examples=["2027-04-02"])
    window: Window = Field(description="The activation's window.")
    post_probability: UnitChance = Field(
        description="Chance of a post inside the window at the middle of the rate band.", examples=[0.26]
    )
    embeddedness: float | None = Field(description="Standing in the community; null when unknown.", examples=[0.55])
    product: Amount = Field(description="Cost of the unit.", examples=["28.00"])
    shipping: Amount = Field(description="Cost of the parcel.", examples=["3.95"])
    fee: Amount = Field(description="Fee; 0 for a gift.", examples=["0.00"])
    cost: Amount = Field(description="Product + shipping + fee.", examples=["31.95"])


class CashLine(Strict):
    """What a month carries."""

    month: Month = Field(description="Calendar month.", examples=["2027-03"])
    product: Amount = Field(description="Units shipped in it.", examples=["560.00"])
    shipping: Amount = Field(description="Parcels shipped in it.", examples=["79.00"])
    fees: Amount = Field(description="Fees of windows that end in it.", examples=["0.00"])
    total: Amount = Field(description="Sum of the three.", examples=["639.00"])
    cap: Amount | None = Field(None, description="Budget of the month; null for none, or unsaid.", examples=["800.00"])


class BindingLimit(Strict):
    """A limit that the plan uses up."""

    limit: str = Field(description="Rule id of the limit.", examples=["daily_capacity"])
    where: str = Field(description="Day, month, product, creator or activation it binds at.", examples=["2027-03-30"])
    detail: str = Field(description="How far it is used, for people.", examples=["25 of 25 parcels"])


class WarningNote(Strict):
    """Something worth knowing that does not block."""

    code: str = Field(description="Stable name.", examples=["embeddedness_unknown"])
    pointer: str = Field(description="JSON Pointer into the scenario.", examples=["/creators/4"])
    detail: str = Field(description="One sentence for people.", examples=["No comments were sampled."])


class Check(Strict):
    """One rule, judged by the independent verifier."""

    rule: str = Field(description="Rule id.", examples=["budget_total"])
    ok: bool = Field(description="The plan keeps it.", examples=[True])
    detail: str = Field(description="What was compared.", examples=["£4,250.10 of £6,000.00"])


class SimulatedActivation(Strict):
    """How often an activation reached its density in the simulation."""

    activation: str = Field(description="Id of the activation.", examples=["trail-spring"])
    probability: UnitChance = Field(description="Share of draws with at least min_posts.", examples=[0.9003])
    standard_error: float = Field(
        description="√(p·(1−p)/draws) at the exact probability p (same unit).", examples=[0.0021]
    )


class Simulation(Strict):
    """Day-by-day simulation of the whole plan, independent of the exact figures."""

    draws: int = Field(description="Simulated campaigns (count).", examples=[20000])
    seed: int = Field(description="Seed of the generator.", examples=[1])
    activations: list[SimulatedActivation] = Field(description="Per secured activation.")


class Certificate(Strict):
    """The independent verifier's judgement."""

    verified: bool = Field(description="Every check is ok.", examples=[True])
    checks: list[Check] = Field(description="Rule by rule.")
    simulation: Simulation | None = Field(description="Null when there was nothing to simulate.")


class Blocked(Strict):
    """A limit that stands in the way."""

    activation: str | None = Field(description="Id, or null for the scenario as a whole.", examples=["sourdough"])
    limit: str = Field(description="Rule id of the limit.", examples=["network"])
    detail: str = Field(description="One or two sentences for people.", examples=["All 31 creators reach 0.84."])
    attainable: str | float | int | None = Field(
        description="What would be attainable under it, or sufficient in its place.", examples=[0.84]
    )


class WayOut(Strict):
    """A single change that was tried by solving."""

    pointer: str = Field(description="JSON Pointer of the field to change.", examples=["/budget/total"])
    from_: str | float | int | bool | None = Field(
        alias="from", description="Value now; null where the field is not given.", examples=["2000.00"]
    )
    to: str | float | int | bool | None = Field(
        description="Value that helps; null takes the limit away.", examples=["2413.20"]
    )
    effect: str = Field(description="What it brings, for people.", examples=["sourdough is secured as well."])
    verified: bool = Field(description="There is a verified plan of the changed scenario.", examples=[True])
    subject: str = Field("", description="What is changed, for people.", examples=["Largest paid share of trail"])
    change: str = Field("", description="The change, for people.", examples=["20% (default) → 34%"])


class Diagnosis(Strict):
    """Why something was not reached and the cheapest single ways out."""

    blocked: list[Blocked] = Field(description="Limits in the way, per activation.")
    ways_out: list[WayOut] = Field(description="Single changes, each checked by solving.")
    complete: bool = Field(True, description="Whether every limit was asked about in the time given.", examples=[True])
    not_asked: list[str] = Field(
        default_factory=list,
        description="Limits about which the time given did not tell, by rule.",
        examples=[["budget_month"]],
    )


class Run(Strict):
    """How the plan was computed; the only part that may differ between equal runs."""

    seed: int = Field(description="Seed of the solver and the simulation.", examples=[1])
    time_limit_seconds: float = Field(description="Time allowed (seconds).", examples=[60.0])
    wall_seconds: float = Field(description="Time used (seconds).", examples=[4.2])
    workers: int = Field(description="Solver threads (count).", examples=[2])
    method: str = Field(description="How it was solved.", examples=["plain"])
    versions: dict[str, str] = Field(description="Versions of what took part.", examples=[{"ortools": "9.15.6755"}])


class Plan(Strict):
    """The answer to one scenario."""

    schema_version: SchemaVersion = Field(description="Version of this format: 1.", examples=[1])
    scenario: ScenarioReference = Field(description="Which scenario this answers.")
    status: Status = Field(
        description="`optimal`: value proven and cost within the requested gap. `feasible`: a verified plan, gaps as "
        "reported. `infeasible`: proven. `unknown`: no plan found in the time given.",
        examples=["optimal"],
    )
    objective: ObjectiveReport = Field(description="How good it is.")
    totals: Totals = Field(description="In a few figures.")
    activations: list[ActivationResult] = Field(description="Per activation, in the scenario's order.")
    assignments: list[Assignment] = Field(description="Per creator and activation.")
    cash: list[CashLine] = Field(description="Per month with any spend, in order.")
    binding: list[BindingLimit] = Field(description="Limits that are used up.")
    assumptions: list[str] = Field(
        description="JSON Pointers of posting and shipping assumptions left at their defaults.",
        examples=[["/posting/brief_compliance"]],
    )
    warnings: list[WarningNote] = Field(description="Worth knowing.")
    certificate: Certificate = Field(description="The independent judgement.")
    diagnosis: Diagnosis | None = Field(description="Why something was not reached; null when all was.")
    run: Run = Field(description="How it was computed.")


def to_json(document: Strict) -> str:
    """Return a plan or an answer as the text that commands write.

    Parameters
    ----------
    document
        A `Plan`, or an answer of `optimizer.answers`.

    Returns
    -------
    str
        Indented JSON with a final newline; equal documents give equal bytes.
    """
    return document.model_dump_json(by_alias=True, indent=2) + "\n"
