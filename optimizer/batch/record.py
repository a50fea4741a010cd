"""The record of a solve that has ended."""

from __future__ import annotations

from decimal import Decimal

from optimizer.answers.batch import Ending, JobFigures, JobRecord
from optimizer.batch.jobs import Job
from optimizer.execution.executor import Failed, Finished, Outcome, Reason
from optimizer.export.formatting import listed
from optimizer.plan import Plan

_ENDINGS: dict[Reason, Ending] = {
    Reason.DIED: "solver_died",
    Reason.OUT_OF_TIME: "solver_died",
    Reason.OUT_OF_MEMORY: "solver_died",
    Reason.BAD_INPUT: "bad_input",
    Reason.BUG: "failed",
}
MOST_LIMITS_NAMED = 3
"""At most this many of the limits that stand in the way are named; the plan holds them all."""
MOST_NAMED = 10
"""At most this many of the activations that are not secured are named in the message."""
NOT_BEGUN = JobFigures(outcome="open", message="Not solved yet; the same command goes on with it.")


def plan_name(key: str) -> str:
    """Return how the summary names a job's plan: relative to the batch's folder."""
    return f"plans/{key}.json"


def result_of(key: str, outcome: Outcome, *, interrupted: bool) -> JobRecord | None:
    """Return the record of a job that has ended; None where there is nothing to keep.

    Parameters
    ----------
    interrupted
        The solve was asked to end early. A proof stands all the same; a plan without one is kept as `interrupted`, and
        where there is only the empty plan the job stays open: both are solved anew when the batch goes on.
    """
    if isinstance(outcome, Failed):
        figures = JobFigures(outcome=_ENDINGS[outcome.reason], message=outcome.detail)
        return JobRecord(schema_version=1, key=key, found=figures, wall_seconds=None)
    plan = Plan.model_validate_json(outcome.plan)
    cut_short = interrupted and plan.status in ("feasible", "unknown")
    if cut_short and not plan.assignments:
        return None
    figures = _figures(plan, key, "interrupted" if cut_short else plan.status)
    return JobRecord(schema_version=1, key=key, found=figures, wall_seconds=plan.run.wall_seconds)


def is_worth_keeping(new: JobRecord, old: JobRecord | None) -> bool:
    """Return whether a record should take the place of an older one of the same job.

    Of two plans that were cut short the better one is kept: a second interruption loses nothing of the first.
    """
    if old is None or old.found.outcome != "interrupted" or new.found.outcome != "interrupted":
        return True
    return _rank(new.found) > _rank(old.found)


def plan_in(outcome: Outcome) -> str | None:
    """Return the plan as JSON text, None where there is none."""
    return outcome.plan if isinstance(outcome, Finished) else None


def refused(job: Job) -> JobFigures:
    """Return the record of a job whose scenario cannot be used."""
    more = len(job.problems) - 1
    message = f"The scenario cannot be used: {job.problems[0]}" + (f" ({more:,} more)" if more else "")
    return JobFigures(outcome="bad_input", message=message)


def _rank(figures: JobFigures) -> tuple[int, Decimal]:
    return figures.value or 0, -Decimal(figures.cost or 0)


def _figures(plan: Plan, key: str, outcome: Ending) -> JobFigures:
    objective, totals = plan.objective, plan.totals
    bounds = JobFigures(
        outcome=outcome,
        status=plan.status,
        value=objective.value,
        value_bound=objective.value_bound,
        value_gap=objective.value_gap,
        least_cost=objective.least_cost,
        cost_bound=objective.cost_bound,
        cost_gap=objective.cost_gap,
        gap=objective.gap,
        activations=len(plan.activations),
        plan=plan_name(key),
        message=_message(plan, outcome),
    )
    if totals.cost is None:
        return bounds
    figures = {
        "cost": totals.cost,
        "secured": sum(activation.secured for activation in plan.activations),
        "not_secured": ", ".join(_left_out(plan)),
        "gifts": totals.gifts,
        "paid": totals.paid,
        "expected_posts": totals.expected_posts,
        "probability_all": totals.probability_all,
        "verified": plan.certificate.verified,
    }
    return bounds.model_copy(update=figures)


def _message(plan: Plan, outcome: Ending) -> str:
    if outcome == "interrupted":
        return "Interrupted: the best verified plan of then; the same command solves it anew."
    if outcome == "infeasible":
        blocked = plan.diagnosis.blocked if plan.diagnosis else []
        details = " ".join(limit.detail for limit in blocked[:MOST_LIMITS_NAMED])
        return f"No plan keeps every rule. {details}".strip()
    if outcome == "unknown":
        return "The search found no plan in the time given; a longer time limit may find a plan."
    left_out = _left_out(plan)
    if len(left_out) == len(plan.activations):
        return "No activation is secured; the plan is empty."
    return f"Not secured: {listed(left_out, MOST_NAMED)}." if left_out else ""


def _left_out(plan: Plan) -> list[str]:
    return [activation.activation for activation in plan.activations if not activation.secured]
