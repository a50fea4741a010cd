"""The page of the cash view of a plan."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from optimizer.answers.cash import CashMonth, CashView, Return
from optimizer.export import formatting
from optimizer.export.formatting import amount
from optimizer.export.plan_tables import SPENT, months
from optimizer.export.tables import Column, Table, Value
from optimizer.export.terminal.elements import Adaptive, figures_table, spaced

WIDE = 96
"""From this width on (columns), days have a column for their total."""
LABELS, MONTH = 20, 12
"""Widths of a community and of a month (columns)."""
AID = (
    "Posts: inside the windows. Silent: gifts expected to lead to no post at all, inside or outside; lost: the product "
    "and shipping of these. Paid creators are not counted among them."
)


def cash_page(view: CashView) -> RenderableType:
    """Return the page."""
    page = _Page(view)
    return spaced(
        [
            Group(Text(view.scenario.name, style="bold"), Text(page.sentence())),
            page.months(),
            Adaptive(page.matrix),
            page.communities(),
            Adaptive(lambda width: page.days(wide=width >= WIDE)),
        ]
    )


_BROUGHT = (
    Column("community", "What it brings", "text"),
    Column("people", "Gifts\n+ paid", "figure"),
    Column("total", "Cost", "money"),
    Column("expected_posts", "Posts\nexpected", "number"),
    Column("cost_per_expected_post", "Cost\nper post", "money"),
    Column("silent_gifts", "Silent\ngifts", "number"),
    Column("waste", "Lost\non them", "money"),
)
_DAY = (
    Column("day", "By day", "day"),
    Column("parcels", "Parcels", "count"),
    *SPENT,
    Column("cumulative", "So far", "money"),
)


class _Page:
    def __init__(self, view: CashView):
        self.view = view
        self.currency = view.scenario.currency

    def money(self, amount: str | None) -> str:
        return formatting.money(amount, self.currency)

    def sentence(self) -> str:
        """Return how much is committed, when, and how much of it is expected to lead to no post."""
        totals = self.view.totals
        if not self.view.days:
            return f"{self.money(totals.total)} committed: nobody is gifted or paid."
        first, last = self.view.days[0].day, self.view.days[-1].day
        gone = f"{self.money(totals.waste)} of it on gifts expected to lead to no post"
        budget = f" of a budget of {self.money(self.view.budget)}" if self.view.budget else ""
        spent = f"{self.money(totals.total)}{budget} committed from {formatting.day(first, year=True)} to"
        return f"{spent} {formatting.day(last, year=True)}, {gone}."

    def drawn(self, table: Table, *, years: bool = False) -> RenderableType:
        return figures_table(table, self.currency, years=years)

    def months(self) -> RenderableType:
        """Return the spend of each month and in total, beside the budgets there are."""
        totals, budget = self.view.totals, self.view.budget
        sums = (totals.product, totals.shipping, totals.fees, totals.total)
        return self.drawn(months(self.view.months, sums, title="By month", budget=budget, judged=True))

    def matrix(self, width: int) -> RenderableType:
        """Return the spend by community and month, in several tables where the months do not fit."""
        fitting = max(1, (width - LABELS - MONTH) // MONTH)
        every = self.view.months
        return spaced(self._matrix(every[first : first + fitting]) for first in range(0, len(every), fitting))

    def _matrix(self, months: Sequence[CashMonth]) -> RenderableType:
        spent = {(part.community, part.month): part.total for part in self.view.parts}
        titles = [*(formatting.month(month.month) for month in months), "All months"]
        rows: list[list[Value]] = [
            [
                item.name,
                *(amount(spent.get((item.community, month.month))) for month in months),
                amount(item.total),
            ]
            for item in self.view.communities
        ]
        sums = [*(month.total for month in months), self.view.totals.total]
        columns = [Column("community", "By community", "text"), *(Column(title, title, "money") for title in titles)]
        return self.drawn(Table(columns, rows, ["Total", *map(amount, sums)]))

    def communities(self) -> RenderableType:
        """Return what the money of each community is expected to bring."""
        rows = [[item.name, *_brought(item)] for item in self.view.communities]
        table = Table(_BROUGHT, rows, ["Total", *_brought(self.view.totals)])
        return Group(self.drawn(table), Text(AID, style="dim"))

    def days(self, *, wide: bool) -> RenderableType:
        """Return the spend by day; a line is goods or fees, so a narrow page can do without its total."""
        days, totals = self.view.days, self.view.totals
        places = [place for place, column in enumerate(_DAY) if wide or column.name != "total"]
        rows = [
            [
                *(item.day, item.parcels or None),
                *map(amount, (item.product, item.shipping, item.fees, item.total, item.cumulative)),
            ]
            for item in days
        ]
        sums = map(amount, (totals.product, totals.shipping, totals.fees, totals.total, totals.total))
        lines: list[list[Value]] = [[row[place] for place in places] for row in rows]
        last: list[Value] = ["Total", totals.gifts + totals.paid, *sums]
        table = Table([_DAY[place] for place in places], lines, [last[place] for place in places])
        return self.drawn(table, years=len({item.day.year for item in days}) > 1)


def _brought(item: Return) -> list[Value]:
    return [
        *(f"{item.gifts:,} + {item.paid:,}", amount(item.total), item.expected_posts),
        *(amount(item.cost_per_expected_post), item.silent_gifts, amount(item.waste)),
    ]
