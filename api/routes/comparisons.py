"""Runs side by side: the plans of some, compared with the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import Caller, Reader, Served, find_run
from api.problems import ApiProblem, documented, invalid
from api.service import Service
from api.store import RunRecord, State
from optimizer.answers.comparison import Comparison
from optimizer.errors import InputError, Problem
from optimizer.plan import Plan
from optimizer.scenario.loading import parse_scenario
from optimizer.scenario.models import Scenario

router = APIRouter(tags=["runs"])
MOST_RUNS = 20
Runs = Annotated[
    str,
    Query(
        description=f"Ids of 2 to {MOST_RUNS} runs that are done, joined by commas; the first is the baseline.",
        min_length=1,
        max_length=2000,
        examples=["6d1f0c3a5b7e4f29a8c1d2e3f4a5b6c7,0a4b…"],
    ),
]


@router.get(
    "/v1/comparisons", response_model=Comparison, responses=documented("not_found", "run_without_plan", "invalid")
)
async def compare_runs(service: Served, caller: Reader, runs: Runs) -> Comparison:
    """Compare the plans of runs: figures, activations, people, cost, cash, and where their scenarios differ."""
    return await service.run_in_thread(_compared, service, caller, runs)


def _compared(service: Service, caller: Caller, runs: str) -> Comparison:
    # Takes the libraries that plans are described with along, which a service that starts does not wait for.
    from optimizer.analysis.compare.comparing import Candidate, compare_plans  # noqa: PLC0415

    records = [find_run(service, caller, run) for run in _ids(runs)]
    without = [run.id for run in records if run.state is not State.DONE]
    if without:
        raise ApiProblem("run_without_plan", f"There is no plan (yet) of: {', '.join(without)}.")
    candidates = [
        Candidate(name, *_documents(service, run)) for name, run in zip(_names(records), records, strict=True)
    ]
    try:
        return compare_plans(candidates)
    except InputError as error:
        raise invalid([replace(problem, pointer="/query/runs") for problem in error.problems]) from None


def _ids(text: str) -> list[str]:
    """Return the ids in a list; end the request where they are too few, too many or not distinct."""
    ids = [part.strip() for part in text.split(",") if part.strip()]
    again = [run for run, times in Counter(ids).items() if times > 1]
    if 2 <= len(ids) <= MOST_RUNS and not again:
        return ids
    detail = f"names {', '.join(again)} twice" if again else f"names {len(ids)} runs"
    remedy = f"Name 2 to {MOST_RUNS} different runs, joined by commas."
    raise invalid([Problem("bad_list", "/query/runs", detail, remedy, text)])


def _names(runs: Sequence[RunRecord]) -> list[str]:
    """Return the label of each run where no other has it, as a label or as its id, else its id."""
    taken = Counter(name for run in runs for name in (run.label, run.id))
    return [run.label if run.label and taken[run.label] == 1 else run.id for run in runs]


def _documents(service: Service, run: RunRecord) -> tuple[Plan, Scenario]:
    plan = service.store.plan_text(run.workspace_id, run.id)
    scenario = service.store.scenario_text(run.workspace_id, run.id)
    if plan is None or scenario is None:
        raise ApiProblem("not_found", "There is no such run.")
    return Plan.model_validate_json(plan.text), parse_scenario(scenario.text)
