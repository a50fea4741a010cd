"""Commands for many scenarios at once."""

# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.options import Cluster, Gap

app = typer.Typer()


@app.command()
def batch(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="DIR|MANIFEST.csv",
            help="Folder of scenario files (*.json); or a CSV: scenario, budget, confidence, seed, time_limit, gap, "
            "label, all but the first optional; or one scenario file.",
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="Folder of results, new or resumed.")],
    budgets: Annotated[
        str | None,
        typer.Option(metavar="A,B,…", help="Total budgets to try.", show_default="the scenario's"),
    ] = None,
    confidences: Annotated[
        str | None,
        typer.Option(
            metavar="P,Q,…", help="Confidences to try, each for every activation.", show_default="the scenario's"
        ),
    ] = None,
    seeds: Annotated[str, typer.Option(metavar="N,M,…", help="Seeds to try.")] = "1",
    time_limit: Annotated[float, typer.Option(help="Seconds allowed for each solve.", metavar="S")] = 60.0,
    gap: Gap = 0.001,
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=64, help="Solves at once, one thread each.", show_default="one per core"),
    ] = None,
    cluster: Cluster = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Solve again what is solved.")] = False,
    parquet: Annotated[bool, typer.Option("--parquet", help="Write OUT/summary.parquet too.")] = False,
) -> None:
    """Solve many scenarios with several budgets, confidences and seeds.

    Plans, the scenarios as solved and one summary go to OUT.

    The same command goes on where an earlier one was ended or killed.

    The first Ctrl-C ends what runs with its best plan so far, the second leaves at once.

    Exit code, the first that applies: 130 interrupted, 1 a job failed, 2 bad input, 3 infeasible, 4 nothing found.
    """
    from optimizer.commands.batching import batch as run
    from optimizer.commands.batching import choices_of, manner_of

    choices = choices_of(budgets=budgets, confidences=confidences, seeds=seeds, time_limit=time_limit, gap=gap)
    manner = manner_of(workers, cluster, fresh=fresh, parquet=parquet)
    raise typer.Exit(run(source, output, choices, manner))
