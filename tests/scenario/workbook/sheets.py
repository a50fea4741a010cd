"""A workbook in memory, edited as a planner would."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import openpyxl

from optimizer.errors import InputError, Problem
from optimizer.export.scenario_book.book import scenario_workbook
from optimizer.scenario.loading import load
from optimizer.scenario.template import template

Workbook = Any


def book(data: Mapping[str, Any] | None = None) -> Workbook:
    """Return the workbook of a document, of a new file without one."""
    return openpyxl.load_workbook(io.BytesIO(scenario_workbook(data or template())))


def raw(workbook: Workbook) -> bytes:
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def cell(workbook: Workbook, sheet: str, row: int, title: str) -> Any:
    """Return a cell by its heading in row 1; of settings, `title` is the setting and `row` does not count."""
    page = workbook[sheet]
    headings = {each.value: each.column for each in page[1]}
    if title in headings:
        return page.cell(row, headings[title])
    lines = {each.value: each.row for each in page["A"]}
    return page.cell(lines[title], 2)


def read(workbook: Workbook) -> dict[str, Any]:
    """Return the document of a workbook that is right."""
    return load(raw(workbook)).document


def problems(workbook: Workbook) -> list[Problem]:
    """Return all problems of a workbook that is wrong."""
    try:
        load(raw(workbook))
    except InputError as error:
        return list(error.problems)
    return []


def places(workbook: Workbook) -> dict[str, str]:
    """Return the code of every problem by its place."""
    return {problem.place: problem.code for problem in problems(workbook)}
