"""groundswell itself: `ours`, the whole method, and `plain`, its model without the decomposition.

Both are called as any user calls them, `make_plan(scenario, settings)`, with two workers and the gap of the benchmark;
plans are verified, diagnosed and simulated inside the time. The trace is what the progress callback is told. `plain`
hands the same model (tilted covers, exact closing) to CP-SAT as one piece: what the bounds, the pricing and the
assembly of the mathematics, section 4, add is the difference between the two.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from optimizer.analysis.report import Decision
from optimizer.money import decimals, to_minor
from optimizer.plan import Plan
from optimizer.planner import make_plan
from optimizer.scenario.models import Scenario
from optimizer.solve.control import Progress
from optimizer.solve.settings import Settings
from tests.benchmarks.methods.base import Answer, Moment, Run

PROVEN_INFEASIBLE = "proven infeasible"
"""What progress calls it."""


def ours(scenario: Scenario, run: Run) -> Answer:
    """Return the plan of the default method."""
    return _planned(scenario, run, {})


def plain(scenario: Scenario, run: Run) -> Answer:
    """Return the plan of the model in one piece."""
    return _planned(scenario, run, {"method": "plain"})


def _planned(scenario: Scenario, run: Run, chosen: dict[str, Any]) -> Answer:
    task = run.task
    settings = Settings.model_validate(
        {
            "time_limit_seconds": task.limit,
            "gap": task.gap,
            "seed": task.seed,
            "workers": task.cores,
            **chosen,
        }
    )

    def listen(progress: Progress) -> None:
        run.tell(
            Moment(
                round(run.elapsed, 3),
                progress.value,
                progress.cost_minor,
                None if progress.value is None else True,
                progress.value_bound,
                progress.cost_bound_minor,
                progress.phase == PROVEN_INFEASIBLE,
            )
        )

    return _answer(make_plan(scenario, settings, progress=listen), scenario)


def _answer(plan: Plan, scenario: Scenario) -> Answer:
    decisions = [Decision(item.creator, item.activation, item.mode, item.ship_on) for item in plan.assignments]
    starts: dict[str, date] = {
        item.activation: item.window.start for item in plan.activations if item.window is not None
    }
    bound = plan.objective.cost_bound
    digits = decimals(scenario.currency)
    return Answer(
        decisions,
        starts,
        f"status {plan.status}, method {plan.run.method}",
        plan.objective.value_bound,
        None if bound is None else to_minor(Decimal(bound), digits),
    )
