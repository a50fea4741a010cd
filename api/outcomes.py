"""What a solve came to, read off its plan once: for the run table and for the metrics."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from api.metrics import Metrics
from api.store import Failure, Figures, Fuller, Planned
from optimizer.execution.executor import Finished, Outcome
from optimizer.money import decimals, to_minor


def planned(text: str, *, diagnose_further: bool = False) -> Planned:
    """Return a plan given as JSON text with the figures that a list of runs shows.

    `diagnose_further`: a diagnosis that has left out limits is to be replaced.
    """
    data = json.loads(text)
    objective: dict[str, Any] = data["objective"]
    digits = decimals(data["scenario"]["currency"])

    def minor(amount: str | None) -> int | None:
        return None if amount is None else to_minor(Decimal(amount), digits)

    figures = Figures(
        value=objective["value"],
        value_bound=objective["value_bound"],
        cost_minor=minor(objective["least_cost"]),
        cost_bound_minor=minor(objective["cost_bound"]),
        gap=objective["gap"],
        elapsed_seconds=data["run"]["wall_seconds"],
    )
    return Planned(text, data["status"], figures, diagnose_further and not _is_complete(data))


def fuller(outcome: Outcome) -> Fuller | None:
    """Return the plan with the diagnosis that an outcome brings; None where it brings none."""
    if isinstance(outcome, Finished):
        return Fuller(outcome.plan, _is_complete(json.loads(outcome.plan)))
    return None


def _is_complete(plan: dict[str, Any]) -> bool:
    return plan["diagnosis"] is None or bool(plan["diagnosis"]["complete"])


def ending(outcome: Outcome, *, diagnose_further: bool = False) -> Planned | Failure:
    """Return what the run table records of an outcome."""
    if isinstance(outcome, Finished):
        return planned(outcome.plan, diagnose_further=diagnose_further)
    return Failure(outcome.reason.value, outcome.detail)


def count(metrics: Metrics, kind: str, ended: Planned | Failure) -> None:
    """Count how a solve ended; `kind` is `plan` or `run`."""
    if isinstance(ended, Failure):
        metrics.outcomes.labels(kind, ended.code).inc()
        return
    metrics.outcomes.labels(kind, ended.status).inc()
    if ended.figures.elapsed_seconds is not None:
        metrics.seconds.labels(kind).observe(ended.figures.elapsed_seconds)
    if ended.figures.gap is not None:
        metrics.gap.labels(kind).observe(ended.figures.gap)


def count_answer(metrics: Metrics, kind: str, outcome: Outcome) -> None:
    """Count how something else than a plan ended: answered, or why not."""
    label = "answered" if isinstance(outcome, Finished) else outcome.reason.value
    metrics.outcomes.labels(kind, label).inc()
