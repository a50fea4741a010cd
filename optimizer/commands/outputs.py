"""Files that commands write beside what they show, and answers shown in the format asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from rich.console import RenderableType

from optimizer.answers.common import to_json
from optimizer.commands.console import blaming, say, show, show_text
from optimizer.commands.inputs import STANDARD_INPUT
from optimizer.errors import InputError, Problem
from optimizer.export.csv_files import BYTE_ORDER_MARK, csv_text
from optimizer.export.files import check_writable, write_atomically
from optimizer.export.tables import Table
from optimizer.scenario.fields import Strict

Shown = Literal["table", "json", "csv"]


def check_output(output: Path | None, *others: Path | None, option: str = "--output") -> None:
    """Leave with what is wrong with a file to be written: it cannot be, or the command reads or writes it otherwise.

    Parameters
    ----------
    others
        Files that the same command reads, and those it writes besides.
    option
        Where the file was named.
    """
    if output is not None:
        with blaming(output):
            check_writable(output)
            refuse_overwriting(output, *others, option=option)


def refuse_overwriting(output: Path, *others: Path | None, option: str = "--output") -> None:
    """Refuse to write over what the same command reads, or writes besides; raise InputError."""
    if any(same_file(output, other) for other in others if other is not None and other != STANDARD_INPUT):
        detail = f"{output} is used by this command otherwise and would be overwritten"
        raise InputError([Problem("would_overwrite", option, detail, "Name another file.")])


def same_file(one: Path, other: Path) -> bool:
    """Tell whether two paths lead to the same file, which need not exist."""
    return one.resolve() == other.resolve()


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
