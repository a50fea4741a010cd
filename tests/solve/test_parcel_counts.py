"""What each number of parcels costs at least, alone and beside a coupled activation, against plans and brute force."""

from __future__ import annotations

from itertools import combinations, product
from random import Random

import numpy as np
import pytest

from optimizer.derive.instance import INFEASIBLE_COST, Instance
from optimizer.solve.bounds.activation import bound_activations
from optimizer.solve.bounds.coupled import bound_part, keep_bound
from optimizer.solve.bounds.coupled_excess import bound_excess
from optimizer.solve.bounds.lower_bounds import LowerBounds, ParcelCountBound, parcel_count_bounds_from
from optimizer.solve.bounds.parcel_counts import bound_parcel_counts, parcel_count_bounds
from optimizer.solve.cpsat.feasibility import holds
from optimizer.solve.problem import SearchProblem
from tests.derive.small import activation, creator, instance
from tests.solve.searching import found, problem

PEOPLE = 7


def floors_of(asked: SearchProblem, *, pairs: bool = False) -> LowerBounds:
    blocks = bound_activations(asked, asked.instance.activations)
    lower_bounds = LowerBounds({block.activation: block.lower_bound for block in blocks if not block.impossible})
    for pair in combinations(sorted(lower_bounds.own), 2) if pairs else ():
        keep_bound(asked, lower_bounds, bound_part(asked, pair, lower_bounds))
    windows = {window: lower_bound for block in blocks for window, lower_bound in block.windows.items()}
    bound_parcel_counts(asked, lower_bounds, [int(w) for w in asked.windows], windows)
    bound_excess(asked, lower_bounds)
    return lower_bounds


def waves(seed: int, count: int) -> Instance:
    """One community, gifts at one price and dear payers: small teams cost more; nobody serves two waves."""
    rng = Random(seed)
    crowd = [
        creator(f"c{n}", rng.randint(20, 60) / 100, **({"paid_fee": f"{rng.randint(5, 60)}"} if n % 2 else {}))
        for n in range(PEOPLE)
    ]
    asked = [
        activation(name, min_posts=rng.choice((1, 2)), confidence=rng.choice((0.4, 0.6)), value=2)
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


def bound_at(sizes: tuple[ParcelCountBound, ...], parcels: int) -> int:
    return min((size.cost for size in sizes if size.parcels <= parcels), default=INFEASIBLE_COST)


@pytest.mark.parametrize("seed", range(8))
def test_so_many_parcels_cost_what_the_cheapest_team_of_at_most_so_many_costs(seed: int) -> None:
    given = waves(seed, 1)
    asked = problem(given)
    lower_bounds = floors_of(asked)
    everybody = teams(given, 0)
    for parcels in range(PEOPLE + 1):
        least = min((cost for _, count, cost in everybody if count <= parcels), default=INFEASIBLE_COST)
        (window,) = (int(w) for w in asked.windows_of(0)) if everybody else (0,)
        assert bound_at(lower_bounds.sizes.get(window, ()), parcels) <= least
        if least < INFEASIBLE_COST and parcels >= min(count for _, count, _ in everybody):
            assert bound_at(lower_bounds.sizes[window], parcels) == least


def test_priced_sizes_know_the_rules_the_quick_bounds_leave_out() -> None:
    """One payer would do, but two have to be emerging."""
    crowd = [creator(f"c{n}", 0.5, tier="emerging") for n in range(3)]
    crowd.append(creator("p", 0.5, tier="nano", paid_fee="12.00"))
    asked = problem(instance(crowd, activation(confidence=0.6, tier_mix={"emerging": {"min": 2}})))
    sizes = floors_of(asked).sizes
    for window in (int(w) for w in asked.windows):
        assert bound_at(parcel_count_bounds(asked, LowerBounds({}), window), 1) < INFEASIBLE_COST
        assert bound_at(sizes[window], 1) == INFEASIBLE_COST
        assert bound_at(sizes[window], 2) < INFEASIBLE_COST


@pytest.mark.parametrize("seed", range(12))
def test_a_pair_owes_its_excess_whatever_its_sizes(seed: int) -> None:
    given = waves(seed, 2)
    asked = problem(given)
    lower_bounds = floors_of(asked, pairs=True)
    sizes = {a: [lower_bounds.sizes[int(w)] for w in asked.windows_of(a)] for a in lower_bounds.own}
    for (first, second), excess in lower_bounds.excess.items():
        least = INFEASIBLE_COST
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
    found_sizes = parcel_count_bounds_from(7, [(9, 100), (8, 110), (8, 130), (5, 300)], [(8, 150), (6, 280)])
    assert found_sizes == (
        ParcelCountBound(7, 9, 100, 50),
        ParcelCountBound(7, 8, 110, 40),
        ParcelCountBound(7, 6, 280, 0),
        ParcelCountBound(7, 5, 300, INFEASIBLE_COST - 300),
    )


def test_a_plan_keeps_every_size_and_excess() -> None:
    for seed in range(6):
        given = waves(seed, 2)
        best = found(given, method="plain")
        assert best.selection is not None
        lower_bounds = floors_of(problem(given), pairs=True)
        chosen = np.array(best.selection.options, dtype=np.int64)
        for a, window in best.selection.windows.items():
            mine = chosen[given.options.activation[chosen] == a]
            assert bound_at(lower_bounds.sizes[window], len(mine)) <= given.options.cost_minor[mine].sum()
