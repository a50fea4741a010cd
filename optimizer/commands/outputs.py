"""Files that commands write, looked at before any work is done for them."""

from __future__ import annotations

from pathlib import Path

from optimizer.commands.console import blaming
from optimizer.commands.inputs import STANDARD_INPUT
from optimizer.errors import InputError, Problem
from optimizer.export.files import check_writable


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
