"""``groundswell evaluate``: the figures of a hand-made plan, and the rules it breaks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from optimizer.analysis.decision_tables import TableOptions
from optimizer.analysis.evaluate import evaluate as evaluated
from optimizer.analysis.plan_files import read_decisions
from optimizer.cli.console import ExitCode, blaming
from optimizer.cli.files import check_output, deliver_judged, scenario_at
from optimizer.cli.options import Output, ScenarioFile, Shown

_NO_OPTIONS = TableOptions()


def run(
    source: Path, plan_file: Path, output: Path | None, options: TableOptions = _NO_OPTIONS, *, as_json: bool
) -> ExitCode:
    """Score a hand-made plan; breaking rules is a result, not a failure."""
    check_output(output, source, plan_file)
    with blaming(source):
        scenario = scenario_at(source)
    with blaming(plan_file):
        decisions, starts = read_decisions(plan_file, scenario, options)
    deliver_judged(evaluated(scenario, decisions, starts), scenario, output, as_json=as_json)
    return ExitCode.DONE


def evaluate(
    scenario: ScenarioFile,
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN",
            help="Plan (JSON), or decisions (CSV, .xlsx or .ods: creator or handle, activation, mode, ship_on, "
            "window_start).",
        ),
    ],
    output: Output = None,
    shown: Shown = "table",
    dates: Annotated[
        Literal["day-first", "month-first"] | None, typer.Option(help="How days such as 04/05/2027 are written.")
    ] = None,
    sheet: Annotated[str | None, typer.Option(metavar="NAME", help="Sheet of a workbook.")] = None,
    encoding: Annotated[str | None, typer.Option(metavar="NAME", help="Encoding of a text file.")] = None,
) -> None:
    """Score a hand-made plan: the same figures, and the rules it breaks."""
    raise typer.Exit(run(scenario, plan, output, TableOptions(sheet, encoding, dates), as_json=shown == "json"))
