"""Commands of a cluster."""

# ruff: noqa: PLC0415

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def worker(
    scheduler: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Dask scheduler, such as tcp://host:8786 or tls://host:8786.")
    ],
    slots: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=256, help="Solves at once.", show_default="one per core")
    ] = None,
    memory_mb: Annotated[
        int | None,
        typer.Option(metavar="M", min=64, help="Memory of each solve, at most (MB).", show_default="as submitted"),
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Shown by the scheduler.", show_default="its address")
    ] = None,
) -> None:
    """Solve for a Dask scheduler, until Ctrl-C or SIGTERM: what runs then is solved elsewhere.

    Each solve is a process of its own and has an equal share of the cores. Scheduler and workers belong in a private
    network: whoever reaches them can run anything there. tls:// takes its certificates from Dask's configuration.
    """
    from optimizer.commands.cluster import worker as run

    raise typer.Exit(run(scheduler, slots, memory_mb, name))
