"""Files and settings as commands are given them, and what commands write beside what they show."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType

from optimizer.cli.console import blaming, say, show, show_text
from optimizer.cli.options import AnswerFormat
from optimizer.errors import InputError, Problem
from optimizer.export.csv_files import BYTE_ORDER_MARK, csv_text
from optimizer.export.files import check_folder, check_writable, write_atomically, write_folder
from optimizer.export.tables import Table
from optimizer.plan import to_json
from optimizer.scenario.fields import Strict
from optimizer.scenario.loading import model_from_data, parse_scenario, read_json, read_scenario
from optimizer.scenario.models import Scenario
from optimizer.scenario.reading import LARGEST_FILE_MB
from optimizer.solve.settings import Settings

if TYPE_CHECKING:
    from optimizer.export.charts.base import Chart


STANDARD_INPUT = Path("-")


def scenario_at(path: Path) -> Scenario:
    """Return the scenario in a file, or on standard input for ``-``; raise InputError with all its problems."""
    return parse_scenario(_piped()) if path == STANDARD_INPUT else read_scenario(path)


def document_at(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file, or on standard input for ``-``, its fields unchecked."""
    document = read_json(_piped() if path == STANDARD_INPUT else path)
    if not isinstance(document, dict):
        raise InputError([Problem("wrong_type", "", "this should be an object", "Name a scenario file.", document)])
    return document


def settings_of(**options: float | str | None) -> Settings:
    """Return the settings made of the options that were given; leave with all that is wrong with them."""
    given = {name: value for name, value in options.items() if value is not None}
    with blaming("options"):
        return model_from_data(Settings, given)


def _piped() -> bytes:
    return sys.stdin.buffer.read(LARGEST_FILE_MB * 2**20 + 1)


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


def show_answer(answer: Strict, table: Table, page: RenderableType, shown: AnswerFormat) -> None:
    """Print an answer as a page, all of it as JSON, or its table as CSV."""
    if shown == "table":
        show(page)
    else:
        show_text(csv_text(table).removeprefix(BYTE_ORDER_MARK) if shown == "csv" else to_json(answer))


def deliver(text: str, output: Path | None) -> None:
    """Write a document to a file, or print it where none is named."""
    if output is None:
        show_text(text)
        return
    write_output(output, text)


def check_picture_file(file: Path | None, *others: Path | None) -> None:
    """Leave with what is wrong with the name of a picture; `others` are the files the command uses besides."""
    if file is None:
        return
    from optimizer.export.charts.files import check_picture  # noqa: PLC0415

    with blaming(file):
        check_picture(file)
    check_output(file, *others, option="--png")


def draw(file: Path | None, chart: Callable[[], Chart]) -> None:
    """Draw a chart as PNG or SVG, by the name of the file, where one is named."""
    if file is None:
        return
    from optimizer.export.charts.files import write_chart  # noqa: PLC0415

    with blaming(file):
        write_chart(file, chart())
    say(f"Chart written to {file}.")


def check_picture_folder(folder: Path | None) -> None:
    """Leave with what is wrong with a folder for pictures, before any work is done for it."""
    if folder is not None:
        with blaming(folder):
            check_folder(folder)


def draw_all(folder: Path | None, charts: Callable[[], Mapping[str, Chart]]) -> None:
    """Draw charts as PNG files of a folder, each by its name, where a folder is named."""
    if folder is None:
        return
    from optimizer.export.charts.render import png  # noqa: PLC0415

    drawn = {f"{name}.png": png(chart) for name, chart in charts().items()}
    with blaming(folder):
        write_folder(folder, drawn)
    say(f"{len(drawn)} charts written to {folder}.")
