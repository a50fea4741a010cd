"""The summary of a batch as a workbook: a row per job, what its plan leaves of the budget as a formula.

Equal batches give equal bytes, as no time of writing is stored.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

from xlsxwriter import Workbook

from optimizer.answers.batch import JobRow
from optimizer.export.formatting import amount
from optimizer.export.tables import Column, Table, Value
from optimizer.export.workbook.sheet import Style, TableSheet

CREATED = datetime(2000, 1, 1)
"""Excel needs a day; this one keeps equal batches equal."""
ANY_CURRENCY = "#,##0.00"
"""How amounts are shown where jobs have several currencies, which stand beside them then."""
_COLUMNS = (
    Column("scenario", "Scenario", "text"),
    Column("name", "Name", "text"),
    Column("label", "Label", "text"),
    Column("confidence", "Confidence", "probability"),
    Column("seed", "Seed", "count"),
    Column("outcome", "Outcome", "text"),
    Column("secured", "Secured", "count"),
    Column("activations", "of activations", "count"),
    Column("not_secured", "Not secured", "text"),
    Column("value", "Value", "count"),
    Column("value_bound", "Value at most", "count"),
    Column("currency", "Currency", "text"),
    Column("budget", "Budget", "money"),
    Column("cost", "Cost", "money"),
    Column("left", "Left of the budget", "money", parts=("budget", "-cost")),
    Column("cost_bound", "Cost at least", "money"),
    Column("gap", "Proven gap", "probability"),
    Column("gifts", "Gifts", "count"),
    Column("paid", "Paid", "count"),
    Column("expected_posts", "Posts expected", "number"),
    Column("probability_all", "Chance of all secured", "probability"),
    Column("verified", "Verified", "flag"),
    Column("plan", "Plan", "text"),
    Column("message", "Message", "text"),
)


def jobs_workbook(rows: Sequence[JobRow]) -> bytes:
    """Return the rows of a batch as a workbook, the content of an ``.xlsx`` file."""
    currencies = {row.asked.currency for row in rows if row.asked.currency}
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_numbers": False})
    book.set_properties({"title": "Batch", "created": CREATED})
    style = Style(book, min(currencies, default="GBP"))
    if len(currencies) > 1:
        style.shown["money"] = ANY_CURRENCY
    TableSheet(book, "Jobs", Table(_COLUMNS, [_row(row) for row in rows]), style).write(totals=False)
    book.close()
    return out.getvalue()


def _row(row: JobRow) -> list[Value]:
    asked, found = row.asked, row.found
    budget, cost = amount(asked.budget), amount(found.cost)
    left = None if budget is None or cost is None else budget - cost
    return [
        *(asked.scenario, asked.name, asked.label, asked.confidence, asked.seed),
        *(found.outcome, found.secured, found.activations, found.not_secured or None),
        *(found.value, found.value_bound, asked.currency, budget, cost, left, amount(found.cost_bound), found.gap),
        *(found.gifts, found.paid, found.expected_posts, found.probability_all, found.verified),
        *(found.plan, found.message or None),
    ]
