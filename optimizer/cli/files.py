"""The files and settings that commands read, and what they show and write."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType

from optimizer.cli.console import blaming, say, show, show_text
from optimizer.cli.options import AnswerFormat
from optimizer.errors import InputError, Problem
from optimizer.export.csv_files import BYTE_ORDER_MARK, csv_text
from optimizer.export.files import check_folder, check_writable, make_folder, write_atomically, write_folder
from optimizer.export.tables import Table
from optimizer.plan import Plan, to_json
from optimizer.scenario.fields import Strict
from optimizer.scenario.generator import dump
from optimizer.scenario.loading import Loaded, load, model_from_data, read_document
from optimizer.scenario.models import Scenario
from optimizer.scenario.reading import LARGEST_FILE_MB
from optimizer.solve.settings import Settings

if TYPE_CHECKING:
    from optimizer.export.charts.base import Chart


STANDARD_INPUT = Path("-")
WORKBOOK = ".xlsx"
SPREADSHEETS = (WORKBOOK, ".xlsm", ".xls", ".ods")


def scenario_at(path: Path) -> Scenario:
    """Return the scenario in a file, or on standard input for ``-``; raise InputError with all its problems.

    Says what is worth knowing about the file itself.
    """
    return loaded_at(path).scenario


def loaded_at(path: Path) -> Loaded:
    """Return the scenario in a file with its document; as `scenario_at`."""
    loaded = load(_piped() if path == STANDARD_INPUT else path)
    for notice in loaded.notices:
        say(f"{path}: {notice.detail} [{notice.code}]")
    return loaded


def document_at(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file, or on standard input for ``-``, its fields unchecked; also of a workbook."""
    document = read_document(_piped() if path == STANDARD_INPUT else path)
    if not isinstance(document, dict):
        raise InputError([Problem("wrong_type", "", "this should be an object", "Name a scenario file.", document)])
    return document


def settings_of(**options: float | str | None) -> Settings:
    """Return the settings that the given options make; leave with every problem of theirs."""
    given = {name: value for name, value in options.items() if value is not None}
    with blaming("options"):
        return model_from_data(Settings, given)


def _piped() -> bytes:
    return sys.stdin.buffer.read(LARGEST_FILE_MB * 2**20 + 1)


def check_output(output: Path | None, *others: Path | None, option: str = "--output", workbook: bool = False) -> None:
    """Leave with `BAD_INPUT` where a file cannot be written, or where the command uses it for something else too.

    Parameters
    ----------
    output
        The file to write; None where none was named.
    others
        The other files that the command reads or writes.
    option
        The option that named the file.
    workbook
        Whether the command writes a workbook where the name ends in .xlsx.
    """
    if output is not None:
        with blaming(output):
            check_writable(output)
            _refuse_spreadsheet(output, workbook=workbook)
            refuse_overwriting(output, *others, option=option)


def _refuse_spreadsheet(output: Path, *, workbook: bool) -> None:
    """Raise InputError where a name promises a spreadsheet that the command does not write."""
    ending = output.suffix.lower()
    if ending in SPREADSHEETS and not (workbook and ending == WORKBOOK):
        remedy = f"End its name in {WORKBOOK}." if workbook else "End its name in .json, or in .csv for a table."
        raise InputError([Problem("unknown_choice", "", f"this command writes no {ending} file", remedy)])


def refuse_overwriting(output: Path, *others: Path | None, option: str = "--output") -> None:
    """Raise InputError where `output` is one of the other files that the command reads or writes."""
    if any(same_file(output, other) for other in others if other is not None and other != STANDARD_INPUT):
        detail = f"{output} is used by this command otherwise and would be overwritten"
        raise InputError([Problem("would_overwrite", option, detail, "Name another file.")])


def same_file(one: Path, other: Path) -> bool:
    """Return whether two paths name the same file, which need not exist."""
    return one.resolve() == other.resolve()


def check_scenario_name(output: Path) -> None:
    """Leave with `BAD_INPUT` where the name of a file does not say in which form a scenario is to be written."""
    if output.suffix.lower() not in (WORKBOOK, ".json"):
        with blaming(output):
            remedy = f"End its name in {WORKBOOK} or .json."
            raise InputError([Problem("unknown_choice", "", "the form of this file is not known", remedy)])


def refuse_existing(output: Path, *, force: bool) -> None:
    """Leave with `BAD_INPUT` where a file is there already and nobody has said that it may be replaced."""
    if output.exists() and not force:
        with blaming(output):
            raise InputError(
                [Problem("file_exists", "", "this file is there already", "Name another, or add --force.")]
            )


def scenario_file(document: Mapping[str, Any], output: Path) -> str | bytes:
    """Return a valid scenario document as the content of a file: a workbook where its name ends in .xlsx, else JSON."""
    if output.suffix.lower() != WORKBOOK:
        return dump(dict(document))
    from optimizer.export.scenario_book.book import scenario_workbook  # noqa: PLC0415

    return scenario_workbook(document)


def write_output(file: Path | None, content: str | bytes) -> None:
    """Write a file, where one was named, and say so."""
    if file is None:
        return
    with blaming(file):
        write_atomically(file, content)
    say(f"Written to {file}.")


def write_answer(file: Path | None, answer: Strict, table: Table, workbook: Callable[[], bytes] | None = None) -> None:
    """Write an answer, where a file was named: its table if the name ends in .csv, else all of it as JSON.

    Parameters
    ----------
    workbook
        Makes what is written where the name ends in .xlsx.
    """
    if file is None:
        return
    ending = file.suffix.lower()
    if ending == ".xlsx" and workbook is not None:
        write_output(file, workbook())
    else:
        write_output(file, csv_text(table) if ending == ".csv" else to_json(answer))


def show_answer(answer: Strict, table: Table, page: RenderableType, shown: AnswerFormat) -> None:
    """Print an answer as a page, all of it as JSON, or its table as CSV."""
    if shown == "table":
        show(page)
    else:
        show_text(csv_text(table).removeprefix(BYTE_ORDER_MARK) if shown == "csv" else to_json(answer))


def write_plans(folder: Path, plans: Mapping[str, tuple[Scenario, Plan]]) -> None:
    """Write scenarios and their plans by name, so that they can be verified, compared and exported."""
    with blaming(folder):
        make_folder(folder)
        for name, (scenario, plan) in plans.items():
            data = scenario.model_dump(mode="json", exclude_unset=True, by_alias=True)
            write_atomically(folder / f"{name}.scenario.json", json.dumps(data, indent=2, ensure_ascii=False) + "\n")
            write_atomically(folder / f"{name}.plan.json", to_json(plan))
    say(f"{len(plans)} scenarios and plans written to {folder}.")


def deliver(text: str, output: Path | None) -> None:
    """Write a document to a file, or print it where none was named."""
    if output is None:
        show_text(text)
        return
    write_output(output, text)


def deliver_plan(plan: Plan, output: Path | None, page: Callable[[], RenderableType], *, as_json: bool) -> None:
    """Write a plan to a file, where one was named, and print it as JSON or as a page."""
    text = to_json(plan)
    write_output(output, text)
    if as_json:
        show_text(text)
    else:
        show(page())


def deliver_judged(plan: Plan, scenario: Scenario, output: Path | None, *, as_json: bool, who: bool = False) -> None:
    """Deliver a plan that was not made by the search, and warn where it breaks rules."""
    from optimizer.export.terminal.plan_page import judged_page  # noqa: PLC0415

    deliver_plan(plan, output, lambda: judged_page(plan, scenario, who=who), as_json=as_json)
    if not plan.certificate.verified:
        say("Warning: the plan breaks rules; they are listed with it.")


def check_picture_file(file: Path | None, *others: Path | None) -> None:
    """Leave with `BAD_INPUT` where a picture cannot be written; `others` are the other files of the command."""
    if file is None:
        return
    from optimizer.export.charts.files import check_picture  # noqa: PLC0415

    with blaming(file):
        check_picture(file)
    check_output(file, *others, option="--png")


def draw(file: Path | None, chart: Callable[[], Chart]) -> None:
    """Draw a chart as PNG or SVG, by the ending of the file's name, where a file was named."""
    if file is None:
        return
    from optimizer.export.charts.files import write_chart  # noqa: PLC0415

    with blaming(file):
        write_chart(file, chart())
    say(f"Chart written to {file}.")


def check_picture_folder(folder: Path | None) -> None:
    """Leave with `BAD_INPUT` where a folder for pictures cannot be written, before the charts are drawn."""
    if folder is not None:
        with blaming(folder):
            check_folder(folder)


def draw_all(folder: Path | None, charts: Callable[[], Mapping[str, Chart]]) -> None:
    """Draw charts as PNG files named after them, where a folder was named."""
    if folder is None:
        return
    from optimizer.export.charts.render import png  # noqa: PLC0415

    drawn = {f"{name}.png": png(chart) for name, chart in charts().items()}
    with blaming(folder):
        write_folder(folder, drawn)
    say(f"{len(drawn)} charts written to {folder}.")
