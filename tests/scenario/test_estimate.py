from __future__ import annotations

import pytest

from optimizer.chance.tail import tail
from optimizer.derive.build import build_instance
from optimizer.scenario.families.estimate import reach
from optimizer.scenario.generator import generate
from optimizer.scenario.loading import scenario_from_data


@pytest.mark.parametrize(
    ("gifts", "chance", "paid", "least"), [(33, 0.24, 0, 5), (16, 0.26, 4, 5), (8, 0.28, 2, 3), (0, 0.2, 6, 5)]
)
def test_the_estimate_is_near_the_exact_tail(gifts: int, chance: float, paid: int, least: int) -> None:
    rates = build_instance(scenario_from_data(generate("S", 1))).rates
    exact = tail([chance] * gifts, [0.97] * paid, least, rates)
    assert reach(gifts, chance, paid, least) == pytest.approx(exact, abs=0.005)
