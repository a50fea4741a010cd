"""The page of a plan.

Shows the fields of the plan and computes none of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Group, RenderableType
from rich.text import Text

from optimizer.export import formatting, statements
from optimizer.export.assumptions import assumed
from optimizer.export.plan_tables import months
from optimizer.export.terminal.elements import (
    LABEL_WIDTH,
    Adaptive,
    below,
    figures_table,
    marked,
    ruled_table,
    spaced,
    titled,
)
from optimizer.plan import ActivationResult, Assignment, Check, Plan
from optimizer.scenario.models import Scenario

WIDE = 118
"""From this width on (columns), an activation takes one line instead of two."""
COUNTS = 5
"""Number of columns with figures of an activation."""


def plan_page(plan: Plan, scenario: Scenario, *, who: bool = False) -> RenderableType:
    """Return the page of a plan that was solved for: with its proof, its limits and what would help.

    Parameters
    ----------
    who
        Whether everybody who is gifted is named; who is paid always is.
    """
    return spaced(
        [
            _heading(plan, statements.status(plan)),
            *_body(plan, scenario, who=who),
            titled("How good it is", statements.proof(plan)),
            titled("Used up", statements.used_up(plan)),
            titled("What stands in the way", statements.blocked(plan)),
            titled("Ways out, one change each", statements.ways_out(plan)),
            titled("Warnings", statements.warnings(plan)),
            _footing(plan, scenario),
            Text(more) if (more := statements.left_to_spend(plan)) else None,
        ]
    )


def judged_page(plan: Plan, scenario: Scenario, *, who: bool = False) -> RenderableType:
    """Return the page of a plan made elsewhere: the rules it breaks come first, and no proof is shown."""
    broken = list(statements.broken(plan))
    return spaced(
        [
            _heading(plan, statements.judgement(plan)),
            titled("✗ Broken", broken),
            *_body(plan, scenario, who=who),
            titled("Used up", statements.used_up(plan)),
            titled("Warnings", statements.warnings(plan)),
            _footing(plan, scenario),
        ]
    )


def checks_page(checks: Sequence[Check]) -> RenderableType:
    """Return the judgement of the verifier, rule by rule."""
    table = ruled_table()
    table.add_column("Rule", no_wrap=True)
    table.add_column("Kept", no_wrap=True)
    table.add_column("What was compared", ratio=1)
    for check in checks:
        table.add_row(check.rule, marked(check.ok, "yes" if check.ok else "NO"), Text(check.detail))
    return table


def _heading(plan: Plan, status: str) -> RenderableType:
    lines = (status, statements.summary(plan), statements.budget_left(plan))
    return Group(Text(plan.scenario.name, style="bold"), *(Text(line) for line in lines if line))


def _body(plan: Plan, scenario: Scenario, *, who: bool) -> list[RenderableType]:
    """Return the tables of a plan, empty where there is none."""
    if plan.totals.cost is None:
        return []
    tables: list[RenderableType] = [_Activations(plan, scenario).view()]
    return [*tables, _parcels(plan, scenario, who=who), _cash(plan)] if plan.assignments else tables


def _footing(plan: Plan, scenario: Scenario) -> RenderableType:
    return Group(*(Text(line) for line in (assumed(scenario, plan), statements.certified(plan)) if line))


class _Activations:
    """The table of activations: one line each on a wide page, else two."""

    def __init__(self, plan: Plan, scenario: Scenario):
        self.plan = plan
        self.communities = {community.id: community.name or community.id for community in scenario.communities}
        self.years = scenario.horizon.start.year != scenario.horizon.end.year

    def view(self) -> RenderableType:
        aid = Text(statements.reading_aid(self.plan), style="dim")
        return Group(Adaptive(lambda width: self.table(wide=width >= WIDE)), aid)

    def table(self, *, wide: bool) -> RenderableType:
        totals = self.plan.totals
        table = ruled_table(totals=True)
        table.add_column("Activation", "Total", ratio=1, min_width=LABEL_WIDTH)
        table.add_column("Window", no_wrap=True)
        columns = (
            ("Gifts", f"{totals.gifts:,}"),
            ("Paid", f"{totals.paid:,}"),
            ("Posts\nexpected", f"{totals.expected_posts:.1f}"),
            ("Chance of\nenough", ""),
            ("Cost", formatting.money(totals.cost, self.plan.scenario.currency)),
        )
        for head, total in columns:
            table.add_column(head, total, justify="right", no_wrap=True)
        for result in self.plan.activations:
            table.add_row(self.name(result, wide=wide), *self.cells(result, wide=wide))
        return table

    def name(self, result: ActivationResult, *, wide: bool) -> RenderableType:
        name = Text(result.activation)
        community = self.communities.get(result.community, result.community)
        if community == result.activation:
            return name
        return name.append(f" ({community})", style="dim") if wide else below(name, community)

    def cells(self, result: ActivationResult, *, wide: bool) -> list[Text]:
        if result.window is None:
            return [Text("not secured"), *[Text(formatting.NOTHING)] * COUNTS]
        return [
            Text(formatting.window(result.window, between=" " if wide else "\n", year=self.years)),
            Text(f"{result.gifts:,}"),
            Text(f"{result.paid:,}"),
            Text(_beside(f"{result.expected_posts:.1f}", str(result.min_posts), wide=wide)),
            marked(
                result.secured,
                _beside(*map(formatting.probability, (result.probability, result.confidence)), wide=wide),
            ),
            Text(formatting.money(result.cost, self.plan.scenario.currency)),
        ]


def _beside(reached: str, needed: str, *, wide: bool) -> str:
    """Return a figure beside the one needed, or above it."""
    return f"{reached} (need {needed})" if wide else f"{reached}\nneed {needed}"


def _parcels(plan: Plan, scenario: Scenario, *, who: bool) -> RenderableType:
    """Return per activation its ship days, and the creators who are paid with their fees; all others too with `who`."""
    handles = {creator.id: creator.handle or creator.id for creator in scenario.creators}

    def payee(line: Assignment) -> str:
        return f"{handles.get(line.creator, line.creator)} {formatting.money(line.fee, plan.scenario.currency)}"

    table = ruled_table()
    table.add_column("Parcels", min_width=LABEL_WIDTH)
    table.add_column("Ship days (parcels)", ratio=1)
    for activation, group in groupby(plan.assignments, key=lambda line: line.activation):
        lines = list(group)
        table.add_row(Text(activation), Text(formatting.ship_days([line.ship_on for line in lines])))
        paid = [payee(line) for line in lines if line.mode == "paid"]
        if paid:
            table.add_row("", Text(f"paid: {', '.join(paid)}", style="dim"))
        gifted = [handles.get(line.creator, line.creator) for line in lines if line.mode == "gift"]
        if gifted and who:
            table.add_row("", Text(f"gifts: {', '.join(gifted)}", style="dim"))
    return table


def _cash(plan: Plan) -> RenderableType:
    """Return the spend by month, beside the budgets there are."""
    totals = plan.totals
    sums = (totals.product, totals.shipping, totals.fees, totals.cost)
    table = months(plan.cash, sums, title="Money", budget=totals.budget, judged=True)
    return figures_table(table, plan.scenario.currency)
