"""Commands about budgets."""

# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.options import (
    AnswerOutput,
    AnswerShown,
    Gap,
    Picture,
    ScenarioFile,
    Seed,
    TimeLimitOfAll,
    Workers,
)

app = typer.Typer()


@app.command()
def frontier(
    scenario: ScenarioFile,
    budgets: Annotated[
        str | None,
        typer.Option(
            help="Total budgets: amounts (2000,2500,4000), or first:last:count (2000:12000:11).", metavar="A,B,…"
        ),
    ] = None,
    auto: Annotated[
        int | None,
        typer.Option(help="At most so many budgets, from the first activation to all of them.", min=2, max=200),
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
    shown: AnswerShown = "table",
) -> None:
    """Find what every total budget buys: value, communities, cost and the next step, each plan verified.

    A larger budget is never worse. Without --budgets, 12 budgets at most are chosen (--auto 12).

    The first Ctrl-C ends with what is known so far, the second at once.
    """
    from optimizer.commands.budgets import frontier as run
    from optimizer.commands.console import blaming
    from optimizer.commands.inputs import settings_of
    from optimizer.errors import InputError, Problem

    settings = settings_of(time_limit_seconds=time_limit, gap=gap, seed=seed, workers=workers)
    with blaming("options"):
        if budgets is not None and auto is not None:
            detail = "--budgets and --auto exclude each other"
            raise InputError([Problem("both_given", "/auto", detail, "Give one of them.")])
    asked = budgets if budgets is not None else auto or 12
    raise typer.Exit(run(scenario, asked, settings, output=output, plans=plans, chart=png, shown=shown))
