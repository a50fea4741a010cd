"""Briefs for creators: a row for each creator and activation, in sentences to paste or to merge into a message."""

from __future__ import annotations

import re
from decimal import Decimal

from optimizer.export import formatting
from optimizer.export.plan_tables import DAYS, Directory
from optimizer.export.tables import Column, Table, Value
from optimizer.plan import Assignment, Plan, Window
from optimizer.scenario.fields import Mode
from optimizer.scenario.models import Scenario

DISCLOSURE: dict[Mode, str] = {
    "gift": "Please say at the start of your post that the product was a gift, for example with “Ad – gifted”.",
    "paid": "Please mark your post as paid at its start, for example with “Ad”.",
}
"""How a post is to be marked, by mode, where nobody gives another sentence: gifts are marked too."""

_COLUMNS = (
    Column("handle", "Handle", "text"),
    Column("creator", "Creator", "text"),
    Column("activation", "Activation", "text"),
    Column("community", "Community", "text"),
    Column("mode", "Mode", "text"),
    Column("product", "Product", "text"),
    *DAYS,
    Column("fee", "Fee", "money"),
    Column("currency", "Currency", "text"),
    Column("greeting", "Greeting", "text"),
    Column("delivery", "Delivery", "text"),
    Column("posting", "When to post", "text"),
    Column("hold_back", "Holding back", "text"),
    Column("payment", "Payment", "text"),
    Column("disclosure", "Disclosure", "text"),
    Column("message", "Message", "text"),
)


def briefs(scenario: Scenario, plan: Plan, disclosure: str | None = None) -> Table:
    """Return the briefs of a plan.

    Parameters
    ----------
    disclosure
        The sentence that says how a post is to be marked; None for those of `DISCLOSURE`.

    Returns
    -------
    Table
        One row per assignment, in the order of the plan; `message` joins all sentences of the row.
    """
    directory = Directory(scenario)
    return Table(_COLUMNS, [_brief(line, plan, directory, disclosure) for line in plan.assignments])


def _brief(line: Assignment, plan: Plan, directory: Directory, disclosure: str | None) -> list[Value]:
    paid, currency = line.mode == "paid", plan.scenario.currency
    handle, product = bare(directory.creators[line.creator].handle or ""), directory.product_name(line.activation)
    sentences = (
        f"Hello @{handle}," if handle else "Hello,",
        f"your parcel with {product} should reach you around {formatting.day(line.expected_delivery, year=True)}.",
        posting(line.window),
        "" if paid else hold_back(line.window),
        f"The fee we agreed is {formatting.money(line.fee, currency)}." if paid else "",
        DISCLOSURE[line.mode] if disclosure is None else disclosure,
    )
    return [
        *(handle or None, line.creator, line.activation),
        *(directory.community(line.activation), line.mode, product),
        *(line.ship_on, line.expected_delivery, line.window.start, line.window.end),
        *(Decimal(line.fee) if paid else None, currency if paid else None),
        *sentences,
        " ".join(sentence for sentence in sentences if sentence),
    ]


def bare(handle: str) -> str:
    """Return a handle without the sign in front, which a spreadsheet would take for a formula; of an address, its end.

    Examples
    --------
    >>> bare("@ana_runs"), bare("https://social.example/@ana_runs/?lang=en"), bare("ana")
    ('ana_runs', 'ana_runs', 'ana')
    """
    address = re.sub(r"[?#].*", "", handle.strip()) if "/" in handle else handle.strip()
    return address.rstrip("/").rsplit("/", 1)[-1].lstrip("@").strip()


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
