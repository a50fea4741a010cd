"""Both methods of search against complete enumeration of tiny scenarios: the same optimum, and no false claim."""

from __future__ import annotations

from functools import lru_cache

import pytest

from optimizer.scenario.loading import scenario_from_data
from tests.brute_force import Enumeration
from tests.seeds import seeds
from tests.solve import enumerated
from tests.tiny import tiny_scenario


@lru_cache(maxsize=400)
def everything_in(seed: int) -> Enumeration:
    return Enumeration(scenario_from_data(tiny_scenario(seed)))


def check_optimum(seed: int) -> None:
    enumerated.check_optimum(everything_in(seed))


def check_no_false_claim(seed: int) -> None:
    enumerated.check_no_false_claim(everything_in(seed))


@pytest.mark.parametrize("seed", seeds(40, 250))
def test_the_optimum_is_the_one_enumeration_finds(seed: int) -> None:
    check_optimum(seed)


@pytest.mark.parametrize("seed", seeds(274, 330, first=250))
def test_nothing_false_is_claimed_when_time_is_short(seed: int) -> None:
    check_no_false_claim(seed)


@pytest.mark.slow
@pytest.mark.parametrize("hundred", range(4, 44))
def test_the_optimum_is_the_one_enumeration_finds_in_a_long_campaign(hundred: int) -> None:
    for seed in range(100 * hundred, 100 * hundred + 100):
        check_optimum(seed)


@pytest.mark.slow
@pytest.mark.parametrize("hundred", range(44, 54))
def test_nothing_false_is_claimed_when_time_is_short_in_a_long_campaign(hundred: int) -> None:
    for seed in range(100 * hundred, 100 * hundred + 100):
        check_no_false_claim(seed)


def test_about_half_of_the_scenarios_have_a_plan_worth_making() -> None:
    found = [everything_in(seed).best for seed in range(120)]
    assert sum(best is not None and best.value > 0 for best in found) >= 45
    assert sum(best is None for best in found) >= 20
