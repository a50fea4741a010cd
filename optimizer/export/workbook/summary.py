"""The first sheet of a workbook: the plan in a few figures, and checks that all sheets agree on its cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell

from optimizer.analysis.searched import is_searched
from optimizer.export import formatting, statements
from optimizer.export.assumptions import assumed
from optimizer.export.formatting import amount
from optimizer.export.tables import Kind
from optimizer.export.workbook.sheet import Style, TableSheet, printed, put
from optimizer.money import decimals
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario

LABEL, AMOUNT, VERDICT, TEXT = range(4)
WIDTHS = (34, 18, 14, 62)
WORDS = sum(WIDTHS[AMOUNT:])
"""Width of a line of a sentence (characters)."""
LINE_HEIGHT = 15
AGREES, DIFFERS = "agrees", "differs"
Parts = Mapping[str, tuple[TableSheet, str]]
"""By the name of a sheet: the sheet, and the name of its column of costs."""


class Summary:
    """Writes the summary from top to bottom."""

    def __init__(self, book: Workbook, style: Style, scenario: Scenario, plan: Plan):
        self.sheet = book.add_worksheet("Summary")
        self.style = style
        self.scenario = scenario
        self.plan = plan
        self.row = 0
        for place, width in enumerate(WIDTHS):
            self.sheet.set_column(place, place, width)
        printed(self.sheet)

    def write(self, parts: Parts) -> None:
        """Write the whole sheet."""
        self._heading()
        if self.plan.totals.cost is not None:
            self._money(parts)
            self._figures()
        for title, lines in (
            ("Broken", statements.broken(self.plan)),
            ("How good it is", statements.proof(self.plan) if self._is_proven else ()),
            ("Why the gap is open", statements.why_open(self.plan) if self._is_proven else ()),
            ("Used up", statements.used_up(self.plan)),
            ("What stands in the way", statements.blocked(self.plan)),
            ("Ways out, one change each", statements.ways_out(self.plan)),
            ("Warnings", statements.warnings(self.plan)),
            ("Where it comes from", self._origin()),
        ):
            self._section(title, lines)

    @property
    def _is_proven(self) -> bool:
        """Whether bounds say something: of plans that keep every rule and that a search made."""
        return self.plan.certificate.verified and is_searched(self.plan)

    def _heading(self) -> None:
        plan = self.plan
        put(self.sheet, (self.row, LABEL), plan.scenario.name, self.style, bold=True, font_size=16, text_wrap=False)
        self.row += 1
        for sentence in (
            statements.status_or_judgement(plan),
            statements.summary(plan),
            statements.goal(self.scenario),
        ):
            self._sentence(sentence)
        alarm: dict[str, Any] = (
            {} if plan.certificate.verified or not plan.certificate.checks else {"bold": True, "font_color": "red"}
        )
        self._sentence(statements.certified(plan), **alarm)
        left = assumed(self.scenario, plan)
        if left:
            self._sentence(left)

    def _sentence(self, text: str, **form: Any) -> None:
        put(self.sheet, (self.row, LABEL), text, self.style, text_wrap=False, **form)
        self.row += 1

    def _money(self, parts: Parts) -> None:
        """Write the plan's totals and, below, the total of each sheet, compared with them by formula."""
        totals = self.plan.totals
        self._title("Money")
        shares = (("Product", totals.product), ("Shipping", totals.shipping), ("Fees", totals.fees))
        for label, spent in shares:
            self._line(label, amount(spent), "money")
        self._line("Cost of the plan", Decimal(totals.cost or 0), "money", bold=True)
        cost = xl_rowcol_to_cell(self.row - 1, AMOUNT, row_abs=True, col_abs=True)
        digits = decimals(self.plan.scenario.currency)
        self._budget(cost)
        for name, (part, column) in parts.items():
            there = part.table.total(column)
            put(self.sheet, (self.row, LABEL), f"Sum of {name}", self.style)
            form = self.style.get("money")
            self.sheet.write_formula(self.row, AMOUNT, f"=SUM({part.range_of(column)})", form, float(there))
            here = xl_rowcol_to_cell(self.row, AMOUNT)
            verdict = f'=IF(ROUND({here}-{cost},{digits})=0,"{AGREES}","{DIFFERS}")'
            said = AGREES if there == Decimal(totals.cost or 0) else DIFFERS
            self.sheet.write_formula(self.row, VERDICT, verdict, self.style.get(indent=1), said)
            self.row += 1
        bad = {"type": "cell", "criteria": "==", "value": f'"{DIFFERS}"'}
        alarm = self.style.book.add_format({"bold": True, "font_color": "red"})
        first = self.row - len(parts)
        self.sheet.conditional_format(first, VERDICT, self.row - 1, VERDICT, {**bad, "format": alarm})

    def _budget(self, cost: str) -> None:
        """Write the total budget, if there is one, and by formula what is left of it."""
        budget = self.scenario.budget.total
        if budget is None:
            return
        self._line("Total budget", budget, "money")
        above = xl_rowcol_to_cell(self.row - 1, AMOUNT)
        put(self.sheet, (self.row, LABEL), "Left of it", self.style)
        left = float(budget - Decimal(self.plan.totals.cost or 0))
        self.sheet.write_formula(self.row, AMOUNT, f"={above}-{cost}", self.style.get("money"), left)
        self.row += 1

    def _figures(self) -> None:
        totals = self.plan.totals
        self._title("In figures")
        self._line("Gifted creators", totals.gifts, "count")
        self._line("Paid creators", totals.paid, "count")
        self._line("Posts expected in their windows", totals.expected_posts, "number")
        if any(result.secured for result in self.plan.activations):
            self._line("Chance of all secured", totals.probability_all, "probability")

    def _line(self, label: str, value: Decimal | float | None, kind: Kind, **form: Any) -> None:
        put(self.sheet, (self.row, LABEL), label, self.style, **form)
        put(self.sheet, (self.row, AMOUNT), value, self.style, kind, **form)
        self.row += 1

    def _title(self, title: str) -> None:
        self.row += 1
        put(self.sheet, (self.row, LABEL), title, self.style, bold=True, bottom=1)
        for place in (AMOUNT, VERDICT, TEXT):
            put(self.sheet, (self.row, place), None, self.style, bottom=1)
        self.row += 1

    def _section(self, title: str, lines: Iterable[statements.Labelled]) -> None:
        """Write a title above labelled texts; write nothing where there are none."""
        for number, (label, text) in enumerate(lines):
            if number == 0:
                self._title(title)
            put(self.sheet, (self.row, LABEL), label, self.style)
            self.sheet.merge_range(self.row, AMOUNT, self.row, TEXT, "", self.style.get())
            put(self.sheet, (self.row, AMOUNT), text, self.style)
            height = max(lines_of(label, WIDTHS[LABEL]), lines_of(text, WORDS))
            self.sheet.set_row(self.row, LINE_HEIGHT * height)
            self.row += 1

    def _origin(self) -> Iterable[statements.Labelled]:
        plan, run = self.plan, self.plan.run
        horizon = self.scenario.horizon
        yield "Horizon", f"{formatting.day(horizon.start, year=True)} – {formatting.day(horizon.end, year=True)}"
        yield "Amounts", f"{plan.scenario.currency}, what the brand pays; no tax is added"
        yield "Scenario (SHA-256)", plan.scenario.sha256
        yield "Made", f"{run.method}, seed {run.seed}"
        yield "With", ", ".join(f"{name} {version}" for name, version in run.versions.items())


def lines_of(text: str, width: int) -> int:
    """Return the number of lines of a wrapped text, reckoned with characters a tenth too wide."""
    return sum(1 + int(len(line) * 1.1) // width for line in text.split("\n"))
