"""Runs side by side: the plans of some, compared with the first."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.bodies import JSON
from api.deps import Accepting, Caller, Reader, answer_room, find_run
from api.plans import COMPARISON
from api.problems import ApiProblem, documented, invalid
from api.service import Service
from api.store import RunRecord, State, StoreError
from api.store.records import Document
from optimizer.answers.comparison import Comparison
from optimizer.errors import InputError, Problem
from optimizer.solve.settings import Settings

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
    "/v1/comparisons",
    response_model=Comparison,
    responses=documented(
        "not_found", "run_without_plan", "invalid", "busy", "limit_exceeded", "stopping", "solve_failed"
    ),
    dependencies=[Depends(answer_room)],
)
async def compare_runs(request: Request, service: Accepting, caller: Reader, runs: Runs) -> Response:
    """Compare the plans of runs: figures, activations, people, cost, cash, and where their scenarios differ.

    Where all places are taken, try again after `Retry-After` seconds. A comparison that needs more than
    `GROUNDSWELL_ANSWER_SECONDS` or `GROUNDSWELL_MEMORY_MB` is refused (`limit_exceeded`).
    """
    records = await run_in_threadpool(_records, service, caller, runs)
    documents = _Documents(service, records)
    settings = Settings(time_limit_seconds=service.settings.answer_seconds, workers=1)
    try:
        with service.answers.place():
            text = await service.answers.solve(
                documents.asked(), settings, request.is_disconnected, work=COMPARISON, parts=documents.texts
            )
    except InputError as error:
        raise invalid([replace(problem, pointer="/query/runs") for problem in error.problems]) from None
    except ApiProblem as problem:
        raise documents.fault or problem from None
    return Response(text, media_type=JSON)


def _records(service: Service, caller: Caller, runs: str) -> list[RunRecord]:
    records = [find_run(service, caller, run) for run in _ids(runs)]
    without = [run.id for run in records if run.state is not State.DONE]
    if without:
        raise ApiProblem("run_without_plan", f"There is no plan (yet) of: {', '.join(without)}.")
    return records


class _Documents:
    """Plans of runs, with their scenarios where these differ from the first one's, read one after the other."""

    def __init__(self, service: Service, records: Sequence[RunRecord]):
        self.fault: Exception | None = None
        self._service = service
        self._records = records
        others = {run.scenario_sha256 for run in records[1:]} - {records[0].scenario_sha256}
        self._differ = bool(others)

    def asked(self) -> str:
        """Return what is to be compared, as the work wants it."""
        named = zip(_names(self._records), self._records, strict=True)
        return json.dumps([{"name": name, "scenario": self._with_scenario(run)} for name, run in named])

    def texts(self) -> Iterator[str]:
        """Yield the texts; where one cannot be had, `fault` says why."""
        store = self._service.store
        try:
            for run in self._records:
                yield from self._held(store.plan_text(run.workspace_id, run.id))
                if self._with_scenario(run):
                    yield from self._held(store.scenario_text(run.workspace_id, run.id))
        except (ApiProblem, StoreError) as error:
            self.fault = error
            raise LookupError from error

    def _with_scenario(self, run: RunRecord) -> bool:
        first = self._records[0]
        return self._differ and (run is first or run.scenario_sha256 != first.scenario_sha256)

    def _held(self, document: Document | None) -> Iterator[str]:
        if document is None:
            raise ApiProblem("not_found", "There is no such run.")
        with self._service.memory.holding(len(document.text)):
            yield document.text


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
