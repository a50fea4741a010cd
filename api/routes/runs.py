"""Runs: queued, solved in their turn, kept."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from api.bodies import (
    BODY_PROBLEMS,
    JSON,
    Checked,
    body_alone,
    checked,
    checked_body,
    decoded,
    json_body,
    merged,
    refuse_too_many_creators,
    settings_for,
)
from api.deps import Accepting, Caller, HeldBody, Reader, RunId, Runner, Served, find_run
from api.problems import ApiProblem, documented, invalid
from api.requests import Label, PatchBody, RunBody, SolveSettings
from api.routes.run_views import cursor_from, cursor_text, run_json, run_view
from api.service import Service
from api.store import KeyReused, NewRun, NewScenario, Quota, QuotaReached, RunRecord, State, TooManyOpen
from api.views import RunPage, RunView, RunWithPlan
from optimizer.errors import InputError, Problem
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario
from optimizer.solve.settings import Settings

router = APIRouter(tags=["runs"])
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="A name for this request: the same key with the same body is the same run.",
        min_length=1,
        max_length=200,
    ),
]
ACCEPTED_HEADERS = {
    "Location": {"description": "Where the run is.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to wait before the next look.", "schema": {"type": "integer"}},
}

PLAN_HEADERS = {
    "Plan-State": {
        "description": "`final`, or `best_so_far` while the search goes on.",
        "schema": {"type": "string", "enum": ["final", "best_so_far"]},
    },
    "Retry-After": {"description": "Seconds to wait before the next look.", "schema": {"type": "integer"}},
}


@router.post(
    "/v1/runs",
    status_code=202,
    response_model=RunView,
    openapi_extra=json_body("RunBody", "PatchBody"),
    responses={
        202: {"description": "Accepted", "headers": ACCEPTED_HEADERS},
        **documented(
            *BODY_PROBLEMS,
            "time_limit_too_long",
            "not_found",
            "request_unanswered",
            "key_reused",
            "quota_reached",
            "too_many_queued",
            "stopping",
        ),
    },
)
async def create_run(body: HeldBody, service: Accepting, caller: Runner, key: IdempotencyKey = None) -> Response:
    """Queue a scenario, or a changed scenario of another run; answers at once with where to look."""
    with service.in_flight.holding(caller.workspace_id, key) as mine:
        if not mine:
            detail = "A request with this Idempotency-Key is being answered; try again."
            raise ApiProblem("request_unanswered", detail, headers={"Retry-After": "1"})
        run = await service.read_in_thread(body, _accepted, service, caller, body.raw, key)
    headers = {"Location": f"/v1/runs/{run.id}", "Retry-After": "1"}
    return Response(run_view(run).model_dump_json(), 202, headers, JSON)


def _accepted(service: Service, caller: Caller, raw: bytes, key: str | None) -> RunRecord:
    data = decoded(raw)
    content = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest() if key else None
    try:
        existing = service.store.repeated(caller.workspace_id, key, content) if key and content else None
        if existing is not None:
            return existing
        new = _new_run(service, caller, data, key, content)
        added = service.store.add_run(new, service.settings.queued_runs, _quota(service))
    except KeyReused:
        raise ApiProblem("key_reused", "This Idempotency-Key came with another body before; use a new one.") from None
    except QuotaReached as error:
        raise ApiProblem("quota_reached", str(error)) from None
    except TooManyOpen as error:
        raise ApiProblem("too_many_queued", str(error), headers={"Retry-After": "30"}) from None
    if not added.repeated:
        service.jobs.submit(added.run)
    return added.run


def _quota(service: Service) -> Quota:
    settings = service.settings
    return Quota(settings.finished_runs, int(settings.stored_mb * 2**20))


def _new_run(service: Service, caller: Caller, data: dict[str, Any], key: str | None, content: str | None) -> NewRun:
    if "from_run" in data or "patch" in data:
        change = body_alone(PatchBody, data)
        parent = find_run(service, caller, change.from_run)
        submission, label, origin = _patched(service, parent, change.patch), change.label, parent.id
        settings = Settings(**parent.settings) if change.settings is None else _settings(service, change.settings)
    else:
        body, submission = checked_body(RunBody, data)
        settings, label, origin = _settings(service, body.settings), body.label, None
    refuse_too_many_creators(submission.scenario, service.settings)
    scenario = NewScenario(submission.sha256, submission.scenario.name, submission.scenario.currency, submission.text)
    return NewRun(caller.workspace_id, scenario, settings.model_dump(mode="json"), label, origin, key, content)


def _settings(service: Service, asked: SolveSettings) -> Settings:
    return settings_for(asked, service.settings.run_seconds, service.settings.solver_threads)


def _patched(service: Service, parent: RunRecord, patch: dict[str, Any]) -> Checked:
    document = service.store.scenario_text(parent.workspace_id, parent.id)
    if document is None:
        raise ApiProblem("not_found", "There is no such run.")
    try:
        return checked(merged(json.loads(document.text), patch))
    except InputError as error:
        raise invalid(error.problems, "/patch") from None


@router.get("/v1/runs", responses=documented("invalid"))
def list_runs(
    service: Served,
    caller: Reader,
    label: Annotated[Label | None, Query(description="Only runs of this name.")] = None,
    state: Annotated[State | None, Query(description="Only runs in this state.")] = None,
    cursor: Annotated[str | None, Query(description="`next` of the page before.", max_length=200)] = None,
    limit: Annotated[int, Query(description="Most runs of the page.", ge=1, le=200)] = 50,
) -> RunPage:
    """List runs, the newest first, without their plans."""
    try:
        after = None if cursor is None else cursor_from(cursor)
    except ValueError:
        remedy = "Pass `next` of the page before as it is."
        raise invalid([Problem("wrong_format", "/query/cursor", "is not a cursor", remedy, cursor)]) from None
    runs = service.store.runs(caller.workspace_id, label=label, state=state, after=after, limit=limit + 1)
    more = cursor_text(runs[limit - 1].cursor) if len(runs) > limit else None
    return RunPage(runs=[run_view(run) for run in runs[:limit]], next=more)


@router.get("/v1/runs/{run_id}", response_model=RunWithPlan, responses=documented("not_found", "invalid", "busy"))
def show_run(run_id: RunId, service: Served, caller: Reader) -> Response:
    """Show a run: state, phase, incumbent, bound, gap, times, and the plan once it is there."""
    run = find_run(service, caller, run_id)
    plan = service.store.plan_text(run.workspace_id, run.id) if run.state is State.DONE else None
    headers = {} if run.state.final else {"Retry-After": "1"}
    return Response(run_json(run, plan.text if plan else None), media_type=JSON, headers=headers)


@router.get(
    "/v1/runs/{run_id}/plan",
    response_model=Plan,
    responses={200: {"headers": PLAN_HEADERS}, **documented("not_found", "run_without_plan", "invalid", "busy")},
)
def show_plan(run_id: RunId, service: Served, caller: Reader) -> Response:
    """Show the plan of a run, or the best verified one so far, which its warning `best_so_far` and a header tell."""
    run = find_run(service, caller, run_id)
    # In this order: a run that ends in between has its plan by then.
    kept = None if run.state.final else service.store.incumbent_text(run.workspace_id, run.id)
    plan = service.store.plan_text(run.workspace_id, run.id)
    if (shown := plan or kept) is None:
        detail = f"The run is {run.state.value} and has no plan" + (" to show." if run.state.final else " to show yet.")
        raise ApiProblem("run_without_plan", detail)
    headers = {"Plan-State": "final"} if plan else {"Plan-State": "best_so_far", "Retry-After": "10"}
    return Response(shown.text, headers=headers, media_type=JSON)


@router.get("/v1/runs/{run_id}/scenario", response_model=Scenario, responses=documented("not_found", "invalid", "busy"))
def show_scenario(run_id: RunId, service: Served, caller: Reader) -> Response:
    """Show the scenario of a run as it is planned, changes made."""
    document = service.store.scenario_text(caller.workspace_id, run_id)
    if document is None:
        raise ApiProblem("not_found", "There is no such run.")
    return Response(document.text, media_type=JSON)


@router.post(
    "/v1/runs/{run_id}/finish",
    status_code=202,
    response_model=RunView,
    responses=documented("not_found", "run_has_ended", "invalid"),
)
def finish_run(run_id: RunId, service: Served, caller: Runner) -> RunView:
    """End a run with the best plan so far; one that has not begun is cancelled.

    If nothing is secured yet that plan is empty: wait until `incumbent.value` is above 0. Of a run that is done it ends
    the diagnosis that is pending.
    """
    run = find_run(service, caller, run_id)
    if run.state in (State.FAILED, State.CANCELLED):
        raise ApiProblem("run_has_ended", f"The run has {run.state.value} and has no plan.")
    if not run.settled:
        service.jobs.finish(run)
    return run_view(service.store.run(run.workspace_id, run.id) or run)


@router.delete("/v1/runs/{run_id}", status_code=204, responses=documented("not_found", "invalid"))
def erase_run(run_id: RunId, service: Served, caller: Runner) -> None:
    """Give a run up, and remove it with its scenario, plan and events."""
    service.jobs.erase(find_run(service, caller, run_id))
