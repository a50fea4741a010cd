"""The page of what limits cost: what each limit buys, one step looser."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from optimizer.answers.limits import CostOfLimits, LooserLimit
from optimizer.export import formatting
from optimizer.export.terminal.elements import LABEL_WIDTH, ruled_table, spaced, titled
from optimizer.wording import per_cent

AID = (
    "One limit at a time, one step looser, solved anew; all else as it is. Value counts first: where it rises, the "
    "cost is the price of the gain; where it does not, it is what the step saves. At most: no plan gains or saves more."
)
OPEN = (
    "The scenario's own plan is not proven to be the best: part of a gain may be due to a longer search and not to the "
    "limit. A longer --time-limit tells them apart."
)


def limits_page(answer: CostOfLimits) -> RenderableType:
    """Return the scenario's own plan in a line, the limits as a table, and why each was tried."""
    heading = Group(
        Text(answer.scenario.name, style="bold"), Text("What limits cost: one step looser each"), Text(_own(answer))
    )
    if not answer.limits:
        nothing = None if answer.value is None else Text("No limit binds: there is nothing to loosen.")
        return spaced([heading, nothing])
    aid = Group(Text(AID, style="dim"), *([] if answer.status == "optimal" else [Text(OPEN)]))
    return spaced([heading, Group(_table(answer), aid), titled("Why these", _reasons(answer))])


def _own(answer: CostOfLimits) -> str:
    if answer.value is None:
        return "The scenario has no plan: " + (
            "proven." if answer.status == "infeasible" else "none found in the time given."
        )
    cost = formatting.money(answer.cost, answer.scenario.currency)
    return f"The scenario as it is: value {answer.value:,}, cheapest plan {cost}; {_proven(answer.status, answer.gap)}"


def _proven(status: str, gap: float | None) -> str:
    if status == "optimal":
        return f"proven within {formatting.gap(gap)}" if gap else "proven"
    return "unproven" if gap is None else f"gap {formatting.gap(gap)}"


def _table(answer: CostOfLimits) -> RenderableType:
    table = ruled_table()
    table.add_column("Limit", ratio=1, min_width=LABEL_WIDTH)
    table.add_column("Now →\nlooser", no_wrap=True, justify="right")
    table.add_column("Value\nat most", no_wrap=True, justify="right")
    table.add_column("Cost\nat most", no_wrap=True, justify="right")
    table.add_column("Proof", no_wrap=True)
    for item in answer.limits:
        table.add_row(*_cells(item, answer.scenario.currency))
    return table


def _cells(item: LooserLimit, currency: str) -> list[Text]:
    step = [_level(item.limit, end, currency) for end in (item.from_, item.to)]
    name = Text(item.subject)
    for sign, ids in (("+", item.gained), ("−", item.lost)):
        if ids:
            name.append(f"\n  {sign} {', '.join(ids)}", style="dim")
    value = Text(formatting.signed(item.value_gain), style="green" if item.value_gain else "")
    value.append(f"\n{formatting.signed(item.value_gain_bound)}")
    cost = Text(f"{formatting.change(item.cost_change, currency)}\n{_most_saved(item, currency)}")
    return [name, Text(f"{step[0]} →\n{step[1]}"), value, cost, Text(_proven(item.status, item.gap))]


def _level(limit: str, value: object, currency: str) -> str:
    if limit in {"budget_total", "budget_month"}:
        return formatting.money(str(value), currency)
    return per_cent(float(str(value))) if limit == "paid_share" else str(value)


def _most_saved(item: LooserLimit, currency: str) -> str:
    return "" if item.value_gain else formatting.change(item.cost_change_bound, currency)


def _reasons(answer: CostOfLimits) -> Iterator[tuple[str, str]]:
    """Yield each limit and how the plan uses it."""
    for item in answer.limits:
        yield item.subject, item.why
