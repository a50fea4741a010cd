from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from random import Random
from types import SimpleNamespace

import numpy as np
import pytest
from ortools.sat.python import cp_model

from optimizer.derive.instance import Instance
from optimizer.solve.floors import Floors, PricedFloors
from optimizer.solve.master import best_set, cost_bound, value_bound
from tests.derive.small import activation, creator, instance
from tests.solve.searching import found


def waves(values: Sequence[int], *, required: Sequence[int] = (), budget: int | None = None) -> Instance:
    """An instance with activations of these values."""
    acts = [activation(f"a{n}", value=value, required=n in required) for n, value in enumerate(values)]
    if budget is None:
        return instance([creator("x")], *acts)
    return instance([creator("x")], *acts, budget={"total": f"{budget // 100}.{budget % 100:02d}"})


def joint_cost(floors: Floors, kept: frozenset[int]) -> int:
    """Return the dearest way to split a set into known groups and single activations."""
    if not kept:
        return 0
    first = min(kept)
    return max(
        floor + joint_cost(floors, kept.difference(group))
        for group, floor in [((first,), floors.own[first]), *floors.joint.items()]
        if first in group and kept.issuperset(group)
    )


def affordable(case: Instance, floors: Floors) -> list[tuple[int, int]]:
    """Return (value, cost by floors) of every set that the budget and what is required allow."""
    budget = case.limits.budget_minor
    pairs = []
    for kept in (frozenset(kept) for size in range(len(floors.own) + 1) for kept in combinations(floors.own, size)):
        priced = [sum(p.own.get(a, 0) for a in kept) - p.constant for p in floors.priced]
        cost = max(joint_cost(floors, kept), *priced, 0)
        if kept.issuperset(np.flatnonzero(case.must_secure).tolist()) and (budget is None or cost <= budget):
            pairs.append((int(case.value[sorted(kept)].sum()), cost))
    return pairs


@pytest.mark.parametrize("seed", range(40))
def test_the_knapsack_is_solved_exactly(seed: int) -> None:
    dice = Random(seed)
    count = dice.randint(1, 7)
    required = [n for n in range(count) if dice.random() < 0.15]
    budget = None if dice.random() < 0.2 else dice.randint(0, 40_000)
    case = waves([dice.randint(1, 6) for _ in range(count)], required=required, budget=budget)
    floors = Floors({n: dice.randint(0, 12_000) for n in range(count) if dice.random() < 0.95})
    sizes = [group for size in (2, 3) for group in combinations(sorted(floors.own), size)]
    for group in sizes:
        if dice.random() < 0.3:
            floors.joint[group] = sum(floors.own[a] for a in group) + dice.randint(1, 9_000)
    for _ in range(dice.choice((0, 0, 1, 2))):
        prices = {a: floor + dice.randint(0, 8_000) for a, floor in floors.own.items()}
        floors.priced.append(PricedFloors(prices, dice.randint(0, 20_000)))
    everything = (tuple(range(count)),)
    known = affordable(case, floors)
    chosen = best_set(case, floors, everything)
    assert (chosen is None) == (not known)
    assert value_bound(case, floors, everything) == max((value for value, _ in known), default=None)
    for least in range(int(case.value.sum()) + 2):
        truth = min((cost for v, cost in known if v >= least), default=None)
        assert cost_bound(case, floors, least, everything) == truth
    if chosen is not None:
        assert set(required) <= set(chosen) <= set(floors.own)
        assert int(case.value[list(chosen)].sum()) == max(value for value, _ in known)


def test_of_equal_value_the_cheapest_set_is_taken() -> None:
    assert best_set(waves([2, 2, 2], budget=5_000), Floors({0: 2_600, 1: 2_400, 2: 2_500})) == (1, 2)


@pytest.mark.parametrize(("budget", "chosen"), [(4_999, (0,)), (5_000, (0, 1)), (None, (0, 1))])
def test_the_budget_is_kept_to_the_penny(budget: int | None, chosen: tuple[int, ...]) -> None:
    assert best_set(waves([2, 1], budget=budget), Floors({0: 3_000, 1: 2_000})) == chosen


@pytest.mark.parametrize(("budget", "chosen"), [(6_999, (0,)), (7_000, (0, 1))])
def test_a_joint_floor_counts_once_the_group_is_complete(budget: int, chosen: tuple[int, ...]) -> None:
    floors, tied = Floors({0: 3_000, 1: 2_000}, {(0, 1): 7_000}), ((0, 1),)
    assert best_set(waves([2, 1], budget=budget), floors, tied) == chosen
    assert cost_bound(waves([2, 1]), floors, 3, tied) == 7_000
    assert cost_bound(waves([2, 1]), floors, 1, tied) == 2_000


def test_what_is_required_and_impossible_or_too_dear_leaves_no_set() -> None:
    assert best_set(waves([2, 1], required=[1]), Floors({0: 3_000})) is None
    assert value_bound(waves([2, 1], required=[1]), Floors({0: 3_000})) is None
    assert best_set(waves([2, 1], required=[1], budget=1_999), Floors({0: 0, 1: 2_000})) is None
    assert value_bound(waves([2, 1], required=[1], budget=1_999), Floors({0: 0, 1: 2_000})) is None
    assert best_set(waves([2, 1], required=[1], budget=2_000), Floors({0: 3_000, 1: 2_000})) == (1,)


def test_without_activations_in_reach_the_set_is_empty() -> None:
    assert best_set(waves([2, 1], budget=0), Floors({})) == ()
    assert cost_bound(waves([2, 1]), Floors({}), 1) is None


class Unfinished(cp_model.CpSolver):
    """A solver whose effort is over before it has begun."""

    def solve(self, model: cp_model.CpModel, *_: object) -> cp_model.CpSolverStatus:
        self.parameters.max_time_in_seconds = 0.0
        return super().solve(model)


def test_a_knapsack_that_is_not_finished_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "optimizer.solve.master.cp_model", SimpleNamespace(**{**vars(cp_model), "CpSolver": Unfinished})
    )
    case = waves([2, 1])
    assert value_bound(case, Floors({0: 3_000, 1: 2_000})) == 3
    assert cost_bound(case, Floors({0: 3_000, 1: 2_000}), 3) is None
    assert found(case).status.value != "infeasible"


@pytest.mark.slow
def test_a_hard_knapsack_is_not_called_impossible() -> None:
    dice = np.random.default_rng(2)
    weights = dice.integers(2_500_000, 5_000_000, 200)
    hard = waves((weights // 10).tolist(), budget=int(weights.sum()) // 2)
    floors = Floors(dict(enumerate(weights.tolist())))
    chosen, bound = best_set(hard, floors), value_bound(hard, floors)
    assert chosen is not None
    assert bound is not None
    assert hard.value[list(chosen)].sum() <= bound <= hard.value.sum()
