from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from optimizer.batch.choices import Choices, read_list, read_value
from optimizer.errors import InputError


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("budget", "2000,1999.50", (Decimal(2000), Decimal("1999.5"))),
        ("confidence", "0.8, 0.9", (0.8, 0.9)),
        ("seed", "1", (1,)),
        ("time_limit", "0.5", (0.5,)),
        ("gap", "0,1e-3", (0.0, 0.001)),
    ],
)
def test_values_are_read(name: str, text: str, values: tuple[Any, ...]) -> None:
    assert read_list(name, text, "here") == values


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("budget", "-1"),
        ("budget", "1,000"),
        ("budget", "1.00001"),
        ("budget", "£20"),
        ("budget", "NaN"),
        ("confidence", "1"),
        ("confidence", "0"),
        ("confidence", "90%"),
        ("confidence", "inf"),
        ("seed", "1.5"),
        ("seed", "-1"),
        ("seed", "99999999999"),
        ("time_limit", "0"),
        ("gap", "2"),
        ("gap", ""),
    ],
)
def test_what_scenario_or_settings_would_refuse_is_refused_here(name: str, text: str) -> None:
    with pytest.raises(InputError) as refusal:
        read_value(name, text, "row 2, column x")
    assert [problem.pointer for problem in refusal.value.problems] == ["row 2, column x"]


def test_every_bad_value_of_a_list_is_told_and_so_is_one_that_comes_twice() -> None:
    with pytest.raises(InputError) as refusal:
        read_list("confidence", "2,0.9,much,0.90", "--confidences")
    assert [problem.code for problem in refusal.value.problems] == ["out_of_range", "bad_value", "duplicate_value"]


def test_every_combination_comes_once_and_equal_scenarios_follow_each_other() -> None:
    found = list(Choices(budget=(Decimal(1), Decimal(2)), confidence=(0.8, 0.9), seed=(1, 2)).each())
    scenarios = [(choice.budget, choice.confidence) for choice in found]
    assert len(set(map(str, found))) == 8
    assert [scenarios[place] == scenarios[place + 1] for place in range(7)] == [True, False] * 3 + [True]


def test_a_solve_has_one_thread_whatever_the_machine() -> None:
    assert {choice.settings.workers for choice in Choices().each()} == {1}


def test_a_fixed_value_takes_the_place_of_several() -> None:
    found = list(Choices(seed=(1, 2), gap=(0.1,)).narrowed({"seed": 7}).each())
    assert [(choice.settings.seed, choice.settings.gap) for choice in found] == [(7, 0.1)]
