"""The workbook, read back both ways: the values in its cells, and its formulas calculated here."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from optimizer.export.workbook.book import workbook
from optimizer.plan import Certificate, Check, Plan, to_json
from optimizer.scenario.models import Scenario
from tests.export.cases import DECISIONS, FORMULA, case, document, in_yen

SHEETS = ["Summary", "Activations", "Creators", "Cash by month", "Certificate"]
CASES = [case(), case(DECISIONS, 200), case(()), case(**in_yen(document())), case(budget={"total": "200.00"})]
PENNIES = "money is compared to the penny"


def book(scenario: Scenario, plan: Plan, *, formulas: bool = False) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook(scenario, plan)), data_only=not formulas)


def column(sheet: Any, title: str) -> list[Any]:
    """Return the cells below a heading, without the line of totals."""
    (head,) = [cell for cell in sheet[1] if cell.value == title]
    cells = [row[head.column - 1] for row in sheet.iter_rows(min_row=2)]
    last = int(re.fullmatch(r"[A-Z]+\d+:[A-Z]+(\d+)", sheet.auto_filter.ref)[1])  # type: ignore[index]
    return cells[: last - 1]


def text_of(sheet: Any) -> str:
    return "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)


def calculated(calculator: Any, sheet: Any, formula: str) -> Any:
    """Return what a spreadsheet shows for one of our formulas."""
    if match := re.fullmatch(r"=(?:SUM|SUBTOTAL)\((?:109,)?(?:'([^']+)'!)?(.+)\)", formula):
        there = calculator[match[1]] if match[1] else sheet
        cells = there[match[2].replace("$", "")]
        values = [cell.value for row in (cells if isinstance(cells, tuple) else ((cells,),)) for cell in row]
        values = [calculated(calculator, there, v) if isinstance(v, str) else v for v in values]
        assert all(isinstance(value, int | float | None) for value in values)
        return sum(value for value in values if value is not None)
    if re.fullmatch(r"=[A-Z]+\d+(\+[A-Z]+\d+)+", formula):
        return sum(sheet[cell].value for cell in formula[1:].split("+"))
    if match := re.fullmatch(r"=(\w+)-(\$\w\$\d+)", formula):
        one, other = (sheet[match[place].replace("$", "")].value for place in (1, 2))
        return float(one - other)
    match = re.fullmatch(r'=IF\(ROUND\((.+)-(.+),(\d)\)=0,"(\w+)","(\w+)"\)', formula)
    assert match, formula
    one, other = (sheet[match[place].replace("$", "")].value for place in (1, 2))
    one = calculated(calculator, sheet, one) if isinstance(one, str) else one
    return match[4] if round(one - other, int(match[3])) == 0 else match[5]


@pytest.mark.parametrize("given", CASES)
def test_every_formula_gives_the_value_that_stands_in_its_cell(given: tuple[Scenario, Plan]) -> None:
    formulas, values = book(*given, formulas=True), book(*given)
    formulas_seen = 0
    for sheet in formulas:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            stored, right = values[sheet.title][cell.coordinate].value, calculated(formulas, sheet, cell.value)
            assert stored == (pytest.approx(right, abs=1e-9) if isinstance(right, float) else right)
            formulas_seen += 1
    assert formulas_seen >= 6


@pytest.mark.parametrize("given", CASES)
def test_every_sheet_adds_up_to_the_plan_to_the_penny(given: tuple[Scenario, Plan]) -> None:
    values, total = book(*given), Decimal(given[1].totals.cost or "")
    for name, title in (("Creators", "Cost"), ("Activations", "Cost"), ("Cash by month", "Total")):
        cells = column(values[name], title)
        assert sum((Decimal(repr(cell.value)) for cell in cells if cell.value), Decimal(0)) == total, PENNIES
        if cells:
            bottom = values[name].cell(len(cells) + 2, cells[0].column).value
            assert Decimal(repr(bottom)) == total, PENNIES
    summary = text_of(values["Summary"])
    assert (summary.count("agrees"), summary.count("differs")) == (3, 0)


def test_a_sheet_that_does_not_add_up_is_seen() -> None:
    scenario, plan = case()
    lines = [plan.assignments[0].model_copy(update={"cost": "32.04"}), *plan.assignments[1:]]
    bad = plan.model_copy(update={"assignments": lines})
    summary = text_of(book(scenario, bad)["Summary"])
    assert (summary.count("agrees"), summary.count("differs")) == (2, 1)
    formulas = book(scenario, bad, formulas=True)
    verdicts = [
        calculated(formulas, formulas["Summary"], cell.value) for cell in formulas["Summary"]["C"] if cell.value
    ]
    assert verdicts == ["differs", "agrees", "agrees"]


@pytest.mark.parametrize(("given", "shown"), [(CASES[0], '"£"#,##0.00'), (CASES[3], '"¥"#,##0')])
def test_cells_hold_numbers_and_days_with_their_formats(given: tuple[Scenario, Plan], shown: str) -> None:
    creators = book(*given)["Creators"]
    assert {cell.number_format for cell in column(creators, "Cost")} == {shown}
    assert [cell.value for cell in column(creators, "Ship on")] == [datetime(2027, 3, 10), datetime(2027, 3, 11)]
    assert all(cell.is_date for cell in column(creators, "Window ends"))
    assert [cell.value for cell in column(creators, "Followers")] == [None, 4200]
    assert [cell.number_format for cell in column(creators, "Chance of a post")] == ["0.00%"] * 2
    assert [cell.value for cell in column(book(*given)["Cash by month"], "Month")] == [datetime(2027, 3, 1)]


def test_texts_are_never_formulas_and_stay_as_they_are() -> None:
    values = book(*CASES[0], formulas=True)["Creators"]
    ana, ben = column(values, "Creator")
    assert (ana.value, ana.data_type, ana.quotePrefix) == (FORMULA, "s", True)
    assert (ben.value, ben.quotePrefix) == ("ben", False)
    assert [cell.value for cell in column(values, "Handle")] == ["@ana_runs", "@ben"]
    formulas = [cell.value for row in values.iter_rows() for cell in row if cell.data_type == "f"]
    assert all(re.fullmatch(r"=SUBTOTAL\(109,.+\)|=P\d\+Q\d\+R\d", text) for text in formulas)


@pytest.mark.parametrize("name", ["_x0041_", "\ufffe\uffff", "a" * 2000, "<&>"])
def test_odd_titles_do_not_spoil_the_file(name: str) -> None:
    title = book(*case(name=name))["Summary"]["A1"].value
    assert title if "\ufffe" in name else title == name


def test_sheets_are_set_up_to_be_read_filtered_and_printed() -> None:
    values = book(*CASES[0])
    assert values.sheetnames == SHEETS
    for sheet in values:
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight, sheet.page_setup.paperSize) == (
            "landscape",
            0,
            9,
        )
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    for sheet in values.worksheets[1:]:
        assert (sheet.freeze_panes, sheet.print_title_rows) == ("B2", "$1:$1")
        assert sheet.auto_filter.ref.startswith("A1:")
    creators = values["Creators"]
    assert creators.auto_filter.ref == "A1:Y3"
    assert creators.column_dimensions["A"].width >= min(60, len(FORMULA))
    assert creators.column_dimensions["H"].width >= len("Thu 11 Mar 2027")


def test_summary_says_what_the_plan_is() -> None:
    scenario, plan = CASES[1]
    summary = text_of(book(scenario, plan)["Summary"])
    for words in (
        scenario.name,
        "1 of 2 activations secured for £144.15: 1 gift, 1 paid",
        "Goal: the most value of secured activations, then the least cost, then the most embedded creators",
        "Verified independently",
        plan.scenario.sha256,
    ):
        assert words in summary
    certificate = text_of(book(scenario, plan)["Certificate"])
    assert "daily_capacity" in certificate
    assert "200 campaigns" in certificate


def test_summary_says_what_is_left_of_the_budget() -> None:
    given = case(budget={"total": "200.00"})
    values = {row[0].value: row[1].value for row in book(*given)["Summary"].iter_rows(max_col=2)}
    assert values["Total budget"] == 200
    assert values["Left of it"] == pytest.approx(200 - float(given[1].totals.cost or ""))
    formulas = {row[0].value: row[1].value for row in book(*given, formulas=True)["Summary"].iter_rows(max_col=2)}
    assert str(formulas["Left of it"]).startswith("=B")
    assert "Left of it" not in text_of(book(*case())["Summary"])


def test_a_plan_that_is_not_verified_says_so() -> None:
    scenario, plan = CASES[0]
    checks = [Check(rule="stock", ok=False, detail="61 of 60 units"), *plan.certificate.checks]
    bad = plan.model_copy(update={"certificate": Certificate(verified=False, checks=checks, simulation=None)})
    summary = text_of(book(scenario, bad)["Summary"])
    assert "NOT verified" in summary
    assert "Judged as it stands: 1 rule broken" in summary
    assert "61 of 60 units" in summary
    assert "NOT" not in text_of(book(scenario, plan)["Summary"])


def test_a_plan_without_assignments_has_headings_only() -> None:
    values = book(*CASES[2])
    assert [sheet.max_row for sheet in (values["Creators"], values["Cash by month"])] == [1, 1]
    assert values["Activations"].max_row == 4


def test_where_there_is_no_plan_no_money_is_shown() -> None:
    scenario, plan = CASES[2]
    nothing = dict.fromkeys(("cost", "product", "shipping", "fees"))
    none = plan.model_copy(
        update={
            "status": "infeasible",
            "totals": plan.totals.model_copy(update=nothing),
            "activations": [result.model_copy(update={"cost": None}) for result in plan.activations],
        }
    )
    values = book(scenario, none)
    assert "Infeasible" in text_of(values["Summary"])
    assert "Money" not in text_of(values["Summary"])
    assert [cell.value for cell in column(values["Activations"], "Cost")] == [None, None]


def test_equal_plans_give_equal_bytes_and_no_clock_is_read() -> None:
    scenario, plan = CASES[0]
    first, second = workbook(scenario, plan), workbook(scenario, Plan.model_validate_json(to_json(plan)))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2027-03-01T00:00:00Z" in archive.read("docProps/core.xml")
