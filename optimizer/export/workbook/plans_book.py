"""The workbook of several plans side by side: what each spends of its budget, and why they differ.

Every amount on the summary is a formula over the rows of the other sheets, stored with its value. Equal plans give
equal bytes, as no time of writing is stored.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

from xlsxwriter import Workbook

from optimizer.export.workbook import plans_tables
from optimizer.export.workbook.plans_summary import PlansSummary
from optimizer.export.workbook.plans_tables import NamedPlan
from optimizer.export.workbook.plans_waterfalls import waterfalls
from optimizer.export.workbook.sheet import Style, TableSheet

CREATED = datetime(2000, 1, 1)
"""Excel needs a day; this one keeps equal plans equal."""


def plans_workbook(plans: Sequence[NamedPlan]) -> bytes:
    """Return plans in one currency as a workbook, the first as the baseline.

    Returns
    -------
    bytes
        The content of an ``.xlsx`` file.
    """
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_numbers": False})
    book.set_properties({"title": "Plans side by side", "created": CREATED})
    style = Style(book, plans[0].plan.scenario.currency)
    summary = PlansSummary(book, style, plans)
    bridges = book.add_worksheet("Waterfalls")
    sheets = {
        "Creators": TableSheet(book, "Creators", plans_tables.creators(plans), style),
        "Months": TableSheet(book, "Months", plans_tables.months(plans), style),
        "Activations": TableSheet(book, "Activations", plans_tables.activations(plans), style),
    }
    for sheet in sheets.values():
        sheet.write()
    summary.write(sheets)
    waterfalls(book, bridges, style, plans, summary.places)
    book.close()
    return out.getvalue()
