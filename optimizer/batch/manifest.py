"""What is to be solved, from a table with one row per scenario and choice.

===========  =====================================================================  ====================
column       meaning                                                                example
===========  =====================================================================  ====================
scenario     scenario file, relative to the folder of the manifest (needed)         spring/base.json
budget       total budget in the scenario's currency                                2000.00
confidence   probability asked for of every activation, between 0 and 1             0.9
seed         of the solver and the simulation                                       1
time_limit   seconds allowed                                                        60
gap          cost gap at which a plan counts as optimal, a fraction                 0.001
label        text that goes to the summary                                          board's wish
===========  =====================================================================  ====================

An empty cell, or a column left out, takes every value of the command's option in turn. Names of columns are read
without regard to case and with spaces for underscores. Any table will do (`optimizer.tables`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from optimizer.batch.choices import Choices, read_value
from optimizer.batch.jobs import Request
from optimizer.errors import InputError, Problem
from optimizer.scenario.csv_injection import original
from optimizer.tables.files import read_book
from optimizer.tables.grid import shown
from optimizer.tables.layout import Table, table_in

VALUES = ("budget", "confidence", "seed", "time_limit", "gap")
COLUMNS = ("scenario", *VALUES, "label")
LONGEST_LABEL = 2000


class Asking(NamedTuple):
    """The jobs requested, and the problems of the request."""

    requests: list[Request]
    problems: list[Problem]


def read_manifest(path: Path, choices: Choices) -> Asking:
    """Return the requests of the rows that can be understood, and every problem of the others.

    Parameters
    ----------
    choices
        For cells that are empty.

    Raises
    ------
    InputError
        The file cannot be read or is no such table.
    """
    rows, problems = _table(path)
    requests: list[Request] = []
    for number, cells in rows:
        try:
            requests += _requests(number, cells, path.parent, choices)
        except InputError as error:
            problems += error.problems
    return Asking(requests, [*problems, *_repeated(requests)])


def _table(path: Path) -> tuple[list[tuple[int, dict[str, str]]], list[Problem]]:
    """Return the rows that hold anything, with their numbers, and cells without a column."""
    table = table_in(read_book(path, _is_known), _is_known)
    columns = [_tidy(name) for name in table.names]
    wrong = list(_column_problems(table, columns))
    if wrong:
        raise InputError(wrong)
    if not table.rows:
        where = table.where(table.header + 1)
        raise InputError([Problem("empty_file", where, "there are no rows", "Write one for each scenario.")])
    rows = [(row.number, dict(zip(columns, map(shown, row.cells), strict=False))) for row in table.rows]
    return rows, list(table.extra_cells())


def _tidy(name: str) -> str:
    return "_".join(name.lower().split())


def _is_known(text: str) -> bool:
    return _tidy(text) in COLUMNS


def _column_problems(table: Table, columns: Sequence[str]) -> Iterator[Problem]:
    remedy = f"Use these: {', '.join(COLUMNS)}."
    header = table.where(table.header)
    for place, name in enumerate(columns, start=1):
        if name and name not in COLUMNS:
            yield Problem("unknown_column", f"{header}, column {place}", "there is no such column", remedy, name)
        elif name and name in columns[: place - 1]:
            where = f"{header}, column {name}"
            yield Problem("duplicate_column", where, "this column comes twice", "Keep one.", name)
    if "scenario" not in columns:
        yield Problem("missing_column", header, "there is no column scenario", "Add it: it names the files.")


def _requests(number: int, cells: Mapping[str, str], folder: Path, choices: Choices) -> Iterator[Request]:
    """Yield what a row asks for; raise InputError with every cell of it that cannot be understood."""
    problems: list[Problem] = []
    fixed: dict[str, Any] = {}
    for column in VALUES:
        if cells.get(column):
            try:
                fixed[column] = read_value(column, cells[column], f"row {number}, column {column}")
            except InputError as error:
                problems += error.problems
    name, label = original(cells.get("scenario", "")), original(cells.get("label", ""))
    if not name or "\0" in name:
        where = f"row {number}, column scenario"
        problems.append(Problem("missing_scenario", where, "no scenario file is named", "Name one."))
    if len(label) > LONGEST_LABEL:
        where, detail = f"row {number}, column label", f"should have at most {LONGEST_LABEL:,} characters"
        problems.append(Problem("too_long", where, detail, "Shorten it.", label))
    if problems:
        raise InputError(problems)
    for choice in choices.narrowed(fixed).each():
        yield Request(folder / name, name, choice, f"row {number}", label or None)


def _repeated(requests: Sequence[Request]) -> Iterator[Problem]:
    first: dict[object, str] = {}
    reported: set[tuple[str, str]] = set()
    for request in requests:
        same = (request.file.resolve(), request.choice)
        before = first.setdefault(same, request.where)
        if before != request.where and (before, request.where) not in reported:
            reported.add((before, request.where))
            detail = f"this asks for the same as {before}"
            yield Problem("duplicate_row", request.where, detail, "Keep one of them.", request.name)
