"""JSON Schemas of the formats: every field with a description, its unit and an example.

The published schemas are the text this module makes; a test holds them to the code.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def json_schema(model: type[BaseModel]) -> Schema:
    """Return the JSON Schema (draft 2020-12) of what `model` accepts.

    A field that is an object and lacks a description of its own is given that object's. A field that is an object, or
    a list of objects, and lacks an example is given the one that the examples of its parts make up.
    """
    schema = model.model_json_schema(by_alias=True, mode="validation")
    definitions = schema.get("$defs", {})
    for owner in (schema, *definitions.values()):
        for part in owner.get("properties", {}).values():
            if "$ref" in part:
                part.setdefault("description", definitions[_name(part)]["description"])
            part.setdefault("examples", [example(part, definitions)])
    return {"$schema": DIALECT, **schema}


def schema_text(model: type[BaseModel]) -> str:
    """Return the JSON Schema of `model` as indented JSON with a final newline."""
    return json.dumps(json_schema(model), indent=2, ensure_ascii=False) + "\n"


def _name(part: Schema) -> str:
    return str(part["$ref"]).rpartition("/")[2]


def example(part: Schema, definitions: dict[str, Schema]) -> Any:
    """Return an example of `part`: its own, or one put together from the examples inside it."""
    if part.get("examples"):
        return part["examples"][0]
    if "$ref" in part:
        return example(definitions[_name(part)], definitions)
    if "anyOf" in part:
        return example(part["anyOf"][0], definitions)
    if part.get("type") == "array":
        return [example(part["items"], definitions)] if "items" in part else []
    return {name: example(field, definitions) for name, field in part.get("properties", {}).items()}
