"""A plan that went through a spreadsheet is the same plan, or every doubtful cell is asked about."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from optimizer.analysis.decision_tables import TableOptions
from optimizer.analysis.plan_files import read_decisions
from optimizer.analysis.report import Decision
from optimizer.errors import InputError
from optimizer.export.workbook.book import workbook
from tests.analysis.cases import checked, solved, two

HEAD = "creator,activation,mode,ship_on,window_start\n"
MEANT = [Decision("x-1", "a", "gift", date(2027, 3, 26))], {"a": date(2027, 3, 29)}


def scenario() -> Any:
    document = two()
    document["creators"][0]["handle"] = "@moss.mira"
    document["creators"][1] |= {"handle": "@peat", "labels": {"platform": "tiktok"}}
    return checked(document)


def read(tmp_path: Path, content: str | bytes, name: str = "plan.csv", **options: Any) -> Any:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_decisions(path, scenario(), TableOptions(**options))


def found(tmp_path: Path, content: str | bytes, name: str = "plan.csv") -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        read(tmp_path, content, name)
    return [(problem.pointer, problem.code) for problem in caught.value.problems]


def book(*rows: list[Any]) -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yyyy"})
    sheet = made.add_worksheet("Creators")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    made.close()
    return out.getvalue()


@pytest.mark.parametrize(
    ("ship_on", "window_start"),
    [
        ("26/03/2027", "29/03/2027"),
        ("3/26/2027", "3/29/2027"),
        ("26.03.2027", "29.03.2027"),
        ("26-Mar-27", "29-Mar-27"),
        ("26/03/27", "29/03/27"),
        ("2027-03-26 00:00:00", "2027-03-29 00:00"),
        ("2027/03/26", "2027/3/29"),
    ],
)
def test_days_as_spreadsheets_write_them(ship_on: str, window_start: str, tmp_path: Path) -> None:
    for separator in (",", ";", "\t"):
        text = (HEAD + f"x-1,a,gift,{ship_on},{window_start}\n").replace(",", separator)
        assert read(tmp_path, text) == MEANT
        assert read(tmp_path, f"sep={separator}\r\n{text}".encode("utf-16")) == MEANT


def test_a_day_that_may_be_two_is_asked_about(tmp_path: Path) -> None:
    text = HEAD + "x-1,a,gift,05/04/2027,05/04/2027\n"
    assert found(tmp_path, text) == [
        ("row 2, column window_start", "date_format"),
        ("row 2, column ship_on", "date_format"),
    ]
    assert read(tmp_path, text, dates="day-first")[1] == {"a": date(2027, 4, 5)}
    assert read(tmp_path, text, dates="month-first")[1] == {"a": date(2027, 5, 4)}


def test_one_cell_tells_the_order_for_all(tmp_path: Path) -> None:
    decisions, starts = read(tmp_path, HEAD + "x-1,a,gift,05/04/2027,19/04/2027\nx-2,a,gift,05/04/2027,19/04/2027\n")
    assert {decision.ship_on for decision in decisions} == {date(2027, 4, 5)}
    assert starts == {"a": date(2027, 4, 19)}


@pytest.mark.parametrize("name", ["@moss.mira", "Moss.Mira", "'@moss.mira", "https://instagram.com/moss.mira/", "x-1"])
def test_a_handle_will_do_for_an_id(name: str, tmp_path: Path) -> None:
    assert read(tmp_path, HEAD + f"{name},a,gift,2027-03-26,2027-03-29\n") == MEANT
    assert read(tmp_path, HEAD.replace("creator", "Handle") + f"{name},a,gift,2027-03-26,2027-03-29\n") == MEANT


def test_a_handle_on_another_platform_is_somebody_else(tmp_path: Path) -> None:
    line = "instagram.com/peat,a,gift,2027-03-26,2027-03-29\n"
    assert found(tmp_path, HEAD + line) == [("row 2, column creator", "unknown_reference")]


def test_a_workbook_made_by_hand(tmp_path: Path) -> None:
    head = ["Creator", "Activation", "Mode", "Ship on", "Window starts"]
    rows: list[list[Any]] = [["Our plan"], [], head, ["x-1", "a", "Gift", date(2027, 3, 26), date(2027, 3, 29)]]
    assert read(tmp_path, book(*rows), "plan.xlsx") == MEANT
    wrong = book(*rows[:3], ["x-1", "a", "lend", 46472, "soon"])
    assert found(tmp_path, wrong, "plan.xlsx") == [
        ("sheet Creators, row 4, column Window starts (E4)", "date_format"),
        ("sheet Creators, row 4, column Mode (C4)", "unknown_choice"),
        ("sheet Creators, row 4, column Ship on (D4)", "date_format"),
    ]


def test_our_own_workbook_is_read_back(tmp_path: Path) -> None:
    plan, answered = solved(two()).plan, checked(two())
    path = tmp_path / "plan.xlsx"
    path.write_bytes(workbook(answered, plan))
    decisions, starts = read_decisions(path, answered)
    assert decisions == [Decision(line.creator, line.activation, line.mode, line.ship_on) for line in plan.assignments]
    assert starts == {item.activation: item.window.start for item in plan.activations if item.window}
