"""The budget frontier: the best plan of every total budget, each verified, with its proven bounds.

Every point asks for most value and then for least cost; nothing is spent on embeddedness, so that the points compare.
One search serves all budgets (`optimizer.solve.budget_sweep`), and every point is read off the plans and bounds
of all of them together: a larger budget is never worse, by construction.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pydantic import BaseModel

from optimizer.analysis.budget_judge import BudgetJudge
from optimizer.analysis.judging import SIMULATED_CAMPAIGNS, effort_of, facts_of
from optimizer.answers.frontier import Frontier, FrontierPoint, NextStep
from optimizer.derive.build import build_instance
from optimizer.derive.instance import INFEASIBLE_COST, Instance
from optimizer.model.rules import every_day
from optimizer.money import LARGEST_MINOR, decimals, from_minor
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario
from optimizer.solve.budget_sweep import BudgetSearch
from optimizer.solve.control import Control, Progress
from optimizer.solve.settings import Settings

SHARE_FOR_STEPS = 0.125
"""Share of the time that is kept for closing in on the next step beyond each budget."""
LEAST_FOR_JUDGING, MOST_FOR_JUDGING = 0.125, 0.5
"""Shares of the time between which the time lies that is kept for describing and judging."""
FACTS_PER_POINT = 0.5
"""Seconds to describe and judge a point, as a multiple of the seconds it takes to read off the scenario's facts."""
STEP_SIZES = (1, 2, 5)
Listener = Callable[[Progress], None]


@dataclass(frozen=True)
class BudgetPlan:
    """A point with its scenario (the goal and the budget set) and its plan, judged like any other."""

    scenario: Scenario
    plan: Plan
    point: FrontierPoint


@dataclass(frozen=True)
class BudgetPlans:
    """A frontier and the plans it was read off, in the same order."""

    frontier: Frontier
    plans: tuple[BudgetPlan, ...]


def within(scenario: Scenario, budget: str | None) -> Scenario:
    """Return the scenario with the goal of most value and this total budget, or with none."""
    total = None if budget is None else Decimal(budget)
    goal = scenario.objective.model_copy(update={"goal": "activate_most"})
    money = scenario.budget.model_copy(update={"total": total})
    return scenario.model_copy(update={"objective": goal, "budget": money})


class _Written(BaseModel):
    """A frontier and its plans on their way between processes."""

    frontier: Frontier
    plans: list[Plan]


def write_budget_plans(budget_plans: BudgetPlans) -> str:
    """Return a frontier and its plans as JSON text, for `read_budget_plans`."""
    written = _Written(frontier=budget_plans.frontier, plans=[item.plan for item in budget_plans.plans])
    return written.model_dump_json(by_alias=True)


def read_budget_plans(scenario: Scenario, text: str) -> BudgetPlans:
    """Return what `write_budget_plans` wrote of this scenario."""
    written = _Written.model_validate_json(text)
    pairs = zip(written.frontier.points, written.plans, strict=True)
    return BudgetPlans(
        written.frontier, tuple(BudgetPlan(within(scenario, point.budget), plan, point) for point, plan in pairs)
    )


def frontier(
    scenario: Scenario,
    budgets: Sequence[int] | int,
    settings: Settings | None = None,
    *,
    listener: Listener | None = None,
    cancel: threading.Event | None = None,
    draws: int = SIMULATED_CAMPAIGNS,
) -> BudgetPlans:
    """Return the best plan of each budget.

    Parameters
    ----------
    budgets
        Total budgets (minor units, each once); or how many, to have them spread evenly from what the cheapest
        activation costs to what all that can be secured costs.
    settings
        `time_limit_seconds` is for all points together.
    listener
        Called with every change of phase, incumbent and bound.
    cancel
        Set it to end early: every point then has the best plan so far.
    draws
        Simulated campaigns per plan; 0 leaves the simulation out.

    Raises
    ------
    VerificationError
        If a plan breaks a rule: a bug.
    """
    began = time.monotonic()
    settings = settings or Settings()
    limit = settings.time_limit_seconds
    control = Control(began + limit, cancel or threading.Event(), listener, began)
    instance = build_instance(within(scenario, None), every_day=every_day())
    judge = BudgetJudge(within(scenario, None), instance, settings, draws, replace(control))
    points = budgets if isinstance(budgets, int) else len(budgets)
    judging = min(MOST_FOR_JUDGING * limit, max(LEAST_FOR_JUDGING * limit, points * FACTS_PER_POINT * judge.seconds))
    control.deadline -= judging + SHARE_FOR_STEPS * limit
    searches = BudgetSearch(instance, settings, control)
    asked = _spread(searches, budgets) if isinstance(budgets, int) else sorted(budgets)
    searches.run_all(asked)
    control.deadline += SHARE_FOR_STEPS * limit
    searches.settle_steps(asked)
    plans = _points(scenario, searches, asked, judge)
    answer = Frontier(
        schema_version=1,
        scenario=facts_of(scenario).reference,
        goal="activate_most",
        most_value=int(searches.instance.value.sum()),
        points=[item.point for item in plans],
        run=effort_of(settings, began),
    )
    return BudgetPlans(answer, plans)


def _spread(searches: BudgetSearch, count: int) -> list[int]:
    """Return budgets at even, round distances that span everything from the first activation to all of them."""
    searches.run(None, share=1 / (1 + count), name="no budget")
    low, high = (min(amount, LARGEST_MINOR) for amount in searches.span())
    return even_budgets(low, high, count, searches.instance.digits)


def even_budgets(low: int, high: int, count: int, digits: int) -> list[int]:
    """Return at most `count` multiples of a round step, from about `low` to at least `high` (minor units).

    Examples
    --------
    >>> even_budgets(75_715, 376_980, 9, 2)
    [50000, 100000, 150000, 200000, 250000, 300000, 350000, 400000]
    """
    unit: int = 10 ** max(0, digits - 2)
    for size in (unit * 10**power * factor for power in range(16) for factor in STEP_SIZES):
        first, last = low // size, -(-max(high, low) // size)
        if last - first + 1 <= count:
            return [number * size for number in range(max(1, first), last + 1)] or [size]
    raise ValueError(f"{count} budgets cannot span so much")


def _points(
    scenario: Scenario, searches: BudgetSearch, budgets: Sequence[int], judge: BudgetJudge
) -> tuple[BudgetPlan, ...]:
    digits = decimals(scenario.currency)
    return tuple(_point(within(scenario, from_minor(budget, digits)), searches, budget, judge) for budget in budgets)


def _point(scenario: Scenario, searches: BudgetSearch, budget: int, judge: BudgetJudge) -> BudgetPlan:
    """Return the point of one budget, judged."""
    plan = judge.plan(scenario, searches.solution(budget))
    goal, secured = plan.objective, [result for result in plan.activations if result.secured]
    point = FrontierPoint(
        budget=from_minor(budget, searches.instance.digits),
        status=plan.status,
        value=goal.value,
        value_bound=goal.value_bound,
        value_gap=goal.value_gap,
        cost=goal.least_cost,
        cost_bound=goal.cost_bound,
        cost_gap=goal.cost_gap,
        gap=goal.gap,
        secured=[result.activation for result in secured],
        gifts=plan.totals.gifts,
        paid=plan.totals.paid,
        expected_posts=plan.totals.expected_posts,
        probability_all=plan.totals.probability_all,
        least_confidence_margin=min((item.probability - item.confidence for item in secured), default=None),
        next_step=_next_step(searches, searches.instance, budget, -1 if goal.value is None else goal.value),
        verified=plan.certificate.verified,
    )
    return BudgetPlan(scenario, plan, point)


def _next_step(searches: BudgetSearch, instance: Instance, budget: int, value: int) -> NextStep | None:
    """Return the cheapest plan so far that has more value than a point."""
    step = searches.pool.next_step(value)
    if step is None:
        return None
    cost, more = step
    least = searches.pool.least_for(value + 1)
    gain = more - max(0, value)
    return NextStep(
        budget=from_minor(cost, instance.digits),
        more=from_minor(cost - budget, instance.digits),
        value=more,
        gain=gain,
        marginal_value=gain / float(Decimal(from_minor(cost - budget, instance.digits))),
        at_least=from_minor(least, instance.digits) if budget < least < INFEASIBLE_COST else None,
    )
