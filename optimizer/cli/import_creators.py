"""``groundswell import-creators``: creators of any list into a scenario."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from optimizer.cli.console import ExitCode, blaming, say, show_text
from optimizer.cli.files import WORKBOOK, check_output, document_at, scenario_file, write_output
from optimizer.errors import InputError, Problem
from optimizer.money import minor_digits
from optimizer.scenario.creator_list.columns import parse_mapping
from optimizer.scenario.creator_list.importing import Wishes
from optimizer.scenario.creator_list.importing import import_creators as imported
from optimizer.scenario.creator_list.skeleton import skeleton
from optimizer.scenario.creator_list.summary import summary
from optimizer.wording import counted


def run(
    source: Path, into: Path | None, output: Path | None, wishes: Wishes, *, in_place: bool, currency: str | None
) -> ExitCode:
    """Merge the creators of a list into a scenario and write the result, once it is a valid scenario.

    Parameters
    ----------
    source
        The list.
    into
        The scenario that receives them; None for a new one.
    output
        File to write.
    wishes
        How the list is to be read.
    in_place
        Write over `into`.
    currency
        Of a new scenario.
    """
    with blaming("options"):
        target = _target(into, output, in_place=in_place, currency=currency)
    check_output(target, source, workbook=True)
    document, notices = _document(source, into, currency or "GBP")
    with blaming(source):
        result = imported(source, document, replace(wishes, open_communities=into is None))
    for problem in result.skipped:
        say(f"  skipped: {problem}")
    show_text(summary(result, source.name))
    for notice in [*notices, *result.notices]:
        say(f"{notice.detail} [{notice.code}]")
    write_output(target, scenario_file(result.document, target))
    say(f"It has {counted(len(result.document['creators']), 'creator')} now.")
    return ExitCode.DONE


def _target(into: Path | None, output: Path | None, *, in_place: bool, currency: str | None) -> Path:
    """Return the file to write; raise InputError where the options leave it open or contradict each other."""
    problems = []
    if currency is not None and into is not None:
        detail = "the scenario has its own currency"
        problems.append(Problem("not_used", "--currency", detail, "Leave it out, or use --new.", currency))
    if currency is not None and minor_digits(currency) is None:
        remedy = "Write a code such as GBP or EUR."
        problems.append(Problem("unknown_currency", "--currency", "there is no such currency", remedy, currency))
    target = output or (into if in_place else None)
    if target is None:
        remedy = "Name the file to write with -o, or write over the scenario with --in-place."
        if into is None:
            remedy = "Name the file to write with -o."
        problems.append(Problem("no_output", "--output", "it is not said where the scenario is to go", remedy))
    elif in_place and target.suffix.lower() == WORKBOOK:
        detail = "a workbook is written anew, without sheets and columns of your own"
        problems.append(Problem("would_lose", "--in-place", detail, "Name another file with -o."))
    elif output is not None and in_place:
        problems.append(Problem("not_used", "--in-place", "-o names another file", "Leave one of them out."))
    elif target == Path("-"):
        remedy = "Name the file to write with -o."
        problems.append(Problem("no_output", "--in-place", "standard input cannot be written over", remedy))
    if problems or target is None:
        raise InputError(problems)
    return target


def _document(source: Path, into: Path | None, currency: str) -> tuple[dict[str, Any], list[Any]]:
    """Return the scenario that receives the creators, and what is to be known about a new one."""
    if into is not None:
        with blaming(into):
            return document_at(into), []
    document, notice = skeleton(source.stem, currency, date.today())
    return document, [notice]


def import_creators(
    source: Annotated[
        Path,
        typer.Argument(metavar="LIST", help="Creators, one per row: CSV or text of any kind, .xlsx, .xls or .ods."),
    ],
    into: Annotated[Path | None, typer.Option(metavar="SCENARIO", help="Scenario that receives them.")] = None,
    new: Annotated[bool, typer.Option("--new", help="Make a new scenario of them.")] = False,
    currency: Annotated[
        str | None, typer.Option(metavar="CODE", help="Currency of the new scenario.", show_default="GBP")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="OUT", help="File to write.")] = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="Write over SCENARIO.")] = False,
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="HEADER=FIELD", help="What a column is read as; - leaves it out; repeatable."),
    ] = None,
    labels: Annotated[bool, typer.Option("--labels", help="Keep other columns as labels.")] = False,
    replace_all: Annotated[
        bool, typer.Option("--replace", help="Creators lose what the list does not say of them.")
    ] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave out rows that have problems.")] = False,
    sheet: Annotated[str | None, typer.Option(metavar="NAME", help="Sheet of a workbook.")] = None,
    dates: Annotated[
        Literal["day-first", "month-first"] | None, typer.Option(help="How days such as 04/05/2027 are written.")
    ] = None,
    decimal: Annotated[
        Literal["point", "comma"] | None, typer.Option(help="Which mark is decimal where no cell tells.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(metavar="NAME", help="Encoding of a text file.")] = None,
) -> None:
    """Bring creators from any list into a scenario; what it does not say of somebody stays."""
    with blaming("options"):
        if new == (into is not None):
            detail = "it is not said what receives the creators" if into is None else "--into names a scenario already"
            remedy = "Name a scenario with --into, or make one with --new."
            raise InputError([Problem("no_scenario", "--into", detail, remedy)])
        fields = parse_mapping(mapping or [])
    mark = {"point": ".", "comma": ",", None: None}[decimal]
    wishes = Wishes(fields, labels, replace_all, skip_bad, sheet, encoding, mark, dates)
    raise typer.Exit(run(source, into, output, wishes, in_place=in_place, currency=currency))
