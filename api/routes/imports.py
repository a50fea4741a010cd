"""Spreadsheets in: an uploaded workbook as a scenario, or everything that is wrong with it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from api.bodies import BODY_PROBLEMS, FORM, JSON
from api.deps import Accepting, HeldForm, answer_room
from api.plans import IMPORT
from api.problems import below, documented, invalid
from api.service import Service
from optimizer.answers.imports import Imported
from optimizer.errors import InputError, Problem
from optimizer.scenario.loading import read_json
from optimizer.solve.settings import Settings

router = APIRouter(tags=["plans"])
PARTS: dict[str, dict[str, Any]] = {
    "file": {
        "type": "string",
        "format": "binary",
        "description": "A workbook as `groundswell new` writes it, or a list of creators (.xlsx, .ods, CSV).",
    },
    "scenario": {
        "type": "string",
        "description": "For a list: the scenario (JSON) that receives the creators. Left out: a new one.",
    },
    "mapping": {
        "type": "string",
        "description": 'For a list: fields by headings (JSON), such as `{"Their header": "followers"}`.',
    },
}
SCHEMA = {"type": "object", "properties": PARTS, "required": ["file"], "additionalProperties": False}
FORM_BODY = {"requestBody": {"required": True, "content": {FORM: {"schema": SCHEMA}}}}


@router.post(
    "/v1/imports",
    response_model=Imported,
    openapi_extra=FORM_BODY,
    responses=documented(*BODY_PROBLEMS, "limit_exceeded", "stopping", "solve_failed"),
    dependencies=[Depends(answer_room)],
)
async def import_file(request: Request, body: HeldForm, service: Accepting) -> Response:
    """Read a workbook, or a list of creators, as a scenario: as JSON, with what was read how.

    A file that is wrong is answered with its problems by sheet, row and column; nothing is stored. Formulas count with
    their stored values, and nothing in the file is run.
    """
    with service.answers.place():
        kind = request.headers.get("content-type", "")
        text = await service.read_in_thread(body, _to_import, body.raw, kind)
        body.release()
        settings = _settings(service)
        answer = await service.answers.solve(text, settings, request.is_disconnected, work=IMPORT)
    return Response(answer, media_type=JSON)


def _to_import(raw: bytes, kind: str) -> str:
    """Return what the child is asked, as JSON text; end the request with everything wrong with the form."""
    from api.forms import form_parts  # noqa: PLC0415

    parts = form_parts(raw, kind)
    problems = [
        Problem("unknown_field", f"/{name}", "there is no such part", f"Send {', '.join(PARTS)} alone.")
        for name in parts
        if name not in PARTS
    ]
    if "file" not in parts:
        problems.append(Problem("missing_field", "/file", "this part is required", "Send the workbook or list."))
    scenario = _object("scenario", parts, problems)
    mapping = _object("mapping", parts, problems) or {}
    if not all(isinstance(field, str) for field in mapping.values()):
        problems.append(Problem("wrong_type", "/mapping", "fields should be texts", "Send their names in quotes."))
    if problems:
        raise invalid(problems)
    return json.dumps({"file": b64encode(parts["file"]).decode(), "scenario": scenario, "mapping": mapping})


def _object(name: str, parts: Mapping[str, bytes], problems: list[Problem]) -> dict[str, Any] | None:
    """Return the JSON object in a part, None where it is left out or wrong."""
    if name not in parts:
        return None
    try:
        data = read_json(parts[name])
    except InputError as error:
        problems += [below(f"/{name}", problem) for problem in error.problems]
        return None
    if isinstance(data, dict):
        return data
    problems.append(Problem("wrong_type", f"/{name}", "this should be an object", "Send an object in { }."))
    return None


def _settings(service: Service) -> Settings:
    return Settings(time_limit_seconds=service.settings.answer_seconds, workers=1)
