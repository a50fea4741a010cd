"""``groundswell certainty`` and ``groundswell limits``: what certainty and limits cost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from optimizer.analysis.certainty import price_of_certainty
from optimizer.analysis.looser.cost import cost_of_limits
from optimizer.analysis.plan_files import read_plan
from optimizer.answers.certainty import PriceOfCertainty
from optimizer.answers.limits import CostOfLimits
from optimizer.batch.choices import read_list
from optimizer.commands.console import ExitCode, blaming, notes, say
from optimizer.commands.inputs import scenario_at
from optimizer.commands.interruptible import interruptible
from optimizer.commands.outputs import Shown, check_output, show_answer, write_answer
from optimizer.commands.pictures import check_picture_file, draw
from optimizer.export.answer_tables import certainty_table, limits_table
from optimizer.export.certainties import certainty_view
from optimizer.export.limit_costs import limits_view
from optimizer.export.steps import StepLine
from optimizer.solve.settings import Settings

if TYPE_CHECKING:
    from optimizer.export.charts.base import Chart

A = TypeVar("A")


def certainty(
    source: Path, listed: str, output: Path | None, chart: Path | None, settings: Settings, shown: Shown
) -> ExitCode:
    """Price each activation of the scenario at the listed confidences; return how it ended."""
    check_picture_file(chart, source, output)
    with blaming("options"):
        confidences = read_list("confidence", listed, "--confidences")
    check_output(output, source)
    with blaming(source):
        scenario = scenario_at(source)
    answer, interrupted = _asked(price_of_certainty, scenario, confidences, settings)
    table = certainty_table(answer)
    write_answer(output, answer, table)
    draw(chart, lambda: _chart(answer))
    show_answer(answer, table, certainty_view(answer), shown)
    return ExitCode.INTERRUPTED if interrupted else _priced(answer)


def limits(source: Path, plan_file: Path | None, output: Path | None, settings: Settings, shown: Shown) -> ExitCode:
    """Tell what each limit costs that binds in the scenario's plan; return how it ended."""
    check_output(output, source, plan_file)
    with blaming(source):
        scenario = scenario_at(source)
    with blaming(plan_file):
        known = None if plan_file is None else read_plan(plan_file)
        answer, interrupted = _asked(cost_of_limits, scenario, settings, plan=known)
    table = limits_table(answer)
    write_answer(output, answer, table)
    show_answer(answer, table, limits_view(answer), shown)
    return ExitCode.INTERRUPTED if interrupted else _measured(answer)


def _asked(question: Callable[..., A], *given: Any, **named: Any) -> tuple[A, bool]:
    """Return the answer to a question and whether a signal ended it early."""
    with StepLine(notes()) as line:

        def work(cancel: threading.Event) -> A:
            return question(*given, **named, progress=line.tell, cancel=cancel)

        return interruptible(work, _tell_of_interrupt)


def _chart(answer: PriceOfCertainty) -> Chart:
    from optimizer.export.charts.certainty import certainty_chart  # noqa: PLC0415

    return certainty_chart(answer)


def _tell_of_interrupt() -> None:
    say("Interrupted: ending with what is known so far. Once more to end at once.")


def _priced(answer: PriceOfCertainty) -> ExitCode:
    points = [point for curve in answer.activations for point in curve.points]
    if all(point.status == "unknown" for point in points):
        say("Nothing was found in the time given; a longer --time-limit may find it.")
        return ExitCode.NOTHING_FOUND
    return ExitCode.DONE


def _measured(answer: CostOfLimits) -> ExitCode:
    if answer.status == "infeasible":
        say("Infeasible: proven that no plan keeps every rule. `groundswell solve` tells what stands in the way.")
        return ExitCode.INFEASIBLE
    if answer.status == "unknown":
        say("No plan of the scenario was found in the time given; a longer --time-limit may find one.")
        return ExitCode.NOTHING_FOUND
    return ExitCode.DONE
