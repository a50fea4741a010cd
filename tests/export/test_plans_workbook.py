"""The workbook of several plans, read back both ways: the values in its cells, and its formulas calculated here."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from optimizer.analysis.report import Decision
from optimizer.export.workbook.plans_book import plans_workbook
from optimizer.export.workbook.plans_tables import NamedPlan
from tests.analysis.edits import without_plan
from tests.export.cases import DECISIONS, case

CAPPED = {"total": "150.00", "monthly": {"2027-03": "140.00"}}


def named(name: str, decisions: Sequence[Decision], **changes: Any) -> NamedPlan:
    scenario, plan = case(decisions, **changes)
    return NamedPlan(name, plan, scenario)


BEFORE = named("a*?~ <>1", DECISIONS[:1])
AFTER = named("ours", DECISIONS, budget=CAPPED)
NONE = NamedPlan("none", without_plan(case(())[1], "infeasible"))
PLANS = [BEFORE, AFTER, NONE]


def book(plans: Sequence[NamedPlan], *, formulas: bool = False) -> Any:
    return openpyxl.load_workbook(io.BytesIO(plans_workbook(plans)), data_only=not formulas)


class Calculator:
    """Calculates the formulas that the workbook is made of, from nothing but its own cells."""

    def __init__(self, sheets: Any) -> None:
        self.sheets = sheets

    def cell(self, sheet: str, place: str) -> Any:
        value = self.sheets[sheet][place.replace("$", "")].value
        return self.formula(sheet, value) if isinstance(value, str) and value.startswith("=") else value

    def cells(self, sheet: str, reference: str) -> list[Any]:
        named = re.fullmatch(r"(?:'?([^'!]+)'?!)?(.+)", reference)
        assert named
        there, area = named[1] or sheet, named[2].replace("$", "")
        first, _, last = area.partition(":")
        rows = self.sheets[there][f"{first}:{last or first}"]
        return [self.cell(there, cell.coordinate) for row in rows for cell in row]

    def formula(self, sheet: str, formula: str) -> Any:
        text = formula.removeprefix("=")
        if match := re.fullmatch(r"(SUM|MIN|MAX|SUBTOTAL)\((.+)\)", text):
            parts = match[2].removeprefix("109,").split(",")
            values = [value for part in parts for value in self.values(sheet, part) if value is not None]
            return {"MIN": min, "MAX": max}.get(match[1], sum)(values)
        if match := re.fullmatch(r"SUMIFS\((.+)\)", text):
            return self.sumifs(sheet, re.split(r",(?![^(]*\))", match[1]))
        if match := re.fullmatch(r'IF\(ROUND\((.+),(\d)\)=0,"(\w+)","(\w+)"\)', text):
            return match[3] if round(self.sum(sheet, match[1]), int(match[2])) == 0 else match[4]
        return self.sum(sheet, text)

    def values(self, sheet: str, part: str) -> list[Any]:
        if re.fullmatch(r"-?\d+", part):
            return [int(part)]
        return [-value for value in self.cells(sheet, part[1:])] if part[0] == "-" else self.cells(sheet, part)

    def sum(self, sheet: str, text: str) -> float:
        terms = re.findall(r"([+-]?)((?:\w+!)?\$?[A-Z]+\$?\d+)", text)
        assert "".join(sign + cell for sign, cell in terms) == text, text
        return sum((-1 if sign == "-" else 1) * (self.cells(sheet, cell)[0] or 0) for sign, cell in terms)

    def sumifs(self, sheet: str, parts: Sequence[str]) -> float:
        amounts = self.cells(sheet, parts[0])
        chosen = [True] * len(amounts)
        for reference, wanted in zip(parts[1::2], parts[2::2], strict=True):
            day = re.fullmatch(r"DATE\((\d+),(\d+),(\d+)\)", wanted)
            key: Any = datetime(*map(int, day.groups())) if day else int(wanted)  # type: ignore[arg-type]
            chosen = [one and cell == key for one, cell in zip(chosen, self.cells(sheet, reference), strict=True)]
        return float(sum(amount for amount, one in zip(amounts, chosen, strict=True) if one and amount is not None))


@pytest.mark.parametrize("plans", [PLANS, [AFTER, BEFORE], [NONE, AFTER], [BEFORE, BEFORE]])
def test_every_formula_gives_the_value_that_stands_in_its_cell(plans: Sequence[NamedPlan]) -> None:
    formulas, values = book(plans, formulas=True), book(plans)
    calculator, seen = Calculator(formulas), 0
    for sheet in formulas:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            stored, right = values[sheet.title][cell.coordinate].value, calculator.formula(sheet.title, cell.value)
            assert stored == (pytest.approx(right, abs=1e-9) if isinstance(right, float) else right), cell.coordinate
            seen += 1
    assert seen >= 20


def line(sheet: Any, label: str) -> list[Any]:
    """Return the cells of the plans beside the first label of this text."""
    row = next(row for row in sheet.iter_rows() if row[0].value == label)
    return [cell.value for cell in row[1:]]


def test_the_summary_shows_what_each_plan_spends_of_its_budget() -> None:
    summary = book(PLANS)["Summary"]
    assert [cell.value for cell in summary[2]][1:] == ["a*?~ <>1", "ours", "none"]
    first, ours = (Decimal(each.plan.totals.cost or 0) for each in (BEFORE, AFTER))
    assert line(summary, "Spent") == [float(first), float(ours), None]
    assert line(summary, "Budget") == [None, 150.0, None]
    assert line(summary, "Left of the budget") == [None, float(150 - ours), None]
    assert line(summary, "Beside a*?~ <>1") == [None, float(ours - first), None]
    assert line(summary, "Activations secured") == ["1 of 2", "1 of 2", "0 of 2"]
    assert line(summary, "Not secured") == ["bread-a", "bread-a", "trail-a, bread-a"]
    assert "Status" not in {row[0].value for row in summary.iter_rows()}, "no search made any of them"


def test_months_stand_beside_their_caps() -> None:
    sheets = book(PLANS)
    months = [[cell.value for cell in row] for row in sheets["Months"].iter_rows(min_row=2, max_row=3)]
    ours = float(AFTER.plan.cash[0].total)
    assert [row[-2:] for row in months] == [[None, None], [140.0, pytest.approx(140 - ours)]]


def test_every_sheet_agrees_to_the_penny_and_a_plan_that_does_not_add_up_is_seen() -> None:
    said = [cell.value for row in book(PLANS)["Summary"].iter_rows() for cell in row]
    assert (said.count("agrees"), said.count("differs")) == (8, 0)
    lines = [AFTER.plan.assignments[0].model_copy(update={"cost": "0.01"}), *AFTER.plan.assignments[1:]]
    bad = NamedPlan("bad", AFTER.plan.model_copy(update={"assignments": lines}))
    formulas = book([BEFORE, bad], formulas=True)
    calculator = Calculator(formulas)
    verdicts = [
        calculator.formula("Summary", cell.value)
        for row in formulas["Summary"].iter_rows()
        for cell in row
        if str(cell.value).startswith("=IF")
    ]
    assert (verdicts.count("agrees"), verdicts.count("differs")) == (7, 1)


def test_there_is_a_waterfall_for_every_other_plan() -> None:
    third = named("third", (*DECISIONS, Decision("cat", "bread-a", "gift", DECISIONS[0].ship_on)))
    sheet = book([BEFORE, AFTER, third])["Waterfalls"]
    titles = [cell.value for cell in sheet["A"] if str(cell.value).startswith("From ")]
    assert titles == ["From a*?~ <>1 to ours", "From a*?~ <>1 to third"]
    ends = [row[2].value for row in sheet.iter_rows() if row[0].value in ("ours", "third")]
    assert ends == [float(each.plan.totals.cost or 0) for each in (AFTER, third)]
    assert "no plan" in str([cell.value for cell in book([BEFORE, NONE])["Waterfalls"]["A"]])


def test_the_summary_prints_on_two_pages_and_equal_plans_give_equal_bytes() -> None:
    many = [NamedPlan(f"plan {number}", AFTER.plan) for number in range(12)]
    sheet = book(many)["Summary"]
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 2)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert plans_workbook(many) == plans_workbook(many)
