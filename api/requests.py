"""What clients may send: the bodies of all requests."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import any_schema

from optimizer.scenario.fields import ONE_LINE, Money, Strict
from optimizer.scenario.models import Scenario


class _AsScenario:
    """Lets any JSON pass, to be checked with all its problems later, but is documented as the scenario it has to be."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return any_schema()

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(Scenario.__pydantic_core_schema__)


AnyScenario = Annotated[Any, _AsScenario]
Label = Annotated[str, Field(min_length=1, max_length=200, pattern=ONE_LINE)]


class SolveSettings(Strict):
    """How long to search, and how good is good enough."""

    time_limit_seconds: float | None = Field(
        None,
        gt=0,
        le=86_400,
        description="Time for the search (seconds). Default: 60, or the service's longest if that is less; more than "
        "the longest is refused (`time_limit_too_long`).",
        examples=[20],
    )
    gap: float = Field(
        0.001,
        ge=0,
        le=1,
        description="Cost gap at which a plan counts as optimal (a fraction: 0.001 is 0.1%).",
        examples=[0.001],
    )
    seed: int = Field(1, ge=0, le=2**31 - 1, description="Seed of the solver and the simulation.", examples=[1])
    method: Literal["auto", "plain", "decomposed"] = Field(
        "auto", description="One plain model, decomposed, or as the scenario's size suggests.", examples=["auto"]
    )


class PlanBody(Strict):
    """A scenario to be planned at once."""

    scenario: AnyScenario = Field(description="The scenario; its fields: GET /v1/schemas/scenario.")
    settings: SolveSettings = Field(default_factory=SolveSettings, description="Settings of the solve.")


class RunBody(Strict):
    """A scenario to be planned in its turn, and kept."""

    scenario: AnyScenario = Field(description="The scenario; its fields: GET /v1/schemas/scenario.")
    settings: SolveSettings = Field(default_factory=SolveSettings, description="Settings of the solve.")
    label: Label | None = Field(None, description="A name of your own, to find the run by.", examples=["march-a"])


class PatchBody(Strict):
    """What if: the scenario of another run with a JSON Merge Patch (RFC 7396) on it."""

    from_run: str = Field(
        description="Id of the run whose scenario is changed.", max_length=64, pattern=ONE_LINE, examples=["6d1f…"]
    )
    patch: dict[str, Any] = Field(
        description="JSON Merge Patch: fields replace, null removes, lists are replaced whole.",
        examples=[{"budget": {"total": "5000.00"}}],
    )
    settings: SolveSettings | None = Field(
        None, description="Replaces that run's settings as a whole; left out: that run's."
    )
    label: Label | None = Field(None, description="A name of your own, to find the run by.", examples=["march-b"])


class FrontierSettings(Strict):
    """How long to search, and how good is good enough."""

    time_limit_seconds: float | None = Field(
        None,
        gt=0,
        le=86_400,
        description="Time for all budgets together (seconds). Default: the service's longest for immediate plans; more "
        "is refused (`time_limit_too_long`).",
        examples=[20],
    )
    gap: float = Field(
        0.001,
        ge=0,
        le=1,
        description="Cost gap at which a plan counts as optimal (a fraction: 0.001 is 0.1%).",
        examples=[0.001],
    )
    seed: int = Field(1, ge=0, le=2**31 - 1, description="Seed of the solver and the simulation.", examples=[1])


class FrontierBody(Strict):
    """A scenario, and the budgets that are asked about."""

    scenario: AnyScenario = Field(description="The scenario; its fields: GET /v1/schemas/scenario.")
    budgets: list[Money] | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="Total budgets, above 0, each once. Left out: `points` of them are chosen.",
        examples=[["1000.00", "2000.00", "4000.00"]],
    )
    points: int | None = Field(
        None,
        ge=2,
        le=200,
        description="Without `budgets`: the most budgets, from the first activation to all of them; 12 where left out.",
        examples=[12],
    )
    settings: FrontierSettings = Field(default_factory=FrontierSettings, description="Settings of the search.")


class ValidationBody(Strict):
    """A scenario to be checked."""

    scenario: AnyScenario = Field(description="The scenario; its fields: GET /v1/schemas/scenario.")


class EvaluationBody(Strict):
    """A scenario, and a plan made by hand for it."""

    scenario: AnyScenario = Field(description="The scenario; its fields: GET /v1/schemas/scenario.")
    plan: dict[str, Any] = Field(
        description="A plan (GET /v1/schemas/plan), of which `assignments` (creator, activation, mode, ship_on, "
        "window) and `activations` (activation, window) are read.",
        examples=[{"assignments": []}],
    )
    seed: int = Field(1, ge=0, le=2**31 - 1, description="Seed of the simulation.", examples=[1])
