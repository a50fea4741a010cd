from __future__ import annotations

from datetime import date

import pytest

from optimizer.analysis.report import Decision
from optimizer.export.briefs import DISCLOSURE, bare, briefs, posting
from optimizer.export.csv_files import csv_text
from optimizer.plan import Window
from tests.export.cases import FORMULA, case, rows

GIFT, PAID = rows(csv_text(briefs(*case())))


def test_a_gift_is_asked_to_wait_for_the_window() -> None:
    assert (GIFT["creator"], GIFT["handle"], GIFT["mode"]) == (f"'{FORMULA}", "ana_runs", "gift")
    assert (GIFT["community"], GIFT["product"]) == ("Trail running", "Trail socks")
    assert GIFT["message"] == (
        "Hello @ana_runs, your parcel with Trail socks should reach you around Fri 12 Mar 2027. "
        "Please post between Mon 15 Mar and Sun 28 Mar 2027. "
        "If it reaches you earlier, please hold your post back until the window opens on Mon 15 Mar 2027. "
        "Please say at the start of your post that the product was a gift, for example with “Ad – gifted”."
    )
    assert (GIFT["fee"], GIFT["currency"], GIFT["payment"]) == ("", "", "")


def test_the_paid_are_told_their_fee() -> None:
    assert (PAID["fee"], PAID["currency"], PAID["hold_back"]) == ("80.05", "GBP", "")
    assert PAID["message"].endswith(
        "Please post between Mon 15 Mar and Sun 28 Mar 2027. The fee we agreed is £80.05. "
        "Please mark your post as paid at its start, for example with “Ad”."
    )
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


@pytest.mark.parametrize(
    ("handle", "merged"),
    [
        ("@ana", "ana"),
        ("ana", "ana"),
        (" @@ana ", "ana"),
        ("https://social.example/@ana/?lang=en#top", "ana"),
        ("social.example/ana", "ana"),
        ("@", ""),
        ("", ""),
    ],
)
def test_a_mail_merge_gets_a_handle_without_signs(handle: str, merged: str) -> None:
    assert bare(handle) == merged


def test_whoever_has_no_handle_is_greeted_without_one() -> None:
    cat = Decision("cat", "bread-a", "gift", date(2027, 3, 9))
    (row,) = rows(csv_text(briefs(*case((cat,)))))
    assert (row["handle"], row["greeting"]) == ("", "Hello,")
    assert row["message"].startswith("Hello, your parcel with starter should")


def test_every_brief_says_how_to_mark_the_post_and_the_words_can_be_replaced() -> None:
    assert [GIFT["disclosure"], PAID["disclosure"]] == [DISCLOSURE["gift"], DISCLOSURE["paid"]]
    replaced = rows(csv_text(briefs(*case(), "Write #ad first.")))
    assert all(row["message"].endswith(" Write #ad first.") for row in replaced)
    assert not any(sentence in row["message"] for row in replaced for sentence in DISCLOSURE.values())
