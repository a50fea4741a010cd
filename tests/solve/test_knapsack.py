from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from random import Random

import numpy as np
import pytest
from ortools.sat.python import cp_model

from optimizer.derive.instance import Instance
from optimizer.solve.bounds.activation import best_set, cost_bound, value_bound
from optimizer.solve.bounds.lower_bounds import LagrangianBounds, LowerBounds
from optimizer.solve.cpsat.solve_model import CallStatus, solve
from tests.derive.small import activation, creator, instance
from tests.seeds import seeds
from tests.solve.searching import found


def waves(values: Sequence[int], *, required: Sequence[int] = (), budget: int | None = None) -> Instance:
    """An instance with activations of these values."""
    acts = [activation(f"a{n}", value=value, required=n in required) for n, value in enumerate(values)]
    if budget is None:
        return instance([creator("x")], *acts)
    return instance([creator("x")], *acts, budget={"total": f"{budget // 100}.{budget % 100:02d}"})


def joint_cost(lower_bounds: LowerBounds, kept: frozenset[int]) -> int:
    """Return the dearest way to split a set into known groups and single activations."""
    if not kept:
        return 0
    first = min(kept)
    return max(
        lower_bound + joint_cost(lower_bounds, kept.difference(group))
        for group, lower_bound in [((first,), lower_bounds.own[first]), *lower_bounds.joint.items()]
        if first in group and kept.issuperset(group)
    )


def affordable(case: Instance, lower_bounds: LowerBounds) -> list[tuple[int, int]]:
    """Return (value, cost by lower bounds) of every set that the budget and what is required allow."""
    budget = case.limits.budget_minor
    pairs = []
    for kept in (
        frozenset(kept) for size in range(len(lower_bounds.own) + 1) for kept in combinations(lower_bounds.own, size)
    ):
        priced = [sum(p.own.get(a, 0) for a in kept) - p.constant for p in lower_bounds.priced]
        cost = max(joint_cost(lower_bounds, kept), *priced, 0)
        if kept.issuperset(np.flatnonzero(case.must_secure).tolist()) and (budget is None or cost <= budget):
            pairs.append((int(case.value[sorted(kept)].sum()), cost))
    return pairs


@pytest.mark.parametrize("seed", seeds(20, 40))
def test_the_knapsack_is_solved_exactly(seed: int) -> None:
    rng = Random(seed)
    count = rng.randint(1, 7)
    required = [n for n in range(count) if rng.random() < 0.15]
    budget = None if rng.random() < 0.2 else rng.randint(0, 40_000)
    case = waves([rng.randint(1, 6) for _ in range(count)], required=required, budget=budget)
    lower_bounds = LowerBounds({n: rng.randint(0, 12_000) for n in range(count) if rng.random() < 0.95})
    sizes = [group for size in (2, 3) for group in combinations(sorted(lower_bounds.own), size)]
    for group in sizes:
        if rng.random() < 0.3:
            lower_bounds.joint[group] = sum(lower_bounds.own[a] for a in group) + rng.randint(1, 9_000)
    for _ in range(rng.choice((0, 0, 1, 2))):
        prices = {a: lower_bound + rng.randint(0, 8_000) for a, lower_bound in lower_bounds.own.items()}
        lower_bounds.priced.append(LagrangianBounds(prices, rng.randint(0, 20_000)))
    everything = (tuple(range(count)),)
    known = affordable(case, lower_bounds)
    chosen = best_set(case, lower_bounds, everything)
    assert (chosen is None) == (not known)
    assert value_bound(case, lower_bounds, everything) == max((value for value, _ in known), default=None)
    for least in range(int(case.value.sum()) + 2):
        truth = min((cost for v, cost in known if v >= least), default=None)
        assert cost_bound(case, lower_bounds, least, everything) == truth
    if chosen is not None:
        assert set(required) <= set(chosen) <= set(lower_bounds.own)
        assert int(case.value[list(chosen)].sum()) == max(value for value, _ in known)


def test_of_equal_value_the_cheapest_set_is_taken() -> None:
    assert best_set(waves([2, 2, 2], budget=5_000), LowerBounds({0: 2_600, 1: 2_400, 2: 2_500})) == (1, 2)


@pytest.mark.parametrize(("budget", "chosen"), [(4_999, (0,)), (5_000, (0, 1)), (None, (0, 1))])
def test_the_budget_is_kept_to_the_penny(budget: int | None, chosen: tuple[int, ...]) -> None:
    assert best_set(waves([2, 1], budget=budget), LowerBounds({0: 3_000, 1: 2_000})) == chosen


@pytest.mark.parametrize(("budget", "chosen"), [(6_999, (0,)), (7_000, (0, 1))])
def test_a_joint_floor_counts_once_the_group_is_complete(budget: int, chosen: tuple[int, ...]) -> None:
    lower_bounds, coupled = LowerBounds({0: 3_000, 1: 2_000}, {(0, 1): 7_000}), ((0, 1),)
    assert best_set(waves([2, 1], budget=budget), lower_bounds, coupled) == chosen
    assert cost_bound(waves([2, 1]), lower_bounds, 3, coupled) == 7_000
    assert cost_bound(waves([2, 1]), lower_bounds, 1, coupled) == 2_000


def test_what_is_required_and_impossible_or_too_dear_leaves_no_set() -> None:
    assert best_set(waves([2, 1], required=[1]), LowerBounds({0: 3_000})) is None
    assert value_bound(waves([2, 1], required=[1]), LowerBounds({0: 3_000})) is None
    assert best_set(waves([2, 1], required=[1], budget=1_999), LowerBounds({0: 0, 1: 2_000})) is None
    assert value_bound(waves([2, 1], required=[1], budget=1_999), LowerBounds({0: 0, 1: 2_000})) is None
    assert best_set(waves([2, 1], required=[1], budget=2_000), LowerBounds({0: 3_000, 1: 2_000})) == (1,)


def test_without_activations_in_reach_the_set_is_empty() -> None:
    assert best_set(waves([2, 1], budget=0), LowerBounds({})) == ()
    assert cost_bound(waves([2, 1]), LowerBounds({}), 1) is None


def unfinished(solver: cp_model.CpSolver, model: cp_model.CpModel) -> CallStatus:
    """Solve with an effort that is over before it has begun."""
    solver.parameters.max_time_in_seconds = 0.0
    return solve(solver, model)


def test_a_knapsack_that_is_not_finished_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.solve.bounds.activation.solve", unfinished)
    case = waves([2, 1])
    assert value_bound(case, LowerBounds({0: 3_000, 1: 2_000})) == 3
    assert cost_bound(case, LowerBounds({0: 3_000, 1: 2_000}), 3) is None
    assert found(case).status.value != "infeasible"


@pytest.mark.slow
def test_a_hard_knapsack_is_not_called_impossible() -> None:
    rng = np.random.default_rng(2)
    weights = rng.integers(2_500_000, 5_000_000, 200)
    hard = waves((weights // 10).tolist(), budget=int(weights.sum()) // 2)
    lower_bounds = LowerBounds(dict(enumerate(weights.tolist())))
    chosen, bound = best_set(hard, lower_bounds), value_bound(hard, lower_bounds)
    assert chosen is not None
    assert bound is not None
    assert hard.value[list(chosen)].sum() <= bound <= hard.value.sum()
