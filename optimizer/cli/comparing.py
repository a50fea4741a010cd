"""Commands on plans side by side: what a simple rule would do, where the money goes, what differs."""

# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from optimizer.cli.options import AnswerOutput, AnswerShown, Output, Picture, PlanFile, ScenarioFile, Shown

app = typer.Typer()

Rule = Literal["spreadsheet", "pessimist", "greedy"]


@app.command()
def baseline(
    scenario: ScenarioFile,
    rule: Annotated[
        Rule,
        typer.Option(
            help="spreadsheet: the cheapest gifts until their posting rates sum to the posts needed. pessimist: posts "
            "needed / the worst rate, cheapest first. greedy: the best cost per chance, until the exact chance is "
            "reached, within all rules."
        ),
    ],
    output: Output = None,
    shown: Shown = "table",
) -> None:
    """Plan by a simple rule, to compare with: the same figures as any plan, and the rules it breaks."""
    from optimizer.commands.baselines import baseline as run

    raise typer.Exit(run(scenario, rule, output, as_json=shown == "json"))


@app.command()
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
    output: AnswerOutput = None,
    png: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the way from the baseline's cost to the first other's (.png or .svg)."),
    ] = None,
    shown: AnswerShown = "table",
) -> None:
    """Put plans side by side: figures, activations, creators, where the cost comes from, cash by month."""
    from optimizer.commands.comparing import compare as run

    raise typer.Exit(run([baseline, *others], scenario or [], output, png, shown))


@app.command()
def cash(
    scenario: ScenarioFile,
    plan: PlanFile,
    output: AnswerOutput = None,
    png: Picture = None,
    shown: AnswerShown = "table",
) -> None:
    """Show when the money of a plan goes, for what and for whom, and what of it is expected to come to nothing."""
    from optimizer.commands.cash import cash as run

    raise typer.Exit(run(scenario, plan, output, png, shown))
