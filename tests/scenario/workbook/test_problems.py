"""What is wrong with a workbook comes with sheet, row and column, all of it at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from optimizer.errors import InputError
from optimizer.scenario.loading import load
from tests.scenario.workbook.sheets import book, cell, places, problems, raw

CASES: dict[str, tuple[str, int, str, Any, str, str]] = {
    "another currency": ("Creators", 3, "Fee", "$75", "bad_cell", "/creators/1/paid_fee"),
    "a fraction of a penny": ("Creators", 7, "Fee", 75.555, "bad_cell", "/creators/5/paid_fee"),
    "no amount": ("Creators", 3, "Fee", "tbc", "bad_cell", "/creators/1/paid_fee"),
    "a negative amount": ("Products", 2, "Unit cost", -28, "bad_cell", "/products/0/unit_cost"),
    "a formula nobody calculated": ("Products", 2, "Unit cost", "=14*2", "bad_cell", "/products/0/unit_cost"),
    "an unknown tier": ("Creators", 5, "Tier", "huge", "unknown_choice", "/creators/3/tier"),
    "an unknown community": ("Creators", 6, "Communities", "bees", "unknown_reference", "/creators/4/communities/0"),
    "no number": ("Creators", 8, "Followers", "lots", "bad_cell", "/creators/6/followers"),
    "per cent without its sign": ("Creators", 9, "Posting rate", 31, "bad_cell", "/creators/7/organic_rate"),
    "a day that may be two": ("Creators", 10, "Away", "04/05/2027", "bad_cell", "/creators/8/unavailable"),
    "a day made of a name": ("Creators", 10, "Handle", datetime(2027, 1, 2), "bad_cell", "/creators/8/handle"),
    "an id twice": ("Creators", 12, "Id", "example-01", "duplicate_id", "/creators/10/id"),
    "an id left out": ("Products", 2, "Product", None, "missing_field", "/products/0/id"),
    "more than can be": ("Communities", 2, "Posts needed", 5000, "out_of_range", "/activations/0/min_posts"),
    "no day": ("Communities", 2, "Earliest start", "soon", "bad_cell", "/activations/0/start_earliest"),
    "an unknown product": ("Communities", 2, "Product", "socks", "unknown_reference", "/activations/0/product"),
    "an unknown mode": ("Locks", 2, "Mode", "maybe", "unknown_choice", "/locks/0/mode"),
    "an unknown person": ("Locks", 2, "Creator", "nobody", "unknown_reference", "/locks/0/creator"),
}


@pytest.mark.campaign
@pytest.mark.parametrize("case", CASES)
def test_a_wrong_cell_is_named_by_sheet_row_and_column(case: str) -> None:
    sheet, row, title, value, code, pointer = CASES[case]
    workbook = book()
    cell(workbook, sheet, row, title).value = value
    found = {(problem.place, problem.pointer, problem.code) for problem in problems(workbook)}
    assert (f"{sheet} row {row}, column {title}", pointer, code) in found


@pytest.mark.parametrize(
    ("sheet", "setting", "value", "pointer"),
    [
        ("Campaign", "First day", "2027-02-30", "/horizon/start"),
        ("Campaign", "Total budget", "€100", "/budget/total"),
        ("Campaign", "Goal", "win", "/objective/goal"),
        ("Shipping", "Public holidays of", "Atlantis", "/shipping/holiday_calendar"),
    ],
)
def test_a_wrong_setting_is_named_by_its_row(sheet: str, setting: str, value: Any, pointer: str) -> None:
    workbook = book()
    place = cell(workbook, sheet, 0, setting)
    place.value = value
    (problem,) = problems(workbook)
    assert problem.pointer == pointer
    assert problem.place == f"{sheet} row {place.row}, column Value ({setting})"


def test_a_wrong_month_is_named_with_its_column() -> None:
    workbook = book()
    (month,) = (row[0] for row in workbook["Campaign"].iter_rows() if row[0].value == "2027-03")
    month.value = "spring"
    assert places(workbook) == {f"Campaign row {month.row}, column Month": "bad_cell"}
    month.value, month.offset(0, 1).value = "2027-03", "-5"
    assert places(workbook) == {f"Campaign row {month.row}, column Most in this month": "bad_cell"}
    assert problems(workbook)[0].pointer == "/budget/monthly/2027-03"
    workbook["Campaign"].append(["2027-03", 5])
    workbook["Campaign"].append([None, 5])
    assert sorted(places(workbook).values()) == ["bad_cell", "duplicate_field", "missing_field"]


def test_all_problems_of_all_sheets_come_at_once_and_one_per_cell() -> None:
    workbook = book()
    for sheet, row, title, value, _, _ in list(CASES.values())[::2]:
        cell(workbook, sheet, row, title).value = value
    found = problems(workbook)
    assert len(found) >= 8
    assert len({problem.place for problem in found}) == len(found)


def test_a_sentence_names_the_other_place_in_words_too() -> None:
    workbook = book()
    cell(workbook, "Creators", 12, "Id").value = "example-01"
    (problem,) = problems(workbook)
    assert "Creators row 2" in problem.detail
    assert str(problem).startswith("Creators row 12, column Id (/creators/10/id): ")


def test_one_person_in_two_rows_is_named_with_both() -> None:
    workbook = book()
    cell(workbook, "Creators", 5, "Handle").value = "@EXAMPLE_02"
    (problem,) = problems(workbook)
    assert (problem.code, problem.place) == ("same_person", "Creators row 5, column Handle")
    assert "Creators row 3, column Handle" in problem.detail


def test_headings_that_are_not_known_are_not_ignored() -> None:
    workbook = book()
    page = workbook["Creators"]
    page.cell(1, 20).value, page.cell(2, 20).value = "Agent", "Jo"
    page.cell(1, 21).value = "Fee"
    page.cell(3, 22).value = "a note without heading"
    assert places(workbook) == {
        "Creators row 1, column T": "unknown_column",
        "Creators row 1, column U": "duplicate_column",
        "Creators row 3, column V": "extra_cells",
    }
    assert "Label: Agent" in problems(workbook)[0].remedy


def test_a_setting_that_is_not_known_or_stands_twice_is_not_ignored() -> None:
    workbook = book()
    page = workbook["Posting"]
    page["A11"], page["B11"] = "Posting rate, medium end", 0.3
    page["A12"], page["B12"] = "Brief followed by", 0.7
    assert places(workbook) == {
        "Posting row 11, column Value": "unknown_field",
        "Posting row 12, column Value": "duplicate_field",
    }


def test_a_sheet_whose_name_is_misspelt_is_not_ignored() -> None:
    workbook = book()
    workbook["Locks"].title = "Lock"
    assert places(workbook) == {"sheet Lock": "unknown_sheet"}


def test_rows_without_headings_are_not_ignored() -> None:
    workbook = book()
    workbook["Locks"].delete_rows(1)
    assert places(workbook) == {"Locks row 1": "no_headings"}


def test_a_community_that_contradicts_itself_is_named() -> None:
    workbook = book()
    page = workbook["Communities"]
    page.append(["trail-running", None, "high"])
    page.cell(3, 7).value = "trail-summer"
    assert places(workbook) == {"Communities row 3, column Authenticity": "contradiction"}


@pytest.mark.parametrize("sheets", [["Sheet1"], ["Data", "Notes"]])
def test_another_workbook_is_refused_as_a_whole(sheets: list[str]) -> None:
    workbook = book()
    for name in workbook.sheetnames[1:]:
        del workbook[name]
    workbook[workbook.sheetnames[0]].title = sheets[0]
    with pytest.raises(InputError) as caught:
        load(raw(workbook))
    (problem,) = caught.value.problems
    assert problem.code == "not_a_scenario"
    assert "groundswell new" in problem.remedy
