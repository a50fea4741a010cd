"""The first sheet of several plans: one column each, money by formula over the other sheets, and checks of it all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell

from optimizer.analysis.searched import is_searched
from optimizer.export import formatting, statements
from optimizer.export.formatting import amount
from optimizer.export.tables import Kind, Value
from optimizer.export.workbook.plans_tables import NUMBER, NamedPlan
from optimizer.export.workbook.sheet import Style, TableSheet, printed, put
from optimizer.export.workbook.summary import AGREES, DIFFERS, LINE_HEIGHT, lines_of
from optimizer.money import decimals
from optimizer.plan import Plan

LABEL_WIDTH, PLAN_WIDTH = 30, 20
PAGES = 2
"""Pages of the summary at most, however many plans and months there are."""
Sheets = Mapping[str, TableSheet]
Formula = tuple[str, Decimal] | None
"""A formula and its value; None where the cell stays empty."""


class PlansSummary:
    """Writes the summary from top to bottom.

    Attributes
    ----------
    places
        By what it holds (`product`, `shipping`, `fees`, `spent`) the number of the row, for formulas of other sheets.
    """

    def __init__(self, book: Workbook, style: Style, plans: Sequence[NamedPlan]):
        self.sheet = book.add_worksheet("Summary")
        self.style, self.plans = style, plans
        self.digits = decimals(plans[0].plan.scenario.currency)
        self.places: dict[str, int] = {}
        self.row = 0

    def write(self, sheets: Sheets) -> None:
        """Write the whole sheet."""
        self._heading()
        self._money(sheets)
        self._figures()
        self._months(sheets)
        self._checks(sheets)
        self.sheet.set_column(0, 0, LABEL_WIDTH)
        self.sheet.set_column(1, len(self.plans), PLAN_WIDTH)
        self.sheet.freeze_panes(2, 1)
        printed(self.sheet)
        self.sheet.fit_to_pages(1, PAGES)
        self.sheet.repeat_rows(1)

    def _heading(self) -> None:
        put(self.sheet, (0, 0), "Plans side by side", self.style, bold=True, font_size=16, text_wrap=False)
        put(self.sheet, (1, 0), "", self.style, bold=True, bottom=1, bg_color="#E8EEF4")
        for place, each in enumerate(self.plans, start=1):
            put(self.sheet, (1, place), each.name, self.style, bold=True, bottom=1, bg_color="#E8EEF4", align="right")
        self.row = 2
        self._texts("Campaign", lambda plan: plan.scenario.name)

    def _money(self, sheets: Sheets) -> None:
        self._title("Money")
        rows = sheets["Creators"]
        self._values("Budget", lambda plan: amount(plan.totals.budget), "money")
        budget = self.row - 1
        for name, label, column in (("product", "Product", "product"), ("shipping", "Shipping", "shipping")):
            self._summed(name, label, rows, column)
        self._summed("fees", "Fees", rows, "fee")
        self.places["spent"] = self.row
        first, last = self.places["product"], self.places["fees"]
        self._formulas("Spent", lambda place, plan: self._spent(place, plan, (first, last)), bold=True)
        self._formulas("Left of the budget", lambda place, plan: self._left(place, plan, budget))
        self._formulas(f"Beside {self.plans[0].name}", self._beside)

    def _spent(self, place: int, plan: Plan, rows: tuple[int, int]) -> Formula:
        first, last = (xl_rowcol_to_cell(row, place) for row in rows)
        return None if plan.totals.cost is None else (f"=SUM({first}:{last})", _cost(plan))

    def _left(self, place: int, plan: Plan, budget: int) -> Formula:
        if plan.totals.cost is None or plan.totals.budget is None:
            return None
        spent = xl_rowcol_to_cell(self.places["spent"], place)
        return f"={xl_rowcol_to_cell(budget, place)}-{spent}", Decimal(plan.totals.budget) - _cost(plan)

    def _beside(self, place: int, plan: Plan) -> Formula:
        first = self.plans[0].plan
        if place == 1 or plan.totals.cost is None or first.totals.cost is None:
            return None
        here, there = (xl_rowcol_to_cell(self.places["spent"], column) for column in (place, 1))
        return f"={here}-{there}", _cost(plan) - _cost(first)

    def _summed(self, name: str, label: str, rows: TableSheet, column: str) -> None:
        """Write the sum of a column of the sheet of rows, plan by plan."""
        self.places[name] = self.row

        def summed(place: int, plan: Plan) -> Formula:
            return None if plan.totals.cost is None else (_sumifs(rows, column, place), rows.sum_of(column, place))

        self._formulas(label, summed)

    def _figures(self) -> None:
        self._title("What it buys")
        self._texts("Activations secured", _secured)
        self._texts("Not secured", _not_secured)
        self._values("Chance of all secured", lambda plan: plan.totals.probability_all, "probability")
        self._values("Posts expected", lambda plan: plan.totals.expected_posts, "number")
        self._values("Gifts", lambda plan: plan.totals.gifts, "count")
        self._values("Paid", lambda plan: plan.totals.paid, "count")
        self._texts("Rules", _rules)
        if any(is_searched(each.plan) for each in self.plans):
            self._texts("Status", lambda plan: plan.status if is_searched(plan) else formatting.NOTHING)
            self._texts("Proven gap", _gap)

    def _months(self, sheets: Sheets) -> None:
        """Write what every month carries, plan by plan, and what is left of its budget where one has any."""
        names = sorted({line.month for each in self.plans for line in each.plan.cash})
        capped = [name for name in names if any(self._cap(each.plan, name) is not None for each in self.plans)]
        rows = sheets["Months"]
        for title, column, shown in (
            ("Spent by month", "spent", names),
            ("Left of the month's budget", "left", capped),
        ):
            if shown:
                self._title(title)
            for name in shown:
                self._formulas(formatting.month(name), self._of_month(rows, column, name))

    def _of_month(self, rows: TableSheet, column: str, month: str) -> Callable[[int, Plan], Formula]:
        first = date.fromisoformat(f"{month}-01")
        within = f",{rows.range_of('month')},DATE({first.year},{first.month},1)"

        def formula(place: int, plan: Plan) -> Formula:
            line = next((line for line in plan.cash if line.month == month), None)
            if line is None or (column == "left" and line.cap is None):
                return None
            spent = Decimal(line.total)
            return _sumifs(rows, column, place, within), Decimal(line.cap or 0) - spent if column == "left" else spent

        return formula

    @staticmethod
    def _cap(plan: Plan, month: str) -> str | None:
        return next((line.cap for line in plan.cash if line.month == month), None)

    def _checks(self, sheets: Sheets) -> None:
        """Compare the money spent with the total that the plan states and with the sum of every sheet."""
        self._title("Checks: all of these agree with what is spent")
        self._values("Total of the plan file", lambda plan: amount(plan.totals.cost), "money")
        self._verdicts(self.row - 1, lambda _, plan: _cost(plan))
        for name, column in (("Creators", "cost"), ("Months", "spent"), ("Activations", "cost")):
            rows = sheets[name]

            def summed(place: int, plan: Plan, rows: TableSheet = rows, column: str = column) -> Formula:
                return None if plan.totals.cost is None else (_sumifs(rows, column, place), rows.sum_of(column, place))

            self._formulas(f"Sum of {name}", summed)
            self._verdicts(self.row - 1, partial(_stands_there, rows, column))

    def _verdicts(self, row: int, there: Callable[[int, Plan], Decimal]) -> None:
        """Write below a row whether it agrees with what is spent."""
        put(self.sheet, (self.row, 0), "", self.style)
        for place, each in enumerate(self.plans, start=1):
            if each.plan.totals.cost is not None:
                spent, here = (xl_rowcol_to_cell(line, place) for line in (self.places["spent"], row))
                formula = f'=IF(ROUND({here}-{spent},{self.digits})=0,"{AGREES}","{DIFFERS}")'
                said = AGREES if there(place, each.plan) == _cost(each.plan) else DIFFERS
                self.sheet.write_formula(self.row, place, formula, self.style.get(align="right"), said)
        bad = {"type": "cell", "criteria": "==", "value": f'"{DIFFERS}"'}
        alarm = self.style.book.add_format({"bold": True, "font_color": "red"})
        self.sheet.conditional_format(self.row, 1, self.row, len(self.plans), {**bad, "format": alarm})
        self.row += 1

    def _title(self, title: str) -> None:
        self.row += 1
        for place in range(len(self.plans) + 1):
            text = title if place == 0 else None
            put(self.sheet, (self.row, place), text, self.style, bold=True, bottom=1, text_wrap=False)
        self.row += 1

    def _values(self, label: str, value: Callable[[Plan], Value], kind: Kind) -> None:
        put(self.sheet, (self.row, 0), label, self.style)
        for place, each in enumerate(self.plans, start=1):
            put(self.sheet, (self.row, place), value(each.plan), self.style, kind, align="right")
        self.row += 1

    def _texts(self, label: str, text: Callable[[Plan], str]) -> None:
        height = max(lines_of(text(each.plan), PLAN_WIDTH) for each in self.plans)
        self.sheet.set_row(self.row, LINE_HEIGHT * height)
        self._values(label, text, "text")

    def _formulas(self, label: str, formula: Callable[[int, Plan], Formula], *, bold: bool = False) -> None:
        put(self.sheet, (self.row, 0), label, self.style, bold=bold)
        form = self.style.get("money", bold=bold)
        for place, each in enumerate(self.plans, start=1):
            found = formula(place, each.plan)
            if found is not None:
                self.sheet.write_formula(self.row, place, found[0], form, float(found[1]))
        self.row += 1


def _cost(plan: Plan) -> Decimal:
    return Decimal(plan.totals.cost or 0)


def _stands_there(rows: TableSheet, column: str, number: int, _: Plan) -> Decimal:
    return rows.sum_of(column, number)


def _sumifs(rows: TableSheet, column: str, number: int, more: str = "") -> str:
    return f"=SUMIFS({rows.range_of(column)},{rows.range_of(NUMBER)},{number}{more})"


def _secured(plan: Plan) -> str:
    return f"{sum(result.secured for result in plan.activations):,} of {len(plan.activations):,}"


def _not_secured(plan: Plan) -> str:
    return ", ".join(result.activation for result in plan.activations if not result.secured) or formatting.NOTHING


def _rules(plan: Plan) -> str:
    broken = [statements.rule_words(rule) for rule, _ in statements.broken(plan)]
    return f"breaks {', '.join(broken)}" if broken else "keeps every rule"


def _gap(plan: Plan) -> str:
    gap = formatting.proven_gap(plan.objective.gap, verified=plan.certificate.verified and is_searched(plan))
    return formatting.NOTHING if gap is None else formatting.gap(gap)
