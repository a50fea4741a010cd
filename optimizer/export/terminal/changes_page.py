"""The page of what changes from the baseline to one plan: scenario, cost, activations, creators, months."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Literal

from rich.console import Group, RenderableType
from rich.text import Text

from optimizer import wording
from optimizer.answers.comparison import ActivationDifference, ActivationSide, CreatorDifference, Difference, KeyFigures
from optimizer.export import formatting
from optimizer.export.formatting import amount
from optimizer.export.tables import Column, Table, Value
from optimizer.export.terminal.elements import LABEL_WIDTH, figures_table, marked, ruled_table, spaced, titled
from optimizer.wording import counted

Change = Literal["joins", "leaves", "mode", "ship day", "cost"]
MOST_FIELDS, MOST_ACTIVATIONS, MOST_CREATORS = 12, 12, 5
"""The longest lists (lines); of creators, per activation and kind of change."""
KINDS: dict[Change, tuple[str, str]] = {
    "joins": ("joins", "join"),
    "leaves": ("leaves", "leave"),
    "mode": ("changes mode", "change mode"),
    "ship day": ("ships on another day", "ship on another day"),
    "cost": ("costs more or less", "cost more or less"),
}


def changes_page(baseline: KeyFigures, plan: KeyFigures, difference: Difference, currency: str) -> RenderableType:
    """Return what changes from the baseline to one plan."""
    page = _Changes(baseline, plan, difference, currency)
    return spaced(
        [
            Group(Text(f"From {baseline.name} to {plan.name}", style="bold underline"), Text(page.sentence())),
            page.scenario(),
            page.waterfall(),
            page.cash(),
            page.activations(),
            titled(page.turnover(), page.creators()),
        ]
    )


_WATERFALL = (
    Column("step", "From cost to cost", "text"),
    Column("change", "Change", "change"),
    Column("after", "Cost", "money"),
)


class _Changes:
    def __init__(self, baseline: KeyFigures, plan: KeyFigures, difference: Difference, currency: str):
        self.baseline, self.plan, self.difference, self.currency = baseline, plan, difference, currency

    def sentence(self) -> str:
        """Return what is gained or lost, and for how much."""
        missing = [side for side in (self.baseline, self.plan) if side.cost is None]
        if missing:
            none = " and ".join(f"{side.name} is no plan ({side.status})" for side in missing)
            return f"{none}: there is no money to compare."
        cost = self.difference.cost or ""
        dearer = formatting.money(cost.removeprefix("-"), self.currency)
        price = f"{dearer} {'less' if cost.startswith('-') else 'more'}" if cost.strip("-0.") else "the same cost"
        now, before = (f"{side.secured:,} of {side.activations:,}" for side in (self.plan, self.baseline))
        secured = f"{now} activations secured {'in both' if now == before else f'instead of {before}'}"
        posts = abs(self.difference.expected_posts)
        more = "fewer" if self.difference.expected_posts < 0 else "more"
        return f"{secured}, {posts:,.1f} {more} posts expected, for {price}."

    def scenario(self) -> RenderableType | None:
        """Return where the scenarios differ, None where they are the same."""
        if self.baseline.scenario.sha256 == self.plan.scenario.sha256:
            return None
        if not self.difference.scenario_known:
            return Text(
                "The scenarios differ; what changes below may come from that. To see where they differ, name both: "
                "--scenario FILE --scenario FILE."
            )
        if not self.difference.scenario:
            return Text("The scenarios are written differently and mean the same.")
        return self.fields()

    def fields(self) -> RenderableType:
        """Return the fields that differ, with both values."""
        fields = self.difference.scenario
        table = ruled_table()
        for head, share in (("Scenario", 3), (self.baseline.name, 2), (self.plan.name, 2)):
            table.add_column(Text(head), ratio=share, overflow="fold")
        for field in fields[:MOST_FIELDS]:
            values = (value or "not given" for value in (field.baseline, field.other))
            table.add_row(Text(field.pointer), *map(Text, values))
        left = len(fields) - MOST_FIELDS
        more = [Text(f"… and {formatting.count(left, 'more field')}", style="dim")] if left > 0 else []
        return Group(table, *more)

    def waterfall(self) -> RenderableType | None:
        """Return the steps from the baseline's cost to the plan's, each with the cost after it."""
        if not self.difference.waterfall:
            return None
        first, *steps, last = self.difference.waterfall
        rows: list[list[Value]] = [[self.baseline.name, "", amount(first.after)]]
        rows += ([step.step.capitalize(), amount(step.change), amount(step.after)] for step in steps)
        sums = (self.plan.name, amount(self.difference.cost), amount(last.after))
        return figures_table(Table(_WATERFALL, rows, sums), self.currency)

    def activations(self) -> RenderableType | None:
        """Return the activations that change, two lines each: this plan above the baseline."""
        changed = [item for item in self.difference.activations if _changes(item)]
        if not changed:
            return None
        table = ruled_table()
        table.add_column("Activation\nwhat changes", ratio=1, min_width=LABEL_WIDTH)
        table.add_column("Starts", no_wrap=True)
        for head in ("Gifts\n+ paid", "Chance", "Cost", "Change"):
            table.add_column(head, justify="right", no_wrap=True)
        for item in changed[:MOST_ACTIVATIONS]:
            name = Text(item.activation).append(f"\n  {self._what(item)}", style="dim")
            here, there = self._cells(item.other), self._cells(item.baseline)
            pairs = [Text("\n").join(pair) for pair in zip(here, there, strict=True)]
            table.add_row(name, *pairs, formatting.change(item.cost_change, self.currency))
        aid = f"First line: {self.plan.name}; second line: {self.baseline.name}."
        left = len(self.difference.activations) - len(changed)
        same = f" {formatting.count(left, 'activation')} the same." if left else ""
        more = f" … and {len(changed) - MOST_ACTIVATIONS:,} more change." if len(changed) > MOST_ACTIVATIONS else ""
        return Group(table, Text(aid + same + more, style="dim"))

    def _what(self, item: ActivationDifference) -> str:
        if item.change in ("same", "other people"):
            lacking = [side.name for side, activation in self._sides(item) if activation is None]
            return f"not in {lacking[0]}" if lacking else item.change
        return item.change

    def _sides(self, item: ActivationDifference) -> Sequence[tuple[KeyFigures, ActivationSide | None]]:
        return (self.baseline, item.baseline), (self.plan, item.other)

    def _cells(self, side: ActivationSide | None) -> list[Text]:
        if side is None or side.window is None:
            return [Text("not in it" if side is None else "not planned"), *[Text(formatting.NOTHING)] * 3]
        return [
            Text(formatting.day(side.window.start)),
            Text(f"{side.gifts:,} + {side.paid:,}"),
            marked(side.secured, formatting.probability(side.probability)),
            Text(formatting.money(side.cost, self.currency)),
        ]

    def turnover(self) -> str:
        """Return the number of creators by kind of change."""
        counts = Counter(item.change for item in self.difference.creators)
        return "Creators: " + ", ".join(counted(counts[kind], *verbs) for kind, verbs in KINDS.items() if counts[kind])

    def creators(self) -> Iterator[tuple[str, str]]:
        """Yield the creators that change, by activation."""
        by_activation = [
            (name, list(items)) for name, items in groupby(self.difference.creators, key=lambda item: item.activation)
        ]
        for activation, items in by_activation[:MOST_ACTIVATIONS]:
            lines = []
            for kind, verbs in KINDS.items():
                people = [_person(item) for item in items if item.change == kind]
                if people:
                    lines.append(f"{counted(len(people), *verbs)}: {formatting.listed(people, MOST_CREATORS)}")
            yield activation, "\n".join(lines)
        left = len(by_activation) - MOST_ACTIVATIONS
        if left > 0:
            yield "", f"… and in {formatting.count(left, 'more activation')}"

    def cash(self) -> RenderableType | None:
        """Return the spend by month in both plans."""
        if not self.difference.cash:
            return None
        table = ruled_table(totals=True)
        table.add_column("Cash by month", "Total", ratio=1, min_width=LABEL_WIDTH, no_wrap=True)
        costs = (self.baseline.cost, self.plan.cost)
        for side, cost in zip((self.baseline, self.plan), costs, strict=True):
            table.add_column(Text(side.name), formatting.money(cost, self.currency), justify="right", overflow="fold")
        table.add_column(
            "change", formatting.change(self.difference.cost, self.currency), justify="right", no_wrap=True
        )
        for month in self.difference.cash:
            amounts = (formatting.money(amount, self.currency) for amount in (month.baseline, month.other))
            table.add_row(formatting.month(month.month), *amounts, formatting.change(month.change, self.currency))
        return table


def _person(item: CreatorDifference) -> str:
    """Return the creator, with the mode where it is not obvious."""
    here = item.other
    if here is None or (item.change == "joins" and here.mode == "gift") or item.change in ("ship day", "cost"):
        return item.creator
    return f"{item.creator} ({'now ' if item.change == 'mode' else ''}{here.mode})"


def _changes(item: ActivationDifference) -> bool:
    """Return whether anything about an activation changes, its probability and cost included."""
    if item.change != "same" or item.baseline is None or item.other is None:
        return True
    return abs(item.probability_change or 0) > wording.SHOWN_TOLERANCE or bool((item.cost_change or "").strip("-0."))
