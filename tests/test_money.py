from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.money import exact, from_minor, minor_digits, to_minor


@pytest.mark.parametrize(
    ("currency", "digits"),
    [
        ("GBP", 2),
        ("EUR", 2),
        ("JPY", 0),
        ("KWD", 3),
        ("CLF", 4),
        ("XAU", None),
        ("XYZ", None),
        ("gbp", None),
        ("", None),
    ],
)
def test_digits_of_a_currency(currency: str, digits: int | None) -> None:
    assert minor_digits(currency) == digits


@pytest.mark.parametrize(
    ("amount", "digits", "minor"),
    [("28.5", 2, 2850), ("28.50", 2, 2850), ("0", 2, 0), ("1E+3", 0, 1000), ("0.001", 3, 1), ("1.000", 0, 1)],
)
def test_amounts_become_minor_units(amount: str, digits: int, minor: int) -> None:
    assert to_minor(Decimal(amount), digits) == minor


@pytest.mark.parametrize(("amount", "digits"), [("0.001", 2), ("0.5", 0), ("28.505", 2)])
def test_amounts_finer_than_the_minor_unit_are_refused(amount: str, digits: int) -> None:
    with pytest.raises(ValueError, match="finer"):
        to_minor(Decimal(amount), digits)


@pytest.mark.parametrize(
    ("minor", "digits", "text"),
    [
        (2850, 2, "28.50"),
        (5, 2, "0.05"),
        (-5, 2, "-0.05"),
        (-2850, 2, "-28.50"),
        (7, 0, "7"),
        (-7, 0, "-7"),
        (1, 3, "0.001"),
    ],
)
def test_minor_units_are_written_with_all_decimals(minor: int, digits: int, text: str) -> None:
    assert from_minor(minor, digits) == text


@given(st.integers(-(10**15), 10**15), st.integers(0, 4))
def test_nothing_is_lost_on_the_way_there_and_back(minor: int, digits: int) -> None:
    assert to_minor(Decimal(from_minor(minor, digits)), digits) == minor


@pytest.mark.parametrize(
    ("number", "fraction"),
    [
        (0.2, Fraction(1, 5)),
        (0.1 + 0.2, Fraction(30000000000000004, 10**17)),
        (1, Fraction(1)),
        ("0.35", Fraction(7, 20)),
        (Decimal("0.35"), Fraction(7, 20)),
        (1e-7, Fraction(1, 10**7)),
        (1e22, Fraction(10**22)),
    ],
)
def test_decimals_are_what_was_written(number: float | int | str | Decimal, fraction: Fraction) -> None:
    assert exact(number) == fraction


@given(st.decimals(0, 10**9, places=6))
def test_every_decimal_is_exact(number: Decimal) -> None:
    assert exact(number) == Fraction(number)
    assert exact(str(number)) == Fraction(number)
