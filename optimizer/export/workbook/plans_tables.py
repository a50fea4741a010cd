"""The rows of several plans in one table each: creators, months and activations, every row with its plan's number.

Formulas ask for the number and never for the name, because a spreadsheet takes ``*`` and ``?`` in names for wildcards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from optimizer.export.formatting import amount
from optimizer.export.plan_tables import DAYS
from optimizer.export.tables import Column, Table, Value
from optimizer.plan import Assignment, Plan
from optimizer.scenario.models import Scenario

NUMBER = "number"
_PLAN = (Column("plan", "Plan", "text"), Column(NUMBER, "No.", "count"))


@dataclass(frozen=True)
class NamedPlan:
    """A plan under the name it has in the comparison, with its scenario where that is given."""

    name: str
    plan: Plan
    scenario: Scenario | None = None


_CREATORS = (
    *_PLAN,
    Column("handle", "Handle", "text"),
    Column("creator", "Creator", "text"),
    Column("activation", "Activation", "text"),
    Column("mode", "Mode", "text"),
    *DAYS,
    Column("product", "Product", "money", total=True),
    Column("shipping", "Shipping", "money", total=True),
    Column("fee", "Fee", "money", total=True),
    Column("cost", "Cost", "money", total=True, parts=("product", "shipping", "fee")),
)


def creators(plans: Sequence[NamedPlan]) -> Table:
    """Return one row per creator and activation of every plan."""
    return Table(_CREATORS, [row for number, each in enumerate(plans, start=1) for row in _assigned(each, number)])


def _assigned(each: NamedPlan, number: int) -> Iterator[list[Value]]:
    handles = {creator.id: creator.handle for creator in each.scenario.creators} if each.scenario else {}

    def row(line: Assignment) -> list[Value]:
        return [
            *(each.name, number, handles.get(line.creator), line.creator, line.activation, line.mode),
            *(line.ship_on, line.expected_delivery, line.window.start, line.window.end),
            *map(amount, (line.product, line.shipping, line.fee, line.cost)),
        ]

    return map(row, each.plan.assignments)


_MONTHS = (
    *_PLAN,
    Column("month", "Month", "month"),
    Column("product", "Product", "money", total=True),
    Column("shipping", "Shipping", "money", total=True),
    Column("fees", "Fees", "money", total=True),
    Column("spent", "Spent", "money", total=True, parts=("product", "shipping", "fees")),
    Column("cap", "Budget of the month", "money"),
    Column("left", "Left of it", "money", parts=("cap", "-spent")),
)


def months(plans: Sequence[NamedPlan]) -> Table:
    """Return one row per plan and month with any spend, beside the month's budget."""
    rows: list[list[Value]] = []
    for number, each in enumerate(plans, start=1):
        for line in each.plan.cash:
            cap, spent = amount(line.cap), Decimal(line.total)
            left = None if cap is None else cap - spent
            parts = map(amount, (line.product, line.shipping, line.fees))
            rows.append([each.name, number, line.month, *parts, spent, cap, left])
    return Table(_MONTHS, rows)


_ACTIVATIONS = (
    *_PLAN,
    Column("activation", "Activation", "text"),
    Column("community", "Community", "text"),
    Column("secured", "Secured", "flag"),
    Column("window_start", "Window starts", "day"),
    Column("window_end", "Window ends", "day"),
    Column("min_posts", "Posts needed", "count"),
    Column("confidence", "Chance asked for", "probability"),
    Column("probability", "Chance", "probability"),
    Column("expected_posts", "Posts expected", "number", total=True),
    Column("gifts", "Gifts", "count", total=True),
    Column("paid", "Paid", "count", total=True),
    Column("cost", "Cost", "money", total=True),
)


def activations(plans: Sequence[NamedPlan]) -> Table:
    """Return one row per plan and activation."""
    rows: list[list[Value]] = []
    for number, each in enumerate(plans, start=1):
        for result in each.plan.activations:
            window = (result.window.start, result.window.end) if result.window else (None, None)
            planned: tuple[Value, ...] = (result.probability, result.expected_posts, result.gifts, result.paid)
            rows.append(
                [
                    *(each.name, number, result.activation, result.community, result.secured, *window),
                    *(result.min_posts, result.confidence, *planned, amount(result.cost)),
                ]
            )
    return Table(_ACTIVATIONS, rows)
