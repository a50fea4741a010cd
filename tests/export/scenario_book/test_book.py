"""The workbook that is to be filled in: notes, drop-downs, assumptions, and what a spreadsheet needs to print it."""

from __future__ import annotations

from typing import Any

import pytest
from openpyxl.worksheet.datavalidation import DataValidation

from optimizer.export.scenario_book.book import scenario_workbook
from optimizer.export.scenario_book.looks import ASSUMED
from optimizer.scenario.template import template
from optimizer.scenario.workbook.columns import Column
from optimizer.scenario.workbook.filling import filled
from optimizer.scenario.workbook.layout import HEAD, blocks
from optimizer.scenario.workbook.wording import INSTRUCTIONS, ORDER
from tests.builders import document
from tests.scenario.workbook.sheets import book, cell

YELLOW = "FF" + ASSUMED["bg_color"].removeprefix("#")  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def new() -> Any:
    return book()


def checks_at(page: Any, place: str) -> list[DataValidation]:
    return [check for check in page.data_validations.dataValidation if place in check.sqref]


def test_the_sheets_stand_in_the_order_in_which_they_are_filled_in(new: Any) -> None:
    assert new.sheetnames == [INSTRUCTIONS, *ORDER]
    text = " ".join(str(each.value) for row in new[INSTRUCTIONS].iter_rows() for each in row if each.value)
    assert all(name in text for name in (*ORDER, "groundswell validate", "groundswell solve", "Needed", "assumption"))


def test_every_heading_has_a_note_and_stays_in_view(new: Any) -> None:
    for area in filled(template()):
        page = new[area.block.sheet]
        headings = page[area.top]
        assert [each.value for each in headings if each.value] == area.titles
        assert all(each.comment.text.strip() for each in headings if each.value)
        assert page.freeze_panes == "B2"
        assert page.print_title_rows == "$1:$1"
        assert page.page_setup.orientation == "landscape"
        assert all(page.column_dimensions[each.column_letter].width >= 8 for each in headings if each.value)


def test_every_setting_is_written_with_its_default_marked_as_an_assumption(new: Any) -> None:
    for area in filled({}):
        if area.block.kind != "settings":
            continue
        for column in area.block.columns:
            line = cell(new, area.block.sheet, 0, column.title)
            source = line.offset(0, HEAD.index("Source") - 1).value
            if column.default is not None and line.value == template().get(column.path[0]):
                assert source == "given"
            elif column.default is not None and column.path[0] == "posting":
                assert source == "assumption"
                assert line.fill.fgColor.rgb == YELLOW
                assert line.value is not None


def test_defaults_of_the_example_rows_are_marked(new: Any) -> None:
    marked = {"Posts needed": 5, "Window days": 14, "Confidence": 0.9, "Authenticity": "medium", "Value": 1}
    for title, value in marked.items():
        place = cell(new, "Communities", 2, title)
        assert (place.value, place.fill.fgColor.rgb) == (value, YELLOW)
    assert cell(new, "Communities", 2, "Activation").fill.fgColor.rgb != YELLOW


DROP_DOWNS = {
    ("Communities", "Authenticity"): '"high,medium,low"',
    ("Communities", "Required"): '"yes,no"',
    ("Creators", "Tier"): '"nano,emerging,established"',
    ("Creators", "Accepts"): '"gift,paid,gift; paid,none"',
    ("Locks", "Mode"): '"gift,paid,skip"',
    ("Communities", "Product"): "'Products'!$A$2",
    ("Creators", "Communities"): "'Communities'!$A$2",
    ("Creators", "Service"): "'Shipping'!$A$10",
    ("Locks", "Creator"): "'Creators'!$A$2",
    ("Locks", "Activation"): "'Communities'!$G$2",
}


@pytest.mark.parametrize(("sheet", "title"), DROP_DOWNS)
def test_what_has_few_values_has_a_drop_down_also_in_empty_rows(new: Any, sheet: str, title: str) -> None:
    for row in (2, 100):
        place = cell(new, sheet, row, title)
        (check,) = checks_at(new[sheet], place.coordinate)
        assert check.type == "list"
        assert check.formula1.startswith(DROP_DOWNS[sheet, title])


def test_drop_downs_lead_to_the_cells_that_they_offer(new: Any) -> None:
    assert new["Shipping"]["A10"].value == "tracked-48"
    assert new["Communities"]["G2"].value == "trail-spring"


def test_every_number_and_day_is_checked(new: Any) -> None:
    for area in filled(template()):
        for position, head in enumerate(area.heads):
            if head.column.kind in ("count", "number", "share", "money", "day"):
                place = new[area.block.sheet].cell(area.top + 1, position + 1)
                (check,) = checks_at(new[area.block.sheet], place.coordinate)
                assert check.errorStyle == "warning"


def test_texts_that_look_like_formulas_or_numbers_stay_texts() -> None:
    data = document(creators__0__handle="=1+1", creators__1__handle="007", name="+1")
    workbook = book(data)
    handles = [cell(workbook, "Creators", row, "Handle") for row in (2, 3)]
    assert [(each.value, each.data_type) for each in handles] == [("=1+1", "s"), ("007", "s")]
    assert handles[0].quotePrefix
    assert workbook["Creators"].column_dimensions["A"].number_format == "@"


def test_money_shares_and_days_are_cells_of_their_kind(new: Any) -> None:
    fee, share, day = (
        cell(new, "Creators", 2, "Fee"),
        cell(new, "Communities", 2, "Confidence"),
        cell(new, "Campaign", 0, "First day"),
    )
    assert (fee.value, fee.number_format) == (60, '"£"#,##0.00')
    assert (share.value, share.number_format) == (0.9, "0.0##%")
    assert day.is_date


def test_equal_scenarios_give_equal_bytes() -> None:
    assert scenario_workbook(template()) == scenario_workbook(template())


def test_every_column_has_a_title_of_its_own() -> None:
    for block in blocks():
        titles = [column.title for column in block.columns]
        assert len(set(titles)) == len(titles)
        assert all(isinstance(column, Column) and column.description for column in block.columns)
