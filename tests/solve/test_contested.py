"""Branching on contested creators: never above the optimum by enumeration, nearly always the optimum itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from optimizer.derive.build import build_instance
from optimizer.scenario.models import Scenario
from optimizer.solve.bounds import contested
from optimizer.solve.bounds.contested import ContestedSearch, bound_contested
from optimizer.solve.bounds.lower_bounds import LowerBounds
from optimizer.solve.cpsat.feasibility import failing, keeps_checked_rules
from optimizer.solve.phases import start_decomposition
from optimizer.solve.search_state import SearchState
from tests.brute_force import Enumeration
from tests.derive.small import activation, creator, scenario
from tests.seeds import seeds
from tests.solve.searching import control, found, problem
from tests.solve.test_rotation import cheap_and_dear, rotating


def sharing(seed: int) -> Scenario:
    """Communities whose windows overlap in part and some of whose creators are the same people."""
    rng, names = Random(seed), ("k", "l", "m")[: 2 + seed % 2]
    crowd = []
    for n in range(6):
        own = rng.sample(names, rng.choice((1, 1, 2, len(names))))
        fee = {"paid_fee": f"{rng.randint(1, 40)}"} if rng.random() < 0.6 else {}
        crowd.append(creator(f"c{n}", rng.randint(20, 60) / 100, communities=own, **fee))
    waves = [
        activation(
            f"a-{name}",
            community=name,
            min_posts=rng.choice((1, 2)),
            confidence=rng.choice((0.3, 0.5)),
            start_latest=rng.choice(("2027-03-08", "2027-03-10", "2027-03-16")),
        )
        for name in names
    ]
    rotation = {"rest_days": rng.choice((0, 0, 3))} | rng.choice(({}, {"max_activations_per_creator": 1}))
    rules = [{"id": name, "authenticity": "low"} for name in names]
    return scenario(crowd, *waves, rotation=rotation, communities=rules)


def prepared(given: Scenario) -> tuple[ContestedSearch, LowerBounds, list[int]]:
    asked = problem(build_instance(given))
    search = start_decomposition(asked, SearchState(asked.instance, asked.control, 0.0))
    wanted = sorted(search.lower_bounds.own)
    return ContestedSearch(asked, wanted, search.window_bounds), search.lower_bounds, wanted


def least_cost(given: Scenario, search: ContestedSearch, wanted: list[int]) -> int | None:
    names = [search.problem.instance.waves[a].id for a in wanted]
    return Enumeration(given).least_cost(dict.fromkeys(names, 0))


@pytest.mark.parametrize("make", [rotating, sharing])
@pytest.mark.parametrize("seed", seeds(12, 500))
def test_no_branching_says_more_than_enumeration(make: Callable[[int], Scenario], seed: int) -> None:
    given = make(seed)
    search, lower_bounds, wanted = prepared(given)
    if len(wanted) < 2:
        return
    least, instance = least_cost(given, search, wanted), search.problem.instance
    beyond = int(instance.options.cost_minor.sum()) + 1
    selection = bound_contested(search.problem, search, lower_bounds, None)
    assert lower_bounds.joint[tuple(wanted)] <= (beyond if least is None else least)
    if selection is not None and keeps_checked_rules(instance, selection):
        assert least is not None
        assert not failing(instance, selection, wanted)
        assert selection.cost(instance) >= least


def test_most_of_these_are_closed_and_many_needed_branches() -> None:
    """Some of so few people can be replaced only by teams of sizes that no window plans in."""
    closed = branched = told = 0
    for seed in range(20):
        given = sharing(seed)
        search, lower_bounds, wanted = prepared(given)
        least = least_cost(given, search, wanted)
        bound_contested(search.problem, search, lower_bounds, None)
        if least is not None:
            told += 1
            closed += lower_bounds.joint[tuple(wanted)] == least
            branched += search.branches > 1
    assert closed >= 0.8 * told
    assert branched >= 5


@pytest.mark.parametrize(
    ("rotation", "least"),
    [
        ({"max_activations_per_creator": 1}, 8 * 1000 + 3600),
        ({"max_activations_per_creator": 2}, 8 * 1000 + 2 * (100 + 200 + 300 + 400)),
        ({"rest_days": 8}, 8 * 1000 + 2 * (100 + 200 + 300 + 400)),
    ],
)
def test_the_bound_is_the_optimum_where_people_take_turns(rotation: dict[str, int], least: int) -> None:
    search, lower_bounds, wanted = prepared(cheap_and_dear(**rotation))
    selection = None
    while selection is None:
        selection = bound_contested(search.problem, search, lower_bounds, None)
    assert lower_bounds.joint[tuple(wanted)] == least
    assert selection.cost(search.problem.instance) == least


def test_what_a_shared_limit_adds_to_one_window_is_not_taken_for_its_twin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two windows of one shape, and money for the first of them alone: its bound is asked first."""
    crowd = [creator(f"c{n}", 0.5) for n in range(4)]
    waves = [activation(start_latest="2027-03-15"), activation("b")]
    asked = problem(build_instance(scenario(crowd, *waves)))
    first, second = asked.windows_of(0).tolist()
    assert asked.twins[second] == first
    search = ContestedSearch(asked, [0, 1], {first: 9_000})
    search.rows = replace(search.rows, covers=np.ones((1, len(asked.instance.windows)), dtype=bool))
    monkeypatch.setattr(contested, "greedy_team", lambda *_: None)
    team = asked.window_data[first].team
    assert team is not None
    own = frozenset((int(c), 0) for c in asked.instance.options.creator[list(team.options)])
    bounds = [search._bounded_window(asked, asked.window_data[w], own, 9_000).bound for w in (first, second)]
    assert bounds == [1_000, 1_000]


def test_it_ends_at_its_target_and_goes_on_later() -> None:
    search, _, _ = prepared(cheap_and_dear(max_activations_per_creator=1))
    assert search.run(search.problem, 4 * 2300).bound == 4 * 2300
    branches = search.branches
    assert branches == 1
    assert search.run(search.problem, 9_500).bound >= 9_500
    assert search.branches > branches


def test_it_ends_when_it_is_stopped_with_a_valid_bound() -> None:
    search, _, _ = prepared(cheap_and_dear(max_activations_per_creator=1))
    stopped = search.problem.under(search.problem.instance, control(0.0))
    assert search.run(stopped, 10**9).bound <= 8 * 1000 + 3600


def test_the_search_closes_where_few_people_are_contested() -> None:
    for seed in range(4):
        given = build_instance(sharing(seed))
        by_parts, plain = (found(given, method=method) for method in ("decomposed", "plain"))
        assert (by_parts.status, by_parts.least_cost) == (plain.status, plain.least_cost)
