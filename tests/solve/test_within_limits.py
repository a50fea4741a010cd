"""Bounds of single activations within the shared limits: never above what enumeration says, and all of it mostly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.model.selection import Selection
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Scenario
from optimizer.solve.bounding import bound_alone
from optimizer.solve.decomposition import Decomposition
from optimizer.solve.phases import start_decomposition
from optimizer.solve.search_state import SearchState
from optimizer.solve.within_limits import raise_within_limits
from tests.brute_force import Enumeration
from tests.derive.small import activation, creator, instance, scenario, shipping
from tests.seeds import seeds
from tests.solve.searching import control, found, problem
from tests.tiny import tiny_scenario


def started(given: Instance) -> Decomposition:
    asked = problem(given)
    return start_decomposition(asked, SearchState(asked.instance, asked.control, 0.0))


def raised(search: Decomposition, known: Selection | None = None) -> Selection | None:
    own = search.lower_bounds
    return raise_within_limits(search.problem, own, search.window_bounds, sorted(own.own), known)


def tiny(seed: int) -> Scenario:
    return scenario_from_data(tiny_scenario(seed))


def packed(seed: int) -> Scenario:
    """Few places on the days from which parcels come in time; those who ship later are likelier to post too late."""
    dice = Random(seed)
    crowd = [creator(f"c{n}", dice.randint(30, 70) / 100, paid_fee=f"{dice.randint(5, 60)}") for n in range(6)]
    wave = activation(
        min_posts=2,
        confidence=dice.choice((0.5, 0.6, 0.7)),
        window_days=dice.choice((2, 3)),
        start_latest=dice.choice(("2027-03-08", "2027-03-10")),
        delivery={"before_days": 1, "after_days": 1},
    )
    services = [{"id": "s", "cost": "1.00", "transit_days": {"1": 0.5, "2": 0.25, "3": 0.25}}]
    rules = [{"id": "k", "authenticity": dice.choice(("low", "high"))}]
    return scenario(
        crowd, wave, communities=rules, shipping=shipping(daily_capacity=dice.choice((1, 2)), services=services)
    )


@pytest.mark.parametrize("make", [tiny, packed])
@pytest.mark.parametrize("seed", seeds(14, 1000))
def test_no_activation_costs_less_in_any_plan_by_enumeration(make: Callable[[int], Scenario], seed: int) -> None:
    given = make(seed)
    first, again, ways = started(build_instance(given)), started(build_instance(given)), Enumeration(given)
    teams = raised(first)
    # Where the cheapest team is known from the beginning, it is only asked whether anything costs less.
    raised(again, teams)
    for index, wave in enumerate(first.problem.instance.waves):
        least = ways.least_cost({wave.id: 0})
        for search in (first, again):
            bound = search.lower_bounds.own.get(index)
            assert least is None or (bound is not None and bound <= least)
        if teams is not None and index in teams.windows:
            instance = first.problem.instance
            assert least is not None
            assert teams.only(instance, index).cost(instance) >= least


@pytest.mark.parametrize("seed", [13, 21, 70])
def test_what_is_proven_under_a_small_budget_holds_under_a_larger_one(seed: int) -> None:
    """Searches under several budgets share their bounds, and the cheapest team here costs more than the small one."""
    given = packed(seed)
    search, least = started(build_instance(given)), Enumeration(given).least_cost({"a": 0})
    before = search.lower_bounds.own[0]
    assert least is not None
    assert before < least
    instance = search.problem.instance
    small = replace(instance, limits=replace(instance.limits, budget_minor=before))
    under = search.problem.under(small, search.problem.control)
    raise_within_limits(under, search.lower_bounds, search.window_bounds, [0], None)
    assert search.lower_bounds.own[0] == before + 1
    raised(search)
    assert before + 1 < search.lower_bounds.own[0] <= least


def crowded(capacity: int, people: int = 6) -> Instance:
    """Everybody arrives in time from one day only, or late, and posts less likely, from the day after."""
    crowd = [creator(f"c{n}", 0.5) for n in range(people)]
    wave = activation(
        min_posts=2, confidence=0.6, start_latest="2027-03-08", delivery={"before_days": 0, "after_days": 2}
    )
    return instance(crowd, wave, shipping=shipping(daily_capacity=capacity))


def test_a_team_that_needs_more_places_than_a_day_has_is_bounded_within_them() -> None:
    search = started(crowded(2))
    without = search.lower_bounds.own[0]
    assert raised(search) is not None
    assert search.lower_bounds.own[0] >= without
    assert min(search.window_bounds.values()) == search.lower_bounds.own[0]
    solution = found(crowded(2), method="decomposed")
    assert solution.least_cost == search.lower_bounds.own[0]


def test_nothing_is_asked_where_the_best_team_keeps_every_limit() -> None:
    search = started(crowded(6))
    assert raised(search) is None


def test_it_ends_when_it_is_stopped() -> None:
    search = started(crowded(2))
    before = dict(search.lower_bounds.own)
    stopped = search.problem.under(search.problem.instance, control(0.0))
    raise_within_limits(stopped, search.lower_bounds, search.window_bounds, [0], None)
    assert search.lower_bounds.own == before


def test_an_activation_that_the_limits_rule_out_is_left_out_of_the_bounds() -> None:
    search = started(build_instance(scenario_from_data(tiny_scenario(47))))
    assert 1 in search.lower_bounds.own
    search.bound()
    bound_alone(search)
    assert 1 not in search.lower_bounds.own
    assert search.state.infeasible or search.state.value_bound < int(search.problem.instance.value.sum())
