"""Numbers of parcels: what so many cost at least, alone and beside a tied activation, against plans and brute force."""

from __future__ import annotations

from itertools import combinations, product
from random import Random

import numpy as np
import pytest

from optimizer.derive.instance import Instance
from optimizer.solve.blocks import price
from optimizer.solve.exact import holds
from optimizer.solve.excess import price_excess
from optimizer.solve.floors import Floors, Size, sizes_from
from optimizer.solve.parametric import BEYOND
from optimizer.solve.problem import Problem
from optimizer.solve.runs import price_run, record
from optimizer.solve.sizes import price_sizes, sizes_of
from tests.derive.small import activation, creator, instance
from tests.solve.searching import found, problem

PEOPLE = 7


def floors_of(asked: Problem, *, pairs: bool = False) -> Floors:
    blocks = price(asked, asked.instance.activations)
    floors = Floors({block.activation: block.floor for block in blocks if not block.impossible})
    for pair in combinations(sorted(floors.own), 2) if pairs else ():
        record(asked, floors, price_run(asked, pair, floors))
    windows = {window: floor for block in blocks for window, floor in block.windows.items()}
    price_sizes(asked, floors, [int(w) for w in asked.windows], windows)
    price_excess(asked, floors)
    return floors


def waves(seed: int, count: int) -> Instance:
    """One community, gifts at one price and dear payers: small teams cost more; nobody serves two waves."""
    dice = Random(seed)
    crowd = [
        creator(f"c{n}", dice.randint(20, 60) / 100, **({"paid_fee": f"{dice.randint(5, 60)}"} if n % 2 else {}))
        for n in range(PEOPLE)
    ]
    asked = [
        activation(name, min_posts=dice.choice((1, 2)), confidence=dice.choice((0.4, 0.6)), value=2)
        | {"start_earliest": first, "start_latest": first}
        for name, first in zip("ab", ("2027-03-08", "2027-03-22"), strict=True)
    ][:count]
    rules = [{"id": "k", "authenticity": "low"}]
    return instance(crowd, *asked, communities=rules, rotation={"rest_days": 30})


def teams(given: Instance, own: int) -> list[tuple[frozenset[int], int, int]]:
    """Return every team of an activation that holds: its people, their number and what they cost."""
    table = given.options
    mine = table.in_activation(own)
    modes = [[-1, *mine[table.creator[mine] == c].tolist()] for c in np.unique(table.creator[mine])]
    known: dict[frozenset[int], int] = {}
    for choice in product(*modes):
        options = np.array([o for o in choice if o >= 0], dtype=np.int64)
        if len(options) and holds(given, own, options):
            people = frozenset(table.creator[options].tolist())
            cost = int(table.cost_minor[options].sum())
            known[people] = min(cost, known.get(people, cost))
    return [(people, len(people), cost) for people, cost in known.items()]


def bound_at(sizes: tuple[Size, ...], parcels: int) -> int:
    return min((size.cost for size in sizes if size.parcels <= parcels), default=BEYOND)


@pytest.mark.parametrize("seed", range(8))
def test_so_many_parcels_cost_what_the_cheapest_team_of_at_most_so_many_costs(seed: int) -> None:
    given = waves(seed, 1)
    asked = problem(given)
    floors = floors_of(asked)
    everybody = teams(given, 0)
    for parcels in range(PEOPLE + 1):
        least = min((cost for _, count, cost in everybody if count <= parcels), default=BEYOND)
        (window,) = (int(w) for w in asked.windows_of(0)) if everybody else (0,)
        assert bound_at(floors.sizes.get(window, ()), parcels) <= least
        if least < BEYOND and parcels >= min(count for _, count, _ in everybody):
            assert bound_at(floors.sizes[window], parcels) == least


def test_priced_sizes_know_the_rules_the_quick_bounds_leave_out() -> None:
    """One payer would do, but two have to be emerging."""
    crowd = [creator(f"c{n}", 0.5, tier="emerging") for n in range(3)]
    crowd.append(creator("p", 0.5, tier="nano", paid_fee="12.00"))
    asked = problem(instance(crowd, activation(confidence=0.6, tier_mix={"emerging": {"min": 2}})))
    sizes = floors_of(asked).sizes
    for window in (int(w) for w in asked.windows):
        assert bound_at(sizes_of(asked, Floors({}), window), 1) < BEYOND
        assert bound_at(sizes[window], 1) == BEYOND
        assert bound_at(sizes[window], 2) < BEYOND


@pytest.mark.parametrize("seed", range(12))
def test_a_pair_owes_its_excess_whatever_its_sizes(seed: int) -> None:
    given = waves(seed, 2)
    asked = problem(given)
    floors = floors_of(asked, pairs=True)
    sizes = {a: [floors.sizes[int(w)] for w in asked.windows_of(a)] for a in floors.own}
    for (first, second), excess in floors.excess.items():
        least = BEYOND
        for (some, n, cost), (others, m, more) in product(teams(given, first), teams(given, second)):
            if some & others:
                continue
            own = [next(s for s in sizes[a][0] if s.parcels <= count) for a, count in ((first, n), (second, m))]
            beyond = cost + more - sum(size.cost for size in own)
            least = min(least, beyond)
            if all(size.spare >= excess for size in own):
                assert beyond >= excess
        assert excess <= least


def test_some_pairs_owe_something() -> None:
    owed = [max(floors_of(problem(waves(seed, 2)), pairs=True).excess.values(), default=0) for seed in range(12)]
    assert sum(excess > 0 for excess in owed) >= 3


def test_sizes_are_a_staircase_and_know_what_those_set_aside_leave() -> None:
    found_sizes = sizes_from(7, [(9, 100), (8, 110), (8, 130), (5, 300)], [(8, 150), (6, 280)])
    assert found_sizes == (
        Size(7, 9, 100, 50),
        Size(7, 8, 110, 40),
        Size(7, 6, 280, 0),
        Size(7, 5, 300, BEYOND - 300),
    )


def test_a_plan_keeps_every_size_and_excess() -> None:
    for seed in range(6):
        given = waves(seed, 2)
        best = found(given, method="plain")
        assert best.selection is not None
        floors = floors_of(problem(given), pairs=True)
        chosen = np.array(best.selection.options, dtype=np.int64)
        for a, window in best.selection.windows.items():
            mine = chosen[given.options.activation[chosen] == a]
            assert bound_at(floors.sizes[window], len(mine)) <= given.options.cost_minor[mine].sum()
