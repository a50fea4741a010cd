"""Prices for participations: never above the optimum by enumeration, exact where that can be told, and of use."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from optimizer.derive.build import build_instance
from optimizer.derive.instance import INFEASIBLE_COST
from optimizer.scenario.models import Scenario
from optimizer.solve.bounding import price_rotation
from optimizer.solve.bounds.activation import cost_bound
from optimizer.solve.bounds.lower_bounds import LagrangianBounds, LowerBounds
from optimizer.solve.bounds.rotation import RotationGroup, climb, raise_by_rotation
from optimizer.solve.bounds.rotation_rows import rotation_rows
from optimizer.solve.heuristics.people_at_prices import people_at_prices
from optimizer.solve.phases import start_decomposition
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search_state import SearchState
from tests.brute_force import Enumeration
from tests.derive.small import Document, activation, creator, scenario
from tests.seeds import seeds
from tests.solve.searching import found, problem

STARTS = ("2027-03-08", "2027-03-22", "2027-04-05", "2027-04-19")
RULES = [{"id": "k", "authenticity": "low"}]


def waves_at(starts: tuple[str, ...], **fields: object) -> list[Document]:
    return [
        activation(f"w{n}", start_earliest=first, **({"start_latest": first} | fields))
        for n, first in enumerate(starts)
    ]


def rotating(seed: int) -> Scenario:
    """Waves of one community whose creators rest in between and take part only so often."""
    rng = Random(seed)
    crowd = [
        creator(f"c{n}", rng.randint(20, 60) / 100)
        | ({"paid_fee": f"{rng.randint(1, 40)}"} if rng.random() < 0.6 else {})
        | ({"unavailable": [{"start": "2027-03-22", "end": "2027-03-23"}]} if rng.random() < 0.2 else {})
        for n in range(rng.choice((5, 6)))
    ]
    waves = waves_at(STARTS[: rng.choice((3, 4))])
    for wave in waves:
        wave.update(min_posts=rng.choice((1, 2)), confidence=rng.choice((0.3, 0.5, 0.6)))
    if rng.random() < 0.5:
        waves[1]["start_latest"] = "2027-03-29"
    rotation = {
        "rest_days": rng.choice((0, 3, 10, 20)),
        "max_activations_per_creator": rng.choice((1, 2, 2, 3)),
    }
    return scenario(crowd, *waves, rotation=rotation, communities=RULES)


def quick_bounds(asked: SearchProblem) -> dict[int, int]:
    least = {a: [asked.window_data[int(w)].least for w in asked.windows_of(a)] for a in asked.instance.activations}
    return {a: min(known) for a, known in least.items() if min(known, default=INFEASIBLE_COST) < INFEASIBLE_COST}


@pytest.mark.parametrize("seed", seeds(10, 400))
def test_no_prices_say_more_than_enumeration(seed: int) -> None:
    given, rng = rotating(seed), Random(seed)
    asked = problem(build_instance(given), seconds=60.0)
    lower_bounds, names = quick_bounds(asked), [wave.id for wave in asked.instance.waves]
    wanted = sorted(rng.sample(sorted(lower_bounds), min(len(lower_bounds), rng.choice((2, 3, 4)))))
    if len(wanted) < 2:
        return
    least = Enumeration(given).least_cost(dict.fromkeys([names[a] for a in wanted], 0))
    if least is None:
        return
    group = RotationGroup(asked, wanted, asked.instance.options.cost_minor)
    for most in (0, 400, 3000):
        drawn = [rng.randint(0, most) for _ in range(group.shape[0] * group.shape[1])]
        assert group.evaluate(np.array(drawn, dtype=np.int64).reshape(group.shape), wanted)[0] <= least
    priced = raise_by_rotation(asked, lower_bounds, wanted)
    if priced is not None:
        bound = sum(priced.own[a] for a in wanted) - priced.constant
        assert sum(lower_bounds[a] for a in wanted) < bound <= least
        value = int(sum(asked.instance.value[a] for a in wanted))
        known = cost_bound(asked.instance, LowerBounds(lower_bounds, {}, [priced]), value)
        best = found(asked.instance, method="plain")
        if best.value == value and best.least_cost is not None and known is not None:
            assert known <= best.least_cost


def test_some_of_these_bounds_rise() -> None:
    raised = 0
    for seed in range(25):
        asked = problem(build_instance(rotating(seed)))
        lower_bounds = quick_bounds(asked)
        raised += raise_by_rotation(asked, lower_bounds, list(lower_bounds)) is not None
    assert raised >= 8


def cheap_and_dear(**rotation: int) -> Scenario:
    """Four waves that each need two certain payers; eight payers from 1.00 to 8.00 beside a parcel of 10.00."""
    crowd = [creator(f"c{n}", 0.01, paid_fee=f"{n + 1}.00", accepts=["paid"]) for n in range(8)]
    waves = waves_at(STARTS, min_posts=2, confidence=0.9)
    return scenario(crowd, *waves, rotation=rotation, communities=RULES)


@pytest.mark.parametrize(
    ("rotation", "least"),
    [
        # Each payer once: 1 + … + 8.
        ({"max_activations_per_creator": 1}, 8 * 1000 + 3600),
        # The four cheapest twice.
        ({"max_activations_per_creator": 2}, 8 * 1000 + 2 * (100 + 200 + 300 + 400)),
        # Two pairs take turns; windows of seven days start fourteen days apart.
        ({"rest_days": 8}, 8 * 1000 + 2 * (100 + 200 + 300 + 400)),
        ({"rest_days": 22}, 8 * 1000 + 100 + 200 + 300 + 400 + 500 + 600 + 100 + 200),
    ],
)
def test_the_bound_is_the_optimum_where_people_take_turns(rotation: dict[str, int], least: int) -> None:
    asked = problem(build_instance(cheap_and_dear(**rotation)))
    lower_bounds = quick_bounds(asked)
    assert sum(lower_bounds.values()) == 4 * 2300
    best = found(asked.instance, method="decomposed")
    assert best.least_cost == least
    priced = raise_by_rotation(asked, lower_bounds, list(lower_bounds), best.selection)
    assert priced is not None
    assert 0.995 * least <= sum(priced.own.values()) - priced.constant <= least


def test_prices_that_are_paid_already_are_kept_and_added_to() -> None:
    asked = problem(build_instance(cheap_and_dear(max_activations_per_creator=1)))
    lower_bounds = quick_bounds(asked)
    charges = np.full(len(asked.instance.options), 70, dtype=np.int64)
    paid = LagrangianBounds({a: bound + 140 for a, bound in lower_bounds.items()}, 8 * 70, charges)
    priced = raise_by_rotation(asked, lower_bounds, list(lower_bounds), None, paid)
    assert priced is not None
    assert priced.charges is not None
    assert priced.charges.min() >= 70
    assert priced.constant > 8 * 70
    assert 4 * 2300 < sum(priced.own.values()) - priced.constant <= 8 * 1000 + 3600


def test_rows_are_the_moments_that_no_other_contains_and_participations() -> None:
    given = build_instance(cheap_and_dear(rest_days=8, max_activations_per_creator=2))
    rows = rotation_rows(given, [0, 1, 2, 3], np.arange(4))
    assert rows.capacity.tolist() == [1, 1, 1, 2]
    assert [np.flatnonzero(flags).tolist() for flags in rows.covers] == [[0, 1], [1, 2], [2, 3], [0, 1, 2, 3]]
    prices = np.zeros((8, 4), dtype=np.int64)
    prices[5] = (1, 10, 100, 1000)
    assert rows.charges(prices)[5].tolist() == [1001, 1011, 1110, 1100]
    assert rows.charges(prices).sum() == rows.charges(prices)[5].sum()
    assert rows.worth(prices) == 1 + 10 + 100 + 2000
    use = rows.use(given, np.flatnonzero(given.options.creator == 5))
    assert (use[5].tolist(), use.sum()) == ([2, 2, 2, 4], 10)
    assert rotation_rows(given, [0, 2], np.arange(4)).capacity.tolist() == []
    assert rotation_rows(given, [0, 2, 3], np.arange(4)).capacity.tolist() == [1, 2]


def test_without_rotation_nothing_is_priced() -> None:
    asked = problem(build_instance(cheap_and_dear()))
    assert raise_by_rotation(asked, quick_bounds(asked), [0, 1, 2, 3]) is None
    few = problem(build_instance(cheap_and_dear(max_activations_per_creator=4)))
    assert raise_by_rotation(few, quick_bounds(few), [0, 1, 2, 3]) is None


def test_the_climb_ends_at_its_target() -> None:
    asked = problem(build_instance(cheap_and_dear(max_activations_per_creator=1)))
    group = RotationGroup(asked, [0, 1, 2, 3], asked.instance.options.cost_minor)
    start = np.zeros(group.shape, dtype=np.int64)
    assert climb(group, [0, 1, 2, 3], start, 4 * 2300, 50)[0] == 4 * 2300
    assert climb(group, [0, 1, 2, 3], start, 11_600, 1)[0] == 4 * 2300


def test_the_search_bounds_and_places_by_these_prices() -> None:
    asked = problem(build_instance(cheap_and_dear(max_activations_per_creator=2)))
    state = SearchState(asked.instance, asked.control, 0.0)
    search = start_decomposition(asked, state)
    search.bound()
    assert state.cost_bounds == {4: 4 * 2300}
    search.rebuild(search.wanted, 1, over_budget=True)
    price_rotation(search)
    assert search.rotation is not None
    assert search.lower_bounds.priced == [search.rotation]
    assert 9_950 <= state.cost_bounds[4] <= 10_000 == state.cost


def test_the_people_of_a_group_are_the_plan_and_those_worth_their_charges() -> None:
    asked = problem(build_instance(cheap_and_dear(max_activations_per_creator=2)))
    best = found(asked.instance, method="decomposed").selection
    assert best is not None
    table = asked.instance.options
    charges = np.where(table.creator < 6, 5_000, 0)
    people = people_at_prices(asked, [0, 1], best, charges)
    assert set(best.options_of(asked.instance, 0).tolist()) <= set(people.tolist())
    assert {6, 7} <= set(table.creator[people[table.activation[people] == 0]].tolist())
    assert set(table.activation[people].tolist()) == {0, 1}
