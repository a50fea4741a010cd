"""Answers as CSV: their own values, a heading even without rows, and no formulas."""

from __future__ import annotations

import csv
import io

import pytest

from optimizer.analysis.cash import cash_view
from optimizer.analysis.evaluate import evaluate
from optimizer.answers.frontier import NextStep
from optimizer.export.answer_tables import (
    cash_table,
    certainty_table,
    comparison_table,
    frontier_table,
    limits_table,
)
from optimizer.export.csv_files import BYTE_ORDER_MARK, csv_text
from optimizer.export.tables import Table
from optimizer.scenario.loading import scenario_from_data
from tests.cli.launch import START, decision, document, plan, scenario
from tests.export import answers
from tests.export.answers import limit, limits


def rows(table: Table) -> list[dict[str, str]]:
    text = csv_text(table).removeprefix(BYTE_ORDER_MARK)
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_row_per_budget_with_the_next_step() -> None:
    step = NextStep(budget="900.00", more="100.00", value=6, gain=3, marginal_value=0.03, at_least=None)
    first, last = rows(
        frontier_table(
            answers.frontier(answers.point("800.00", 3, 4, next_step=step), answers.point("1.00", None, None))
        )
    )
    assert (first["budget"], first["value"], first["value_bound"], first["secured"]) == (
        "800.00",
        "3",
        "4",
        "activation-0",
    )
    assert (first["next_budget"], first["next_more"], first["next_value"]) == ("900.00", "100.00", "6")
    assert (first["verified"], first["currency"]) == ("true", "GBP")
    assert (last["value"], last["cost"], last["next_more"]) == ("", "", "")


def test_a_row_per_activation_and_confidence() -> None:
    lines = rows(certainty_table(answers.certainty(2)))
    assert len(lines) == 2 * 5
    assert (lines[0]["activation"], lines[0]["asked_for"], lines[0]["confidence"]) == ("activation-1", "0.9", "0.7")
    assert (lines[0]["cost"], lines[0]["status"]) == ("410.50", "optimal")
    assert (lines[-1]["cost"], lines[-1]["status"]) == ("", "infeasible")


def test_a_row_per_limit_and_a_saving_stays_a_number() -> None:
    (line,) = rows(limits_table(limits(limit(gained=["pilates", "tea"]))))
    assert (line["from"], line["to"], line["cost_change"], line["gained"]) == ("20", "22", "-12.40", "pilates tea")


def test_a_row_per_plan() -> None:
    sheet, ours = rows(comparison_table(answers.comparison()))
    assert (sheet["name"], ours["name"]) == ("spreadsheet", "ours")
    assert ours["cost"] == answers.comparison().plans[1].cost


def test_a_row_per_day_event_and_activation() -> None:
    lines = csv_text(cash_table(cash_view(scenario(), plan()))).removeprefix(BYTE_ORDER_MARK).split("\r\n")
    assert lines == [
        "day,event,activation,community,parcels,product,shipping,fees,total,currency",
        "2027-03-10,parcels shipped,trail,trail-running,1,28.00,3.95,0.00,31.95,GBP",
        "2027-03-11,parcels shipped,trail,trail-running,1,28.00,3.95,0.00,31.95,GBP",
        "2027-03-28,windows end,trail,trail-running,0,0.00,0.00,60.00,60.00,GBP",
        "",
    ]


def test_without_rows_there_is_a_heading() -> None:
    assert csv_text(limits_table(limits())).startswith(f"{BYTE_ORDER_MARK}limit,subject,pointer,from,to,")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start: str) -> None:
    evil = document()
    evil["activations"][0]["id"] = f"{start}cmd|' /C calc'!A0"
    case = scenario_from_data(evil)
    name = evil["activations"][0]["id"]
    judged = evaluate(case, [decision("ana", "gift", "2027-03-11", name)], {name: START["trail"]}, draws=0)
    assert rows(cash_table(cash_view(case, judged)))[0]["activation"] == f"'{name}"
    (secured,) = rows(frontier_table(answers.frontier(answers.point("1.00", 3, 3, secured=[name, "tea"]))))
    assert secured["secured"] == f"'{name} tea"
