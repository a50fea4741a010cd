"""Files of any kind become rows; hostile ones are refused, or read within bounded memory."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from optimizer.errors import InputError
from optimizer.tables.files import read_book
from optimizer.tables.grid import UNCALCULATED, plain_name
from optimizer.tables.layout import Table, is_total, table_in

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEADER = {"id", "fee"}


def is_known(text: str) -> bool:
    return plain_name(text) in HEADER


def table(source: bytes | str, sheet: str | None = None) -> Table:
    return table_in(read_book(source, is_known), is_known, sheet)


def rows(source: bytes | str) -> list[tuple[int, list[Any]]]:
    return [(number, list(cells)) for number, cells in table(source).rows]


def codes(source: bytes | str, sheet: str | None = None) -> list[str]:
    with pytest.raises(InputError) as caught:
        table(source, sheet)
    return [problem.code for problem in caught.value.problems]


def workbook(**sheets: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yyyy"})
    for name, lines in sheets.items():
        sheet = book.add_worksheet(name)
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    book.close()
    return out.getvalue()


def with_xml(inner: str, before: str = "", encoding: str = "utf-8", macros: bytes = b"") -> bytes:
    """Return a workbook whose only sheet holds this XML between its tags."""
    out = io.BytesIO()
    xml = f'{before}<worksheet xmlns="{NAMESPACE}"><sheetData>{inner}</sheetData></worksheet>'
    with zipfile.ZipFile(io.BytesIO(workbook(A=[]))) as usual, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in usual.namelist():
            content = usual.read(name)
            made.writestr(name, xml.encode(encoding) if name == "xl/worksheets/sheet1.xml" else content)
        if macros:
            made.writestr("xl/vbaProject.bin", macros)
    return out.getvalue()


TWO = '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row><row r="2"><c r="A2"><v>7</v></c></row>'


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_text_of_any_encoding_and_separator(separator: str, encoding: str) -> None:
    text = separator.join(["id", "fee"]) + "\r\n" + separator.join(["zoë", "1"]) + "\r\n"
    assert rows(text.encode(encoding)) == [(2, ["zoë", "1"])]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("Мария Иванова, цветы", "cp1251"), ("Łukasz Żółć", "cp1250"), ("Zoë Müller façade", "mac_roman")],
)
def test_other_encodings_are_told(text: str, encoding: str) -> None:
    found = table(f"id;fee\nx;{text}\n".encode(encoding))
    assert found.rows[0].cells[1] == text
    assert found.sheet.reading


def test_an_encoding_that_is_named_decides() -> None:
    raw = "id;fee\nDvořák;1\n".encode("cp1250")
    assert read_book(raw, is_known, "cp1250").sheets[0].lines[1].cells[0] == "Dvořák"
    for wrong in ("utf-8", "no-such", "base64"):
        with pytest.raises(InputError):
            read_book(raw, is_known, wrong)


def test_sep_lines_titles_blank_rows_and_totals() -> None:
    found = table("sep=;\nAutumn, list\n\n;\nid;fee\na;1\n\nTotal of the rows shown;1\nb;2\n")
    assert (found.header, [row.number for row in found.rows]) == (4, [5, 8])
    assert [row.number for row in found.totals] == [7]


def test_a_line_of_totals_is_one_before_its_sums_are_calculated() -> None:
    assert is_total(["Total of the rows shown", None, UNCALCULATED])
    assert not is_total(["ana", "trail", UNCALCULATED])


def test_cells_of_a_workbook_keep_what_they_are() -> None:
    found = table(
        workbook(Notes=[["read me"]], Data=[["List"], [], ["id", "fee"], ["a", 1.5], [1001, date(2027, 4, 13)]])
    )
    assert found.sheet.name == "Data"
    assert found.where(4, 1) == "sheet Data, row 4, column fee (B4)"
    assert [list(row.cells) for row in found.rows] == [["a", 1.5], [1001.0, date(2027, 4, 13)]]
    assert rows(workbook(A=[["id"], [datetime(2027, 4, 13, 9, 30)]])) == [(2, [datetime(2027, 4, 13, 9, 30)])]


def test_several_sheets_that_could_be_meant_are_asked_about() -> None:
    book = workbook(May=[["id", "fee"], ["a", 1]], June=[["id", "fee"], ["b", 2]])
    assert codes(book) == ["several_sheets"]
    assert table(book, "June").rows[0].cells[0] == "b"
    assert codes(book, "July") == ["unknown_sheet"]


def test_formulas_are_read_as_their_values_and_told_where_they_have_none() -> None:
    cells = (
        '<c r="A2"><f>1+1</f><v>2</v></c><c r="B2"><f>NOW()</f></c><c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
        '<c r="D2"><f>A2</f><v></v></c>'
    )
    assert rows(with_xml(TWO.split('<row r="2"', maxsplit=1)[0] + f'<row r="2">{cells}</row>')) == [
        (2, [2.0, UNCALCULATED, "#DIV/0!", UNCALCULATED])
    ]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (with_xml(TWO + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "too_many_cells"),
        (with_xml(TWO + "<row r='9'><c s='1' r = 'A99999999'><v>1</v></c></row>"), "too_many_cells"),
        (with_xml(TWO + '<row r="4294967295"><c><v>1</v></c></row>'), "too_many_cells"),
        (with_xml(TWO, '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'), "not_a_workbook"),
        (with_xml(TWO, '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x []>', "utf-16"), "not_a_workbook"),
        (with_xml('<row r="1"><c r="A1" t="inlineStr"><is><t>' + "a" * 200_000 + "</t></is></c></row>"), "too_long"),
        (with_xml('<row r="1">' + '<c r="A1"><v>1</v>' * 5_000), "not_a_workbook"),
        (workbook(A=[["id"]])[:-30], "not_a_workbook"),
        (b"PK\x03\x04" + b"junk" * 100, "not_a_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 2_000, "not_a_workbook"),
        (b"id,fee\na," + b"x" * 200_000, "not_csv"),
        (b'id,fee\na,"x\n', "not_csv"),
        (bytes(range(256)) * 20, "unknown_encoding"),
        (b"\0" * 1_000, "not_text"),
        (b"", "empty_file"),
        (b"\n,,\n", "empty_file"),
    ],
)
def test_what_is_hostile_or_damaged_is_refused(raw: bytes, code: str) -> None:
    assert codes(raw) == [code]


def test_macros_and_empty_rows_are_not_read() -> None:
    empty = "".join(f'<row r="{number}"><c r="A{number}" s="1"/></row>' for number in range(3, 20_000))
    raw = with_xml(TWO + empty + '<row r="1048576"><c r="XFD1048576" s="1"/></row>', macros=b"MZ")
    assert rows(raw) == [(2, [7.0])]


@pytest.mark.campaign
def test_a_bomb_is_refused_before_it_fills_the_memory() -> None:
    assert codes(with_xml(" " * 300_000_000)) == ["file_too_large"]


@given(st.lists(st.lists(st.text(alphabet="aé,;\t\"\n' 1.", max_size=5), min_size=2, max_size=4), max_size=5))
def test_any_text_is_read_or_refused(lines: list[list[str]]) -> None:
    text = "id,fee\n" + "\n".join(",".join(line) for line in lines)
    try:
        found = table(text)
    except InputError:
        return
    assert all(any(cell for cell in row.cells) for row in found.rows)


@given(st.binary(max_size=200), st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe"]))
def test_any_bytes_are_read_or_refused(raw: bytes, start: bytes) -> None:
    try:
        table(start + raw)
    except InputError as error:
        assert error.problems  # noqa: PT017
