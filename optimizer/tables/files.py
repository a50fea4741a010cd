"""From a file, or its content, to its sheets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from optimizer.errors import InputError, Problem
from optimizer.tables.delimited import sheet_of
from optimizer.tables.grid import Book
from optimizer.tables.workbooks import book_of, is_workbook

LARGEST_FILE_MB = 64
SUFFIXES = (".csv", ".tsv", ".txt", ".tab", ".xlsx", ".xlsm", ".xls", ".ods")
"""How the names of tables end; what a file is, its content says."""


def is_table_file(path: Path) -> bool:
    """Return whether the name of a file is that of a table, not of a JSON document."""
    return path.suffix.lower() in SUFFIXES


def read_book(
    source: Path | bytes | str, known: Callable[[str], bool] = lambda _: False, encoding: str | None = None
) -> Book:
    """Return the sheets of a file.

    Parameters
    ----------
    source
        A path, the content of a file, or the text of one.
    known
        Tells whether a text is a known column name; text files are separated so that most are.
    encoding
        Of a text file; None to find out.

    Raises
    ------
    InputError
        If it cannot be read, is too large, or neither a text file nor a workbook.
    """
    raw = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    content = _content(raw) if isinstance(raw, Path) else raw
    if len(content) > LARGEST_FILE_MB * 2**20:
        detail = f"the file is larger than {LARGEST_FILE_MB} MB"
        raise InputError([Problem("file_too_large", "", detail, "Check that it is the right file.")])
    if is_workbook(content):
        return book_of(content)
    return Book([sheet_of(content, known, encoding)])


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE_MB * 2**20 + 1)
    except FileNotFoundError:
        detail, remedy = "there is no such file", "Check the path."
        raise InputError([Problem("file_not_found", "", detail, remedy, str(path))]) from None
    except IsADirectoryError:
        detail, remedy = "this is a directory", "Name a file in it."
        raise InputError([Problem("file_unreadable", "", detail, remedy, str(path))]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        detail = f"the file cannot be read: {reason}"
        raise InputError([Problem("file_unreadable", "", detail, "Check the file.", str(path))]) from None
