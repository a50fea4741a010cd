from __future__ import annotations

import doctest
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer import wording
from optimizer.export import formatting
from optimizer.plan import Window

UNIT = st.floats(0, 1)


def test_examples_hold() -> None:
    assert doctest.testmod(formatting).failed == 0


@given(UNIT)
def test_chance_never_looks_better_than_it_is(probability: float) -> None:
    shown = float(formatting.probability(probability).removesuffix("%")) / 100
    assert shown <= probability + wording.SHOWN_TOLERANCE + 1e-12
    assert shown > probability - 0.001


@given(UNIT)
def test_gap_never_looks_smaller_than_it_is(fraction: float) -> None:
    shown = float(formatting.gap(fraction).removesuffix("%")) / 100
    assert fraction * (1 - 1e-6) <= shown <= max(fraction * 1.1000001, 0)


@pytest.mark.parametrize(("gap", "shown"), [(0.001, "0.1%"), (0.01, "1%"), (0.02, "2%"), (1.0, "100%")])
def test_round_gaps_stay_round(gap: float, shown: str) -> None:
    assert formatting.gap(gap) == shown


@given(st.integers(0, 10**15), st.sampled_from(["", ".00", ".5", ".125"]))
def test_money_loses_nothing(whole: int, rest: str) -> None:
    assert formatting.money(f"{whole}{rest}", "GBP").removeprefix("£").replace(",", "") == f"{whole}{rest}"


def test_window_tells_the_year_only_when_asked() -> None:
    span = Window(start=date(2027, 12, 27), end=date(2028, 1, 9))
    assert formatting.window(span) == "Mon 27 Dec – Sun 9 Jan"
    assert formatting.window(span, year=True) == "Mon 27 Dec – Sun 9 Jan 2028"
    assert formatting.window(None) == "–"


def test_few_ship_days_are_listed_and_many_summed_up() -> None:
    days = [date(2027, 3, number) for number in (4, 1, 2, 3, 1)]
    assert formatting.ship_days(days) == "Mon 1 Mar (2), Tue 2 Mar (1), Wed 3 Mar (1), Thu 4 Mar (1)"
    assert formatting.ship_days([*days, date(2027, 3, 8)]) == "Mon 1 Mar – Mon 8 Mar, on 5 days"
