"""What clients are answered: runs, pages of them, and the smaller answers."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from api.problems import ProblemItem
from optimizer.plan import Amount, Plan, Status
from optimizer.scenario.fields import Day

UTC = "2027-03-01T09:30:00.123456Z"


class ScenarioView(BaseModel):
    """Which scenario a run plans."""

    name: str = Field(description="Title of the scenario.", examples=["Spring launch"])
    sha256: str = Field(description="SHA-256 of the scenario as canonical JSON, as in the plan.", examples=["9f2c…"])
    currency: str = Field(description="ISO 4217 code of all amounts.", examples=["GBP"])


class FiguresView(BaseModel):
    """Value and cost, of a plan or of what no plan can beat."""

    value: int | None = Field(description="Total value of secured activations.", examples=[17])
    cost: Amount | None = Field(description="Cost at this value; null while unknown.", examples=["3769.80"])


class SettingsView(BaseModel):
    """How a run is solved."""

    time_limit_seconds: float = Field(description="Time allowed (seconds).", examples=[60.0])
    gap: float = Field(
        description="Cost gap at which a plan counts as optimal (a fraction: 0.001 is 0.1%).", examples=[0.001]
    )
    seed: int = Field(description="Seed of the solver and the simulation.", examples=[1])
    workers: int = Field(description="Solver threads (count).", examples=[1])
    method: str = Field(description="One plain model, decomposed, or auto.", examples=["auto"])


class TimesView(BaseModel):
    """When what happened (UTC)."""

    created: str = Field(description="Accepted.", examples=[UTC])
    started: str | None = Field(description="When its solve was last begun; null while queued.", examples=[UTC])
    ended: str | None = Field(description="In a final state; null before.", examples=[UTC])


class FailureView(BaseModel):
    """Why a run has no answer."""

    code: Literal["solver_died", "out_of_time", "out_of_memory", "scenario_invalid", "internal_error"] = Field(
        description="Stable name.", examples=["solver_died"]
    )
    detail: str = Field(
        description="In a sentence.",
        examples=["The solver's process ended before it had an answer: it was ended by SIGKILL."],
    )


class RunView(BaseModel):
    """A run: where it stands, how good its best plan is and how good any plan can be."""

    id: str = Field(description="Id of the run.", examples=["6d1f0c3a5b7e4f29a8c1d2e3f4a5b6c7"])
    label: str | None = Field(description="The name it was given.", examples=["march-a"])
    state: Literal["queued", "running", "done", "failed", "cancelled"] = Field(
        description="Where it stands; what the plan says is the plan's status.", examples=["running"]
    )
    phase: str | None = Field(
        description="What is being worked on; null before it begins.", examples=["improving the plan"]
    )
    scenario: ScenarioView = Field(description="Which scenario it plans.")
    from_run: str | None = Field(description="The run whose scenario was changed for it.", examples=[None])
    settings: SettingsView = Field(description="How it is solved.")
    incumbent: FiguresView | None = Field(description="Best plan so far; null before there is one.")
    bound: FiguresView | None = Field(description="What no plan can beat, as far as proven; null before it begins.")
    gap: float | None = Field(
        description="Value gap where positive, else cost gap (fractions), so it may rise when the value is proven; "
        "null while unknown.",
        examples=[0.0004],
    )
    status: Status | None = Field(
        description="The plan's status; null until it is proven or final, which may be before the run is done.",
        examples=["optimal"],
    )
    times: TimesView = Field(description="When what happened.")
    attempts: int = Field(description="How often its solve was begun (count).", examples=[1])
    finish_asked: Literal["request", "shutdown"] | None = Field(
        description="Who asked for the best plan so far: `request`, `shutdown`; null if nobody.", examples=[None]
    )
    failure: FailureView | None = Field(description="Why it failed; null unless it has.")
    diagnosis_pending: bool = Field(
        description="Whether the plan of a run that is done awaits a fuller diagnosis in place of its own.",
        examples=[False],
    )


class RunWithPlan(RunView):
    """A run and, once it is done, its plan."""

    plan: Plan | None = Field(description="The plan; null until the run is done.")


class RunPage(BaseModel):
    """Some runs, the newest first."""

    runs: list[RunView] = Field(description="The runs of this page, without their plans.")
    next: str | None = Field(description="Pass it as `cursor` for the next page; null on the last.", examples=[None])


class WarningView(BaseModel):
    """Worth knowing about a scenario; does not block."""

    code: str = Field(description="Stable name.", examples=["default_rates"])
    pointer: str = Field(description="JSON Pointer into the scenario.", examples=["/posting"])
    detail: str = Field(description="What it means for the plan.", examples=["Posting rates are our defaults."])


class ValidationView(BaseModel):
    """What is wrong with a scenario, and what is worth knowing about it."""

    valid: bool = Field(description="Whether it can be planned.", examples=[True])
    scenario: ScenarioView | None = Field(description="The scenario; null where it is not valid.")
    problems: list[ProblemItem] = Field(
        description="Everything that is wrong (the first 1,000); pointers lead into the scenario.", examples=[[]]
    )
    warnings: list[WarningView] = Field(description="Worth knowing.")


class ExampleView(BaseModel):
    """A scenario to start from."""

    name: str = Field(description="Name of the example.", examples=["trail_launch"])
    title: str = Field(description="Title of its scenario.", examples=["Trail launch"])
    activations: int = Field(description="Activations (count).", examples=[1])
    creators: int = Field(description="Creators (count).", examples=[40])
    starts: Day = Field(description="First day of its horizon.", examples=["2027-03-01"])
    href: str = Field(description="Where to get it, as a body ready to POST.", examples=["/v1/examples/trail_launch"])


class ExamplesView(BaseModel):
    """All examples."""

    examples: list[ExampleView] = Field(description="By name.")


class AliveView(BaseModel):
    """The service answers."""

    status: Literal["alive", "ready"] = Field(description="`alive`, or `ready` to take work.", examples=["alive"])
