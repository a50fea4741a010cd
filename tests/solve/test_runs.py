"""What is tied together: which activations get in each other's way, and that the floors of pairs are valid."""

from __future__ import annotations

from itertools import combinations
from random import Random
from typing import Any

import numpy as np
import pytest

from optimizer.derive.instance import Instance
from optimizer.solve.blocks import price
from optimizer.solve.exact import failing
from optimizer.solve.floors import Floors
from optimizer.solve.master import cost_bound, value_bound
from optimizer.solve.runs import price_run, price_runs, runs_of
from tests.derive.small import activation, creator, instance
from tests.solve.searching import found, problem


def wave(name: str, first: str, **fields: Any) -> dict[str, Any]:
    return activation(name, start_earliest=first, start_latest=first, **fields)


WAVES = (wave("a", "2027-03-08"), wave("b", "2027-03-22"), wave("c", "2027-04-05"), wave("d", "2027-05-03"))


@pytest.mark.parametrize(
    ("rotation", "gap", "runs"),
    [
        ({}, 0, []),
        ({"rest_days": 7}, 0, []),
        ({"rest_days": 8}, 0, [(0, 1, 2)]),
        ({"rest_days": 21}, 0, [(0, 1, 2)]),
        ({"rest_days": 22}, 0, [(0, 1, 2, 3)]),
        ({"max_activations_per_creator": 1}, 0, [(0, 1, 2, 3)]),
        ({"max_activations_per_creator": 2}, 0, []),
        ({}, 8, [(0, 1, 2)]),
    ],
)
def test_a_run_is_what_lies_too_near_for_one_creator_or_one_community(
    rotation: dict[str, int], gap: int, runs: list[tuple[int, ...]]
) -> None:
    rules = [{"id": "k", "authenticity": "low", "min_gap_days": gap}]
    given = instance([creator("x")], *WAVES, rotation=rotation, communities=rules)
    assert runs_of(given, [3, 1, 0, 2]) == runs
    assert runs_of(given, [1]) == []


def rotating(seed: int) -> Instance:
    """Three waves of one community who rest in between: who serves one cannot serve the next."""
    dice = Random(seed)
    crowd = [
        creator(f"c{n}", dice.randint(20, 60) / 100, paid_fee=f"{dice.randint(1, 40)}")
        | ({"unavailable": [{"start": "2027-03-22", "end": "2027-03-23"}]} if dice.random() < 0.2 else {})
        for n in range(7)
    ]
    starts = ("2027-03-08", "2027-03-22", dice.choice(("2027-03-15", "2027-04-05")))
    waves = [
        wave(name, first, min_posts=dice.choice((1, 2)), confidence=dice.choice((0.3, 0.5, 0.6)), value=2)
        for name, first in zip("abc", starts, strict=True)
    ]
    rules = [{"id": "k", "authenticity": "low", "min_gap_days": dice.choice((0, 0, 3))}]
    rotation = dice.choice(({"rest_days": 10}, {"rest_days": 30}, {"max_activations_per_creator": 1}))
    budget = {} if dice.random() < 0.5 else {"total": f"{dice.randint(20, 90)}"}
    return instance(crowd, *waves, rotation=rotation, communities=rules, budget=budget)


def floors_of(given: Instance) -> Floors:
    blocks = price(problem(given), given.activations)
    return Floors({block.activation: block.floor for block in blocks if not block.impossible})


@pytest.mark.parametrize("seed", [*range(15), *(pytest.param(n, marks=pytest.mark.slow) for n in range(15, 300))])
def test_bounds_made_of_pairs_are_not_above_the_best_plan(seed: int) -> None:
    given = rotating(seed)
    asked, floors = problem(given), floors_of(given)
    known = price_runs(asked, floors)
    best = found(given, method="plain")
    assert best.value is not None
    assert best.least_cost is not None
    bound, least = (value_bound(given, floors, asked.tied), cost_bound(given, floors, best.value, asked.tied))
    assert bound is not None
    assert bound >= best.value
    assert least is None or least <= best.least_cost
    assert best.selection is not None
    costs = given.options.cost_minor[list(best.selection.options)]
    owner = given.options.activation[list(best.selection.options)]
    for pair, floor in floors.joint.items():
        if set(pair) <= set(best.selection.windows):
            assert floor <= sum(int(costs[owner == a].sum()) for a in pair)
    for own, teams in known.items():
        assert all(set(given.options.activation[list(team.options)].tolist()) == {own} for team in teams)


@pytest.mark.parametrize("seed", range(10))
def test_the_selection_of_a_run_holds_and_keeps_people_and_dates_apart(seed: int) -> None:
    given = rotating(seed)
    asked, floors = problem(given), floors_of(given)
    for pair in combinations(sorted(floors.own), 2):
        run = price_run(asked, pair, floors)
        if run.selection is None:
            continue
        assert not failing(given, run.selection, pair)
        chosen = np.array(run.selection.options, dtype=np.int64)
        assert run.floor is not None
        assert run.floor <= given.options.cost_minor[chosen].sum()
        first, second = (run.selection.windows[a] for a in pair)
        apart = abs(int(given.windows.start_day[first] - given.windows.start_day[second]))
        if given.limits.max_activations == 1 or apart < 7 + given.limits.rest_days:
            creators = given.options.creator[chosen].tolist()
            assert len(set(creators)) == len(creators)
