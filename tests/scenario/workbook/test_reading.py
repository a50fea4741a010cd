"""A workbook as planners leave it: rows moved, columns in another order, words where codes are meant."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from optimizer.scenario.loading import assumptions, fingerprint, load, parse_scenario
from optimizer.scenario.template import template
from optimizer.scenario.workbook.reading import read_workbook
from optimizer.scenario.workbook.wording import OTHER
from tests.builders import document
from tests.scenario.workbook.odd import odd
from tests.scenario.workbook.sheets import book, cell, raw, read

WORDS: dict[str, tuple[str, str, Any, tuple[Any, ...], Any]] = {
    "thousands": ("Creators", "Followers", "12.5K", ("creators", 0, "followers"), 12_500),
    "decimals on a whole number": ("Creators", "Followers", 18000.0, ("creators", 0, "followers"), 18_000),
    "per cent": ("Creators", "Posting rate", "31 %", ("creators", 0, "organic_rate"), 0.31),
    "a decimal comma": ("Creators", "Posting rate", "0,31", ("creators", 0, "organic_rate"), 0.31),
    "a currency's sign": ("Creators", "Fee", "£1,250.00", ("creators", 0, "paid_fee"), "1250.00"),
    "pence that float": ("Creators", "Fee", 0.1 + 0.2, ("creators", 0, "paid_fee"), "0.30"),
    "a capital": ("Creators", "Tier", "Nano", ("creators", 0, "tier"), "nano"),
    "both": ("Creators", "Accepts", "both", ("creators", 0, "accepts"), ["gift", "paid"]),
    "nothing": ("Creators", "Accepts", "none", ("creators", 0, "accepts"), []),
    "a number as a name": ("Creators", "Handle", 1001, ("creators", 0, "handle"), "1001"),
    "a neutralised handle": ("Creators", "Handle", "'@ana", ("creators", 0, "handle"), "@ana"),
    "blanks": ("Creators", "Communities", " trail-running ; ", ("creators", 0, "communities", 0), "trail-running"),
    "one day": ("Creators", "Away", datetime(2027, 4, 1), ("creators", 0, "unavailable", 0, "end"), "2027-04-01"),
    "words": ("Creators", "Away", "1 Apr 2027 to 12 Apr 2027", ("creators", 0, "unavailable", 0, "end"), "2027-04-12"),
    "a weekday": ("Communities", "Start weekday", "Wednesday", ("activations", 0, "start_weekday"), "wed"),
    "yes": ("Communities", "Required", "Yes", ("activations", 0, "required"), True),
    "a tick of the spreadsheet": ("Communities", "Required", True, ("activations", 0, "required"), True),
    "a title": ("Creators", "Communities", "trail Running", ("creators", 0, "communities", 0), "trail-running"),
    "a date": ("Communities", "Earliest start", date(2027, 3, 15), ("activations", 0, "start_earliest"), "2027-03-15"),
    "a number of days": ("Products", "Stock", "15/03/2027: 40", ("products", 0, "stock", 0, "on"), "2027-03-15"),
    "taken exactly": ("Communities", "Name", '" 007"', ("communities", 0, "name"), " 007"),
}  # fmt: skip


@pytest.mark.campaign
@pytest.mark.parametrize("case", WORDS)
def test_cells_are_read_as_they_are_meant(case: str) -> None:
    sheet, title, value, path, wanted = WORDS[case]
    workbook = book()
    cell(workbook, sheet, 2, title).value = value
    found: Any = read(workbook)
    for part in path:
        found = found[part]
    assert found == wanted
    assert type(found) is type(wanted)


def test_columns_and_rows_may_stand_anywhere() -> None:
    workbook = book()
    page = workbook["Creators"]
    page.move_range("A1:B13", cols=20)
    page.insert_rows(5, 3)
    page.insert_rows(1, 2)
    page["A1"] = "Spring creators"
    workbook.move_sheet("Creators", -5)
    assert read(workbook) == template()


def test_names_of_fields_serve_as_headings() -> None:
    workbook = book()
    cell(workbook, "Creators", 1, "Fee").value = "paid_fee"
    cell(workbook, "Campaign", 1, "First day").parent["A4"] = "horizon.start"
    assert read(workbook) == template()


def test_own_columns_become_labels_or_are_left_out_as_their_heading_says() -> None:
    workbook = book()
    page = workbook["Creators"]
    page.cell(1, 20).value, page.cell(2, 20).value = "Label: agent", "Jo"
    page.cell(1, 21).value, page.cell(2, 21).value = "# to do", "call"
    assert read(workbook)["creators"][0]["labels"] == {"agent": "Jo"}


def test_a_creator_without_an_id_has_the_handle_as_one() -> None:
    workbook = book()
    cell(workbook, "Creators", 2, "Id").value = None
    cell(workbook, "Creators", 2, "Handle").value = "https://www.instagram.com/Fern.Hill/"
    assert read(workbook)["creators"][0]["id"] == "fern.hill"


def test_months_and_weekdays_may_be_written_in_words() -> None:
    workbook = book()
    (month,) = (row[0] for row in workbook["Campaign"].iter_rows() if row[0].value == "2027-03")
    for words in ("March 2027", datetime(2027, 3, 1), "Mar 2027"):
        month.value = words
        assert read(workbook)["budget"] == template()["budget"]
    cell(workbook, "Shipping", 0, "Parcels leave on").value = "Tue–Thu, Saturday"
    assert read(workbook)["shipping"]["ship_weekdays"] == ["tue", "wed", "thu", "sat"]


def test_a_row_that_sums_up_is_no_creator() -> None:
    workbook = book()
    workbook["Creators"].append(["Total", None, None, None, 145_400])
    loaded = load(raw(workbook))
    assert loaded.document == template()
    assert [notice.code for notice in loaded.notices] == ["total_row", "example_creators"]


def test_own_sheets_are_left_out_with_a_notice() -> None:
    workbook = book()
    workbook.create_sheet("Budget talks")["A1"] = "..."
    codes = {notice.code: notice.detail for notice in load(raw(workbook)).notices}
    assert "Budget talks" in codes["sheet_not_read"]


def test_examples_that_are_left_are_told() -> None:
    workbook = book()
    cell(workbook, "Creators", 2, "Id").value = "ana"
    (notice,) = load(raw(workbook)).notices
    assert notice.detail.startswith("11 creators among 12, example-02 to example-12: ")


def test_an_assumption_stays_one_until_somebody_says_otherwise() -> None:
    pointer = "/posting/brief_compliance"
    workbook = book()
    before = parse_scenario(raw(workbook))
    assert pointer in assumptions(before)
    line = cell(workbook, "Posting", 0, "Brief followed by")
    line.value = 0.7
    assert pointer not in assumptions(parse_scenario(raw(workbook)))
    line.value, line.offset(0, 1).value = 0.8, None
    assert pointer in assumptions(parse_scenario(raw(workbook)))
    line.offset(0, 1).value = "our 2026 campaigns"
    confirmed = parse_scenario(raw(workbook))
    assert pointer not in assumptions(confirmed)
    assert fingerprint(confirmed) != fingerprint(before)


def test_a_community_has_as_many_activations_as_rows() -> None:
    workbook = book()
    page = workbook["Communities"]
    headings = {each.value: each.column for each in page[1]}
    rows: list[dict[str, Any]] = [
        {"Community": "trail-running", "Activation": "trail-summer", "Posts needed": 3},
        {"Community": "bread", "Posts needed": 4},
        {"Community": "moss", "Name": "Ferns & mosses", "Activation": "-"},
    ]
    for row, values in enumerate(rows, start=3):
        for title, value in values.items():
            page.cell(row, headings[title]).value = value
    found = read(workbook)
    assert [each["id"] for each in found["communities"]] == ["trail-running", "bread", "moss"]
    assert [(each["id"], each["community"]) for each in found["activations"]] == [
        ("trail-spring", "trail-running"),
        ("trail-summer", "trail-running"),
        ("bread", "bread"),
    ]


def test_without_any_activation_there_is_one_per_community() -> None:
    data = document(activations=..., locks=[])
    assert "activations" not in read(book(data))


def test_what_a_community_says_may_stand_in_any_of_its_rows() -> None:
    data = document()
    workbook = book(data)
    place = cell(workbook, "Communities", 2, "Authenticity")
    page, column = place.parent, place.column
    page.append(["trail"])
    page.cell(page.max_row, 7).value = "trail-2"
    page.cell(page.max_row, column).value = place.value
    place.value = None
    assert read(workbook)["communities"][0] == data["communities"][0]


def test_other_fields_follow_their_record_and_give_way_to_a_changed_cell() -> None:
    data = odd()
    workbook = book(data)
    assert OTHER in workbook.sheetnames
    page = workbook["Creators"]
    rows = [[each.value for each in row] for row in page.iter_rows(min_row=2)]
    for row, values in enumerate(reversed(rows), start=2):
        for column, value in enumerate(values, start=1):
            page.cell(row, column).value = value
            page.cell(row, column).data_type = "s" if isinstance(value, str) else "n"
    assert read(workbook)["creators"] == data["creators"][::-1]
    cell(workbook, "Products", 3, "Unit cost").value = 35
    reading = read_workbook(raw(workbook))
    assert reading.document["products"][1]["unit_cost"] in ("35.00", "35", 35)
    assert [notice.code for notice in reading.notices] == ["other_field_not_used"]


def test_what_was_read_how_is_told() -> None:
    told = {(each.sheet, each.title): each.field for each in read_workbook(raw(book())).columns}
    assert told["Creators", "Fee"] == "/creators/*/paid_fee"
    assert told["Campaign", "Total budget"] == "/budget/total"
    assert told["Shipping", "Arrives after delivery days"] == "/shipping/services/*/transit_days"
