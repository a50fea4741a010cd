"""A plan as CSV files that a spreadsheet opens and a program reads.

RFC 4180: commas, CRLF, quotes where they are needed. UTF-8 with a byte order mark, without which Excel takes it for
another encoding. Days are ISO 8601, decimals have a point, nothing is an empty cell, and texts that a spreadsheet
would take for formulas are neutralised (`scenario.neutral`).
"""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from optimizer.export import plan_tables
from optimizer.export.formatting import plain
from optimizer.export.tables import Kind, Table, Value
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario
from optimizer.scenario.neutral import neutral

BYTE_ORDER_MARK = "\ufeff"


def csv_files(scenario: Scenario, plan: Plan) -> dict[str, str]:
    """Return the texts of the CSV files of a plan by file name.

    ``assignments.csv`` holds the columns that `analysis.plan_files.read_decisions` asks for, so that it can be changed
    in a spreadsheet and evaluated again.
    """
    return {
        "assignments.csv": csv_text(plan_tables.assignments(scenario, plan)),
        "activations.csv": csv_text(plan_tables.activations(scenario, plan)),
        "cash.csv": csv_text(plan_tables.months(plan.cash)),
    }


def csv_text(table: Table) -> str:
    """Return a table as the text of a CSV file, byte order mark first."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(neutral(column.name) for column in table.columns)
    for row in table.rows:
        writer.writerow(cell(value, column.kind) for column, value in zip(table.columns, row, strict=True))
    return BYTE_ORDER_MARK + out.getvalue()


def cell(value: Value, kind: Kind = "text") -> str:
    """Return a value as it stands in a cell.

    A telephone number stays as it is, though it may begin with a plus: it is made of digits and signs alone, which can
    call nothing, and whoever imports it could not dial it with an apostrophe.

    Examples
    --------
    >>> from datetime import date
    >>> cell("=1+1"), cell(Decimal("28.50")), cell(date(2027, 4, 5)), cell(0.25), cell(True), cell(None)
    ("'=1+1", '28.50', '2027-04-05', '0.25', 'true', '')
    """
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return neutral(value) if isinstance(value, str) and kind != "phone" else str(value)
