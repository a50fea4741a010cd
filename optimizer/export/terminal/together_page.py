"""The page of certainty for all: what the money that is left buys, one plan a line."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from optimizer.answers.together import CertaintyTogether, JointPoint
from optimizer.export import formatting
from optimizer.export.formatting import amount
from optimizer.export.tables import Column, Table, Value
from optimizer.export.terminal.certainty_page import WITHOUT_COST
from optimizer.export.terminal.elements import figures_table, spaced

AID = (
    "Each line is one verified plan of everything that is secured, within the budget and every other rule. An "
    "activation that the scenario asks more of keeps its own confidence. As asked, the plan may spend its cost slack "
    "on more embedded creators; every other plan is the cheapest."
)
_COLUMNS = (
    Column("confidence", "Everything at", "figure"),
    Column("cost", "Cost", "money"),
    Column("left", "Left", "figure"),
    Column("together", "All together", "probability"),
    Column("people", "Gifts + paid", "figure"),
    Column("gap", "Gap", "gap"),
)


def together_page(answer: CertaintyTogether) -> RenderableType:
    """Return what the highest common confidence costs in one sentence, then every plan."""
    heading = Group(Text(answer.scenario.name, style="bold"), Text(sentence(answer)))
    if answer.asked.cost is None or not answer.secured:
        return heading
    currency = answer.scenario.currency
    table = Table(_COLUMNS, [_row(point, currency) for point in (answer.asked, *answer.points)])
    aid = Text(AID, style="dim")
    return spaced([heading, figures_table(table, currency), Group(aid, Text(_proof(answer)))])


def sentence(answer: CertaintyTogether) -> str:
    """Return what the money that is left buys."""
    asked, currency = answer.asked, answer.scenario.currency
    if asked.cost is None:
        return f"No plan to make surer: {WITHOUT_COST.get(asked.status, asked.status)}."
    if not answer.secured:
        return "Nothing is secured, so there is nothing to make surer."
    left = "No total budget" if asked.left is None else f"{formatting.money(asked.left, currency)} left"
    best = next((point for point in answer.points if point.confidence == answer.highest), None)
    if best is None:
        return f"{left}: no plan at a higher common confidence."
    everything = f"everything at {formatting.probability(best.confidence)} for {formatting.money(best.cost, currency)}"
    if len(answer.secured) < 2:
        return f"{left}: {everything}, {_chance(best)} instead of {_chance(asked)}."
    return f"{left}: {everything}, all {len(answer.secured)} together {_chance(best)} instead of {_chance(asked)}."


def _chance(point: JointPoint) -> str:
    return formatting.probability(point.probability_all)


def _row(point: JointPoint, currency: str) -> list[Value]:
    name = "as asked" if point.confidence is None else formatting.probability(point.confidence)
    if point.cost is None:
        return [name, WITHOUT_COST.get(point.status, point.status), None, None, None, None]
    people = f"{point.gifts:,} + {point.paid:,}"
    left = formatting.balance(point.left, currency)
    return [name, amount(point.cost), left, point.probability_all, people, point.gap]


def _proof(answer: CertaintyTogether) -> str:
    """Return whether more than the highest is ruled out."""
    above = [point for point in answer.points if point.cost is None]
    if not above:
        return ""
    first = above[0]
    level = formatting.probability(first.confidence)
    if first.status == "infeasible":
        return f"{level} is proven to be out of reach within rules and budget."
    return f"At {level} no plan was found in the time given; a longer --time-limit may find one."
