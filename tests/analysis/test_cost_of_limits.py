"""What limits cost: against enumeration of the looser scenarios, and no bound that a verified plan contradicts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from optimizer.analysis.certify import Certified, certified
from optimizer.analysis.evaluate import evaluate
from optimizer.analysis.report import Decision
from optimizer.analysis.sensitivity import cost
from optimizer.analysis.sensitivity.cost import cost_of_limits
from optimizer.analysis.sensitivity.levels import Best, Bounds
from optimizer.analysis.time_budget import Step
from optimizer.answers.limits import CostOfLimits, LooserLimit
from optimizer.errors import InputError, VerificationError
from optimizer.money import to_minor
from optimizer.plan import Plan
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Scenario
from optimizer.solve.settings import Settings
from tests.analysis.cases import Document, activation, checked, creators, document, edited, solved, two
from tests.brute_force import best
from tests.seeds import seeds
from tests.tiny import tiny_scenario

ALL = Settings(gap=0, time_limit_seconds=60, workers=1, seed=1)


def measured(given: Document, **options: Any) -> CostOfLimits:
    return cost_of_limits(checked(given), ALL, **options)


def minor(amount: str | None) -> int:
    assert amount is not None
    return to_minor(Decimal(amount), 2)


def check_gains(seed: int) -> None:
    given = tiny_scenario(seed)
    answer, own = measured(given), best(scenario_from_data(given))
    if own is None:
        assert (answer.status, answer.value, answer.cost, answer.limits) == ("infeasible", None, None, [])
        return
    assert (answer.status, answer.value, minor(answer.cost)) == ("optimal", own.value, own.cost)
    for row in answer.limits:
        looser = best(scenario_from_data(edited(given, row.pointer, row.to)))
        assert looser is not None
        assert (row.status, row.value, minor(row.cost)) == ("optimal", looser.value, looser.cost)
        assert row.value_gain == row.value_gain_bound == looser.value - own.value >= 0
        assert minor(row.cost_change) == looser.cost - own.cost
        if not row.value_gain:
            assert row.cost_change_bound == row.cost_change
        assert row.gap == 0


@pytest.mark.parametrize("seed", seeds(16, 45))
def test_gains_are_those_that_enumeration_finds(seed: int) -> None:
    check_gains(seed)


@pytest.mark.slow
@pytest.mark.parametrize("ten", range(5, 60))
def test_gains_are_those_that_enumeration_finds_in_a_long_campaign(ten: int) -> None:
    for seed in range(10 * ten, 10 * ten + 10):
        check_gains(seed)


def test_enumerated_gains_are_of_every_kind() -> None:
    rows = [row for seed in (8, 18, 43, 58) for row in measured(tiny_scenario(seed)).limits]
    assert any(row.value_gain for row in rows)
    assert any(not row.value_gain and minor(row.cost_change) < 0 for row in rows)
    assert any(not row.value_gain and minor(row.cost_change) == 0 for row in rows)


def row(answer: CostOfLimits, limit: str) -> LooserLimit:
    (found,) = [item for item in answer.limits if item.limit == limit]
    return found


def test_a_budget_that_is_just_too_small_shows_what_more_would_buy() -> None:
    found = row(measured(two(budget={"total": "90.00"})), "budget_total")
    assert (found.from_, found.to, found.value_gain, found.value_gain_bound) == ("90.00", "99.00", 1, 1)
    assert (found.gained, found.lost, found.cost_change, found.cost_change_bound) == (["b"], [], "48.00", None)
    assert row(measured(two(budget={"total": "50.00"})), "budget_total").value_gain == 0


def test_a_gain_may_cost_another_activation() -> None:
    people = [*creators("x", 4), {"id": "y-1", "communities": ["y"], "accepts": ["paid"], "paid_fee": "38.00"}]
    given = document([activation("a", "x"), activation("b", "y", value=2)], people, budget={"total": "48.00"})
    found = row(measured(given), "budget_total")
    assert (found.gained, found.lost, found.value_gain, found.cost_change) == (["b"], ["a"], 1, "2.00")


def test_a_limit_that_costs_only_money_shows_what_it_costs() -> None:
    people = [*creators("x", 4), {"id": "p", "communities": ["x"], "paid_fee": "9.00", "tier": "nano"}]
    given = document([activation("a", "x", tier_mix={"nano": {"max": 0}})], people)
    found = row(measured(given), "tier_mix")
    assert (found.value_gain, found.cost_change, found.cost_change_bound) == (0, "-27.00", "-27.00")
    assert (found.gained, found.lost, found.verified) == ([], [], True)


START, FRIDAY = date(2027, 3, 29), date(2027, 3, 26)


def by_hand(given: Document, people: int = 4) -> Plan:
    """Return a plan that secures `a` alone with so many gifts."""
    decisions = [Decision(f"x-{number + 1}", "a", "gift", FRIDAY) for number in range(people)]
    return evaluate(checked(given), decisions, {"a": START}, draws=0)


def test_a_known_plan_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    given = two(budget={"total": "90.00"})
    asked = searching(monkeypatch)
    answer = measured(given, plan=solved(given).plan)
    assert (answer.status, answer.cost, row(answer, "budget_total").value_gain) == ("optimal", "48.00", 1)
    assert [question.budget.total for question in asked] == [Decimal("99.00")]


def test_a_better_plan_that_needs_no_looser_limit_becomes_the_scenarios_own() -> None:
    given = two(budget={"total": "90.00"})
    given["creators"] += creators("x", 6)[4:]
    dear = by_hand(given, people=6)
    assert dear.certificate.verified
    assert dear.totals.cost == "72.00"
    answer = measured({**given, "budget": {"total": "77.00"}}, plan=by_hand({**given, "budget": {"total": "77.00"}}, 6))
    assert (answer.cost, answer.status, row(answer, "budget_total").cost_change) == ("48.00", "optimal", "0.00")


def test_the_looser_scenario_is_never_worse_however_little_its_search_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    given = two(budget={"total": "90.00"})
    searching(monkeypatch, lambda question, found: without_plan(found) if question.budget.total == 99 else found)
    found = row(measured(given), "budget_total")
    assert (found.status, found.value, found.value_gain, found.value_gain_bound) == ("feasible", 2, 0, 1)
    assert (found.cost_change, found.cost_change_bound) == ("0.00", None)


def test_the_own_plan_stands_where_a_looser_search_finds_a_worse_one(monkeypatch: pytest.MonkeyPatch) -> None:
    worse = stating(value=2, value_bound=3, least_cost="60.00", cost_bound=None)
    searching(monkeypatch, lambda question, found: worse(found) if question.budget.total == 99 else found)
    found = row(measured(two(budget={"total": "90.00"})), "budget_total")
    assert (found.value, found.cost, found.value_gain, found.cost_change) == (2, "48.00", 0, "0.00")


def without_plan(found: Plan) -> Plan:
    stated = found.objective.model_copy(update={"value": None, "least_cost": None, "cost_bound": None})
    return found.model_copy(update={"status": "unknown", "objective": stated})


def searching(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[Scenario, Plan], Plan] | None = None
) -> list[Scenario]:
    """Watch the searches, change their plans; return the scenarios asked about."""
    asked: list[Scenario] = []

    def watched(question: Scenario, settings: Settings, **options: Any) -> Certified:
        asked.append(question)
        result = certified(question, settings, **options)
        plan = result.plan if change is None else change(question, result.plan)
        return Certified(plan, result.instance, result.solution)

    monkeypatch.setattr(cost, "certified", watched)
    return asked


def stating(**fields: Any) -> Callable[[Plan], Plan]:
    return lambda found: found.model_copy(update={"objective": found.objective.model_copy(update=fields)})


@pytest.mark.parametrize("total", ["90.00", "99.00"])
@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (stating(value_bound=1), "no plan of .* more value than 1"),
        (stating(value=2, value_bound=2, least_cost="48.00", cost_bound="48.01"), "cost at least 48.01"),
    ],
)
def test_a_wrong_bound_is_caught(
    monkeypatch: pytest.MonkeyPatch, total: str, wrong: Callable[[Plan], Plan], told: str
) -> None:
    given = two(budget={"total": "90.00"})
    searching(monkeypatch, lambda question, found: wrong(found) if str(question.budget.total) == total else found)
    with pytest.raises(VerificationError, match=told):
        measured(given)


def test_a_wrong_bound_of_a_looser_scenario_alone_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = stating(value_bound=2)
    searching(monkeypatch, lambda question, found: wrong(found) if question.budget.total == 99 else found)
    with pytest.raises(VerificationError, match=r"with Total budget 99\.00 .* more value than 2, .* has 3"):
        measured(two(budget={"total": "90.00"}))


def test_a_looser_scenario_that_is_called_impossible_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    given = two(budget={"total": "90.00"})

    def impossible(question: Scenario, found: Plan) -> Plan:
        wrong = without_plan(found).model_copy(update={"status": "infeasible"})
        return wrong if question.budget.total == 99 else found

    searching(monkeypatch, impossible)
    with pytest.raises(VerificationError, match="impossible"):
        measured(given)


def test_a_plan_that_breaks_rules_is_refused_with_all_of_them() -> None:
    broken = by_hand(two(), people=3)
    with pytest.raises(InputError) as error:
        measured(two(budget={"total": "9.00"}), plan=broken)
    rules = {problem.pointer for problem in error.value.problems}
    assert {"scenario", "density", "budget_total"} <= rules


def test_a_file_without_a_plan_is_refused() -> None:
    impossible = solved(two(objective={"goal": "min_cost"}, budget={"total": "1.00"})).plan
    with pytest.raises(InputError, match="no plan"):
        measured(two(), plan=impossible)


def test_a_plan_whose_bound_is_found_false_is_refused() -> None:
    given = two(budget={"total": "97.00"})
    false = stating(value_bound=2, value_gap=0.0, gap=None)(by_hand(given))
    with pytest.raises(InputError, match="not true"):
        measured(given, plan=false)


def test_a_step_that_a_scenario_cannot_take_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(_: object) -> Scenario:
        raise InputError([])

    monkeypatch.setattr(cost, "scenario_from_data", refusing)
    assert measured(two(budget={"total": "90.00"})).limits == []


def test_once_cancelled_limits_show_the_own_plan_and_no_bounds() -> None:
    cancel = threading.Event()
    told: list[Step] = []

    def stop(step: Step) -> None:
        told.append(step)
        if step.of:
            cancel.set()

    given = two(budget={"total": "90.00", "monthly": {"2027-03": "90.00"}})
    answer = measured(given, cancel=cancel, progress=stop)
    assert [step.what for step in told] == ["the scenario as it is", "Total budget 90.00 → 99.00"]
    last = row(answer, "budget_month")
    assert (last.status, last.value, last.value_gain) == ("feasible", 2, 0)
    assert (last.value_gain_bound, last.cost_change_bound, last.gap) == (None, None, None)


def test_without_time_the_scenario_is_unknown() -> None:
    given = checked(two(objective={"goal": "min_cost"}))
    answer = cost_of_limits(given, ALL.model_copy(update={"time_limit_seconds": 1e-6}))
    assert (answer.status, answer.value, answer.limits) == ("unknown", None, [])


def test_the_answer_goes_through_json() -> None:
    answer = measured(two(budget={"total": "90.00"}))
    assert CostOfLimits.model_validate_json(answer.model_dump_json(by_alias=True)) == answer


def test_a_cost_bound_holds_at_its_value_and_above() -> None:
    bounds = Bounds(3, 100, at_value=2)
    assert bounds.cost_of(Best(3, 120, frozenset())) == 100
    assert bounds.cost_of(Best(2, 120, frozenset())) is None
    assert Bounds(3, 100, at_value=4).cost_of(Best(3, 120, frozenset())) is None
    assert Bounds(4).tightened([Bounds(3, 100, 4)], Best(3, 120, frozenset())) == Bounds(3)


BOUNDS = st.builds(Bounds, st.none() | st.integers(3, 6), st.none() | st.integers(0, 100), st.integers(0, 5))


@drawn(BOUNDS, st.lists(BOUNDS, max_size=3), st.integers(100, 120))
def test_bounds_of_looser_scenarios_only_tighten(own: Bounds, others: list[Bounds], cost_minor: int) -> None:
    found = Best(3, cost_minor, frozenset())
    tight = own.tightened(others, found)
    tight.check(found, "it", 2)
    known = [item.value for item in (own, *others) if item.value is not None]
    assert tight.value == min(known, default=None)
    assert (tight.cost_of(found) or 0) >= (own.cost_of(found) or 0)
    if own.status(found, 0.0) == "optimal":
        assert tight.status(found, 0.0) == "optimal"
