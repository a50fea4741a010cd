"""The budget frontier for the terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from optimizer.answers.frontier import Frontier, FrontierPoint, NextStep
from optimizer.export import words
from optimizer.export.layout import LABEL_WIDTH, Adaptive, ruled_table, spaced
from optimizer.scenario.models import Scenario

WIDE = 118
"""From this many columns on, what is secured stands beside the figures instead of under them."""
AID = (
    "Value: what the best plan found secures, of what no plan of the budget can exceed. Gap: proven distance from the "
    "best, in value where that is open, else in cost. Next: the least more money known to buy more value, and how much "
    "value that is per 1,000 of the currency."
)


def frontier_view(frontier: Frontier, scenario: Scenario) -> RenderableType:
    """Return what every budget buys, and what the next step would take."""
    names = {community.id: community.name or community.id for community in scenario.communities}
    heading = Group(
        Text(frontier.scenario.name, style="bold"),
        Text(
            f"What {words.count(len(frontier.points), 'budget')} would buy; all activations are worth "
            f"{frontier.most_value:,}."
        ),
    )
    table = Adaptive(lambda width: _table(frontier, names, wide=width >= WIDE))
    return spaced([heading, table, Text(AID, style="dim"), Text(_effort(frontier))])


def _table(frontier: Frontier, names: dict[str, str], *, wide: bool) -> RenderableType:
    currency = frontier.scenario.currency
    table = ruled_table()
    for head in ("Budget", "Value", "Cost", "Gap"):
        table.add_column(head, justify="right", no_wrap=True, min_width=LABEL_WIDTH if head == "Budget" else None)
    table.add_column("Secured", ratio=1)
    table.add_column("Next", ratio=1 if wide else None)
    before: list[str] = []
    for point in frontier.points:
        table.add_row(
            Text(words.money(point.budget, currency)),
            Text(_value(point)),
            Text(words.money(point.cost, currency)),
            Text(words.NOTHING if point.gap is None else words.gap(point.gap)),
            Text(_secured(point, before, names)),
            Text(_next(point.next_step, currency, wide=wide)),
        )
        before = point.secured
    return table


def _value(point: FrontierPoint) -> str:
    if point.value is None:
        return {"infeasible": "impossible"}.get(point.status, words.NOTHING)
    return f"{point.value:,}" if point.value == point.value_bound else f"{point.value:,} of {point.value_bound:,}"


def _secured(point: FrontierPoint, before: list[str], names: dict[str, str]) -> str:
    """Return how many activations, and what is new and gone against the budget before."""
    if point.value is None or not point.secured:
        return words.NOTHING
    if point.secured == before:
        return f"{len(point.secured)}: the same"
    came = [names.get(item, item) for item in point.secured if item not in before]
    left = [names.get(item, item) for item in before if item not in point.secured]
    return f"{len(point.secured)}: {_listed('+', came)}{_listed(' −', left)}"


def _listed(sign: str, items: list[str]) -> str:
    shown = items[:3]
    more = f" and {len(items) - len(shown)} more" if len(items) > len(shown) else ""
    return f"{sign}{', '.join(shown)}{more}" if items else ""


def _next(step: NextStep | None, currency: str, *, wide: bool) -> str:
    if step is None:
        return words.NOTHING
    text = f"{words.money(step.more, currency)} more: +{step.gain:,}"
    return f"{text} ({step.marginal_value * 1000:.3g} per 1,000)" if wide else text


def _effort(frontier: Frontier) -> str:
    plans = [point for point in frontier.points if point.value is not None]
    if not plans:
        return f"There is no plan to verify; {frontier.run.wall_seconds:.1f} s for all budgets."
    verified = sum(point.verified for point in plans)
    return (
        f"Verified independently: {verified} of {words.count(len(plans), 'plan')}; "
        f"{frontier.run.wall_seconds:.1f} s for all budgets."
    )
