"""The cash view of a plan as a page for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich.console import Group, RenderableType
from rich.text import Text

from optimizer.answers.cash import CashMonth, CashView, Return
from optimizer.export import formatting
from optimizer.export.terminal.elements import LABEL_WIDTH, Adaptive, marked, ruled_table, spaced

WIDE = 96
"""From this many columns on, a day has a column for the sum of its parts."""
LABELS, MONTH = 20, 12
"""Columns of the page that a community and a month take."""
AID = (
    "Posts: inside the windows. Silent: gifts expected to lead to no post at all, inside or outside; lost: the product "
    "and shipping of these. Paid creators are not counted among them."
)


def cash_page(view: CashView) -> RenderableType:
    """Return the view as a page."""
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


class _Page:
    def __init__(self, view: CashView):
        self.view = view
        self.currency = view.scenario.currency

    def money(self, amount: str | None) -> str:
        return formatting.money(amount, self.currency)

    def sentence(self) -> str:
        """Return in a sentence how much is committed, when, and what is expected of it."""
        totals = self.view.totals
        if not self.view.days:
            return f"{self.money(totals.total)} committed: nobody is gifted or paid."
        first, last = self.view.days[0].day, self.view.days[-1].day
        gone = f"{self.money(totals.waste)} of it on gifts expected to lead to no post"
        budget = f" of a budget of {self.money(self.view.budget)}" if self.view.budget else ""
        spent = f"{self.money(totals.total)}{budget} committed from {formatting.day(first, year=True)} to"
        return f"{spent} {formatting.day(last, year=True)}, {gone}."

    def months(self) -> RenderableType:
        """Return what each month carries, against its budget where it has one, and all against the total budget."""
        totals = self.view.totals
        capped = self.view.budget is not None or any(month.cap is not None for month in self.view.months)
        table = ruled_table(totals=True)
        table.add_column("By month", "Total", ratio=1, min_width=LABEL_WIDTH, no_wrap=True)
        columns = (("Product", totals.product), ("Shipping", totals.shipping), ("Fees", totals.fees))
        for head, total in (*columns, ("Total", totals.total)):
            table.add_column(head, self.money(total), justify="right", no_wrap=True)
        if capped:
            table.add_column("Budget", self.budget(totals.total, self.view.budget), justify="right", no_wrap=True)
        for month in self.view.months:
            amounts = (month.product, month.shipping, month.fees, month.total)
            budget = [self.budget(month.total, month.cap)] if capped else []
            table.add_row(formatting.month(month.month), *map(self.money, amounts), *budget)
        return table

    def budget(self, spent: str, limit: str | None) -> str | Text:
        """Return a budget, with a sign of whether it is kept."""
        return formatting.NOTHING if limit is None else marked(Decimal(spent) <= Decimal(limit), self.money(limit))

    def matrix(self, width: int) -> RenderableType:
        """Return what each community takes of each month, in several tables where the months do not fit."""
        fitting = max(1, (width - LABELS - MONTH) // MONTH)
        months = self.view.months
        return spaced(self._matrix(months[first : first + fitting]) for first in range(0, len(months), fitting))

    def _matrix(self, months: Sequence[CashMonth]) -> RenderableType:
        amounts = {(part.community, part.month): part.total for part in self.view.parts}
        table = ruled_table(totals=True)
        table.add_column("By community", "Total", ratio=1, min_width=LABEL_WIDTH)
        for month in months:
            table.add_column(formatting.month(month.month), self.money(month.total), justify="right", no_wrap=True)
        table.add_column("All months", self.money(self.view.totals.total), justify="right", no_wrap=True)
        for item in self.view.communities:
            cells = [self.money(amounts.get((item.community, month.month))) for month in months]
            table.add_row(Text(item.name), *cells, self.money(item.total))
        return table

    def communities(self) -> RenderableType:
        """Return what the money of each community is expected to bring."""
        totals = self.view.totals
        table = ruled_table(totals=True)
        heads = ("Gifts\n+ paid", "Cost", "Posts\nexpected", "Cost\nper post", "Silent\ngifts", "Lost\non them")
        table.add_column("What it brings", "Total", ratio=1, min_width=LABEL_WIDTH)
        for head, total in zip(heads, self._brought(totals), strict=True):
            table.add_column(head, total, justify="right", no_wrap=True)
        for item in self.view.communities:
            table.add_row(Text(item.name), *self._brought(item))
        return Group(table, Text(AID, style="dim"))

    def _brought(self, item: Return) -> list[str]:
        return [
            f"{item.gifts:,} + {item.paid:,}",
            self.money(item.total),
            f"{item.expected_posts:.1f}",
            self.money(item.cost_per_expected_post),
            f"{item.silent_gifts:.1f}",
            self.money(item.waste),
        ]

    def days(self, *, wide: bool) -> RenderableType:
        """Return every day on which money is committed; a day is goods or fees, so that its sum can be spared."""
        days, totals = self.view.days, self.view.totals
        years = len({item.day.year for item in days}) > 1
        table = ruled_table(totals=True)
        table.add_column("By day", "Total", ratio=1, no_wrap=True)
        table.add_column("Parcels", f"{totals.gifts + totals.paid:,}", justify="right", no_wrap=True)
        columns = [("Product", totals.product), ("Shipping", totals.shipping), ("Fees", totals.fees)]
        for head, total in [*columns, *([("Total", totals.total)] if wide else [])]:
            table.add_column(head, self.money(total), justify="right", no_wrap=True)
        table.add_column("So far", self.money(totals.total), justify="right", no_wrap=True)
        for item in days:
            parcels = f"{item.parcels:,}" if item.parcels else formatting.NOTHING
            parts = (item.product, item.shipping, item.fees, *([item.total] if wide else []), item.cumulative)
            table.add_row(formatting.day(item.day, year=years), parcels, *map(self.money, parts))
        return table
