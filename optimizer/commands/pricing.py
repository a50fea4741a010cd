"""``groundswell certainty`` and ``groundswell limits``: what certainty and limits cost."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rich.console import RenderableType

from optimizer.analysis.certainty import checked, price_of_certainty
from optimizer.analysis.looser.cost import cost_of_limits
from optimizer.analysis.plan_files import read_plan
from optimizer.answers.certainty import PriceOfCertainty
from optimizer.answers.common import to_json
from optimizer.answers.limits import CostOfLimits
from optimizer.commands.console import ExitCode, blaming, notes, say, show, show_text
from optimizer.commands.inputs import scenario_at
from optimizer.commands.interruptible import interruptible
from optimizer.commands.outputs import check_output
from optimizer.commands.pictures import check_picture_file, draw
from optimizer.errors import InputError, Problem, pointer
from optimizer.export.certainties import certainty_view
from optimizer.export.files import write_atomically
from optimizer.export.limit_costs import limits_view
from optimizer.export.steps import StepLine
from optimizer.scenario.fields import Strict
from optimizer.solve.settings import Settings

if TYPE_CHECKING:
    from optimizer.export.charts.base import Chart

A = TypeVar("A", bound=Strict)


def certainty(
    source: Path, listed: str, output: Path | None, chart: Path | None, settings: Settings, *, as_json: bool
) -> ExitCode:
    """Price each activation of the scenario at the listed confidences; return how it ended."""
    check_picture_file(chart, source, output)
    with blaming("--confidence"):
        confidences = confidences_of(listed)
    check_output(output, source)
    with blaming(source):
        scenario = scenario_at(source)
    answer, interrupted = _asked(price_of_certainty, scenario, confidences, settings)
    draw(chart, lambda: _chart(answer))
    _deliver(answer, output, certainty_view(answer), as_json=as_json)
    return ExitCode.INTERRUPTED if interrupted else _priced(answer)


def limits(source: Path, plan_file: Path | None, output: Path | None, settings: Settings, *, as_json: bool) -> ExitCode:
    """Tell what each limit costs that binds in the scenario's plan; return how it ended."""
    check_output(output, source, plan_file)
    with blaming(source):
        scenario = scenario_at(source)
    with blaming(plan_file):
        known = None if plan_file is None else read_plan(plan_file)
        answer, interrupted = _asked(cost_of_limits, scenario, settings, plan=known)
    _deliver(answer, output, limits_view(answer), as_json=as_json)
    return ExitCode.INTERRUPTED if interrupted else _measured(answer)


def confidences_of(listed: str) -> list[float]:
    """Return the confidences in a list with commas, in order; raise InputError with everything wrong with it."""
    problems, found = [], []
    for index, text in enumerate(listed.split(",")):
        try:
            found.append(float(text))
        except ValueError:
            remedy = "List fractions with commas between them, such as 0.8,0.9."
            problems.append(Problem("not_a_number", pointer(index), "should be a number", remedy, text))
            found.append(math.nan)
    try:
        found = checked(found)
    except InputError as error:
        problems += [item for item in error.problems if item.pointer not in {known.pointer for known in problems}]
    if problems:
        raise InputError(problems)
    return found


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


def _deliver(answer: Strict, output: Path | None, view: RenderableType, *, as_json: bool) -> None:
    """Write an answer where a file is named, and show it."""
    text = to_json(answer)
    if output is not None:
        with blaming(output):
            write_atomically(output, text)
        say(f"Written to {output}.")
    if as_json:
        show_text(text)
    else:
        show(view)


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
