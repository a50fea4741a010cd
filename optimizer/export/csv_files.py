"""The CSV writer, and a plan as CSV files for spreadsheets and programs.

RFC 4180: commas, CRLF, quotes where needed. UTF-8 with a byte order mark, because Excel assumes another encoding
without it. Days are ISO 8601, decimals have a point, missing values are empty cells, and texts that a spreadsheet would
take for formulas are neutralised (`scenario.csv_injection`).
"""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from optimizer.export import plan_tables
from optimizer.export.formatting import plain
from optimizer.export.tables import Kind, Table, Value
from optimizer.plan import Plan
from optimizer.scenario.csv_injection import neutral
from optimizer.scenario.models import Scenario

BYTE_ORDER_MARK = "\ufeff"


def csv_files(scenario: Scenario, plan: Plan) -> dict[str, str]:
    """Return a plan as CSV files.

    Returns
    -------
    dict of str to str
        The texts by file name; without assignments tables have their heads alone.

    Notes
    -----
    ``assignments.csv`` holds the columns that `analysis.plan_files.read_decisions` asks for, so that it can be changed
    in a spreadsheet and evaluated again.
    """
    return {
        "assignments.csv": csv_text(plan_tables.assignments(scenario, plan)),
        "activations.csv": csv_text(plan_tables.activations(scenario, plan)),
        "cash.csv": csv_text(plan_tables.months(plan.cash)),
    }


def csv_text(table: Table) -> str:
    """Return a table as CSV.

    Parameters
    ----------
    table
        The names of its columns become the head.

    Returns
    -------
    str
        The text of the file, byte order mark first; without rows the head alone.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(neutral(column.name) for column in table.columns)
    for row in table.rows:
        writer.writerow(cell(value, column.kind) for column, value in zip(table.columns, row, strict=True))
    return BYTE_ORDER_MARK + out.getvalue()


def cell(value: Value, kind: Kind = "text") -> str:
    """Return the text of a cell.

    A telephone number is not neutralised although it may begin with a plus: it has digits and signs only, so it calls
    no function, and an apostrophe before it could not be dialled.

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
