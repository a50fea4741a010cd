"""``groundswell certainty``: what certainty costs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.answers.certainty import PriceOfCertainty
from optimizer.batch.choices import read_list
from optimizer.cli.console import ExitCode, blaming, nothing_found
from optimizer.cli.files import (
    check_output,
    check_picture_file,
    draw,
    scenario_at,
    settings_of,
    show_answer,
    write_answer,
)
from optimizer.cli.options import (
    AnswerFormat,
    AnswerOutput,
    AnswerShown,
    Gap,
    Picture,
    ScenarioFile,
    Seed,
    TimeLimitOfAll,
    Workers,
)
from optimizer.cli.questions import answered
from optimizer.export.answer_tables import certainty_table
from optimizer.export.terminal.certainty_page import certainty_page
from optimizer.solve.settings import Settings

if TYPE_CHECKING:
    from optimizer.analysis.time_budget import Step
    from optimizer.export.charts.base import Chart


def run(
    source: Path, confidences: str, output: Path | None, chart: Path | None, settings: Settings, shown: AnswerFormat
) -> ExitCode:
    """Price each activation of the scenario at the listed confidences; return how it ended."""
    check_picture_file(chart, source, output)
    with blaming("options"):
        levels = read_list("confidence", confidences, "--confidences")
    check_output(output, source)
    with blaming(source):
        scenario = scenario_at(source)

    def question(progress: Callable[[Step], None], cancel: threading.Event) -> PriceOfCertainty:
        from optimizer.analysis.certainty import price_of_certainty  # noqa: PLC0415

        return price_of_certainty(scenario, levels, settings, progress=progress, cancel=cancel)

    answer, interrupted = answered(question)
    table = certainty_table(answer)
    write_answer(output, answer, table)
    draw(chart, lambda: _chart(answer))
    show_answer(answer, table, certainty_page(answer), shown)
    return ExitCode.INTERRUPTED if interrupted else _outcome(answer)


def _chart(answer: PriceOfCertainty) -> Chart:
    from optimizer.export.charts.certainty import certainty_chart  # noqa: PLC0415

    return certainty_chart(answer)


def _outcome(answer: PriceOfCertainty) -> ExitCode:
    points = [point for curve in answer.activations for point in curve.points]
    if all(point.status == "unknown" for point in points):
        return nothing_found()
    return ExitCode.DONE


def certainty(
    scenario: ScenarioFile,
    confidences: Annotated[
        str,
        typer.Option("--confidences", "--confidence", help="Confidences to find the least cost of.", metavar="P,Q,…"),
    ] = "0.8,0.9,0.95,0.99",
    output: AnswerOutput = None,
    png: Picture = None,
    time_limit: TimeLimitOfAll = 60.0,
    gap: Gap = 0.001,
    seed: Seed = 1,
    workers: Workers = None,
    shown: AnswerShown = "table",
) -> None:
    """Show what certainty costs: the least cost of each activation, alone, at each confidence.

    The first Ctrl-C ends with the results so far, the second at once.
    """
    settings = settings_of(time_limit_seconds=time_limit, gap=gap, seed=seed, workers=workers)
    raise typer.Exit(run(scenario, confidences, output, png, settings, shown))
