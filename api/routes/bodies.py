"""How the OpenAPI document is told of bodies that are read here and not by the framework."""

from __future__ import annotations

from typing import Any

from api.bodies import JSON

BODY_PROBLEMS = (
    "not_json",
    "body_too_slow",
    "body_too_large",
    "unsupported_media_type",
    "invalid",
    "too_many_creators",
    "busy",
)


def json_body(*models: str) -> dict[str, Any]:
    """Return the documentation of a body that is one of these models, each with its example."""
    references = [{"$ref": f"#/components/schemas/{name}"} for name in models]
    schema = references[0] if len(references) == 1 else {"oneOf": references}
    examples = {name: {"$ref": f"#/components/examples/{name}"} for name in models}
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema, "examples": examples}}}}
