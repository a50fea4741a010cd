"""``groundswell generate``: a scenario of a benchmark family."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from optimizer.cli.files import check_output, deliver
from optimizer.cli.options import Output
from optimizer.scenario.families.table import FamilyName, WideName
from optimizer.scenario.generator import dump
from optimizer.scenario.generator import generate as generated

Family = Literal["S", "M", "L", "XL", "Y", "W", "WW"]


def run(
    family: FamilyName | WideName, seed: int, output: Path | None, *, scale: int = 1, capacity_use: float | None = None
) -> None:
    """Make a scenario of a family."""
    check_output(output)
    deliver(dump(generated(family, seed, scale=scale, capacity_use=capacity_use)), output)


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
    run(family, seed, output, scale=scale, capacity_use=capacity_use)
