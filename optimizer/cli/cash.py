"""``groundswell cash``: when the money of a plan is spent, on what and on whom."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from optimizer.analysis.cash import cash_view
from optimizer.analysis.plan_files import read_plan
from optimizer.cli.console import ExitCode, blaming
from optimizer.cli.files import check_output, check_picture_file, draw, scenario_at, show_answer, write_answer
from optimizer.cli.options import AnswerFormat, AnswerOutput, AnswerShown, Picture, PlanFile, ScenarioFile
from optimizer.export.answer_tables import cash_table
from optimizer.export.terminal.cash_page import cash_page

if TYPE_CHECKING:
    from optimizer.answers.cash import CashView
    from optimizer.export.charts.base import Chart


def run(source: Path, plan_file: Path, output: Path | None, chart: Path | None, shown: AnswerFormat) -> ExitCode:
    """Show the cash view of a plan, and write the files requested."""
    check_picture_file(chart, source, plan_file, output)
    check_output(output, source, plan_file)
    with blaming(source):
        scenario = scenario_at(source)
    with blaming(plan_file):
        view = cash_view(scenario, read_plan(plan_file))
    table = cash_table(view)
    write_answer(output, view, table)
    draw(chart, lambda: _chart(view))
    show_answer(view, table, cash_page(view), shown)
    return ExitCode.DONE


def _chart(view: CashView) -> Chart:
    from optimizer.export.charts.months import cash_chart  # noqa: PLC0415

    return cash_chart(view)


def cash(
    scenario: ScenarioFile,
    plan: PlanFile,
    output: AnswerOutput = None,
    png: Picture = None,
    shown: AnswerShown = "table",
) -> None:
    """Show when a plan's money is spent, on what and on whom, and which share is expected to bring no post."""
    raise typer.Exit(run(scenario, plan, output, png, shown))
