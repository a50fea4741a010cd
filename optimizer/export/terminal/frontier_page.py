"""The page of the budget frontier."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from optimizer.answers.frontier import Frontier, FrontierPoint, NextStep
from optimizer.export import formatting
from optimizer.export.terminal.elements import LABEL_WIDTH, Adaptive, ruled_table, spaced

WIDE = 118
"""From this width on (columns), the next step is shown per 1,000 as well."""
MOST_NAMED = 3
AID = (
    "Value: of the activations that the best plan found secures; 9 of 11: it secures 9, and no plan can secure more "
    "than 11. Least cost: of the cheapest plan of that value; `solve` may spend a little more on embedded creators. "
    "Gap: how far the plan can be from the best at most, in value where that is open, else in cost. Next: the least "
    "extra money for which there is a plan of more value"
)
AID_OF_RATE = ", and how much value that is per 1,000 of the currency"


def frontier_page(frontier: Frontier) -> RenderableType:
    """Return what each budget buys, and what the next step costs."""
    heading = Group(
        Text(frontier.scenario.name, style="bold"),
        Text(
            f"What {formatting.count(len(frontier.points), 'budget')} would buy; all activations are worth "
            f"{frontier.most_value:,}."
        ),
    )
    table = Adaptive(lambda width: _page(frontier, wide=width >= WIDE))
    return spaced([heading, table, Text(_effort(frontier))])


def _page(frontier: Frontier, *, wide: bool) -> RenderableType:
    aid = f"{AID}{AID_OF_RATE if wide else ''}."
    return Group(_table(frontier, wide=wide), Text(aid, style="dim"))


def _table(frontier: Frontier, *, wide: bool) -> RenderableType:
    currency = frontier.scenario.currency
    table = ruled_table()
    for head in ("Budget", "Value", "Least cost", "Gap"):
        table.add_column(head, justify="right", no_wrap=True, min_width=LABEL_WIDTH if head == "Budget" else None)
    table.add_column("Secured", ratio=1)
    table.add_column("Next", ratio=1 if wide else None)
    before: list[str] = []
    for point in frontier.points:
        table.add_row(
            Text(formatting.money(point.budget, currency)),
            Text(_value(point)),
            Text(formatting.money(point.cost, currency)),
            Text(formatting.NOTHING if point.gap is None else formatting.gap(point.gap)),
            Text(_secured(point, before)),
            Text(_next(point.next_step, currency, wide=wide)),
        )
        before = point.secured
    return table


def _value(point: FrontierPoint) -> str:
    if point.value is None:
        return {"infeasible": "impossible"}.get(point.status, formatting.NOTHING)
    return f"{point.value:,}" if point.value == point.value_bound else f"{point.value:,} of {point.value_bound:,}"


def _secured(point: FrontierPoint, before: list[str]) -> str:
    """Return the number of activations secured, and those gained and lost against the budget before."""
    if point.value is None or not point.secured:
        return formatting.NOTHING
    if point.secured == before:
        return f"{len(point.secured)}: the same"
    came = [item for item in point.secured if item not in before]
    left = [item for item in before if item not in point.secured]
    return f"{len(point.secured)}: {_listed('+', came)}{_listed(' −', left)}"


def _listed(sign: str, items: list[str]) -> str:
    return f"{sign}{formatting.listed(items, MOST_NAMED)}" if items else ""


def _next(step: NextStep | None, currency: str, *, wide: bool) -> str:
    if step is None:
        return formatting.NOTHING
    text = f"{formatting.money(step.more, currency)} more: +{step.gain:,}"
    return f"{text} ({step.marginal_value * 1000:.3g} per 1,000)" if wide else text


def _effort(frontier: Frontier) -> str:
    plans = [point for point in frontier.points if point.value is not None]
    if not plans:
        return f"There is no plan to verify; {frontier.run.wall_seconds:.1f} s for all budgets."
    verified = sum(point.verified for point in plans)
    return (
        f"Verified independently: {verified} of {formatting.count(len(plans), 'plan')}; "
        f"{frontier.run.wall_seconds:.1f} s for all budgets."
    )
