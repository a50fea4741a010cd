"""The one endpoint: a scenario in, a plan out; and what else is answered at once."""

from __future__ import annotations

import json

from fastapi import APIRouter, Depends, Request, Response

from api.bodies import (
    BODY_PROBLEMS,
    JSON,
    Checked,
    body_alone,
    checked,
    checked_body,
    decoded,
    json_body,
    refuse_too_many_creators,
    settings_for,
)
from api.deps import Accepting, HeldBody, Served, answer_room, plan_room
from api.plans import EVALUATION
from api.problems import ProblemItem, documented, invalid
from api.requests import EvaluationBody, PlanBody, ValidationBody
from api.service import Service
from api.views import ScenarioView, ValidationView, WarningView
from optimizer.errors import InputError
from optimizer.plan import Plan
from optimizer.scenario.scenario_warnings import scenario_warnings
from optimizer.solve.settings import Settings

router = APIRouter(tags=["plans"])


@router.post(
    "/v1/plans",
    response_model=Plan,
    openapi_extra=json_body("PlanBody"),
    responses=documented(*BODY_PROBLEMS, "time_limit_too_long", "stopping", "solve_failed"),
    dependencies=[Depends(plan_room)],
)
async def make_plan(request: Request, body: HeldBody, service: Accepting) -> Response:
    """Make the best plan there is time for, and answer with it; nothing is stored.

    The search keeps to its time limit; a solve that overruns it is killed `GROUNDSWELL_GRACE_SECONDS` later.

    Also an `infeasible` or `unknown` plan is an answer. Where all places are taken, try again after `Retry-After`
    seconds, or POST a run.
    """
    with service.plans.place():
        submission, settings = await service.read_in_thread(body, _to_plan, body.raw, service)
        body.release()
        plan = await service.plans.solve(submission.text, settings, request.is_disconnected)
    return Response(plan, media_type=JSON)


def _to_plan(raw: bytes, service: Service) -> tuple[Checked, Settings]:
    body, submission = checked_body(PlanBody, decoded(raw))
    refuse_too_many_creators(submission.scenario, service.settings)
    return submission, settings_for(body.settings, service.settings.plan_seconds, service.settings.solver_threads)


@router.post("/v1/validations", openapi_extra=json_body("ValidationBody"), responses=documented(*BODY_PROBLEMS))
async def validate(body: HeldBody, service: Served) -> ValidationView:
    """Tell everything that is wrong with a scenario, and what is worth knowing about it."""
    return await service.read_in_thread(body, _validated, body.raw, service)


def _validated(raw: bytes, service: Service) -> ValidationView:
    asked = body_alone(ValidationBody, decoded(raw))
    try:
        submission = checked(asked.scenario)
    except InputError as error:
        problems = [ProblemItem(**vars(problem)) for problem in error.problems]
        return ValidationView(valid=False, scenario=None, problems=problems, warnings=[])
    refuse_too_many_creators(submission.scenario, service.settings)
    warnings = [
        WarningView(code=one.code, pointer=one.pointer, detail=one.detail)
        for one in scenario_warnings(submission.scenario)
    ]
    about = ScenarioView(name=submission.scenario.name, sha256=submission.sha256, currency=submission.scenario.currency)
    return ValidationView(valid=True, scenario=about, problems=[], warnings=warnings)


@router.post(
    "/v1/evaluations",
    response_model=Plan,
    openapi_extra=json_body("EvaluationBody"),
    responses=documented(*BODY_PROBLEMS, "limit_exceeded", "stopping", "solve_failed"),
    dependencies=[Depends(answer_room)],
)
async def evaluate_plan(request: Request, body: HeldBody, service: Accepting) -> Response:
    """Score a plan made by hand: the same figures as ours, and the rules it breaks.

    Where all places are taken, try again after `Retry-After` seconds. An evaluation that needs more than
    `GROUNDSWELL_ANSWER_SECONDS` or `GROUNDSWELL_MEMORY_MB` is refused (`limit_exceeded`).
    """
    with service.answers.place():
        text, settings = await service.read_in_thread(body, _to_evaluate, body.raw, service)
        body.release()
        plan = await service.answers.solve(text, settings, request.is_disconnected, work=EVALUATION)
    return Response(plan, media_type=JSON)


def _to_evaluate(raw: bytes, service: Service) -> tuple[str, Settings]:
    # Takes libraries with it that a service which starts does not wait for.
    from optimizer.analysis.plan_files import decisions_from_data  # noqa: PLC0415

    asked, submission = checked_body(EvaluationBody, decoded(raw))
    refuse_too_many_creators(submission.scenario, service.settings)
    try:
        decisions_from_data(asked.plan, submission.scenario)
    except InputError as error:
        raise invalid(error.problems, "/plan") from None
    decided = {name: asked.plan[name] for name in ("assignments", "activations") if name in asked.plan}
    text = f'{{"scenario":{submission.text},"plan":{json.dumps(decided)}}}'
    return text, Settings(time_limit_seconds=service.settings.answer_seconds, seed=asked.seed, workers=1)
