"""Arguments and options that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Format = Literal["table", "json"]
AnswerFormat = Literal["table", "json", "csv"]
ScenarioFile = Annotated[
    Path, typer.Argument(metavar="SCENARIO", help="Scenario file (JSON or .xlsx); - reads standard input.")
]
PlanFile = Annotated[Path, typer.Argument(metavar="PLAN", help="Plan file (JSON).")]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="File to write (JSON).")]
AnswerOutput = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="File to write: a table where it ends in .csv, else JSON."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")]
Shown = Annotated[Format, typer.Option("--format", help="How the result is printed.")]
AnswerShown = Annotated[AnswerFormat, typer.Option("--format", help="How the result is printed.")]
Who = Annotated[bool, typer.Option("--who", help="Name everybody who is gifted, too.")]
Picture = Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the answer (.png or .svg).")]
TimeLimit = Annotated[float, typer.Option(help="Seconds allowed.", metavar="S")]
TimeLimitOfAll = Annotated[float, typer.Option(help="Seconds allowed for all its solves together.", metavar="S")]
Gap = Annotated[float, typer.Option(help="Cost gap at which a plan counts as optimal (0.001 is 0.1%).", metavar="G")]
Seed = Annotated[int, typer.Option(help="Seed of solver and simulation.", metavar="N")]
Cluster = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Solve on the workers of this Dask scheduler (tcp://host:8786).",
        show_default="this machine",
    ),
]
Workers = Annotated[int | None, typer.Option(help="Solver threads.", metavar="N", show_default="one per core")]
