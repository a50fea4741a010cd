from __future__ import annotations

from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest

from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance, Ints
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.bounds.activation import bound_activations
from optimizer.solve.bounds.coupled import bound_coupled, bound_part, keep_bound
from optimizer.solve.bounds.lower_bounds import LowerBounds
from optimizer.solve.cpsat.feasibility import holds
from optimizer.solve.problem import SearchProblem, components, in_parallel, prepare
from optimizer.solve.windows.candidates import best_days
from tests.derive.small import activation, creator, instance, shipping
from tests.solve.searching import METHODS, control, found, problem
from tests.tiny import tiny_scenario

COMMUNITIES = [{"id": name, "authenticity": "low"} for name in ("k", "m", "n")]


def member(name: str, *communities: str, rate: float = 0.5, **fields: Any) -> dict[str, Any]:
    return creator(name, rate, **fields) | {"communities": list(communities)}


def test_creators_and_communities_tie_activations_together() -> None:
    waves = [activation(f"{name}{n}", community=name) for name, n in (("k", 1), ("m", 1), ("n", 1), ("k", 2))]
    alone = [member("x", "k"), member("y", "m"), member("z", "n")]
    assert components(instance(alone, *waves, communities=COMMUNITIES)) == [(0, 3)]
    bridge = [*alone, member("b", "k", "m")]
    assert components(instance(bridge, *waves, communities=COMMUNITIES)) == [(0, 1, 3)]
    assert components(instance([], *waves, communities=COMMUNITIES)) == [(0, 3)]
    assert components(instance(alone, *waves[:3], communities=COMMUNITIES)) == []


def fastest(given: Instance) -> Ints:
    """The best days of everybody, prices left out."""
    return best_days(given, np.arange(len(given.options)), given.options.cost_minor)


def floors_of(asked: SearchProblem) -> LowerBounds:
    """What each activation costs at least alone."""
    blocks = bound_activations(asked, asked.instance.activations)
    return LowerBounds({block.activation: block.lower_bound for block in blocks if not block.impossible})


def rotating(seed: int) -> Instance:
    """Two waves of one community whose creators must rest: the cheapest cannot serve both; parcels may queue."""
    rng = Random(seed)
    capacity = {"daily_capacity": 1} if seed % 2 else {}
    crowd = [
        creator(f"c{n}", rng.randint(20, 60) / 100, paid_fee=f"{rng.randint(1, 40)}", service=rng.choice("st"))
        for n in range(5)
    ]
    queue = {"delivery": {"before_days": 1}}
    waves = [
        activation(name, min_posts=rng.choice((1, 2)), confidence=rng.choice((0.3, 0.5, 0.6)), **start, **queue)
        for name, start in (("a", {}), ("b", {"start_earliest": "2027-03-22", "start_latest": "2027-03-22"}))
    ]
    services = [{"id": name, "cost": cost, "transit_days": {"1": 1.0}} for name, cost in (("s", "1"), ("t", "7"))]
    rotation = rng.choice(({"rest_days": 20}, {"max_activations_per_creator": 1}))
    return instance(crowd, *waves, rotation=rotation, shipping=shipping(services=services, **capacity))


def least_joint_cost(given: Instance) -> int | None:
    """The cheapest two disjoint selections that hold on the best days, one of each wave, by looking at all of them."""
    table, costs, best = given.options, [], fastest(given)
    pools = []
    for a in (0, 1):
        menus = [[None, *best[(table.activation[best] == a) & (table.creator[best] == who)]] for who in range(5)]
        pools.append([np.array([o for o in each if o is not None], dtype=np.int64) for each in product(*menus)])
    good = [[own for own in pools[a] if holds(given, a, own)] for a in (0, 1)]
    for first, second in product(*good):
        if not set(table.creator[first]) & set(table.creator[second]):
            costs.append(int(table.cost_minor[first].sum() + table.cost_minor[second].sum()))
    return min(costs, default=None)


@pytest.mark.parametrize("seed", [*range(8), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(8, 80))])
def test_a_joint_floor_lies_between_the_sum_of_floors_and_the_best_joint_plan(seed: int) -> None:
    given = rotating(seed)
    asked = problem(given)
    known = floors_of(asked)
    truth = least_joint_cost(given)
    plan = found(given, method="decomposed")
    if truth is None:
        assert plan.value in (0, 1)
        return
    run = bound_part(asked, (0, 1), known)
    assert run.lower_bound is not None
    assert sum(known.own.values()) <= run.lower_bound <= truth
    if run.selection is not None:
        creators = given.options.creator[list(run.selection.options)].tolist()
        assert len(set(creators)) == len(creators)
        assert given.options.cost_minor[list(run.selection.options)].sum() >= truth
    if given.limits.daily_capacity is None:
        assert (plan.value, plan.least_cost) == (2, truth)
    elif plan.value == 2:
        assert plan.least_cost is not None
        assert plan.least_cost >= truth


def test_some_of_these_are_dearer_together() -> None:
    raised = 0
    for seed in range(8):
        asked = problem(rotating(seed))
        known = floors_of(asked)
        bound_coupled(asked, known)
        raised += any(lower_bound > sum(known.own[a] for a in pair) for pair, lower_bound in known.joint.items())
    assert raised >= 2


def test_a_group_that_cannot_be_secured_together_costs_more_than_everything() -> None:
    waves = (activation(), activation("b", start_earliest="2027-03-22", start_latest="2027-03-22"))
    given = instance([creator("x")], *waves, rotation={"rest_days": 60})
    asked, known = problem(given), LowerBounds({0: 1_000, 1: 1_000})
    run = bound_part(asked, (0, 1), known)
    assert (run.lower_bound, run.selection) == (None, None)
    keep_bound(asked, known, run)
    assert known.joint == {(0, 1): 2_001}
    assert {found(given, method=method).value for method in METHODS} == {1}


def test_groups_with_something_impossible_have_no_joint_floor() -> None:
    given = instance([creator("x")], activation(), activation("b"), rotation={"rest_days": 60})
    known = LowerBounds({0: 1_000})
    assert bound_coupled(problem(given), known) == {}
    assert known.joint == {}


@pytest.mark.parametrize("seed", range(12))
def test_floors_never_exceed_what_an_activation_costs_in_the_best_plan(seed: int) -> None:
    given = build_instance(scenario_from_data(tiny_scenario(seed)))
    asked = problem(given)
    blocks = bound_activations(asked, given.activations)
    plan = found(given).selection
    if plan is None:
        return
    table = given.options
    for block in blocks:
        if block.activation in plan.windows:
            own = [o for o in plan.options if table.activation[o] == block.activation]
            assert not block.impossible
            assert block.lower_bound <= table.cost_minor[own].sum()


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_parallel_work_keeps_the_order(workers: int) -> None:
    assert in_parallel(lambda n: n * n, range(7), workers) == [0, 1, 4, 9, 16, 25, 36]
    assert in_parallel(lambda n: n, [], workers) == []


def test_the_best_day_of_a_creator_and_mode_is_kept_per_window() -> None:
    slow = {"gift_lag": {"median_days": 6, "p90_days": 12}, "paid_prep_days": 5}
    wave = activation(start_latest="2027-03-15", delivery={"before_days": 4, "after_days": 3}, window_days=5)
    given = instance(
        [creator("x"), creator("y", paid_fee="3")], wave, posting=slow, shipping=shipping(daily_capacity=1)
    )
    table, kept = given.options, fastest(given)
    assert len(kept) == 2 * 3
    for o in kept:
        same = (table.window == table.window[o]) & (table.creator == table.creator[o]) & (table.paid == table.paid[o])
        best = table.probability[same].max()
        assert table.probability[o] == best
        assert table.ship_day[o] == table.ship_day[same][table.probability[same] == best].min()
    assert fastest(instance([])).tolist() == []


def test_windows_out_of_reach_are_left_out() -> None:
    """Both are needed, and the second week one of them is away."""
    people = [creator("x"), creator("y", unavailable=[{"start": "2027-03-15", "end": "2027-03-15"}])]
    wave = activation(min_posts=2, confidence=0.25, start_latest="2027-03-22")
    asked = prepare(instance(people, wave), control(), seed=1, gap=0.0, workers=1)
    assert asked.windows.tolist() == [0, 2]
    assert asked.windows_of(0).tolist() == [0, 2]
    assert bound_activations(asked, [0])[0].lower_bound == 2_000


def test_a_block_is_impossible_only_by_its_own_rules() -> None:
    """A paid share of nothing forbids what the network could do; a budget of nothing does not concern a block."""
    paid_only = [creator("x", paid_fee="5", accepts=["paid"])]
    shut = [{"id": "k", "max_paid_share": 0.0}]
    assert bound_activations(problem(instance(paid_only, communities=shut)), [0])[0].impossible
    poor = bound_activations(problem(instance(paid_only, budget={"total": "0"})), [0])[0]
    assert (poor.impossible, poor.lower_bound) == (False, 1_500)
