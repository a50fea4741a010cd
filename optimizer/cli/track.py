"""``groundswell track``: how a campaign that has begun stands on a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from optimizer.analysis.plan_files import read_answer
from optimizer.answers.status import CampaignStatus
from optimizer.cli.console import ExitCode, blaming
from optimizer.cli.files import check_output, refuse_existing, scenario_at, show_answer, write_answer
from optimizer.cli.options import AnswerFormat, AnswerOutput, AnswerShown, Force, PlanFile, ScenarioFile
from optimizer.errors import InputError, Problem
from optimizer.export.answer_tables import status_table
from optimizer.export.terminal.status_page import status_page
from optimizer.track.campaign import campaign_of, check_day
from optimizer.track.rows import NO_OPTIONS, TableOptions, rows_of
from optimizer.track.tracking import status_of


def run(
    files: tuple[Path, Path, Path],
    as_of: str | None,
    output: Path | None,
    shown: AnswerFormat,
    options: TableOptions = NO_OPTIONS,
    *,
    force: bool = False,
) -> ExitCode:
    """Show the status of a campaign, and write it where a file was named; bad luck is no error."""
    source, plan_file, events = files
    check_output(output, source, plan_file, events)
    if output is not None:
        refuse_existing(output, force=force)
    with blaming(source):
        scenario = scenario_at(source)
    with blaming(plan_file):
        plan = read_answer(plan_file, scenario)
    with blaming("options"):
        today = None if as_of is None else _day(as_of)
        if today is not None:
            check_day(scenario, today)
    with blaming(events):
        campaign = campaign_of(scenario, plan, rows_of(events, options), today)
    status: CampaignStatus = status_of(campaign)
    table = status_table(status)
    write_answer(output, status, table)
    show_answer(status, table, status_page(status), shown)
    return ExitCode.DONE


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise InputError([Problem("date_format", "--as-of", "should be a calendar day", "Write it YYYY-MM-DD.", text)])
    return day


def track(
    scenario: ScenarioFile,
    plan: PlanFile,
    events: Annotated[
        Path,
        typer.Argument(
            metavar="EVENTS",
            help="What has happened (CSV, .xlsx, .ods or JSON: on, creator or handle, activation, event, fee, note).",
        ),
    ],
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="DAY",
            help="Its morning counts (YYYY-MM-DD).",
            show_default="the day after the last event",
        ),
    ] = None,
    output: AnswerOutput = None,
    force: Force = False,
    shown: AnswerShown = "table",
    dates: Annotated[
        Literal["day-first", "month-first"] | None, typer.Option(help="How days such as 04/05/2027 are written.")
    ] = None,
    sheet: Annotated[str | None, typer.Option(metavar="NAME", help="Sheet of a workbook.")] = None,
    encoding: Annotated[str | None, typer.Option(metavar="NAME", help="Encoding of a text file.")] = None,
) -> None:
    """Show how a campaign stands: who is late, the odds now, and the cheapest offers that bring them back."""
    options = TableOptions(sheet, encoding, dates)
    raise typer.Exit(run((scenario, plan, events), as_of, output, shown, options, force=force))
