from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from random import Random

import pytest

from optimizer.solve.bounds.lower_bounds import LowerBounds


def partitions(members: Sequence[int]) -> Iterator[list[tuple[int, ...]]]:
    """Every way to split some activations into groups."""
    if not members:
        yield []
        return
    first, rest = members[0], members[1:]
    for size in range(len(rest) + 1):
        for mates in combinations(rest, size):
            for others in partitions([a for a in rest if a not in mates]):
                yield [(first, *mates), *others]


def dearest(lower_bounds: LowerBounds, members: Sequence[int]) -> int:
    known: dict[tuple[int, ...], int] = {(a,): lower_bound for a, lower_bound in lower_bounds.own.items()}
    known.update(lower_bounds.joint)
    splits = (split for split in partitions(members) if all(group in known for group in split))
    return max(sum(known[group] for group in split) for split in splits)


@pytest.mark.parametrize("seed", range(30))
def test_a_subset_costs_what_its_dearest_split_into_known_groups_costs(seed: int) -> None:
    rng = Random(seed)
    group = sorted(rng.sample(range(20), rng.randint(1, 5)))
    beyond = [a for a in range(20) if a not in group][:2]
    lower_bounds = LowerBounds({a: rng.randint(0, 100) for a in [*group, *beyond]})
    for size in (2, 3):
        for members in combinations(sorted([*group, *beyond]), size):
            if rng.random() < 0.4:
                lower_bounds.joint[members] = sum(lower_bounds.own[a] for a in members) + rng.randint(-5, 60)
    costs = lower_bounds.subset_costs(group)
    assert len(costs) == 2 ** len(group)
    for mask, cost in enumerate(costs):
        assert cost == dearest(lower_bounds, [a for index, a in enumerate(group) if mask >> index & 1])
