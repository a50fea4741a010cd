"""``groundswell certainty``: what certainty costs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.analysis.plan_files import read_answer
from optimizer.answers.certainty import PriceOfCertainty
from optimizer.batch.choices import read_list
from optimizer.cli.console import ExitCode, blaming, nothing_found
from optimizer.cli.files import (
    check_output,
    check_picture_file,
    check_picture_folder,
    draw,
    scenario_at,
    settings_of,
    show_answer,
    write_answer,
    write_plans,
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
from optimizer.errors import InputError, Problem
from optimizer.export.answer_tables import certainty_table, together_table
from optimizer.export.terminal.certainty_page import certainty_page
from optimizer.export.terminal.together_page import together_page
from optimizer.solve.settings import Settings

if TYPE_CHECKING:
    from optimizer.analysis.time_budget import Step
    from optimizer.analysis.together import TogetherPlans
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


def run_together(
    source: Path,
    confidences: str,
    plan_file: Path | None,
    output: Path | None,
    plans: Path | None,
    settings: Settings,
    shown: AnswerFormat,
) -> ExitCode:
    """Plan everything together at each common confidence that the budget carries; return how it ended."""
    check_output(output, source, plan_file)
    check_picture_folder(plans)
    with blaming("options"):
        levels = read_list("confidence", confidences, "--confidences")
    with blaming(source):
        scenario = scenario_at(source)
    with blaming(plan_file):
        plan = None if plan_file is None else read_answer(plan_file, scenario)

    def question(progress: Callable[[Step], None], cancel: threading.Event) -> TogetherPlans:
        from optimizer.analysis.together import certainty_together  # noqa: PLC0415

        return certainty_together(scenario, levels, settings, plan=plan, progress=progress, cancel=cancel)

    found, interrupted = answered(question)
    answer = found.answer
    if plans is not None:
        named = {f"confidence_{level * 100:g}": pair for level, pair in found.plans.items()}
        write_plans(plans, named)
    table = together_table(answer)
    write_answer(output, answer, table)
    show_answer(answer, table, together_page(answer), shown)
    if interrupted:
        return ExitCode.INTERRUPTED
    if answer.asked.cost is not None:
        return ExitCode.DONE
    return ExitCode.INFEASIBLE if answer.asked.status == "infeasible" else nothing_found()


def _chart(answer: PriceOfCertainty) -> Chart:
    from optimizer.export.charts.certainty import certainty_chart  # noqa: PLC0415

    return certainty_chart(answer)


def _outcome(answer: PriceOfCertainty) -> ExitCode:
    points = [point for curve in answer.activations for point in curve.points]
    if all(point.status == "unknown" for point in points):
        return nothing_found()
    return ExitCode.DONE


def _check_together(given: Mapping[str, bool], *, together: bool) -> None:
    """Leave with `BAD_INPUT` where an option goes with the other question."""
    of_together = ("--plan", "--plans")
    unused = [name for name, is_given in given.items() if is_given and (name in of_together) != together]
    if unused:
        remedy = "Leave it out." if together else "Leave it out, or give --together as well."
        detail = "goes with each activation alone" if together else "goes with --together"
        with blaming("options"):
            raise InputError([Problem("not_used", name, detail, remedy) for name in unused])


def certainty(
    scenario: ScenarioFile,
    confidences: Annotated[
        str,
        typer.Option("--confidences", "--confidence", help="Confidences to find the least cost of.", metavar="P,Q,…"),
    ] = "0.8,0.9,0.95,0.99",
    together: Annotated[
        bool,
        typer.Option("--together", help="Plan everything together, up to the surest plan that the budget carries."),
    ] = False,
    plan: Annotated[
        Path | None,
        typer.Option(
            metavar="PLAN", help="With --together: plan of the scenario, where it is solved.", show_default="solved"
        ),
    ] = None,
    plans: Annotated[
        Path | None, typer.Option(metavar="DIR", help="With --together: folder for each scenario and plan.")
    ] = None,
    output: AnswerOutput = None,
    png: Picture = None,
    time_limit: TimeLimitOfAll = 60.0,
    gap: Gap = 0.001,
    seed: Seed = 1,
    workers: Workers = None,
    shown: AnswerShown = "table",
) -> None:
    """Show what certainty costs: the least cost of each activation, alone, at each confidence.

    With --together: what the money that is left buys, all activations in one plan at each common confidence.

    The first Ctrl-C ends with the results so far, the second at once.
    """
    settings = settings_of(time_limit_seconds=time_limit, gap=gap, seed=seed, workers=workers)
    _check_together(
        {"--plan": plan is not None, "--plans": plans is not None, "--png": png is not None}, together=together
    )
    if together:
        raise typer.Exit(run_together(scenario, confidences, plan, output, plans, settings, shown))
    raise typer.Exit(run(scenario, confidences, output, png, settings, shown))
