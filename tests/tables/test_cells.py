"""Cells: what they can only mean is read, what could mean two things is refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.tables.days import DateOrder, date_order, day_of
from optimizer.tables.numbers import CellError, amount, count, notation, share
from optimizer.tables.words import flag, items, words


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12.5K", 12_500),
        ("1.2M", 1_200_000),
        ("1,2 Mio.", 1_200_000),
        ("12 Tsd.", 12_000),
        ("18000.0", 18_000),
        ("950,0", 950),
        ("12,300", 12_300),
        ("1.234.567", 1_234_567),
        ("1'234'567", 1_234_567),
        ("1\u202f234", 1_234),
        ("12,34,567", 1_234_567),
        (4200.0, 4_200),
        ("0", 0),
    ],
)
def test_counts(cell: Any, number: int) -> None:
    assert count(cell) == number


@pytest.mark.parametrize(
    "cell",
    [
        "40.125",
        "4.200",
        "12.5",
        40.125,
        "1.2E+04",
        "~5",
        "5+",
        "<9",
        "10-20",
        "１２",
        "12²",
        "1,2,3",
        "12.5.3",
        "1.250K",
        "-3",
        "−3",
        "",
        "n/a",
        "9" * 50,
        True,
        date(2027, 4, 1),
        float("nan"),
        float("inf"),
        -1.0,
    ],
)
def test_what_is_no_count(cell: Any) -> None:
    with pytest.raises(CellError):
        count(cell)


def test_the_column_tells_the_decimal_mark() -> None:
    assert count("4.200", notation(["31,5", "4.200"])) == 4_200
    assert count("4.200", notation(["1.234.567"])) == 4_200
    for average in ("40.125", "40,125"):
        with pytest.raises(CellError):
            count(average, notation([average, average.replace("125", "5")]))
    with pytest.raises(CellError):
        count("12,300", notation(["12,300", "40.125"]))


@pytest.mark.parametrize(
    ("cell", "value"),
    [("31 %", 0.31), ("0,31", 0.31), ("31,5 %", 0.315), (".5", 0.5), ("1", 1.0), (0.31, 0.31), ("31.250 %", 0.3125)],
)
def test_shares(cell: Any, value: float) -> None:
    assert share(cell) == value


@pytest.mark.parametrize("cell", ["31", 31.0, "150 %", "<1%", "~30%", "-0.1", "31 ‰", "often", True])
def test_what_is_no_share(cell: Any) -> None:
    with pytest.raises(CellError):
        share(cell)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("£1,250.00", "1250.00"),
        ("1250.00 GBP", "1250.00"),
        ("180,00", "180.00"),
        ("180,-", "180"),
        ("1 250,50", "1250.50"),
        ("1'250.50", "1250.50"),
        (180.5, "180.5"),
        (0.1 + 0.2, "0.3"),
    ],
)
def test_amounts(cell: Any, value: str) -> None:
    assert amount(cell, "GBP", 2) == value


@pytest.mark.parametrize(
    "cell",
    [
        "$180",
        "€95.00",
        "USD 120",
        "180 EUR",
        "US$5",
        "R180",
        "20%",
        "(45)",
        "−60",
        "-60",
        "~80",
        "<100",
        "1.250",
        "£",
        "1e3",
        "£9x",
        "9 or 10",
        "180 per post",
        "£1.2k",
        "180.125",
        180.125,
        "180.",
        "+180",
        True,
        date(2027, 5, 1),
    ],
)
def test_what_is_no_amount_of_the_currency(cell: Any) -> None:
    with pytest.raises(CellError):
        amount(cell, "GBP", 2)


def test_signs_belong_to_their_currencies() -> None:
    assert amount("$180", "CAD", 2) == amount("180 C$", "CAD", 2) == amount("180 $", "USD", 2) == "180"
    assert amount("1.250 Ft", "HUF", 2, notation(["31,5"])) == "1250"
    assert amount("¥1,250", "JPY", 0) == "1250"


@pytest.mark.parametrize(
    "cell",
    [
        "2027-04-13",
        "2027/4/13",
        "13/04/2027",
        "4/13/2027",
        "13.04.2027",
        "13-Apr-27",
        "13. April 2027",
        "Apr 13, 2027",
        "Tue 13 Apr 2027",
        "2027-04-13 00:00:00",
        "2027-04-13T00:00:00Z",
        date(2027, 4, 13),
        datetime(2027, 4, 13),
        "13 de abril de 2027",
        "13 avril 2027",
    ],
)
def test_days(cell: Any) -> None:
    assert day_of(cell) == date(2027, 4, 13)


@pytest.mark.parametrize(
    "cell",
    [
        "04/05/2027",
        "04-05-2027",
        "30/02/2027",
        "13/13/2027",
        "46490",
        46490.0,
        "April 2027",
        "soon",
        "",
        3.5,
        datetime(2027, 4, 13, 9),
        "2027-04-13 09:00",
        True,
    ],
)
def test_what_is_no_day_or_two(cell: Any) -> None:
    with pytest.raises(CellError):
        day_of(cell)


def test_another_cell_of_the_column_tells_the_order() -> None:
    assert day_of("04/05/2027", date_order(["13/04/2027"])) == date(2027, 5, 4)
    assert day_of("04/05/2027", date_order(["4/13/2027"])) == date(2027, 4, 5)
    with pytest.raises(CellError):
        day_of("04/05/2027", date_order(["13/04/2027", "4/13/2027"]))
    assert date_order(["2027-03-26"]).order is None
    assert day_of("05/05/2027") == date(2027, 5, 5)


@given(st.dates(date(1970, 1, 1), date(2200, 12, 31)))
def test_a_day_is_read_as_it_was_written_or_asked_for(day: date) -> None:
    for text in (f"{day:%d/%m/%Y}", f"{day:%m/%d/%Y}"):
        try:
            read = day_of(text)
        except CellError:
            assert day.day <= 12
        else:
            assert read == day
    assert day_of(f"{day:%d/%m/%Y}", DateOrder(frozenset(["day-first"]))) == day
    assert day_of(f"{day:%d.%m.%Y}") == day


@given(st.integers(0, 10**9))
def test_a_count_is_read_as_it_was_written_or_asked_for(number: int) -> None:
    for mark in (",", "'", " ", "\u00a0"):
        assert count(f"{number:,}".replace(",", mark)) == number
    dotted = f"{number:,}".replace(",", ".")
    try:
        assert count(dotted) == number
    except CellError:
        assert 1_000 <= number < 1_000_000
    assert count(dotted, notation(["0,5"])) == number


@given(st.text(max_size=12) | st.floats() | st.integers() | st.booleans() | st.none())
def test_no_cell_breaks_a_reader(cell: Any) -> None:
    for reader in (count, share, day_of, words, flag, lambda cell: amount(cell, "GBP", 2), items):
        with suppress(CellError):
            reader(cell)


def test_what_a_spreadsheet_shows_for_a_failed_formula_is_no_text() -> None:
    for cell in ("#N/A", "#REF!", "#FORMULA?", date(2027, 5, 1)):
        with pytest.raises(CellError):
            words(cell)
    assert words("#hashtag") == "#hashtag"
