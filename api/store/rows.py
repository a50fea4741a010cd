"""How runs are read: which columns, and what becomes of a row."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import Row, Select, select

from api.store.records import Failure, Figures, RunRecord
from api.store.states import State
from api.store.tables import plans, runs, scenarios

FIGURES = tuple(field.name for field in fields(Figures))
# What a run knows of itself; its figures and its failure are gathered below.
_OWN = (
    "id",
    "workspace_id",
    "label",
    "from_run",
    "settings",
    "state",
    "phase",
    "created_at",
    "started_at",
    "ended_at",
    "attempts",
    "plan_status",
    "finish_asked",
)

# Names every column it wants: the bodies must never be among them.
SELECT_RUNS: Select[Any] = (
    select(
        *(runs.c[name] for name in (*_OWN, *FIGURES, "failure_code", "failure_detail")),
        scenarios.c.sha256.label("scenario_sha256"),
        scenarios.c.name.label("scenario_name"),
        scenarios.c.currency,
        plans.c.sha256.label("plan_sha256"),
    )
    .join(scenarios, runs.c.scenario_id == scenarios.c.id)
    .outerjoin(plans, plans.c.run_id == runs.c.id)
)


def run_record(row: Row[Any]) -> RunRecord:
    """Return what `SELECT_RUNS` read as a value."""
    read = row._asdict()
    code, detail = read.pop("failure_code"), read.pop("failure_detail")
    figures = Figures(**{name: read.pop(name) for name in FIGURES})
    read["state"] = State(read["state"])
    return RunRecord(**read, figures=figures, failure=None if code is None else Failure(code, detail))
