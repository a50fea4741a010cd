"""``groundswell new``: a file to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.console import ExitCode
from optimizer.cli.files import check_output, check_scenario_name, refuse_existing, scenario_file, write_output
from optimizer.cli.options import Force
from optimizer.scenario.template import template


def run(file: Path, *, force: bool) -> None:
    """Write a small complete example, as a workbook or as JSON."""
    check_scenario_name(file)
    check_output(file, option="FILE", workbook=True)
    refuse_existing(file, force=force)
    write_output(file, scenario_file(template(), file))


def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write: a workbook (.xlsx) or JSON (.json).")],
    force: Force = False,
) -> None:
    """Write a scenario to begin with: a workbook to fill in (.xlsx), or JSON."""
    run(file, force=force)
    raise typer.Exit(ExitCode.DONE)
