"""Commands that tell what things cost: certainty, and limits."""

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
def certainty(
    scenario: ScenarioFile,
    confidences: Annotated[
        str, typer.Option("--confidences", "--confidence", help="Confidences to price.", metavar="P,Q,…")
    ] = "0.8,0.9,0.95,0.99",
    output: AnswerOutput = None,
    png: Picture = None,
    time_limit: TimeLimitOfAll = 60.0,
    gap: Gap = 0.001,
    seed: Seed = 1,
    workers: Workers = None,
    shown: AnswerShown = "table",
) -> None:
    """Tell what certainty costs: the least cost of each activation, alone, at each confidence.

    The first Ctrl-C ends with what is known so far, the second at once.
    """
    from optimizer.commands.inputs import settings_of
    from optimizer.commands.pricing import certainty as run

    settings = settings_of(time_limit_seconds=time_limit, gap=gap, seed=seed, workers=workers)
    raise typer.Exit(run(scenario, confidences, output, png, settings, shown))


@app.command()
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
    """Tell what limits cost: what each limit that binds would buy, one step looser.

    The first Ctrl-C ends with what is known so far, the second at once.
    """
    from optimizer.commands.inputs import settings_of
    from optimizer.commands.pricing import limits as run

    settings = settings_of(time_limit_seconds=time_limit, gap=gap, seed=seed, workers=workers)
    raise typer.Exit(run(scenario, plan, output, settings, shown))
