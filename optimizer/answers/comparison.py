"""Plans side by side: the first is the baseline, the others differ from it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from optimizer.answers.common import SignedAmount
from optimizer.plan import Amount, ScenarioReference, Status, UnitChance, Window
from optimizer.scenario.fields import Day, Mode, Month, SchemaVersion, Strict


class KeyFigures(Strict):
    """A plan in the figures that are compared."""

    name: str = Field(description="What it is called here: a file, a label or a run.", examples=["spreadsheet"])
    scenario: ScenarioReference = Field(description="Which scenario it answers.")
    status: Status = Field(description="As in the plan.", examples=["feasible"])
    searched: bool = Field(
        True, description="A search made the plan; of others status and gap say nothing.", examples=[False]
    )
    verified: bool = Field(description="Every check of its certificate is ok.", examples=[False])
    broken: list[str] = Field(description="Rule ids its certificate says it breaks.", examples=[["density"]])
    value: int | None = Field(description="Total value of secured activations.", examples=[0])
    secured: int = Field(description="Secured activations (count).", examples=[0])
    planned: int = Field(description="Activations with a window (count).", examples=[5])
    activations: int = Field(description="Activations of the scenario (count).", examples=[5])
    cost: Amount | None = Field(description="Product + shipping + fees.", examples=["2509.85"])
    product: Amount | None = Field(description="Units sent.", examples=["2114.00"])
    shipping: Amount | None = Field(description="Parcels sent.", examples=["395.85"])
    fees: Amount | None = Field(description="Fees of paid creators.", examples=["0.00"])
    budget: Amount | None = Field(None, description="Total budget; null for none, or unsaid.", examples=["6000.00"])
    left: SignedAmount | None = Field(None, description="budget − cost; null where one is.", examples=["3490.15"])
    gifts: int = Field(description="Gifted creators (count).", examples=[79])
    paid: int = Field(description="Paid creators (count).", examples=[0])
    expected_posts: float = Field(description="Expected posts inside their windows (count).", examples=[22.4])
    probability_all: UnitChance | None = Field(
        description="Chance that every secured activation reaches its density; null where none is secured.",
        examples=[0.71],
    )
    embeddedness: float | None = Field(description="Sum of embeddedness over assignments.", examples=[30.1])
    gap: float | None = Field(description="Proven gap; null where nothing is proven.", examples=[None])


class FieldDifference(Strict):
    """A field in which two scenarios differ."""

    pointer: str = Field(description="JSON Pointer; list items by id.", examples=["/budget/total"])
    baseline: str | None = Field(
        description="Value there as JSON, shortened; null where absent.", examples=['"6000.00"']
    )
    other: str | None = Field(description="Value here as JSON, shortened; null where absent.", examples=['"5000.00"'])


class ActivationSide(Strict):
    """An activation in one of the plans."""

    secured: bool = Field(description="Its density is reached with the confidence asked for.", examples=[True])
    window: Window | None = Field(description="Its window; null when not planned.")
    probability: UnitChance = Field(description="Exact probability of its density.", examples=[0.9012])
    gifts: int = Field(description="Gifted creators (count).", examples=[22])
    paid: int = Field(description="Paid creators (count).", examples=[1])
    cost: Amount | None = Field(description="Product + shipping + fees.", examples=["862.30"])


class ActivationDifference(Strict):
    """What becomes of one activation in both plans."""

    activation: str = Field(description="Id of the activation.", examples=["trail-spring"])
    community: str = Field(description="Id of its community.", examples=["trail-running"])
    change: Literal["gained", "lost", "moved", "other people", "same"] = Field(
        description="`gained`, `lost`: secured only in this plan, only in the baseline. `moved`: another window. "
        "`other people`: same window, or a window in one of the plans only, and other assignments. `same`: the same "
        "people in the same way; what they cost and how likely they are may differ where the scenarios do.",
        examples=["gained"],
    )
    baseline: ActivationSide | None = Field(description="In the baseline; null where its scenario lacks it.")
    other: ActivationSide | None = Field(description="In this plan; null where its scenario lacks it.")
    probability_change: float | None = Field(description="Probability here − there.", examples=[0.4521])
    cost_change: SignedAmount | None = Field(description="Cost here − there.", examples=["310.20"])


class AssignmentSide(Strict):
    """A creator's part in one of the plans."""

    mode: Mode = Field(description="Gifted or paid.", examples=["gift"])
    ship_on: Day = Field(description="Day the parcel leaves.", examples=["2027-03-30"])
    cost: Amount = Field(description="Product + shipping + fee.", examples=["31.95"])


class CreatorDifference(Strict):
    """A creator whose part in an activation changes."""

    creator: str = Field(description="Id of the creator.", examples=["c001"])
    activation: str = Field(description="Id of the activation.", examples=["trail-spring"])
    change: Literal["joins", "leaves", "mode", "ship day", "cost"] = Field(
        description="What changes; the first that applies.", examples=["joins"]
    )
    baseline: AssignmentSide | None = Field(description="In the baseline; null where not part of it.")
    other: AssignmentSide | None = Field(description="In this plan; null where not part of it.")


class WaterfallStep(Strict):
    """One bar of the way from the baseline's cost to the other's."""

    step: Literal["baseline", "product", "shipping", "fees", "other"] = Field(
        description="`baseline` and `other` are whole costs, the rest are changes.", examples=["fees"]
    )
    change: SignedAmount = Field(description="Height of the bar.", examples=["1210.00"])
    after: SignedAmount = Field(description="Level the bar ends at.", examples=["3719.85"])


class MonthDifference(Strict):
    """Committed cash of a month in both plans."""

    month: Month = Field(description="Calendar month.", examples=["2027-03"])
    baseline: Amount = Field(description="Total of the month in the baseline.", examples=["1980.00"])
    other: Amount = Field(description="Total of the month in this plan.", examples=["2210.40"])
    change: SignedAmount = Field(description="Here − there.", examples=["230.40"])


class Difference(Strict):
    """How one plan differs from the baseline."""

    name: str = Field(description="Which plan.", examples=["ours"])
    value: int | None = Field(description="Value here − there.", examples=[17])
    secured: int = Field(description="Secured activations here − there (count).", examples=[5])
    cost: SignedAmount | None = Field(description="Cost here − there.", examples=["1334.60"])
    product: SignedAmount | None = Field(description="Product here − there.", examples=["-90.00"])
    shipping: SignedAmount | None = Field(description="Shipping here − there.", examples=["-15.40"])
    fees: SignedAmount | None = Field(description="Fees here − there.", examples=["1440.00"])
    gifts: int = Field(description="Gifted creators here − there (count).", examples=[-30])
    paid: int = Field(description="Paid creators here − there (count).", examples=[18])
    expected_posts: float = Field(description="Expected posts here − there (count).", examples=[9.7])
    embeddedness: float | None = Field(None, description="Embeddedness here − there.", examples=[-3.2])
    scenario: list[FieldDifference] = Field(description="Fields in which the scenarios differ; empty for the same.")
    scenario_known: bool = Field(
        description="`scenario` is complete: the scenarios are the same, or both were given. Where false, only "
        "their SHA-256 shows that they differ.",
        examples=[True],
    )
    activations: list[ActivationDifference] = Field(description="Per activation, in the scenario's order.")
    creators: list[CreatorDifference] = Field(description="Assignments that change, by activation and creator id.")
    waterfall: list[WaterfallStep] = Field(
        description="From the baseline's cost to this one's; empty where one of the plans is none."
    )
    cash: list[MonthDifference] = Field(
        description="Per month with any spend in either plan; empty where one of the plans is none."
    )


class Comparison(Strict):
    """Plans side by side, all in one currency."""

    schema_version: SchemaVersion = Field(description="Version of this format: 1.", examples=[1])
    currency: str = Field(description="ISO 4217 code of all amounts.", examples=["GBP"])
    plans: list[KeyFigures] = Field(description="The baseline first.")
    differences: list[Difference] = Field(description="One for each plan after the baseline.")
