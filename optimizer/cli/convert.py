"""``groundswell convert``: a scenario from JSON to a workbook and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.console import ExitCode, blaming, say
from optimizer.cli.files import (
    check_output,
    check_scenario_name,
    loaded_at,
    refuse_existing,
    scenario_file,
    write_output,
)
from optimizer.cli.options import Force, ScenarioFile
from optimizer.wording import counted


def run(source: Path, output: Path, *, force: bool) -> None:
    """Write the scenario at `source` in the form that the name of `output` asks for."""
    check_scenario_name(output)
    check_output(output, source, option="OUTPUT", workbook=True)
    refuse_existing(output, force=force)
    with blaming(source):
        loaded = loaded_at(source)
    write_output(output, scenario_file(loaded.document, output))
    say(f"It has {counted(len(loaded.scenario.creators), 'creator')}.")


def convert(
    scenario: ScenarioFile,
    output: Annotated[Path, typer.Argument(metavar="OUTPUT", help="File to write: .xlsx or .json.")],
    force: Force = False,
) -> None:
    """Write a scenario as a workbook (.xlsx) or as JSON (.json); nothing is lost on the way."""
    run(scenario, output, force=force)
    raise typer.Exit(ExitCode.DONE)
