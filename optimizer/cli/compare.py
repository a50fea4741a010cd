"""``groundswell compare``: plans side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from optimizer.analysis.compare.comparing import Candidate, compare_plans
from optimizer.analysis.compare.names import distinct_names
from optimizer.analysis.plan_files import read_plan
from optimizer.cli.console import ExitCode, blaming, complain
from optimizer.cli.files import check_output, check_picture_file, draw, scenario_at, show_answer, write_answer
from optimizer.cli.options import AnswerFormat, AnswerShown
from optimizer.errors import InputError, Problem
from optimizer.export.answer_tables import comparison_table
from optimizer.export.terminal.comparison_page import comparison_page
from optimizer.plan import Plan
from optimizer.scenario.loading import fingerprint

if TYPE_CHECKING:
    from optimizer.answers.comparison import Comparison
    from optimizer.export.charts.base import Chart


T = TypeVar("T")


def run(
    files: Sequence[Path], scenarios: Sequence[Path], output: Path | None, chart: Path | None, shown: AnswerFormat
) -> ExitCode:
    """Compare plans with the first of them; each scenario goes with the plans that name its SHA-256."""
    check_picture_file(chart, *files, *scenarios, output)
    check_output(output, *files, *scenarios, workbook=True)
    plans, read_scenarios = _read(files, read_plan), _read(scenarios, scenario_at)
    marks = [fingerprint(scenario) for scenario in read_scenarios]
    _refuse_strangers(scenarios, marks, plans)
    owners = dict(zip(marks, read_scenarios, strict=True))
    candidates = [
        Candidate(name, plan, owners.get(plan.scenario.sha256))
        for name, plan in zip(distinct_names(files), plans, strict=True)
    ]
    with blaming(", ".join(map(str, files))):
        comparison = compare_plans(candidates)
    table = comparison_table(comparison)
    write_answer(output, comparison, table, lambda: _workbook(candidates))
    draw(chart, lambda: _chart(comparison))
    show_answer(comparison, table, comparison_page(comparison), shown)
    return ExitCode.DONE


def _workbook(candidates: Sequence[Candidate]) -> bytes:
    from optimizer.export.workbook.plans_book import plans_workbook  # noqa: PLC0415
    from optimizer.export.workbook.plans_tables import NamedPlan  # noqa: PLC0415

    return plans_workbook([NamedPlan(each.name, each.plan, each.scenario) for each in candidates])


def _chart(comparison: Comparison) -> Chart:
    from optimizer.export.charts.waterfall import waterfall_chart  # noqa: PLC0415

    return waterfall_chart(comparison.differences[0], comparison.currency, baseline=comparison.plans[0].name)


def _read(files: Sequence[Path], read: Callable[[Path], T]) -> list[T]:
    """Return the contents of every file; leave with all problems of all of them."""
    contents = []
    for file in files:
        try:
            contents.append(read(file))
        except InputError as error:
            complain(file, error)
    if len(contents) < len(files):
        raise typer.Exit(ExitCode.BAD_INPUT)
    return contents


def _refuse_strangers(files: Sequence[Path], marks: Sequence[str], plans: Sequence[Plan]) -> None:
    """Refuse scenarios that no plan was made from: they would be ignored without a word."""
    answered = {plan.scenario.sha256 for plan in plans}
    strangers = [(file, mark) for file, mark in zip(files, marks, strict=True) if mark not in answered]
    for file, mark in strangers:
        detail = "none of the plans answers this scenario as it is now"
        remedy = "Name the file a plan was made from, as it was then, or leave it out."
        complain(file, InputError([Problem("other_scenario", "", detail, remedy, f"SHA-256 {mark}")]))
    if strangers:
        raise typer.Exit(ExitCode.BAD_INPUT)


def compare(
    baseline: Annotated[Path, typer.Argument(metavar="BASELINE", help="Plan the others are compared with (JSON).")],
    others: Annotated[list[Path], typer.Argument(metavar="OTHER...", help="Plans that differ from it (JSON).")],
    scenario: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="A scenario of these plans, to see where scenarios differ; once per scenario, any order.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="File to write: a workbook (.xlsx), a table (.csv), else JSON."
        ),
    ] = None,
    png: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the way from the baseline's cost to the first other's (.png or .svg)."),
    ] = None,
    shown: AnswerShown = "table",
) -> None:
    """Put plans side by side: figures, activations, creators, where the cost comes from, cash by month."""
    raise typer.Exit(run([baseline, *others], scenario or [], output, png, shown))
