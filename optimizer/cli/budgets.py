"""Commands about budgets."""

# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.options import (
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
        bool, typer.Option("--auto", help="Choose round budgets, from the first activation to all of them (default).")
    ] = False,
    points: Annotated[
        int | None,
        typer.Option(help="With --auto: at most so many budgets.", metavar="N", min=2, max=200, show_default="12"),
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

    The first Ctrl-C ends with what is known so far, the second at once.
    """
    from optimizer.commands.budgets import frontier as run
    from optimizer.commands.console import blaming
    from optimizer.commands.elsewhere import Cluster as Place
    from optimizer.commands.elsewhere import places_at
    from optimizer.commands.inputs import settings_of
    from optimizer.errors import InputError, Problem

    settings = settings_of(time_limit_seconds=time_limit, gap=gap, seed=seed, workers=workers)
    with blaming("options"):
        if budgets is not None and (auto or points is not None):
            detail = "--budgets names the budgets, --auto and --points have them chosen"
            raise InputError([Problem("both_given", "/budgets", detail, "Give one or the other.")])
    asked = budgets if budgets is not None else points or 12
    place = None if cluster is None else Place(cluster, places_at(cluster, workers))
    raise typer.Exit(run(scenario, asked, settings, place, output=output, plans=plans, chart=png, shown=shown))
