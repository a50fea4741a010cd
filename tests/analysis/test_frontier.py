"""The frontier of tiny scenarios is what enumeration finds under each budget; and it is honest, whatever the time."""

from __future__ import annotations

import threading
from decimal import Decimal
from functools import lru_cache

import pytest

from optimizer.analysis.binding import binding
from optimizer.analysis.budget_judge import BudgetJudge
from optimizer.analysis.frontier import (
    BudgetPlans,
    even_budgets,
    frontier,
    read_budget_plans,
    within,
    write_budget_plans,
)
from optimizer.derive.build import build_instance
from optimizer.errors import VerificationError
from optimizer.money import LARGEST_MINOR, from_minor, to_minor
from optimizer.plan import Plan, Simulation
from optimizer.scenario.loading import fingerprint, scenario_from_data
from optimizer.scenario.models import Scenario
from optimizer.solve.budget_sweep import BudgetSearch
from optimizer.solve.search_state import SearchState
from optimizer.solve.settings import Settings
from optimizer.solve.solution_pool import Pool
from optimizer.verify import verify
from optimizer.verify.simulate import simulate
from tests.brute_force import Best, best
from tests.builders import document
from tests.cli import launch
from tests.seeds import seeds
from tests.solve.searching import control
from tests.tiny import tiny_scenario

EXACT = Settings(gap=0, time_limit_seconds=30, workers=1, seed=1)
SHARES = (0.2, 0.5, 0.8, 0.999, 1.0, 1.3)
SEEDS = seeds(16, 40)


@lru_cache
def tiny(seed: int) -> Scenario:
    return scenario_from_data(tiny_scenario(seed))


def minor(amount: str | None) -> int:
    assert amount is not None
    return to_minor(Decimal(amount), 2)


def budgets_of(scenario: Scenario) -> list[int]:
    """Return budgets around what everything would cost, the very amount and a penny less among them."""
    most = best(within(scenario, None))
    cost = 5_000 if most is None else most.cost
    return sorted({max(1, int(cost * share)) for share in SHARES} | {max(1, cost - 1)})


def optimum(scenario: Scenario, budget: int) -> Best | None:
    return best(within(scenario, from_minor(budget, 2)))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_point_is_the_optimum_of_its_budget(seed: int) -> None:
    scenario = tiny(seed)
    budgets = budgets_of(scenario)
    answer = frontier(scenario, budgets, EXACT, draws=0)
    assert [minor(point.budget) for point in answer.frontier.points] == budgets
    for budget, point in zip(budgets, answer.frontier.points, strict=True):
        wanted = optimum(scenario, budget)
        if wanted is None:
            assert (point.status, point.value, point.cost) == ("infeasible", None, None)
        else:
            assert point.status == "optimal"
            assert Best(point.value or 0, minor(point.cost)) == wanted
            assert (point.value_bound, minor(point.cost_bound)) == (wanted.value, wanted.cost)
    check_steps(scenario, answer)


def check_steps(scenario: Scenario, answer: BudgetPlans) -> None:
    """The next step can be bought at its budget, and nothing more below what it is said to cost at least."""
    for point in answer.frontier.points:
        step = point.next_step
        if step is None:
            continue
        bought = optimum(scenario, minor(step.budget))
        assert bought is not None
        assert bought.value >= step.value > (point.value or 0)
        if step.at_least is not None:
            short = optimum(scenario, minor(step.at_least) - 1)
            assert short is None or short.value <= (point.value or 0)


@pytest.mark.parametrize("seed", seeds(4, 12))
@pytest.mark.parametrize("seconds", [0.01, 0.3])
def test_in_a_hurry_nothing_false_is_claimed(seed: int, seconds: float) -> None:
    scenario = tiny(seed)
    budgets = budgets_of(scenario)
    hurried = EXACT.model_copy(update={"time_limit_seconds": seconds})
    points = frontier(scenario, budgets, hurried, draws=0).frontier.points
    for budget, point in zip(budgets, points, strict=True):
        wanted = optimum(scenario, budget)
        assert (point.status == "infeasible") <= (wanted is None)
        if wanted is None or point.status == "unknown":
            continue
        assert (point.value or 0) <= wanted.value <= (point.value_bound or 0)
        if point.cost_bound is not None:
            assert minor(point.cost_bound) <= wanted.cost <= minor(point.cost)
    values = [point.value for point in points if point.value is not None]
    bounds = [point.value_bound for point in points if point.value_bound is not None]
    assert values == sorted(values)
    assert bounds == sorted(bounds)


def test_every_plan_answers_its_own_scenario_and_is_verified() -> None:
    scenario = tiny(3)
    answer = frontier(scenario, budgets_of(scenario), EXACT, draws=500)
    assert {item.point.verified for item in answer.plans} == {True}
    for item in answer.plans:
        assert item.scenario.budget.total == Decimal(item.point.budget)
        assert item.plan.scenario.sha256 == fingerprint(item.scenario)
        assert all(check.ok for check in verify(item.scenario, item.plan, fingerprint=fingerprint(item.scenario)))


def test_what_no_budget_changes_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = tiny(3)
    simulated: list[Plan] = []

    def counted(scenario: Scenario, plan: Plan, *, draws: int, seed: int) -> Simulation:
        simulated.append(plan)
        return simulate(scenario, plan, draws=draws, seed=seed)

    monkeypatch.setattr("optimizer.analysis.judging.simulate", counted)
    cost = budgets_of(scenario)[-2]
    answer = frontier(scenario, [*range(cost, cost + 30), 10 * cost], EXACT, draws=200)
    decided = {str(item.plan.assignments) for item in answer.plans if item.plan.assignments}
    assert len(decided) == len(simulated) < 5
    for item in answer.plans:
        mark = fingerprint(item.scenario)
        checks = verify(item.scenario, item.plan, fingerprint=mark)
        assert item.plan.scenario.sha256 == mark
        assert item.plan.certificate.checks[: len(checks)] == checks
        assert item.plan.binding == binding(item.scenario, item.plan)


def test_a_plan_is_judged_anew_under_every_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the search to hand a plan to a budget that does not pay for it, it would be seen."""
    scenario = tiny(3)
    cost = budgets_of(scenario)[-2]
    solution = BudgetSearch.solution
    monkeypatch.setattr(BudgetSearch, "solution", lambda self, _: solution(self, 10 * cost))
    assert len(frontier(scenario, [2 * cost, 3 * cost], EXACT, draws=0).plans) == 2
    with pytest.raises(VerificationError, match="budget_total"):
        frontier(scenario, [1, 2 * cost], EXACT, draws=0)
    judged = BudgetJudge(within(scenario, None), build_instance(within(scenario, None)), EXACT, 0, control())
    searches = BudgetSearch(build_instance(within(scenario, None)), EXACT, control())
    searches.run(None)
    judged.plan(within(scenario, from_minor(2 * cost, 2)), solution(searches, None))
    with pytest.raises(VerificationError, match="budget_total"):
        judged.plan(within(scenario, "0.01"), solution(searches, None))


def test_where_no_quick_way_leads_to_the_next_step_the_search_goes_all_the_way() -> None:
    scenario = scenario_from_data({**tiny_scenario(5036), "objective": {"goal": "activate_most"}})
    (point,) = frontier(scenario, [14_749], EXACT, draws=0).frontier.points
    assert (point.value, point.cost) == (3, "125.00")
    assert point.next_step is not None
    assert (point.next_step.budget, point.next_step.at_least) == ("147.50", "147.50")


def test_budgets_that_are_chosen_in_a_hurry_still_span_what_matters() -> None:
    scenario, cancel = tiny(3), threading.Event()
    cancel.set()
    points = frontier(scenario, 5, EXACT, cancel=cancel, draws=0).frontier.points
    assert len(points) > 1
    assert minor(points[-1].budget) >= budgets_of(scenario)[-2]


def test_no_chosen_budget_is_larger_than_one_may_be() -> None:
    """What all parcels cost together may be more than any one amount of a scenario."""
    scenario = scenario_from_data(launch.document(products=[{"id": "socks", "unit_cost": "10000000000"}]))
    for item in frontier(scenario, 3, EXACT, draws=0).plans:
        assert minor(item.point.budget) <= LARGEST_MINOR
        assert scenario_from_data(item.scenario.model_dump(mode="json", exclude_unset=True)) == item.scenario


def test_a_scenario_that_must_secure_everything_is_asked_for_most_value() -> None:
    scenario = scenario_from_data(document(objective__goal="min_cost", locks=[], activations__0__required=False))
    answer = frontier(scenario, [1], EXACT, draws=0).frontier
    assert (answer.goal, answer.points[0].status, answer.points[0].value) == ("activate_most", "optimal", 0)


def test_a_frontier_that_is_cancelled_has_all_its_points() -> None:
    cancel = threading.Event()
    cancel.set()
    points = frontier(tiny(3), [1_000, 2_000], EXACT, cancel=cancel, draws=0).frontier.points
    assert [point.budget for point in points] == ["10.00", "20.00"]
    assert {point.status for point in points} <= {"feasible", "unknown", "optimal"}


def test_a_false_bound_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = tiny(3)
    budgets = budgets_of(scenario)
    assert (frontier(scenario, budgets, EXACT, draws=0).frontier.points[-1].value or 0) > 0
    teach = Pool.teach

    def wrong(pool: Pool, ledger: SearchState) -> None:
        teach(pool, ledger)
        ledger.cost *= 2

    monkeypatch.setattr(Pool, "teach", wrong)
    with pytest.raises(VerificationError):
        frontier(scenario, budgets, EXACT, draws=0)


@pytest.mark.parametrize(
    ("low", "high", "count", "digits"), [(75_715, 376_980, 9, 2), (1, 1, 2, 2), (0, 0, 5, 0), (3, 10_000_000, 7, 3)]
)
def test_budgets_are_even_and_span_what_matters(low: int, high: int, count: int, digits: int) -> None:
    found = even_budgets(low, high, count, digits)
    assert 1 <= len(found) <= count
    assert found[-1] >= high
    assert found[0] <= max(low, found[-1] // len(found))
    assert len(set(found)) == len(found)


def test_what_is_written_for_another_process_is_read_there_as_it_was() -> None:
    scenario = tiny(0)
    found = frontier(scenario, [1, 100_000], EXACT, draws=100)
    assert len({str(item.plan) for item in found.plans}) > 1
    assert read_budget_plans(scenario, write_budget_plans(found)) == found
