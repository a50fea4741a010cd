"""Briefs for creators: a row for each creator and activation, in sentences to paste into a message."""

from __future__ import annotations

from decimal import Decimal

from optimizer.export import formatting
from optimizer.export.plan_tables import DAYS, Directory
from optimizer.export.tables import Column, Table, Value
from optimizer.plan import Assignment, Plan, Window
from optimizer.scenario.models import Scenario

_COLUMNS = (
    Column("creator", "Creator", "text"),
    Column("handle", "Handle", "text"),
    Column("activation", "Activation", "text"),
    Column("community", "Community", "text"),
    Column("mode", "Mode", "text"),
    Column("product", "Product", "text"),
    *DAYS,
    Column("fee", "Fee", "money"),
    Column("currency", "Currency", "text"),
    Column("delivery", "Delivery", "text"),
    Column("posting", "When to post", "text"),
    Column("hold_back", "Holding back", "text"),
    Column("payment", "Payment", "text"),
    Column("message", "Message", "text"),
)


def briefs(scenario: Scenario, plan: Plan) -> Table:
    """Return the briefs of a plan.

    Returns
    -------
    Table
        One row per assignment, in the order of the plan; `message` joins all sentences of the row.
    """
    directory = Directory(scenario)
    return Table(_COLUMNS, [_brief(line, plan.scenario.currency, directory) for line in plan.assignments])


def _brief(line: Assignment, currency: str, directory: Directory) -> list[Value]:
    paid = line.mode == "paid"
    sentences = (
        f"Your parcel should reach you around {formatting.day(line.expected_delivery, year=True)}.",
        posting(line.window),
        "" if paid else hold_back(line.window),
        f"The fee we agreed is {formatting.money(line.fee, currency)}." if paid else "",
    )
    return [
        *(line.creator, directory.creators[line.creator].handle, line.activation),
        *(directory.community(line.activation), line.mode, directory.product_name(line.activation)),
        *(line.ship_on, line.expected_delivery, line.window.start, line.window.end),
        *(Decimal(line.fee) if paid else None, currency if paid else None),
        *sentences,
        " ".join(sentence for sentence in sentences if sentence),
    ]


def posting(window: Window) -> str:
    """Return the sentence that says when to post.

    Examples
    --------
    >>> from datetime import date
    >>> posting(Window(start=date(2027, 4, 5), end=date(2027, 4, 18)))
    'Please post between Mon 5 Apr and Sun 18 Apr 2027.'
    >>> posting(Window(start=date(2027, 4, 5), end=date(2027, 4, 5)))
    'Please post on Mon 5 Apr 2027.'
    """
    last = formatting.day(window.end, year=True)
    if window.start == window.end:
        return f"Please post on {last}."
    return f"Please post between {formatting.day(window.start, year=window.start.year != window.end.year)} and {last}."


def hold_back(window: Window) -> str:
    """Return what to do with a gift that arrives early: posts before the window do not count."""
    opens = formatting.day(window.start, year=True)
    return f"If it reaches you earlier, please hold your post back until the window opens on {opens}."
