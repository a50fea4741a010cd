"""``groundswell schema``: the JSON Schema of a format."""

from __future__ import annotations

from typing import Annotated

import typer

from optimizer.answers.formats import Document
from optimizer.cli.console import show_text
from optimizer.scenario.schema import schema_text


def run(document: Document) -> None:
    """Print the JSON Schema of a format."""
    show_text(schema_text(document.model()))


def schema(
    document: Annotated[Document, typer.Argument(metavar="FORMAT", help="Which format.")],
) -> None:
    """Print the JSON Schema of a format: every field with its meaning, unit and an example."""
    run(document)
