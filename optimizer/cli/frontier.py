"""``groundswell frontier``: what every budget buys."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.console import ExitCode, blaming, interruptible, notes, nothing_found, say
from optimizer.cli.files import (
    check_output,
    check_picture_file,
    draw,
    scenario_at,
    settings_of,
    show_answer,
    write_answer,
    write_plans,
)
from optimizer.cli.on_cluster import Place, frontier_at, places_at
from optimizer.cli.options import (
    AnswerFormat,
    AnswerOutput,
    AnswerShown,
    Cluster,
    Gap,
    Picture,
    ScenarioFile,
    Seed,
    TimeLimitOfAll,
    Workers,
)
from optimizer.errors import InputError, Problem
from optimizer.export.answer_tables import frontier_table
from optimizer.export.files import make_folder
from optimizer.export.terminal.elements import ProgressLine
from optimizer.export.terminal.frontier_page import frontier_page
from optimizer.money import LARGEST_MINOR, decimals, to_minor
from optimizer.scenario.models import Scenario
from optimizer.solve.settings import Settings

if TYPE_CHECKING:
    from optimizer.analysis.frontier import BudgetPlans
    from optimizer.answers.frontier import Frontier
    from optimizer.export.charts.base import Chart


MOST_BUDGETS = 200
"""Budgets of one frontier, at most: each has a plan, and a page that lists more is not read."""

REMEDY = "Write amounts like 2000,2500,4000, or first:last:count like 2000:12000:11."


def run(
    source: Path,
    budgets: str | int,
    settings: Settings,
    place: Place | None = None,
    *,
    output: Path | None,
    plans: Path | None,
    chart: Path | None,
    shown: AnswerFormat,
) -> ExitCode:
    """Find the best plan of each budget, write the files that were named and show the frontier.

    Parameters
    ----------
    budgets
        Amounts as typed; or the number of budgets to choose, at most.
    place
        The cluster that searches; None for this machine.
    """
    check_picture_file(chart, source, output)
    check_output(output, source)
    with blaming(source):
        scenario = scenario_at(source)
    with blaming("options"):
        wanted = budgets if isinstance(budgets, int) else amounts(budgets, scenario.currency)
    if plans is not None:
        with blaming(plans):
            make_folder(plans)
    budget_plans, interrupted = _searched(scenario, wanted, settings, place)
    if budget_plans is None:
        say("Interrupted before a worker started: there is no answer.")
        return ExitCode.INTERRUPTED
    answer = budget_plans.frontier
    table = frontier_table(answer)
    write_answer(output, answer, table)
    if plans is not None:
        _write_plans(plans, budget_plans)
    draw(chart, lambda: _chart(answer, scenario))
    show_answer(answer, table, frontier_page(answer), shown)
    return ExitCode.INTERRUPTED if interrupted else _outcome([point.status for point in answer.points])


def amounts(text: str, currency: str) -> list[int]:
    """Return the budgets that a text like ``2000,2500`` or ``2000:12000:11`` names, in minor units, smallest first.

    Raises
    ------
    InputError
        With every problem of the text.
    """
    digits = decimals(currency)
    budgets = sorted(set(_amounts(text, digits)))
    if len(budgets) > MOST_BUDGETS:
        detail = f"these are {len(budgets):,} budgets, at most {MOST_BUDGETS} are allowed"
        raise InputError([Problem("too_many", "/budgets", detail, "Name fewer.", text)])
    return budgets


def _amounts(text: str, digits: int) -> Iterator[int]:
    parts = text.split(":")
    if len(parts) == 1:
        problems: list[Problem] = []
        for part in text.split(","):
            try:
                yield _minor(part, digits)
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(problems)
        return
    if len(parts) != 3 or not 2 <= _count(parts[2].strip()) <= MOST_BUDGETS:
        detail = f"{text!r} is no range of 2 to {MOST_BUDGETS} budgets"
        raise InputError([Problem("bad_range", "/budgets", detail, REMEDY, text)])
    first, last, count = _minor(parts[0], digits), _minor(parts[1], digits), _count(parts[2].strip())
    if last <= first:
        raise InputError([Problem("bad_range", "/budgets", "the last budget is not above the first", REMEDY, text)])
    yield from (first + (last - first) * step // (count - 1) for step in range(count))


def _count(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= len(str(MOST_BUDGETS)) else 0


def _minor(text: str, digits: int) -> int:
    try:
        amount = Decimal(text.strip())
        minor = to_minor(amount, digits) if abs(amount) <= LARGEST_MINOR else 0
    except (InvalidOperation, ValueError):
        minor = 0
    if not 0 < minor <= LARGEST_MINOR:
        detail = f"{text.strip()!r} is no amount above 0 in whole minor units of the currency, or too large"
        raise InputError([Problem("money_format", "/budgets", detail, REMEDY, text)])
    return minor


def _searched(
    scenario: Scenario, budgets: list[int] | int, settings: Settings, place: Place | None
) -> tuple[BudgetPlans | None, bool]:
    with ProgressLine(notes(), scenario.currency) as line:

        def work(cancel: threading.Event) -> BudgetPlans | None:
            if place is not None:
                return frontier_at(place, scenario, budgets, settings, line.tell, cancel)
            from optimizer.analysis.frontier import frontier as search  # noqa: PLC0415

            return search(scenario, budgets, settings, listener=line.tell, cancel=cancel)

        return interruptible(
            work, lambda: say("Interrupted: ending with the results so far. Once more to end at once.")
        )


def _write_plans(folder: Path, budget_plans: BudgetPlans) -> None:
    """Write the scenario and the plan of every budget, so that they can be verified, compared and exported."""
    write_plans(folder, {f"budget_{item.point.budget}": (item.scenario, item.plan) for item in budget_plans.plans})


def _chart(answer: Frontier, scenario: Scenario) -> Chart:
    from optimizer.export.charts.frontier import frontier_chart  # noqa: PLC0415
    from optimizer.export.plan_tables import names_of  # noqa: PLC0415

    return frontier_chart(answer, names_of(scenario))


def _outcome(statuses: list[str]) -> ExitCode:
    """Return `DONE` if any budget has a plan, else `INFEASIBLE` if none can have one, else `NOTHING_FOUND`."""
    if any(status in ("optimal", "feasible") for status in statuses):
        return ExitCode.DONE
    if all(status == "infeasible" for status in statuses):
        say("Infeasible: proven that no plan keeps every rule of this scenario under any of these budgets.")
        return ExitCode.INFEASIBLE
    return nothing_found()


def frontier(
    scenario: ScenarioFile,
    budgets: Annotated[
        str | None,
        typer.Option(
            help="Total budgets: amounts (2000,2500,4000), or first:last:count (2000:12000:11).", metavar="A,B,…"
        ),
    ] = None,
    auto: Annotated[
        bool, typer.Option("--auto", help="Choose round budgets, from the first activation to all of them (default).")
    ] = False,
    points: Annotated[
        int | None,
        typer.Option(help="With --auto: the most budgets.", metavar="N", min=2, max=200, show_default="12"),
    ] = None,
    output: AnswerOutput = None,
    plans: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for each budget's scenario and plan.")
    ] = None,
    png: Picture = None,
    time_limit: TimeLimitOfAll = 180.0,
    gap: Gap = 0.001,
    seed: Seed = 1,
    workers: Workers = None,
    cluster: Cluster = None,
    shown: AnswerShown = "table",
) -> None:
    """Find what every total budget buys: value, communities, cost and the next step, each plan verified.

    A larger budget is never worse. Without --budgets, round ones are chosen.

    The first Ctrl-C ends with the results so far, the second at once.
    """
    settings = settings_of(time_limit_seconds=time_limit, gap=gap, seed=seed, workers=workers)
    with blaming("options"):
        if budgets is not None and (auto or points is not None):
            detail = "--budgets names the budgets, --auto and --points have them chosen"
            raise InputError([Problem("both_given", "/budgets", detail, "Give one or the other.")])
    wanted = budgets if budgets is not None else points or 12
    place = None if cluster is None else Place(cluster, places_at(cluster, workers))
    raise typer.Exit(run(scenario, wanted, settings, place, output=output, plans=plans, chart=png, shown=shown))
