"""``import-creators``, ``generate`` and ``schema``: documents in and out."""

from __future__ import annotations

from pathlib import Path

from optimizer.answers.formats import Document
from optimizer.commands.console import blaming, say, show_text
from optimizer.commands.inputs import document_at
from optimizer.commands.outputs import check_output, write_output
from optimizer.scenario.creators_csv import import_creators as merged
from optimizer.scenario.families.table import FamilyName
from optimizer.scenario.generator import dump
from optimizer.scenario.generator import generate as generated
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.reading import read_text
from optimizer.scenario.schema import schema_text


def deliver(text: str, output: Path | None) -> None:
    """Write a document to a file, or print it where none is named."""
    if output is None:
        show_text(text)
        return
    write_output(output, text)


def import_creators(table: Path, into: Path, output: Path) -> None:
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


def generate(
    family: FamilyName, seed: int, output: Path | None, *, scale: int = 1, capacity_use: float | None = None
) -> None:
    """Make a scenario of a family."""
    check_output(output)
    deliver(dump(generated(family, seed, scale=scale, capacity_use=capacity_use)), output)


def schema(document: Document) -> None:
    """Print the JSON Schema of a format."""
    show_text(schema_text(document.model()))
