"""The OpenAPI document: committed, complete, true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator

from api.app import bare_app
from api.openapi import EXAMPLES, document, document_text
from api.problems import KINDS, ApiProblem, answer, invalid
from api.store.errors import DatabaseUnavailable
from optimizer.errors import Problem

COMMITTED = Path(__file__).parents[2] / "api" / "openapi.json"
DOCUMENT = document(bare_app())


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def test_the_committed_document_is_the_one_of_the_code() -> None:
    assert COMMITTED.read_text("utf-8") == document_text(bare_app())


def test_the_service_shows_the_committed_document(client: TestClient) -> None:
    assert client.get("/openapi.json").json() == json.loads(COMMITTED.read_text("utf-8"))


def test_every_body_has_an_example_that_is_what_it_says() -> None:
    seen = set()
    for name, operation in operations():
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            continue
        for label, example in content["examples"].items():
            assert example == {"$ref": f"#/components/examples/{label}"}, name
            validator(content["schema"]).validate(DOCUMENT["components"]["examples"][label]["value"])
            seen.add(label)
    assert seen == set(EXAMPLES)


def test_every_answer_with_a_body_has_an_example_that_is_what_it_says() -> None:
    for name, operation in operations():
        for status, answered in operation["responses"].items():
            for kind, content in answered.get("content", {}).items():
                if kind in ("text/event-stream", "text/plain", "application/schema+json"):
                    continue
                shown = [example["value"] for example in content.get("examples", {}).values()]
                shown += [content["example"]] if "example" in content else []
                assert shown, (name, status)
                for value in shown:
                    validator(content["schema"]).validate(value)
                    assert kind != "application/problem+json" or str(value["status"]) == status


def test_every_operation_says_what_it_does() -> None:
    for name, operation in operations():
        assert operation["description"].strip().endswith("."), name
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (name, parameter["name"])


@pytest.mark.parametrize("code", KINDS)
def test_every_problem_has_one_shape(code: str) -> None:
    wrong = Problem("missing_field", "/scenario/horizon", "this field is required", "Add it.")
    told = answer(ApiProblem(code, "What is wrong.", problems=[wrong], headers={"Retry-After": "1"}), "r-1")
    assert told.status_code == KINDS[code].status
    assert told.media_type == "application/problem+json"
    assert told.headers["Retry-After"] == "1"
    content = json.loads(bytes(told.body))
    validator({"$ref": "#/components/schemas/ProblemDetails"}).validate(content)
    assert set(content) == {"type", "title", "status", "code", "detail", "request_id", "problems"}
    assert content["type"] == f"urn:groundswell:problem:{code}"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("PATCH", "/v1/runs", 405, "method_not_allowed"),
        ("GET", "/v1/runs/nobody/finish", 405, "method_not_allowed"),
        ("GET", "/v1/runs?limit=0", 422, "invalid"),
        ("GET", "/v1/runs?limit=many", 422, "invalid"),
        ("GET", "/v1/runs/nobody", 404, "not_found"),
        ("GET", "/v1/runs/" + "x" * 65, 422, "invalid"),
        ("POST", "/v1/plans", 415, "unsupported_media_type"),
    ],
)
def test_what_the_framework_refuses_has_the_same_shape(
    client: TestClient, method: str, path: str, status: int, code: str
) -> None:
    told = client.request(method, path)
    assert (told.status_code, told.json()["code"]) == (status, code)
    assert told.headers["content-type"] == "application/problem+json"
    validator({"$ref": "#/components/schemas/ProblemDetails"}).validate(told.json())
    assert told.json()["request_id"] == told.headers["X-Request-ID"]


def test_who_asks_wrongly_is_told_every_method(client: TestClient) -> None:
    assert client.put("/v1/runs").headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert client.put("/v1/runs/nobody").headers["Allow"] == "DELETE, GET, HEAD, OPTIONS"


def test_a_bug_of_ours_tells_nothing_of_the_inside(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **options: object) -> None:  # noqa: ARG001
        raise RuntimeError("SELECT secret FROM /home/somebody/groundswell.sqlite")

    monkeypatch.setattr("api.store.Store.runs", broken)
    told = client.get("/v1/runs")
    assert (told.status_code, told.json()["code"]) == (500, "internal_error")
    assert not any(word in told.text for word in ("SELECT", "secret", "home", "Traceback", "RuntimeError"))


def test_a_database_that_does_not_answer_is_told(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*arguments: object, **options: object) -> None:  # noqa: ARG001
        raise DatabaseUnavailable("The database at /secret/place does not answer.")

    monkeypatch.setattr("api.store.Store.runs", away)
    told = client.get("/v1/runs")
    assert (told.status_code, told.json()["code"]) == (503, "unavailable")
    assert "secret" not in told.text
    assert told.headers["Retry-After"]


def test_json_that_is_none_is_told_apart_from_json_that_is_wrong() -> None:
    assert invalid([Problem("not_json", "", "line 1", "Mend it.")]).code == "not_json"
    assert invalid([Problem("duplicate_field", "", "twice", "Keep one.")]).code == "invalid"
