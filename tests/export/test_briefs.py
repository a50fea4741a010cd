from __future__ import annotations

from datetime import date

import pytest

from optimizer.export.briefs import briefs, posting
from optimizer.export.csv_files import csv_text
from optimizer.plan import Window
from tests.export.cases import FORMULA, case, rows

GIFT, PAID = rows(csv_text(briefs(*case())))


def test_a_gift_is_asked_to_wait_for_the_window() -> None:
    assert (GIFT["creator"], GIFT["handle"], GIFT["mode"]) == (f"'{FORMULA}", "'@ana_runs", "gift")
    assert (GIFT["community"], GIFT["product"]) == ("Trail running", "Trail socks")
    assert GIFT["message"] == (
        "Your parcel should reach you around Fri 12 Mar 2027. "
        "Please post between Mon 15 Mar and Sun 28 Mar 2027. "
        "If it reaches you earlier, please hold your post back until the window opens on Mon 15 Mar 2027."
    )
    assert (GIFT["fee"], GIFT["currency"], GIFT["payment"]) == ("", "", "")


def test_the_paid_are_told_their_fee() -> None:
    assert (PAID["fee"], PAID["currency"], PAID["hold_back"]) == ("80.05", "GBP", "")
    assert PAID["message"].endswith("Please post between Mon 15 Mar and Sun 28 Mar 2027. The fee we agreed is £80.05.")
    assert (PAID["ship_on"], PAID["expected_delivery"]) == ("2027-03-11", "2027-03-13")


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (date(2027, 12, 27), date(2028, 1, 9), "between Mon 27 Dec 2027 and Sun 9 Jan 2028."),
        (date(2027, 4, 5), date(2027, 4, 5), "on Mon 5 Apr 2027."),
    ],
)
def test_windows_over_new_year_and_of_one_day(start: date, end: date, said: str) -> None:
    assert posting(Window(start=start, end=end)) == f"Please post {said}"
