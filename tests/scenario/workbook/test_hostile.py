"""Workbooks that mean harm, or are merely enormous: refused, or read without running or fetching anything."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest

from optimizer.errors import InputError
from optimizer.export.scenario_book.book import scenario_workbook
from optimizer.scenario.generator import generate
from optimizer.scenario.loading import load
from optimizer.scenario.models import MAX_CREATORS
from optimizer.scenario.template import template
from tests.scenario.workbook.sheets import book, cell, raw

CREATORS = "xl/worksheets/sheet6.xml"
MB = 2**20
Change = Callable[[str], str]


def changed(part: str, change: Change, more: dict[str, bytes] | None = None) -> bytes:
    """Return a new workbook with one of its parts changed, and further ones."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(scenario_workbook(template()))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content.decode()).encode() if name == part else content)
        for name, content in (more or {}).items():
            new.writestr(name, content)
    return out.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(InputError) as caught:
        load(content)
    return caught.value.problems[0].code


@pytest.mark.campaign
def test_a_bomb_is_not_unpacked() -> None:
    tracemalloc.start()
    bomb = changed(CREATORS, lambda xml: xml.replace("<sheetData>", "<sheetData>" + " " * (300 * MB)))
    tracemalloc.reset_peak()
    assert len(bomb) < MB
    assert refusal(bomb) == "file_too_large"
    assert tracemalloc.get_traced_memory()[1] < 600 * MB
    tracemalloc.stop()


def test_entities_are_refused() -> None:
    entities = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    assert (
        refusal(changed(CREATORS, lambda xml: xml.replace("<worksheet", entities + "<worksheet", 1)))
        == "not_a_workbook"
    )


def test_macros_and_links_are_left_packed() -> None:
    more = {"xl/vbaProject.bin": b"\0" * 1000, "xl/externalLinks/externalLink1.xml": b"<!DOCTYPE x><x/>"}
    assert load(changed(CREATORS, lambda xml: xml, more)).document == template()


def test_a_sheet_may_reach_to_its_last_row_and_column_where_nothing_stands() -> None:
    workbook = book()
    page = workbook["Creators"]
    page.cell(1_048_576, 1).number_format = "@"
    page.cell(1, 16_384).number_format = "@"
    assert load(raw(workbook)).document == template()


def test_cells_all_over_a_sheet_are_refused() -> None:
    workbook = book()
    workbook["Creators"].cell(1_048_576, 16_384).value = "x"
    assert refusal(raw(workbook)) == "too_many_cells"


@pytest.mark.parametrize(
    "content", [b"PK\3\4", b"PK\3\4" + b"\0" * 500, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600]
)
def test_what_only_begins_as_a_workbook_is_refused(content: bytes) -> None:
    assert refusal(content) == "not_a_workbook"


def test_a_formula_is_its_stored_value_or_a_problem() -> None:
    workbook = book()
    cell(workbook, "Creators", 2, "Fee").value = "=1/0"
    assert refusal(raw(workbook)) == "bad_cell"


def test_json_in_other_fields_that_is_nested_too_deep_is_a_problem() -> None:
    workbook = book()
    page = workbook.create_sheet("Other fields")
    page.append(["List", "Name", "Field", "Value", "In place of"])
    page.append(["creators", "example-01", "/labels", "[" * 30_000, None])
    page.append(["creators", "example-02", "/labels/__class__", '"x"', None])
    assert refusal(raw(workbook)) == "not_json"


@pytest.mark.slow
def test_as_many_creators_as_a_scenario_may_have_are_written_and_read() -> None:
    data = generate("XL", 1, scale=2)
    assert len(data["creators"]) == MAX_CREATORS
    assert load(scenario_workbook(data)).document == data
