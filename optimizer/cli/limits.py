"""``groundswell limits``: what limits cost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.analysis.plan_files import read_plan
from optimizer.answers.limits import CostOfLimits
from optimizer.cli.console import ExitCode, blaming, nothing_found, say
from optimizer.cli.files import check_output, scenario_at, settings_of, show_answer, write_answer
from optimizer.cli.options import (
    AnswerFormat,
    AnswerOutput,
    AnswerShown,
    Gap,
    ScenarioFile,
    Seed,
    TimeLimitOfAll,
    Workers,
)
from optimizer.cli.questions import answered
from optimizer.export.answer_tables import limits_table
from optimizer.export.terminal.limits_page import limits_page
from optimizer.solve.settings import Settings

if TYPE_CHECKING:
    from optimizer.analysis.time_budget import Step


def run(source: Path, plan_file: Path | None, output: Path | None, settings: Settings, shown: AnswerFormat) -> ExitCode:
    """Find what each limit costs that binds in the scenario's plan; return how it ended."""
    check_output(output, source, plan_file)
    with blaming(source):
        scenario = scenario_at(source)
    with blaming(plan_file):
        plan = None if plan_file is None else read_plan(plan_file)

        def question(progress: Callable[[Step], None], cancel: threading.Event) -> CostOfLimits:
            from optimizer.analysis.sensitivity.cost import cost_of_limits  # noqa: PLC0415

            return cost_of_limits(scenario, settings, plan=plan, progress=progress, cancel=cancel)

        answer, interrupted = answered(question)
    table = limits_table(answer)
    write_answer(output, answer, table)
    show_answer(answer, table, limits_page(answer), shown)
    return ExitCode.INTERRUPTED if interrupted else _outcome(answer)


def _outcome(answer: CostOfLimits) -> ExitCode:
    if answer.status == "infeasible":
        say("Infeasible: proven that no plan keeps every rule. `groundswell solve` tells what stands in the way.")
        return ExitCode.INFEASIBLE
    if answer.status == "unknown":
        return nothing_found()
    return ExitCode.DONE


def limits(
    scenario: ScenarioFile,
    plan: Annotated[
        Path | None,
        typer.Option(metavar="PLAN", help="Plan of the scenario (JSON), where it is solved.", show_default="solved"),
    ] = None,
    output: AnswerOutput = None,
    time_limit: TimeLimitOfAll = 60.0,
    gap: Gap = 0.001,
    seed: Seed = 1,
    workers: Workers = None,
    shown: AnswerShown = "table",
) -> None:
    """Show what limits cost: what each limit that binds would buy, one step looser.

    The first Ctrl-C ends with the results so far, the second at once.
    """
    settings = settings_of(time_limit_seconds=time_limit, gap=gap, seed=seed, workers=workers)
    raise typer.Exit(run(scenario, plan, output, settings, shown))
