"""Commands from a scenario to a plan: make, check, judge, and the documents around them."""

# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from optimizer.answers.formats import Document
from optimizer.cli.options import Gap, Output, PlanFile, ScenarioFile, Seed, Shown, TimeLimit, Workers

app = typer.Typer()

Method = Literal["auto", "plain", "decomposed"]
Family = Literal["S", "M", "L", "XL", "Y"]


@app.command()
def solve(
    scenario: ScenarioFile,
    output: Output = None,
    time_limit: TimeLimit = 60.0,
    gap: Gap = 0.001,
    seed: Seed = 1,
    workers: Workers = None,
    method: Annotated[Method, typer.Option(help="One plain model, decomposed, or as the size suggests.")] = "auto",
    shown: Shown = "table",
) -> None:
    """Make the best plan, verify it, and say how good it is.

    The first Ctrl-C ends the search with the best plan so far, the second at once.
    """
    from optimizer.commands.inputs import settings_of
    from optimizer.commands.solving import solve as run

    settings = settings_of(time_limit_seconds=time_limit, gap=gap, seed=seed, workers=workers, method=method)
    raise typer.Exit(run(scenario, output, settings, as_json=shown == "json"))


@app.command()
def validate(
    scenarios: Annotated[list[Path], typer.Argument(metavar="SCENARIO...", help="Scenario files.")],
) -> None:
    """Check scenario files: every problem at once, then what each community's network can reach."""
    from optimizer.commands.judging import validate as run

    raise typer.Exit(run(scenarios))


@app.command()
def verify(scenario: ScenarioFile, plan: PlanFile) -> None:
    """Judge a plan by every rule, independently of what made it."""
    from optimizer.commands.judging import verify as run

    raise typer.Exit(run(scenario, plan))


@app.command()
def evaluate(
    scenario: ScenarioFile,
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN",
            help="Plan (JSON), or decisions (CSV: creator, activation, mode, ship_on, window_start).",
        ),
    ],
    output: Output = None,
    shown: Shown = "table",
) -> None:
    """Score a hand-made plan: the same figures, and the rules it breaks."""
    from optimizer.commands.judging import evaluate as run

    raise typer.Exit(run(scenario, plan, output, as_json=shown == "json"))


@app.command("import-creators")
def import_creators(
    table: Annotated[Path, typer.Argument(metavar="CSV", help="Creators, one per row, with a line of column names.")],
    into: Annotated[Path, typer.Option(metavar="SCENARIO", help="Scenario that receives them.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="File to write.", show_default="SCENARIO")
    ] = None,
) -> None:
    """Bring creators from a spreadsheet into a scenario; those with a known id are replaced."""
    from optimizer.commands.documents import import_creators as run

    run(table, into, output or into)


@app.command()
def generate(
    family: Annotated[Family, typer.Option(help="Kind and size.")],
    seed: Annotated[int, typer.Option(help="Equal seeds give equal scenarios.", metavar="N", min=0)],
    scale: Annotated[int, typer.Option(help="Times as many communities.", metavar="N", min=1)] = 1,
    capacity_use: Annotated[
        float | None,
        typer.Option(
            help="Share of the parcel places that the parcels needed will take.",
            metavar="SHARE",
            min=0.01,
            max=1.0,
            show_default="drawn by the family",
        ),
    ] = None,
    output: Output = None,
) -> None:
    """Make a scenario of a benchmark family."""
    from optimizer.commands.documents import generate as run

    run(family, seed, output, scale=scale, capacity_use=capacity_use)


@app.command()
def schema(
    document: Annotated[Document, typer.Argument(metavar="FORMAT", help="Which format.")],
) -> None:
    """Print the JSON Schema of a format: every field with its meaning, unit and an example."""
    from optimizer.commands.documents import schema as run

    run(document)
