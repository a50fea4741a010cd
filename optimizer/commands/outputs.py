"""Files that commands write beside what they show, and answers shown in the format asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from rich.console import RenderableType

from optimizer.answers.common import to_json
from optimizer.commands.console import blaming, say, show, show_text
from optimizer.export.csv_files import BYTE_ORDER_MARK, csv_text
from optimizer.export.files import check_writable, write_atomically
from optimizer.export.tables import Table
from optimizer.scenario.fields import Strict

Shown = Literal["table", "json", "csv"]


def check_output(file: Path | None) -> None:
    """Leave with what is wrong with the name of a file, before any work is done for it."""
    if file is not None:
        with blaming(file):
            check_writable(file)


def write_output(file: Path | None, content: str | bytes) -> None:
    """Write a file where one is named."""
    if file is None:
        return
    with blaming(file):
        write_atomically(file, content)
    say(f"Written to {file}.")


def write_answer(file: Path | None, answer: Strict, table: Table) -> None:
    """Write an answer where a file is named: its table where the name ends in .csv, else all of it as JSON."""
    if file is not None:
        write_output(file, csv_text(table) if file.suffix.lower() == ".csv" else to_json(answer))


def show_answer(answer: Strict, table: Table, page: RenderableType, shown: Shown) -> None:
    """Print an answer as a page, all of it as JSON, or its table as CSV."""
    if shown == "table":
        show(page)
    else:
        show_text(csv_text(table).removeprefix(BYTE_ORDER_MARK) if shown == "csv" else to_json(answer))
