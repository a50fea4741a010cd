"""What is coupled together: which activations get in each other's way, and that the lower bounds of pairs are valid."""

from __future__ import annotations

from itertools import combinations
from random import Random
from typing import Any

import numpy as np
import pytest

from optimizer.derive.instance import Instance
from optimizer.solve.bounds.activation import bound_activations, cost_bound, value_bound
from optimizer.solve.bounds.coupled import bound_coupled, bound_part
from optimizer.solve.bounds.lower_bounds import LowerBounds
from optimizer.solve.cpsat.feasibility import failing
from optimizer.solve.problem import coupled_parts
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
    assert coupled_parts(given, [3, 1, 0, 2]) == runs
    assert coupled_parts(given, [1]) == []


def rotating(seed: int) -> Instance:
    """Three waves of one community who rest in between: who serves one cannot serve the next."""
    rng = Random(seed)
    crowd = [
        creator(f"c{n}", rng.randint(20, 60) / 100, paid_fee=f"{rng.randint(1, 40)}")
        | ({"unavailable": [{"start": "2027-03-22", "end": "2027-03-23"}]} if rng.random() < 0.2 else {})
        for n in range(7)
    ]
    starts = ("2027-03-08", "2027-03-22", rng.choice(("2027-03-15", "2027-04-05")))
    waves = [
        wave(name, first, min_posts=rng.choice((1, 2)), confidence=rng.choice((0.3, 0.5, 0.6)), value=2)
        for name, first in zip("abc", starts, strict=True)
    ]
    rules = [{"id": "k", "authenticity": "low", "min_gap_days": rng.choice((0, 0, 3))}]
    rotation = rng.choice(({"rest_days": 10}, {"rest_days": 30}, {"max_activations_per_creator": 1}))
    budget = {} if rng.random() < 0.5 else {"total": f"{rng.randint(20, 90)}"}
    return instance(crowd, *waves, rotation=rotation, communities=rules, budget=budget)


def floors_of(given: Instance) -> LowerBounds:
    blocks = bound_activations(problem(given), given.activations)
    return LowerBounds({block.activation: block.lower_bound for block in blocks if not block.impossible})


@pytest.mark.parametrize("seed", [*range(15), *(pytest.param(n, marks=pytest.mark.slow) for n in range(15, 300))])
def test_bounds_made_of_pairs_are_not_above_the_best_plan(seed: int) -> None:
    given = rotating(seed)
    asked, lower_bounds = problem(given), floors_of(given)
    known = bound_coupled(asked, lower_bounds)
    best = found(given, method="plain")
    assert best.value is not None
    assert best.least_cost is not None
    bound, least = (
        value_bound(given, lower_bounds, asked.coupled),
        cost_bound(given, lower_bounds, best.value, asked.coupled),
    )
    assert bound is not None
    assert bound >= best.value
    assert least is None or least <= best.least_cost
    assert best.selection is not None
    costs = given.options.cost_minor[list(best.selection.options)]
    owner = given.options.activation[list(best.selection.options)]
    for pair, lower_bound in lower_bounds.joint.items():
        if set(pair) <= set(best.selection.windows):
            assert lower_bound <= sum(int(costs[owner == a].sum()) for a in pair)
    for own, teams in known.items():
        assert all(set(given.options.activation[list(team.options)].tolist()) == {own} for team in teams)


@pytest.mark.parametrize("seed", range(10))
def test_the_selection_of_a_run_holds_and_keeps_people_and_dates_apart(seed: int) -> None:
    given = rotating(seed)
    asked, lower_bounds = problem(given), floors_of(given)
    for pair in combinations(sorted(lower_bounds.own), 2):
        run = bound_part(asked, pair, lower_bounds)
        if run.selection is None:
            continue
        assert not failing(given, run.selection, pair)
        chosen = np.array(run.selection.options, dtype=np.int64)
        assert run.lower_bound is not None
        assert run.lower_bound <= given.options.cost_minor[chosen].sum()
        first, second = (run.selection.windows[a] for a in pair)
        apart = abs(int(given.windows.start_day[first] - given.windows.start_day[second]))
        if given.limits.max_activations == 1 or apart < 7 + given.limits.rest_days:
            creators = given.options.creator[chosen].tolist()
            assert len(set(creators)) == len(creators)
