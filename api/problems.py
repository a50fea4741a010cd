"""Errors over HTTP: one shape (RFC 9457), one list of codes.

Only these sentences ever reach a client: no path, no SQL, no traceback.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from itertools import islice
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from optimizer.errors import GroundswellError, Problem
from optimizer.scenario.validation_errors import MOST_FAULTS, excerpt

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:groundswell:problem:"
REQUEST_ID = "5f0c4a1e9d3b4c7f8a6e2d1b0c9f8e7d"


@dataclass(frozen=True)
class Kind:
    """One kind of problem: its status and what it is called."""

    status: int
    title: str


KINDS: Mapping[str, Kind] = {
    "bad_request": Kind(400, "The request cannot be followed"),
    "not_json": Kind(400, "The body is not JSON"),
    "host_not_allowed": Kind(400, "The service is open on this machine only"),
    "unauthorized": Kind(401, "An API key is needed"),
    "scope_missing": Kind(403, "The API key does not allow this"),
    "not_found": Kind(404, "There is no such thing"),
    "method_not_allowed": Kind(405, "This cannot be done here"),
    "client_gone": Kind(499, "The client went away"),
    "body_too_slow": Kind(408, "The body did not arrive in time"),
    "request_unanswered": Kind(409, "The first request with this key is still being answered"),
    "run_has_ended": Kind(409, "The run has ended"),
    "run_without_plan": Kind(409, "The run has no plan"),
    "body_too_large": Kind(413, "The body is too large"),
    "unsupported_media_type": Kind(415, "The body has to be JSON"),
    "invalid": Kind(422, "The request cannot be used"),
    "key_reused": Kind(422, "The idempotency key belongs to another request"),
    "too_many_creators": Kind(422, "The scenario has too many creators"),
    "time_limit_too_long": Kind(422, "The time limit is too long"),
    "limit_exceeded": Kind(422, "The request needs more than it may take"),
    "head_too_long": Kind(431, "The head of the request is too long"),
    "quota_reached": Kind(409, "The workspace stores as much as it may"),
    "too_many_queued": Kind(429, "Too many runs are waiting"),
    "solve_failed": Kind(500, "The solve failed"),
    "internal_error": Kind(500, "This is a bug in groundswell"),
    "busy": Kind(503, "All places are taken"),
    "stopping": Kind(503, "The service is stopping"),
    "unavailable": Kind(503, "The database does not answer"),
}


class ProblemItem(BaseModel):
    """One thing that is wrong with a body."""

    code: str = Field(description="Stable name.", examples=["missing_field"])
    pointer: str = Field(
        description="Where: a JSON Pointer into the body, or /query/…, /path/…, /header/…. For a patched scenario "
        "below /patch, as if the patch held the whole scenario.",
        examples=["/scenario/horizon"],
    )
    detail: str = Field(description="What is wrong.", examples=["this field is required"])
    remedy: str = Field(description="What to do.", examples=["Add it."])
    value: Any = Field(None, description="The offending value, shortened.", examples=[None])


class ProblemDetails(BaseModel):
    """What every answer that is no success looks like (RFC 9457, application/problem+json)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": TYPE + "invalid",
                    "title": "The request cannot be used",
                    "status": 422,
                    "code": "invalid",
                    "detail": "1 problem in the request.",
                    "request_id": REQUEST_ID,
                    "problems": [
                        {
                            "code": "missing_field",
                            "pointer": "/scenario/horizon",
                            "detail": "this field is required",
                            "remedy": "Add it.",
                            "value": None,
                        }
                    ],
                }
            ]
        }
    )

    type: str = Field(description="URN of the kind of problem.")
    title: str = Field(description="The kind of problem in words.")
    status: int = Field(description="HTTP status.")
    code: str = Field(description="Stable name of the kind of problem.", json_schema_extra={"enum": list(KINDS)})
    detail: str = Field(description="What is wrong and what to do.")
    request_id: str = Field(description="Names the request in the logs.")
    problems: list[ProblemItem] = Field(
        description="What is wrong, item by item (the first 1,000); filled for `invalid` and `not_json`, else empty."
    )


class ApiProblem(GroundswellError):  # noqa: N818
    """Ends a request with a problem."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        problems: Iterable[Problem] = (),
        headers: Mapping[str, str] | None = None,
    ):
        self.code = code
        self.detail = detail
        self.problems = tuple(problems)
        self.headers = dict(headers or {})
        super().__init__(f"{code}: {detail}")


def invalid(problems: Iterable[Problem], prefix: str = "") -> ApiProblem:
    """Return the problem that lists everything wrong with a body, pointers below `prefix`."""
    # Values as they came may be endless, or NaN, which no JSON answer can carry.
    first = islice(problems, MOST_FAULTS)
    items = [replace(below(prefix, problem), value=excerpt(problem.value)) for problem in first]
    many = "" if len(items) == 1 else "s"
    if {problem.code for problem in items} == {"not_json"}:
        return ApiProblem("not_json", items[0].detail, problems=items)
    return ApiProblem("invalid", f"{len(items)} problem{many} in the request.", problems=items)


def unavailable(detail: str | None = None) -> ApiProblem:
    """Return the problem that the database does not answer."""
    return ApiProblem("unavailable", detail or "The database did not answer; try again.", headers={"Retry-After": "5"})


def below(prefix: str, problem: Problem) -> Problem:
    """Return a problem of a part of the request as one of the request."""
    return replace(problem, pointer=prefix + problem.pointer)


def answer(problem: ApiProblem, request_id: str) -> JSONResponse:
    """Return the response with a problem."""
    content = _content(problem, request_id)
    return JSONResponse(content, content["status"], media_type=MEDIA_TYPE, headers=problem.headers)


def _content(problem: ApiProblem, request_id: str) -> dict[str, Any]:
    kind = KINDS[problem.code]
    return ProblemDetails(
        type=TYPE + problem.code,
        title=kind.title,
        status=kind.status,
        code=problem.code,
        detail=problem.detail,
        request_id=request_id,
        problems=[ProblemItem(**vars(item)) for item in problem.problems],
    ).model_dump(mode="json")


def documented(*codes: str) -> dict[int | str, dict[str, Any]]:
    """Return the answers a route with an API key gives besides its success, for the OpenAPI document.

    `invalid` is one of all: a query parameter that a route does not know is refused.
    """
    return documented_open(*codes, "invalid", "unauthorized", "scope_missing")


def documented_open(*codes: str) -> dict[int | str, dict[str, Any]]:
    """Return the answers of a route open to anyone; any may be addressed wrongly, or come when there is no room."""
    answers: dict[int | str, dict[str, Any]] = {}
    for code in dict.fromkeys((*codes, "bad_request", "host_not_allowed", "internal_error", "busy", "unavailable")):
        kind = KINDS[code]
        entry = answers.setdefault(kind.status, {"description": HTTPStatus(kind.status).phrase + ":"})
        entry["description"] += f" `{code}`"
        schema = {"$ref": "#/components/schemas/ProblemDetails"}
        content = entry.setdefault("content", {MEDIA_TYPE: {"schema": schema, "examples": {}}})
        content[MEDIA_TYPE]["examples"][code] = {"value": _content(ApiProblem(code, kind.title + "."), REQUEST_ID)}
    return answers
