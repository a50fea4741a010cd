"""What every budget buys."""

from __future__ import annotations

import json
from collections.abc import Iterator

from fastapi import APIRouter, Depends, Request, Response

from api.bodies import (
    BODY_PROBLEMS,
    JSON,
    Checked,
    checked_body,
    decoded,
    json_body,
    refuse_too_many_creators,
    settings_for,
)
from api.deps import Accepting, HeldBody, plan_room
from api.plans import FRONTIER
from api.problems import documented, invalid
from api.requests import FrontierBody, SolveSettings
from api.service import Service
from optimizer.answers.frontier import Frontier
from optimizer.errors import Problem, pointer
from optimizer.money import LARGEST_MINOR, decimals, to_minor
from optimizer.solve.settings import Settings

router = APIRouter(tags=["plans"])
POINTS = 12


@router.post(
    "/v1/frontiers",
    response_model=Frontier,
    openapi_extra=json_body("FrontierBody"),
    responses=documented(*BODY_PROBLEMS, "time_limit_too_long", "stopping", "solve_failed"),
    dependencies=[Depends(plan_room)],
)
async def make_frontier(request: Request, body: HeldBody, service: Accepting) -> Response:
    """Find what every total budget buys, in the time there is; nothing is stored.

    Every point is verified and states its gap; a larger budget is never worse. Where all places are taken, try again
    after `Retry-After` seconds.
    """
    with service.plans.place():
        text, settings = await service.read_in_thread(body, _asked, body.raw, service)
        body.release()
        answer = await service.plans.solve(text, settings, request.is_disconnected, work=FRONTIER)
    return Response(answer, media_type=JSON)


def _asked(raw: bytes, service: Service) -> tuple[str, Settings]:
    body, submission = checked_body(FrontierBody, decoded(raw))
    refuse_too_many_creators(submission.scenario, service.settings)
    problems = list(_problems(body, submission))
    if problems:
        raise invalid(problems)
    limit = service.settings.plan_seconds
    asked = SolveSettings(
        time_limit_seconds=body.settings.time_limit_seconds or limit, gap=body.settings.gap, seed=body.settings.seed
    )
    digits = decimals(submission.scenario.currency)
    budgets = body.points or POINTS if body.budgets is None else [to_minor(one, digits) for one in body.budgets]
    text = f'{{"scenario":{submission.text},"budgets":{json.dumps(budgets)}}}'
    return text, settings_for(asked, limit, service.settings.solver_threads)


def _problems(body: FrontierBody, submission: Checked) -> Iterator[Problem]:
    """Yield what the fields' types do not see."""
    digits = decimals(submission.scenario.currency)
    if body.budgets is not None and body.points is not None:
        yield Problem("both_given", "/points", "`budgets` are given as well", "Give one of them.", body.points)
    seen = set()
    for index, budget in enumerate(body.budgets or ()):
        where = pointer("budgets", index)
        if budget in seen:
            yield Problem("duplicate_budget", where, "this budget is there already", "Name each once.", str(budget))
        seen.add(budget)
        if budget != round(budget, digits):
            detail = f"is finer than the smallest unit of {submission.scenario.currency}"
            yield Problem("money_too_fine", where, detail, f"Round it to {digits} decimals.", str(budget))
        elif not 0 < budget.scaleb(digits) <= LARGEST_MINOR:
            detail = f"should be above 0 and at most {LARGEST_MINOR:,} minor units"
            yield Problem("out_of_range", where, detail, "Name a budget in between.", str(budget))
