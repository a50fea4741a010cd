"""Plans as files: a plan back in from JSON, and decisions made by hand from JSON or CSV.

A CSV has one row per creator and activation with the columns `COLUMNS`, in any order; case and spaces of the header do
not matter, further columns are not read. Of a plan JSON only `assignments` and `activations` are read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from optimizer.analysis.decision_rows import Cell, Row, Sheet, decided
from optimizer.analysis.report import Decision
from optimizer.errors import InputError, Problem, pointer
from optimizer.plan import Plan
from optimizer.scenario.loading import model_from_data, read_json
from optimizer.scenario.models import Scenario
from optimizer.scenario.reading import read_text

COLUMNS = ("creator", "activation", "mode", "ship_on", "window_start")
_DELIMITERS = ",;\t"


def read_plan(path: Path) -> Plan:
    """Return the plan in a JSON file; raise InputError with everything that is wrong with it."""
    return model_from_data(Plan, read_json(path))


def read_decisions(path: Path, scenario: Scenario) -> tuple[list[Decision], dict[str, date]]:
    """Return the decisions in a plan file and the window start of every activation that has one.

    Parameters
    ----------
    path
        A CSV where its name ends in ``.csv``, else a plan as JSON.

    Raises
    ------
    InputError
        With every bad cell and field at once: what cannot be read, creators and activations that do not exist, pairs
        that come twice, activations with two different windows. Decisions that break a rule are no error.
    """
    sheet = _csv_sheet(read_text(path)) if path.suffix.lower() == ".csv" else _json_sheet(read_json(path))
    return decided(sheet, scenario)


def decisions_from_data(data: object, scenario: Scenario) -> tuple[list[Decision], dict[str, date]]:
    """Return the decisions in the JSON data of a plan and the window starts, as `read_decisions` does."""
    return decided(_json_sheet(data), scenario)


def decisions_csv(plan: Plan) -> str:
    """Return the assignments of a plan as CSV with the columns `COLUMNS`; `read_decisions` reads it back."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in plan.assignments:
        writer.writerow([line.creator, line.activation, line.mode, line.ship_on, line.window.start])
    return out.getvalue()


def _json_sheet(data: Any) -> Sheet:
    problems: list[Problem] = []
    rows: list[Row] = []
    for index, item in _objects(data, "assignments", problems, required=True):
        cells = {name: Cell(item.get(name), pointer("assignments", index, name)) for name in COLUMNS[:4]}
        rows.append({**cells, **_window_cells(item.get("window"), "assignments", index)})
    windows: list[Row] = [
        {
            "activation": Cell(item.get("activation"), pointer("activations", index, "activation")),
            **_window_cells(item["window"], "activations", index),
        }
        for index, item in _objects(data, "activations", problems, required=False)
        if item.get("window") is not None
    ]
    return Sheet(rows, windows, problems)


def _objects(data: Any, name: str, problems: list[Problem], *, required: bool) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a list of the document; tell of everything that is none."""
    if not isinstance(data, dict) or not isinstance(data.get(name, None if required else []), list):
        detail = f"a plan is an object with a list `{name}`"
        problems.append(Problem("wrong_type", pointer(name), detail, "Check that the file is a plan.", None))
        return
    for index, item in enumerate(data.get(name, [])):
        if isinstance(item, dict):
            yield index, item
        else:
            where = pointer(name, index)
            problems.append(Problem("wrong_type", where, "should be an object in { }", "Correct it.", item))


def _window_cells(window: Any, *path: str | int) -> dict[str, Cell]:
    start, end = pointer(*path, "window", "start"), pointer(*path, "window", "end")
    if not isinstance(window, dict):
        return {"window_start": Cell(None, start)}
    return {"window_start": Cell(window.get("start"), start), "window_end": Cell(window.get("end"), end)}


def _csv_sheet(text: str) -> Sheet:
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True))
    except csv.Error as error:
        raise InputError([Problem("not_csv", "", f"this is not CSV ({error})", "Save the table as CSV.")]) from None
    header = [" ".join(cell.split()).lower().replace(" ", "_") for cell in (lines[0] if lines else [])]
    problems = _header_problems(header)
    if problems:
        return Sheet([], [], problems)
    rows: list[Row] = []
    for number, line in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) > len(header):
            detail = f"there are {len(line)} cells under {len(header)} headings"
            problems.append(Problem("too_many_cells", f"row {number}", detail, "Quote cells that hold the separator."))
            continue
        cells = dict(zip(header, line, strict=False))
        rows.append({name: Cell(cells.get(name), f"row {number}, column {name}") for name in COLUMNS})
    return Sheet(rows, [], problems)


def _delimiter(text: str) -> str:
    """Return the separator that the header uses most, the comma where it uses none."""
    header = text.lstrip().partition("\n")[0]
    return max(_DELIMITERS, key=header.count)


def _header_problems(header: Sequence[str]) -> list[Problem]:
    found = [
        Problem("missing_column", f"row 1, column {name}", "there is no such column", f"Add a column `{name}`.")
        for name in COLUMNS
        if name not in header
    ]
    found += [
        Problem("duplicate_column", f"row 1, column {name}", "this column comes twice", "Keep one of them.")
        for name in COLUMNS
        if header.count(name) > 1
    ]
    return found
