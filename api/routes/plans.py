"""The one endpoint: a scenario in, a plan out; and what else is answered at once."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

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
from api.deps import Accepting, HeldBody, Served
from api.problems import ApiProblem, ProblemItem, documented, invalid
from api.requests import EvaluationBody, PlanBody, ValidationBody
from api.service import Service
from api.views import ScenarioView, ValidationView, WarningView
from optimizer.errors import InputError
from optimizer.plan import Plan, to_json
from optimizer.scenario.scenario_warnings import scenario_warnings
from optimizer.solve.settings import Settings

router = APIRouter(tags=["plans"])


@router.post(
    "/v1/plans",
    response_model=Plan,
    openapi_extra=json_body("PlanBody"),
    responses=documented(*BODY_PROBLEMS, "time_limit_too_long", "stopping", "solve_failed"),
)
async def make_plan(request: Request, body: HeldBody, service: Accepting) -> Response:
    """Make the best plan there is time for, and answer with it; nothing is stored.

    The search keeps to its time limit; a solve that overruns it is killed `GROUNDSWELL_GRACE_SECONDS` later.

    Also an `infeasible` or `unknown` plan is an answer. Where all places are taken, try again after `Retry-After`
    seconds, or POST a run.
    """
    submission, settings = await service.run_in_thread(_to_plan, body.raw, service)
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
    return await service.run_in_thread(_validated, body.raw, service)


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
    responses=documented(*BODY_PROBLEMS),
)
async def evaluate_plan(body: HeldBody, service: Served) -> Response:
    """Score a plan made by hand: the same figures as ours, and the rules it breaks."""
    return Response(await service.run_in_thread(_evaluated, body.raw, service), media_type=JSON)


def _evaluated(raw: bytes, service: Service) -> str:
    # Takes the solver and its libraries with it, seconds of loading that a service which starts does not wait for.
    from optimizer.analysis.evaluate import evaluate  # noqa: PLC0415
    from optimizer.analysis.plan_files import decisions_from_data  # noqa: PLC0415

    asked, submission = checked_body(EvaluationBody, decoded(raw))
    refuse_too_many_creators(submission.scenario, service.settings)
    try:
        decisions, starts = decisions_from_data(asked.plan, submission.scenario)
    except InputError as error:
        raise invalid(error.problems, "/plan") from None
    if not service.evaluating.acquire(blocking=False):
        raise ApiProblem("busy", "Too many evaluations at once; try again.", headers={"Retry-After": "2"})
    try:
        plan = evaluate(submission.scenario, decisions, starts, Settings(seed=asked.seed, workers=1))
    finally:
        service.evaluating.release()
    return to_json(plan)
