"""Plans as files: a plan back in from JSON, and decisions made by hand from JSON, CSV or a workbook.

Tables are read by `decision_tables`. Ids that a spreadsheet would take for formulas stand neutralised
(`scenario.csv_injection`) and are read either way. Of a plan JSON only `assignments` and `activations` are read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from optimizer.analysis.decision_rows import Row, Sheet, SheetCell, decided
from optimizer.analysis.decision_tables import COLUMNS, TableOptions, decision_sheet
from optimizer.analysis.report import Decision
from optimizer.errors import InputError, Problem, pointer
from optimizer.plan import Plan
from optimizer.scenario.checks_dates import FIRST_YEAR, LAST_YEAR
from optimizer.scenario.csv_injection import neutral
from optimizer.scenario.loading import fingerprint, model_from_data, read_json
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import waves
from optimizer.tables.files import is_table_file

CHANGED = "Solve the scenario again: this plan was changed by hand."
_NO_OPTIONS = TableOptions()


def read_plan(path: Path) -> Plan:
    """Return the plan in a JSON file; raise InputError with everything that is wrong with it."""
    return model_from_data(Plan, read_json(path))


def read_answer(path: Path, scenario: Scenario) -> Plan:
    """Return the plan in a JSON file that answers this very scenario.

    Raises
    ------
    InputError
        With everything that is wrong with the file; if the plan answers another scenario; or if it names creators or
        activations the scenario does not have, or days that no scenario has.
    """
    plan = read_plan(path)
    if plan.scenario.sha256 != fingerprint(scenario):
        detail = f"the plan answers another scenario, or an earlier state of this one (`{plan.scenario.name}`)"
        remedy = "Name the scenario it was made from, or solve this one again."
        raise InputError([Problem("other_scenario", "/scenario/sha256", detail, remedy, plan.scenario.sha256)])
    strangers = [*_strangers(plan, scenario), *far_days(plan)]
    if strangers:
        raise InputError(strangers)
    return plan


def far_days(plan: Plan) -> Iterator[Problem]:
    """Yield the days and months of a plan in years that a horizon cannot reach."""
    for where, day in _days(plan):
        if not FIRST_YEAR <= int(day[:4]) <= LAST_YEAR:
            detail = f"should lie in the years {FIRST_YEAR} to {LAST_YEAR}"
            yield Problem("out_of_range", where, detail, CHANGED, day)


def _days(plan: Plan) -> Iterator[tuple[str, str]]:
    for index, line in enumerate(plan.assignments):
        yield pointer("assignments", index, "ship_on"), line.ship_on.isoformat()
        yield pointer("assignments", index, "expected_delivery"), line.expected_delivery.isoformat()
        yield pointer("assignments", index, "window", "start"), line.window.start.isoformat()
        yield pointer("assignments", index, "window", "end"), line.window.end.isoformat()
    for index, result in enumerate(plan.activations):
        if result.window is not None:
            yield pointer("activations", index, "window", "start"), result.window.start.isoformat()
            yield pointer("activations", index, "window", "end"), result.window.end.isoformat()
    for index, month in enumerate(plan.cash):
        yield pointer("cash", index, "month"), month.month


def _strangers(plan: Plan, scenario: Scenario) -> Iterator[Problem]:
    """Yield the names in a plan that its scenario does not know."""
    creators, activations = {creator.id for creator in scenario.creators}, {wave.id for wave in waves(scenario)}
    remedy = CHANGED
    if plan.scenario.currency != scenario.currency:
        detail = f"the scenario's currency is {scenario.currency}"
        yield Problem("other_currency", "/scenario/currency", detail, remedy, plan.scenario.currency)
    for index, line in enumerate(plan.assignments):
        if line.creator not in creators:
            where = pointer("assignments", index, "creator")
            yield Problem("unknown_reference", where, "the scenario has no such creator", remedy, line.creator)
        if line.activation not in activations:
            where = pointer("assignments", index, "activation")
            yield Problem("unknown_reference", where, "the scenario has no such activation", remedy, line.activation)
    for index, result in enumerate(plan.activations):
        if result.activation not in activations:
            where = pointer("activations", index, "activation")
            yield Problem("unknown_reference", where, "the scenario has no such activation", remedy, result.activation)


def read_decisions(
    path: Path, scenario: Scenario, options: TableOptions = _NO_OPTIONS
) -> tuple[list[Decision], dict[str, date]]:
    """Return the decisions in a plan file and the window start of every activation that has one.

    Parameters
    ----------
    path
        A table where its name ends in ``.csv``, ``.xlsx`` or another of `tables.files.SUFFIXES`, else a plan as JSON.
    options
        How to read a table.

    Raises
    ------
    InputError
        With every bad cell and field at once: what cannot be read, creators and activations that do not exist, pairs
        that come twice, activations with two different windows. Decisions that break a rule are no error.
    """
    if is_table_file(path):
        return decided(decision_sheet(path, scenario, options), scenario)
    return decided(_json_sheet(read_json(path)), scenario)


def decisions_from_data(data: object, scenario: Scenario) -> tuple[list[Decision], dict[str, date]]:
    """Return the decisions in the JSON data of a plan and the window starts, as `read_decisions` does."""
    return decided(_json_sheet(data), scenario)


def decisions_csv(plan: Plan) -> str:
    """Return the assignments of a plan as CSV with the columns `COLUMNS`; `read_decisions` reads it back."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in plan.assignments:
        names = (neutral(line.creator), neutral(line.activation))
        writer.writerow([*names, line.mode, line.ship_on, line.window.start])
    return out.getvalue()


def _json_sheet(data: Any) -> Sheet:
    problems: list[Problem] = []
    rows: list[Row] = []
    for index, item in _objects(data, "assignments", problems, required=True):
        cells = {name: SheetCell(item.get(name), pointer("assignments", index, name)) for name in COLUMNS[:4]}
        rows.append({**cells, **_window_cells(item.get("window"), "assignments", index)})
    windows: list[Row] = [
        {
            "activation": SheetCell(item.get("activation"), pointer("activations", index, "activation")),
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


def _window_cells(window: Any, *path: str | int) -> dict[str, SheetCell]:
    start, end = pointer(*path, "window", "start"), pointer(*path, "window", "end")
    if not isinstance(window, dict):
        return {"window_start": SheetCell(None, start)}
    return {"window_start": SheetCell(window.get("start"), start), "window_end": SheetCell(window.get("end"), end)}
