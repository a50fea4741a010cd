"""The page of the price of certainty: the cost of each activation at each confidence."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from optimizer.answers.certainty import CertaintyCurve, CertaintyPoint, PriceOfCertainty
from optimizer.export import formatting
from optimizer.export.terminal.elements import LABEL_WIDTH, Adaptive, below, ruled_table, spaced
from optimizer.plan import Status

FIGURE_WIDTH = 13
"""Width of an amount with the space beside it (columns)."""
NAME_WIDTH = 34
"""Width of the activation, its posts and its confidence (columns)."""
ASKED = -1
"""Stands for the confidence as asked among the places of the confidences listed."""
WITHOUT_COST: dict[Status, str] = {"infeasible": "impossible", "unknown": "no plan found"}

AID = (
    "Each activation planned alone, without a budget, all other rules kept: together they share people, stock and "
    "parcel places, and may cost more. Under each cost: gifts + paid creators."
)


def certainty_page(answer: PriceOfCertainty) -> RenderableType:
    """Return the costs, in several tables where the confidences do not fit beside each other."""
    return spaced(
        [
            Group(Text(answer.scenario.name, style="bold"), Text("Price of certainty: least cost of each activation")),
            Adaptive(lambda width: _tables(answer, width)),
            Group(Text(AID, style="dim"), Text(_proof(answer))),
        ]
    )


def _tables(answer: PriceOfCertainty, width: int) -> RenderableType:
    room = max(1, (width - NAME_WIDTH) // FIGURE_WIDTH)
    columns: list[int] = [ASKED] if _says_more(answer) else []
    columns += range(len(answer.confidences))
    return spaced(_table(answer, columns[first : first + room]) for first in range(0, len(columns), room))


def _says_more(answer: PriceOfCertainty) -> bool:
    """Return whether an activation is asked for at a confidence that is not listed."""
    return any(curve.asked is not None and curve.confidence not in answer.confidences for curve in answer.activations)


def _at(curve: CertaintyCurve, column: int) -> CertaintyPoint:
    return curve.asked if column == ASKED and curve.asked is not None else curve.points[column]


def _table(answer: PriceOfCertainty, columns: Sequence[int]) -> RenderableType:
    currency = answer.scenario.currency
    table = ruled_table(totals=True)
    table.add_column("Activation", "Sum", ratio=1, min_width=LABEL_WIDTH)
    table.add_column("Posts\nneeded", justify="right", no_wrap=True)
    table.add_column("Asked\nfor", justify="right", no_wrap=True)
    for column in columns:
        total = formatting.money(answer.asked_total if column == ASKED else answer.totals[column], currency)
        head = "As asked" if column == ASKED else f"At {formatting.probability(answer.confidences[column])}"
        table.add_column(head, total, justify="right", no_wrap=True)
    for curve in answer.activations:
        table.add_row(*_name(curve), *(_cell(_at(curve, column), currency) for column in columns))
    return table


def _name(curve: CertaintyCurve) -> list[RenderableType]:
    name: RenderableType = Text(curve.activation)
    if curve.community != curve.activation:
        name = below(name, curve.community)
    return [name, Text(f"{curve.min_posts:,}"), Text(formatting.probability(curve.confidence))]


def _cell(point: CertaintyPoint, currency: str) -> Text:
    """Return a cost with its people, and its gap where it is open; or why there is no cost."""
    if point.cost is None:
        return Text(WITHOUT_COST.get(point.status, formatting.NOTHING))
    cell = Text(f"{formatting.money(point.cost, currency)}\n")
    cell.append(f"{point.gifts:,} + {point.paid:,}", style="dim")
    if point.status != "optimal":
        cell.append("\nunproven" if point.gap is None else f"\ngap {formatting.gap(point.gap)}")
    return cell


def _proof(answer: PriceOfCertainty) -> str:
    points = [point for curve in answer.activations for point in curve.points]
    count = {status: sum(point.status == status for point in points) for status in ("optimal", "feasible", "unknown")}
    gaps = [point.gap for point in points if point.status == "optimal" and point.gap]
    within = f" within {formatting.gap(max(gaps))}" if gaps else ""
    parts = [
        f"{count['optimal']:,} of {formatting.count(len(points), 'point')} proven to cost the least there is{within}"
    ]
    if count["feasible"]:
        parts.append(f"{count['feasible']:,} verified, with the gap shown")
    impossible = len(points) - sum(count.values())
    if impossible:
        parts.append(f"{impossible:,} proven impossible, as the other rules stand")
    if count["unknown"]:
        parts.append(f"{count['unknown']:,} without a plan so far; a longer --time-limit may find one")
    return "; ".join(parts) + ". Every plan is verified."
