"""The OpenAPI document: the framework's, with the bodies that the service reads by itself."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.problems import ProblemDetails
from api.requests import EvaluationBody, FrontierBody, PatchBody, PlanBody, RunBody, ValidationBody
from optimizer.scenario.schema import example

BODIES: tuple[type[BaseModel], ...] = (PlanBody, RunBody, PatchBody, ValidationBody, EvaluationBody, FrontierBody)
REFERENCE = "#/components/schemas/"
DESCRIPTION = (
    "Scenarios in, certified plans out. Amounts are decimal texts in the scenario's currency, times are UTC, "
    "every answer that is no success is a problem (RFC 9457) with a stable `code`."
)
SCENARIO: dict[str, Any] = {
    "schema_version": 1,
    "name": "Trail socks",
    "horizon": {"start": "2027-03-01", "end": "2027-05-02"},
    "products": [{"id": "socks", "unit_cost": "28.00"}],
    "communities": [{"id": "trail-running", "authenticity": "high"}],
    "activations": [
        {"id": "trail-spring", "community": "trail-running", "min_posts": 2, "window_days": 14, "confidence": 0.8}
    ],
    "creators": [
        {"id": f"c{number:02}", "communities": ["trail-running"], "embeddedness": 0.5, "paid_fee": f"{60 + number}.00"}
        for number in range(1, 16)
    ],
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "PlanBody": {"scenario": SCENARIO, "settings": {"time_limit_seconds": 10}},
    "RunBody": {"scenario": SCENARIO, "label": "march-a"},
    "PatchBody": {
        "from_run": "6d1f0c3a5b7e4f29a8c1d2e3f4a5b6c7",
        "patch": {"budget": {"total": "400.00"}},
        "label": "march-b",
    },
    "ValidationBody": {"scenario": SCENARIO},
    "FrontierBody": {"scenario": SCENARIO, "budgets": ["200.00", "400.00"], "settings": {"time_limit_seconds": 10}},
    "EvaluationBody": {
        "scenario": SCENARIO,
        "plan": {
            "assignments": [
                {
                    "creator": "c01",
                    "activation": "trail-spring",
                    "mode": "gift",
                    "ship_on": "2027-03-02",
                    "window": {"start": "2027-03-08", "end": "2027-03-21"},
                }
            ]
        },
    },
}


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of the application, made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title="groundswell", version=version("groundswell"), description=DESCRIPTION, routes=app.routes
        )
        components = made.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        for name, schema in _body_schemas().items():
            schemas.setdefault(name, schema)
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        components["examples"] = {name: {"value": value} for name, value in EXAMPLES.items()}
        for path in made["paths"].values():
            for operation in path.values():
                _show_answers(operation, schemas)
        app.openapi_schema = made
    return app.openapi_schema


def document_text(app: FastAPI) -> str:
    """Return the OpenAPI document as it is committed."""
    return json.dumps(document(app), indent=2, ensure_ascii=False) + "\n"


def _body_schemas() -> dict[str, Any]:
    models = [(model, "validation") for model in (*BODIES, ProblemDetails)]
    _, made = models_json_schema(models, ref_template=REFERENCE + "{model}")  # type: ignore[arg-type]
    definitions: dict[str, Any] = made["$defs"]
    return definitions


def _show_answers(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Take out answers that are never given, and give an example of every other one."""
    answers = operation["responses"]
    unshaped = answers.get("422", {}).get("content", {}).get("application/json")
    if unshaped is not None:
        del answers["422"]["content"]["application/json"]
        if not answers["422"]["content"]:
            del answers["422"]
    for answer in answers.values():
        for content in answer.get("content", {}).values():
            schema = content.get("schema", {})
            if "$ref" in schema and "examples" not in content:
                content["example"] = example(schema, schemas)
