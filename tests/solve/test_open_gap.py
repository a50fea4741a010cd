"""Why a gap is open: charged to the limit that makes it, place by place, and all of it."""

from __future__ import annotations

import threading
from fractions import Fraction
from typing import Any

import pytest

from optimizer.analysis.certify import certified
from optimizer.analysis.open_gap import open_reasons
from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.model.selection import EMPTY
from optimizer.solve import open_gap
from optimizer.solve.open_gap import TEAMS, TIME, OpenPart, open_parts
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search import SearchStatus, Solution
from optimizer.solve.search_state import SearchState
from optimizer.solve.settings import Settings
from tests.derive.small import activation, creator, instance, scenario, shipping
from tests.solve.searching import control, found, problem
from tests.solve.test_within_limits import packed

SUNDAYS = shipping(ship_weekdays=["sun"], daily_capacity=1)
LOTS = [{"on": "2027-03-01", "units": 1}, {"on": "2027-04-26", "units": 5}]
LATER = activation("b", start_earliest="2027-03-15", start_latest="2027-03-15")
SAME = activation("b", community="l")
TWO = (creator("c1"), creator("c2", communities=["l"]))
BOTH = (creator("c1"), creator("c2"))
COMMUNITIES = [{"id": "k", "authenticity": "low"}, {"id": "l", "authenticity": "low"}]
VALUE: list[tuple[str, str, tuple[dict[str, Any], ...], dict[str, Any], dict[str, Any]]] = [
    ("budget_total", "total", TWO, SAME, {"budget": {"total": 10}}),
    ("budget_month", "2027-03", TWO, SAME, {"budget": {"monthly": {"2027-03": 10}}}),
    ("stock", "p, lot of 2027-04-26", TWO, SAME, {"products": [{"id": "p", "unit_cost": "10.00", "stock": LOTS}]}),
    ("daily_capacity", "2027-03-07", TWO, SAME, {"shipping": SUNDAYS}),
    ("rest_days", "b", TWO[:1], LATER, {"rotation": {"rest_days": 7}}),
    ("max_activations", "b", TWO[:1], LATER, {"rotation": {"max_activations_per_creator": 1}}),
    ("community_gap", "k", BOTH, LATER, {"communities": [{"id": "k", "authenticity": "low", "min_gap_days": 7}]}),
]


def priced(given: Instance) -> SearchProblem:
    made = problem(given)
    assert made.window_data
    return made


def state_of(given: Instance, solution: Solution) -> SearchState:
    state = SearchState(given, control(), 0.0)
    assert state.try_improve(solution.selection)
    return state


def solution_of(state: SearchState, parts: tuple[OpenPart, ...]) -> Solution:
    plan = state.incumbent
    return Solution(
        SearchStatus.FEASIBLE, plan, state.value, state.cost, state.value_bound, state.cost_bound, {}, "plain", parts
    )


@pytest.mark.parametrize(("rule", "where", "people", "second", "limits"), VALUE, ids=[case[0] for case in VALUE])
def test_an_open_value_is_charged_to_the_limit_that_keeps_it_out(
    rule: str, where: str, people: tuple[dict[str, Any], ...], second: dict[str, Any], limits: dict[str, Any]
) -> None:
    given = instance(people, activation(value=2), second, **{"communities": COMMUNITIES} | limits)
    state = state_of(given, found(given))
    assert (state.value, state.value_bound) == (2, 3)
    parts = open_parts(priced(given), state, {0: 10, 1: 10})
    (reason,) = open_reasons(given, solution_of(state, parts))
    assert (reason.limit, reason.where) == (rule, where)
    assert reason.share == pytest.approx(1 / 3, abs=1e-12)


def resting() -> Instance:
    """A cheap creator rests through the second window, so that a dearer one is sent: 10 and 15."""
    services = [{"id": "s", "cost": "0.00", "transit_days": {"1": 1.0}}]
    services += [{"id": "dear", "cost": "5.00", "transit_days": {"1": 1.0}}]
    people = (creator("c1", service="s"), creator("c2", service="dear"))
    return instance(people, activation(), LATER, rotation={"rest_days": 7}, shipping=shipping(services=services))


@pytest.mark.parametrize(("bound", "open_cost"), [(2000, 500), (2200, 300)])
def test_an_open_cost_is_charged_less_what_is_proven(bound: int, open_cost: int) -> None:
    given = resting()
    state = state_of(given, found(given))
    assert state.cost == 2500
    state.tighten_cost_bound(2, bound)
    parts = open_parts(priced(given), state, {0: 1000, 1: 1000})
    assert [(part.limit, part.weight) for part in parts] == [(("rest_days", 0), Fraction(1))]
    (reason,) = open_reasons(given, solution_of(state, parts))
    assert reason.share == pytest.approx(open_cost / 2500, abs=1e-12)
    assert "The rest of 7 days" in reason.detail


def test_what_is_unproven_of_teams_stands_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_gap, "_least", lambda *_: 800)
    given = resting()
    state = state_of(given, found(given))
    state.tighten_cost_bound(2, 1600)
    parts = {part.limit: part.weight for part in open_parts(priced(given), state, {})}
    assert parts == {("rest_days", 0): Fraction(5, 9), TEAMS: Fraction(4, 9)}


def test_what_no_limit_explains_is_what_the_search_did_not_get_to() -> None:
    given = instance(TWO, activation(value=2), SAME, communities=COMMUNITIES)
    state = SearchState(given, control(), 0.0)
    assert state.try_improve(EMPTY)
    assert {part.limit: part.weight for part in open_parts(priced(given), state, {0: 0, 1: 0})} == {TIME: 1}


def test_without_a_plan_the_whole_is_open() -> None:
    given = instance(TWO[:1], activation(), LATER, objective={"goal": "min_cost"}, rotation={"rest_days": 7})
    parts = open_parts(priced(given), SearchState(given, control(), 0.0), {0: 10, 1: 10})
    assert [(part.limit, part.weight) for part in parts] == [(("rest_days", 0), Fraction(1))]


def test_a_closed_gap_has_no_reasons() -> None:
    assert found(resting()).open == ()


@pytest.mark.parametrize("goal", ["min_cost", "activate_most"])
def test_a_solve_that_is_cancelled_at_once_says_so(goal: str) -> None:
    cancel = threading.Event()
    cancel.set()
    given = scenario(TWO, activation(), SAME, objective={"goal": goal}, communities=COMMUNITIES)
    plan = certified(given, Settings(), cancel=cancel, draws=0).plan
    due = 1.0 if plan.objective.gap is None else plan.objective.gap
    assert sum(reason.share for reason in plan.objective.open) == pytest.approx(due, abs=1e-9)
    assert [reason.limit for reason in plan.objective.open] == (["time_limit"] if due else [])


def test_a_team_cheaper_than_what_is_proven_within_the_limits_adds_nothing() -> None:
    """The cheapest team of all costs 44.00 and breaks the daily capacity, within which nothing costs below 49.00."""
    given = build_instance(packed(21))
    state = state_of(given, found(given))
    assert state.cost == 4900
    state.tighten_value_bound(state.value)
    state.tighten_cost_bound(state.value, 4890)
    parts = open_parts(priced(given), state, {0: 4890})
    assert sum(part.weight for part in parts) == 1
