"""The core is enough: whatever a selection of everybody can do, one of the core can do at no higher cost."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest

from optimizer.chance.covers import Cover, cover_of
from optimizer.derive.instance import INFEASIBLE_COST, Instance, Ints
from optimizer.model.rules import add_rules, outside_of_parts
from optimizer.model.variables import Approximation, Variables, part_of
from optimizer.solve.bounds.activation import bound_activations
from optimizer.solve.cpsat.cut_loop import solve_with_cuts
from optimizer.solve.cpsat.solve_model import CallLimits
from optimizer.solve.windows.candidates import best_days, core
from optimizer.solve.windows.window import WindowData, window_data_of
from tests.derive.small import CALM, activation, creator, instance
from tests.seeds import seeds
from tests.solve.searching import METHODS, control, found, problem
from tests.solve.windows import day_prices, one_window

LONG = pytest.mark.slow


def least(given: Instance, cover: Cover, options: Ints, cost: Ints) -> tuple[int, int]:
    """Bound the exact least cost in some options from both sides, prices included; `INFEASIBLE_COST`: impossible.

    They are equal unless the effort did not do.
    """
    part = part_of(given, {0: cover}, Approximation.OUTER, windows=[0], options=options)
    v = Variables(part, Approximation.OUTER)
    add_rules(v, without=outside_of_parts())
    v.model.add(v.secured[0] == 1)
    out = solve_with_cuts(
        v, v.total(options, cost[options]), control(), seed=1, limits=CallLimits(effort=1.0, rounds=20)
    )
    if out.infeasible:
        return INFEASIBLE_COST, INFEASIBLE_COST
    return out.bound or 0, INFEASIBLE_COST if out.objective is None else out.objective


def known(given: Instance, others: int = 0) -> tuple[Cover, WindowData]:
    cover = cover_of(given, 0)
    return cover, window_data_of(given, cover, 0, others)


def cost_of_people(given: Instance, seed: int) -> Ints:
    return given.options.cost_minor if seed % 3 == 0 else day_prices(given, seed)


@pytest.mark.parametrize("seed", [*seeds(20, 40), *(pytest.param(n, marks=LONG) for n in range(40, 500))])
def test_pricing_on_the_core_is_pricing_on_everybody(seed: int) -> None:
    given = one_window(seed, 22)
    if not len(given.options):
        return
    cover, item = known(given)
    cost = cost_of_people(given, seed)
    everybody, few = (least(given, cover, own, cost) for own in (given.options.in_window(0), item.options))
    assert everybody[0] <= few[1]
    assert min(item.rest, few[0]) <= everybody[1]
    assert item.least <= everybody[1]


def test_some_of_these_cores_leave_people_out() -> None:
    cases = [one_window(seed, 22) for seed in range(12)]
    sizes = [(len(known(given)[1].options), len(given.options)) for given in cases if len(given.options)]
    assert sum(few < 0.8 * many for few, many in sizes) >= 6


@pytest.mark.parametrize("seed", seeds(12, 25))
def test_the_core_is_enough_although_others_keep_some_of_it_busy(seed: int) -> None:
    given, rng = one_window(seed, 20, plain=True), Random(seed)
    table = given.options
    cover, item = known(given, others=3)
    # The worst for the core: its own people are the ones that are busy.
    busy = rng.sample(np.unique(table.creator[item.options]).tolist(), 3)
    free = np.flatnonzero(~np.isin(table.creator, busy))
    everybody, few = (least(given, cover, np.intersect1d(own, free), table.cost_minor) for own in (free, item.options))
    assert everybody[0] <= few[1]
    assert min(item.rest, few[0]) <= everybody[1]


@pytest.mark.parametrize("seed", range(15))
def test_days_that_go_are_no_better_in_anything(seed: int) -> None:
    given = one_window(seed, 8, days=5)
    table, cost = given.options, day_prices(given, seed)
    kept = best_days(given, given.options.in_window(0), cost)
    assert kept.tolist() == sorted(kept.tolist())
    for o in given.options.in_window(0).tolist():
        same = kept[(table.creator[kept] == table.creator[o]) & (table.paid[kept] == table.paid[o])]
        good = (cost[same] <= cost[o]) & (table.probability[same] >= table.probability[o])
        assert good.any()
        assert (o in kept) == (same[good].tolist() == [o])


def test_the_strongest_of_every_service_and_tier_stay_and_the_locked() -> None:
    people = [creator(f"c{n}", (20 + n) / 100, tier="nano" if n % 2 else "emerging") for n in range(12)]
    lock = [{"creator": "c0", "activation": "a", "mode": "gift"}]
    mix = activation(tier_mix={"nano": {"min": 0}})
    given = instance(people, mix, locks=lock)
    kept = given.options.creator[core(given, given.options.in_window(0), gifts=2, paid=0)]
    assert kept.tolist() == [0, 8, 9, 10, 11]
    given = instance(people)
    kept = given.options.creator[core(given, given.options.in_window(0), gifts=2, paid=0, others=1)]
    assert kept.tolist() == [9, 10, 11]


PAYERS = [creator(f"p{n}", 0.5, paid_fee="5", accepts=["paid"], tier="established") for n in range(6)]
GIVERS = [creator(f"g{n}", 0.3, tier="nano") for n in range(30)]


@pytest.mark.parametrize(
    ("share", "wave", "locks"),
    [
        (0.25, {"min_paid": 4}, []),
        (0.2, {"tier_mix": {"established": {"min": 3}}}, []),
        (0.2, {}, [{"creator": f"p{n}", "activation": "a", "mode": "paid"} for n in range(4)]),
    ],
)
def test_gifts_owed_to_more_paid_creators_than_thresholds_reach_have_room(
    share: float, wave: dict[str, Any], locks: list[dict[str, Any]]
) -> None:
    fields = {"communities": [{"id": "k", "max_paid_share": share}], "locks": locks}
    given = instance([*PAYERS, *GIVERS], activation(confidence=0.3, **wave), **fields)
    solutions = [found(given, method=method) for method in METHODS]
    assert [solution.value for solution in solutions] == [1, 1]
    assert solutions[0].least_cost == solutions[1].least_cost
    assert solutions[1].cost_bound == solutions[1].least_cost


def test_a_community_of_many_weak_creators_is_not_called_impossible() -> None:
    """One is strong; the others are so weak that more of them are needed than there are thresholds for."""
    crowd = [creator("top", 0.5), *(creator(f"w{n}", 0.2) for n in range(80))]
    given = instance(crowd, activation(min_posts=5, confidence=0.9), posting=CALM)
    (block,) = bound_activations(problem(given, gap=0.01), [0])
    assert not block.impossible
    assert found(given, method="decomposed", seconds=2.0).value_bound == 1
