"""The page of the report: the plan, its charts, its proof and other answers in one HTML file.

Charts are embedded as Vega-Lite specifications with the libraries that draw them. Texts of a scenario are escaped in
the page and in the specifications, and the page's policy forbids every other script and every request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from optimizer.analysis.searched import is_searched
from optimizer.answers.cash import CashView
from optimizer.answers.certainty import PriceOfCertainty
from optimizer.answers.comparison import Comparison
from optimizer.answers.frontier import Frontier
from optimizer.export import formatting, statements
from optimizer.export.assumptions import value_of, words_of
from optimizer.export.charts.base import Chart
from optimizer.export.charts.certainty import certainty_chart
from optimizer.export.charts.files import plan_charts
from optimizer.export.charts.frontier import frontier_chart
from optimizer.export.charts.months import months_of
from optimizer.export.charts.waterfall import waterfall_chart
from optimizer.export.plan_tables import names_of
from optimizer.export.report import scripts, tables
from optimizer.export.report.figures import Figure, figure
from optimizer.export.report.report_table import ReportTable
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario


@dataclass(frozen=True)
class Section:
    """A section: labelled sentences, then figures, then tables; empty sections are left out."""

    title: str
    anchor: str
    sentences: Sequence[statements.Labelled] = ()
    figures: Sequence[Figure] = ()
    tables: Sequence[ReportTable] = ()
    lead: str = ""

    def __bool__(self) -> bool:
        return bool(self.sentences or self.figures or self.tables)


def report_html(
    scenario: Scenario,
    plan: Plan,
    *,
    frontier: Frontier | None = None,
    certainty: PriceOfCertainty | None = None,
    comparison: Comparison | None = None,
    cash: CashView | None = None,
) -> str:
    """Return the report as one HTML document.

    Parameters
    ----------
    scenario, plan
        The plan and what it answers.
    frontier, certainty, comparison, cash
        Other answers, each with a section of its own where it is given.

    Returns
    -------
    str
        The document; it needs no other file and no network.
    """
    drawn = {name: figure(name, chart) for name, chart in plan_charts(scenario, plan, cash).items()}
    sections = [
        *_plan_sections(scenario, plan, drawn, cash),
        _frontier(frontier, names_of(scenario)),
        _certainty(certainty),
        _comparison(comparison),
        *_small_print(scenario, plan),
    ]
    shown = [section for section in sections if section]
    code = [scripts.libraries(), scripts.behaviour()] if any(part.figures for part in shown) else [scripts.behaviour()]
    first, last = (formatting.day(day, year=True) for day in (scenario.horizon.start, scenario.horizon.end))
    html: str = _template().render(
        plan=plan,
        horizon=f"{first} – {last}",
        status=statements.status_or_judgement(plan) if plan.certificate.verified else statements.judgement(plan),
        summary=statements.summary(plan),
        certified=statements.certified(plan),
        broken=list(statements.broken(plan)),
        figures=list(_key_figures(plan)),
        sections=shown,
        scripts=code,
        policy=scripts.policy(*code),
    )
    return html


def _template() -> Any:
    pages = Environment(
        loader=PackageLoader("optimizer.export.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return pages.get_template("page.html")


def _key_figures(plan: Plan) -> Iterator[statements.Labelled]:
    """Yield the figures at the top of the page; none where there is no plan."""
    totals, objective = plan.totals, plan.objective
    if totals.cost is None:
        return
    secured = sum(result.secured for result in plan.activations)
    yield "Activations secured", f"{secured:,} of {len(plan.activations):,}"
    yield "Cost", formatting.money(totals.cost, plan.scenario.currency)
    yield "Creators", f"{totals.gifts:,} gifted, {totals.paid:,} paid"
    yield "Posts expected", f"{totals.expected_posts:.1f}"
    if secured > 1:
        yield f"All {secured:,} succeed", formatting.probability(totals.probability_all)
    if totals.budget is not None and totals.left is not None:
        yield (
            f"Left of {formatting.money(totals.budget, plan.scenario.currency)}",
            formatting.balance(totals.left, plan.scenario.currency),
        )
    gap = formatting.proven_gap(objective.gap, verified=plan.certificate.verified and is_searched(plan))
    if gap is not None:
        yield "Proven gap", formatting.gap(gap)


def _plan_sections(
    scenario: Scenario, plan: Plan, drawn: Mapping[str, Figure], cash: CashView | None
) -> Iterator[Section]:
    """Yield the sections of the plan, then those of what stands in the way of more."""
    if plan.totals.cost is not None:
        figures = [drawn[name] for name in ("timeline", "posts", "together") if name in drawn]
        yield Section("What is planned", "planned", figures=figures, tables=[tables.activations(plan, scenario)])
    if plan.assignments:
        money = [tables.months(cash.months if cash else months_of(plan, scenario), plan, cash.budget if cash else None)]
        money += [tables.returns(cash)] if cash else []
        yield Section("Money", "money", figures=[drawn["cash"]] if "cash" in drawn else [], tables=money)
    yield Section("How good it is", "proof", list(statements.proof(plan)))
    yield Section("Why the gap is open", "open", list(statements.why_open(plan)))
    yield Section("What stands in the way", "blocked", list(statements.blocked(plan)))
    yield Section("Ways out, one change each", "ways", list(statements.ways_out(plan)))
    yield Section("Limits that are used up", "limits", list(statements.used_up(plan)))
    if plan.assignments:
        yield Section("Who takes part", "creators", tables=[tables.creators(plan, scenario)])


def _frontier(answer: Frontier | None, names: Mapping[str, str]) -> Section:
    if answer is None:
        return Section("", "")
    drawn = [figure("frontier", frontier_chart(answer, names))]
    return Section("The budget frontier", "frontier", figures=drawn, tables=[tables.frontier(answer, names)])


def _certainty(answer: PriceOfCertainty | None) -> Section:
    if answer is None:
        return Section("", "")
    drawn = [figure("certainty", certainty_chart(answer))]
    return Section("The price of certainty", "certainty", figures=drawn, tables=[tables.certainty(answer)])


def _comparison(answer: Comparison | None) -> Section:
    if answer is None:
        return Section("", "")
    baseline = answer.plans[0].name
    charts: dict[str, Chart] = {
        f"waterfall-{number}": waterfall_chart(item, answer.currency, baseline=baseline)
        for number, item in enumerate(answer.differences)
        if item.waterfall
    }
    drawn = [figure(name, chart) for name, chart in charts.items()]
    return Section("Beside other plans", "comparison", figures=drawn, tables=[tables.comparison(answer)])


def _small_print(scenario: Scenario, plan: Plan) -> Iterator[Section]:
    yield Section("Warnings", "warnings", list(statements.warnings(plan)))
    yield Section(
        "Assumptions",
        "assumptions",
        list(_assumed(scenario, plan)),
        lead="Left at the default, on which every chance above rests. Replace them with your own data.",
    )
    if plan.certificate.checks and not statements.nothing_to_verify(plan):
        yield Section("Certificate", "certificate", tables=[tables.checks(plan)])


def _assumed(scenario: Scenario, plan: Plan) -> Iterator[statements.Labelled]:
    """Yield the assumptions that were left at their defaults, with their values."""
    for pointer in plan.assumptions:
        words = words_of(pointer)
        yield words[0].upper() + words[1:], value_of(scenario, pointer)
