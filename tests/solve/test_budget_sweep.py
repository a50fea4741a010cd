"""In which order budgets are searched."""

from __future__ import annotations

from itertools import pairwise

import pytest

from optimizer.solve.budget_sweep import coarse_to_fine


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 17, 200])
def test_every_budget_is_searched_once(count: int) -> None:
    assert sorted(coarse_to_fine(range(10, 10 + count))) == list(range(10, 10 + count))


def test_the_picture_is_coarse_first() -> None:
    order = coarse_to_fine([*range(200, -1, -1)])
    assert order[:5] == [200, 0, 100, 50, 150]
    for seen in (3, 9, 33, 65):
        ranked = sorted(order[:seen])
        steps = [later - sooner for sooner, later in pairwise(ranked)]
        assert max(steps) <= 2 * min(steps)
