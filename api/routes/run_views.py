"""Runs as clients see them."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Any

from api.store import Cursor, EventKind, EventRecord, RunRecord
from api.views import FailureView, FiguresView, RunView, ScenarioView, SettingsView, TimesView
from optimizer.money import decimals, from_minor

MARK = "run "
MOST_DIGITS = 18


def run_view(run: RunRecord) -> RunView:
    """Return a run as clients see it, without its plan."""
    figures = run.figures
    return RunView(
        id=run.id,
        label=run.label,
        state=run.state.value,
        phase=run.phase,
        scenario=ScenarioView(name=run.scenario_name, sha256=run.scenario_sha256, currency=run.currency),
        from_run=run.from_run,
        settings=SettingsView(**run.settings),
        incumbent=_figures(figures.value, figures.cost_minor, run.currency),
        bound=_figures(figures.value_bound, figures.cost_bound_minor, run.currency),
        gap=figures.gap,
        status=run.plan_status,
        times=TimesView(created=moment(run.created_at), started=moment(run.started_at), ended=moment(run.ended_at)),
        attempts=run.attempts,
        finish_asked=run.finish_asked,
        diagnosis_pending=run.diagnosis_until is not None,
        failure=None if run.failure is None else FailureView(code=run.failure.code, detail=run.failure.detail),
    )


def run_json(run: RunRecord, plan: str | None) -> str:
    """Return a run with its plan, which is long and JSON already, and so is put in as it is."""
    return f'{run_view(run).model_dump_json()[:-1]},"plan":{plan or "null"}}}'


def moment(at: datetime | None) -> str | None:
    """Return a time in UTC, to the microsecond."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def event_view(event: EventRecord, currency: str) -> dict[str, Any]:
    """Return the content of an event, figures in the same shape as those of a run."""
    data = dict(event.data)
    view: dict[str, Any] = {"at": moment(event.at)}
    if event.kind in (EventKind.PROGRESS, EventKind.DONE):
        value, cost = data.pop("value"), data.pop("cost_minor")
        value_bound, cost_bound = data.pop("value_bound"), data.pop("cost_bound_minor")
        for name, figures in (("incumbent", (value, cost)), ("bound", (value_bound, cost_bound))):
            shown = _figures(*figures, currency)
            view[name] = None if shown is None else shown.model_dump()
    return {**view, **data}


def cursor_text(cursor: Cursor) -> str:
    """Return a cursor as an opaque word."""
    return base64.urlsafe_b64encode(f"{MARK}{cursor.number}".encode()).decode().rstrip("=")


def cursor_from(text: str) -> Cursor:
    """Return the cursor that `cursor_text` wrote; raise ValueError for anything else."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, UnicodeError) as error:
        raise ValueError(text) from error
    number = raw.removeprefix(MARK)
    if raw == number or not number.isdigit() or len(number) > MOST_DIGITS:
        raise ValueError(text)
    return Cursor(int(number))


def _figures(value: int | None, cost_minor: int | None, currency: str) -> FiguresView | None:
    if value is None:
        return None
    cost = None if cost_minor is None else from_minor(cost_minor, decimals(currency))
    return FiguresView(value=value, cost=cost)
