"""``groundswell import-creators``: creators of a spreadsheet into a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.console import blaming, say
from optimizer.cli.files import check_output, deliver, document_at
from optimizer.scenario.creators_csv import import_creators as merged
from optimizer.scenario.generator import dump
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.reading import read_text


def run(table: Path, into: Path, output: Path) -> None:
    """Merge the creators of a CSV into a scenario and write the result, once it is a valid scenario."""
    check_output(output)
    with blaming(into):
        document = document_at(into)
    with blaming(table):
        filled, notes = merged(read_text(table), document)
    with blaming(f"{into} with the creators of {table}"):
        scenario = scenario_from_data(filled)
    for note in notes:
        say(f"{note.pointer}: {note.detail} [{note.code}]")
    deliver(dump(filled), output)
    say(f"It has {len(scenario.creators):,} creators now.")


def import_creators(
    table: Annotated[Path, typer.Argument(metavar="CSV", help="Creators, one per row, with a line of column names.")],
    into: Annotated[Path, typer.Option(metavar="SCENARIO", help="Scenario that receives them.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="File to write.", show_default="SCENARIO")
    ] = None,
) -> None:
    """Bring creators from a spreadsheet into a scenario; a row replaces the creator of the same id."""
    run(table, into, output or into)
