"""The command that hands a plan to those who work with it."""

# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from optimizer.cli.options import PlanFile, ScenarioFile

app = typer.Typer()

Target = Literal["csv", "xlsx", "orders", "briefs", "calendar", "html"]


@app.command()
def export(
    scenario: ScenarioFile,
    plan: PlanFile,
    to: Annotated[
        Target,
        typer.Option(
            help="csv: a folder of tables. xlsx: a workbook for finance. orders: the warehouse's parcels "
            "(Matrixify/Shopify CSV). briefs: what to tell each creator (CSV). calendar: ship days and windows (.ics). "
            "html: a report for everybody."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="OUT", help="File, or folder for csv.", show_default="beside PLAN"),
    ] = None,
    addresses: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="For orders: creator, first_name, last_name, email, phone, address1, address2, city, province, zip, "
            "country.",
        ),
    ] = None,
    beside: Annotated[
        list[Path] | None,
        typer.Option(
            "--with",
            metavar="ANSWER",
            help="For html: what frontier, certainty or compare wrote with -o, to stand in the report; repeatable.",
        ),
    ] = None,
    png: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for the plan's charts as pictures.")] = None,
) -> None:
    """Write a plan as files for finance, warehouse, community managers and calendars."""
    from optimizer.commands.exporting import export as run

    raise typer.Exit(run(scenario, plan, to, output, addresses, beside=beside or [], pictures=png))
