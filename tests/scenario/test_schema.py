"""The published schemas: equal to what the code makes, complete, and of one mind with the reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from optimizer.answers.formats import Document as Format
from optimizer.scenario.models import Scenario
from optimizer.scenario.schema import json_schema, schema_text
from tests.builders import Document, document, refusals

FOLDER = Path(__file__).parents[2] / "scenarios" / "schema"
FORMATS = [(each.value, each.model()) for each in Format]


def fields(schema: Document) -> Iterator[tuple[str, Document]]:
    for owner, part in [("", schema), *schema["$defs"].items()]:
        for name, field in part.get("properties", {}).items():
            yield f"{owner}.{name}", field


@pytest.mark.parametrize(("name", "model"), FORMATS)
def test_the_published_schema_is_the_one_of_the_code(name: str, model: type[BaseModel]) -> None:
    assert (FOLDER / f"{name}.schema.json").read_text("utf-8") == schema_text(model)


def test_no_other_schema_is_published() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.schema.json" for name, _ in FORMATS}


@pytest.mark.parametrize(("name", "model"), FORMATS)
def test_every_field_has_a_description_and_an_example_that_fits(name: str, model: type[BaseModel]) -> None:
    schema = json_schema(model)
    Draft202012Validator.check_schema(schema)
    found = dict(fields(schema))
    assert len(found) > 15, name
    for place, field in found.items():
        assert field.get("description"), place
        assert field.get("examples"), place
        validator = Draft202012Validator({**field, "$defs": schema["$defs"]})
        for example in field["examples"]:
            assert not list(validator.iter_errors(example)), place


@pytest.mark.parametrize(("name", "model"), FORMATS)
def test_unknown_fields_are_refused_everywhere(name: str, model: type[BaseModel]) -> None:
    schema = json_schema(model)
    objects = [part for part in (schema, *schema["$defs"].values()) if "properties" in part]
    assert all(part["additionalProperties"] is False for part in objects), name


@pytest.mark.parametrize(
    ("changes", "good"),
    [
        ({}, True),
        ({"creators__0__folowers": 3}, False),
        ({"horizon__start": "1 March"}, False),
        ({"budget__total": "-5"}, False),
        ({"budget__total": "1e3"}, False),
        ({"budget__total": 5.5}, True),
        ({"activations__0__start_weekday": "any"}, True),
        ({"activations__0__confidence": 1}, False),
        ({"products": []}, False),
        ({"name": ...}, False),
    ],
)
def test_schema_and_reader_agree(changes: dict[str, Any], good: bool) -> None:
    data = document(**changes)
    assert Draft202012Validator(json_schema(Scenario)).is_valid(data) is good
    assert (refusals(data) == []) is good
