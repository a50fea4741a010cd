"""Schemas and examples: what to send, and something to begin with."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi import Path as PathParameter

from api.bodies import JSON
from api.deps import needs
from api.problems import ApiProblem, documented
from api.requests import ValidationBody
from api.store import Scope
from api.views import ExamplesView, ExampleView
from optimizer.answers.formats import Document
from optimizer.scenario.loading import read_scenario
from optimizer.scenario.schema import schema_text
from optimizer.scenario.semantics import waves

SCHEMA = "application/schema+json"
PACKAGED = Path(__file__).parent.parent / "examples"
CHECKED_OUT = Path(__file__).parent.parent.parent / "scenarios"
router = APIRouter(tags=["documents"], dependencies=[Depends(needs(Scope.READ))])


@router.get(
    "/v1/schemas/{document}",
    response_class=Response,
    responses={200: {"content": {SCHEMA: {"schema": {"type": "object"}}}}, **documented("invalid")},
)
def schema(document: Annotated[Document, PathParameter(description="Which format.")]) -> Response:
    """Show the JSON Schema of a format: every field with its meaning, unit and an example."""
    return Response(_schema_text(document), media_type=SCHEMA)


@router.get("/v1/examples", responses=documented())
def list_examples() -> ExamplesView:
    """List scenarios to begin with."""
    return ExamplesView(examples=list(_examples()))


@router.get("/v1/examples/{name}", response_model=ValidationBody, responses=documented("not_found", "invalid"))
def show_example(
    name: Annotated[str, PathParameter(description="Name of the example.", max_length=100, examples=["trail_launch"])],
) -> Response:
    """Show an example as a body that can be POSTed as it is."""
    if name not in {example.name for example in _examples()}:
        raise ApiProblem("not_found", "There is no such example; GET /v1/examples lists them.")
    scenario = json.loads((_folder() / f"{name}.json").read_text(encoding="utf-8"))
    return Response(json.dumps({"scenario": scenario}, ensure_ascii=False), media_type=JSON)


@cache
def _schema_text(document: Document) -> str:
    return schema_text(document.model())


@cache
def _examples() -> tuple[ExampleView, ...]:
    return tuple(_example(file) for file in sorted(_folder().glob("*.json")))


def _example(file: Path) -> ExampleView:
    scenario = read_scenario(file)
    return ExampleView(
        name=file.stem,
        title=scenario.name,
        activations=len(waves(scenario)),
        creators=len(scenario.creators),
        starts=scenario.horizon.start,
        href=f"/v1/examples/{file.stem}",
    )


def _folder() -> Path:
    """Return where the examples are: inside an installed package, beside it in a checkout."""
    return PACKAGED if PACKAGED.is_dir() else CHECKED_OUT
