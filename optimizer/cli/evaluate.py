"""``groundswell evaluate``: what somebody's own plan is worth, and which rules it breaks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.analysis.evaluate import evaluate as evaluated
from optimizer.analysis.plan_files import read_decisions
from optimizer.cli.console import ExitCode, blaming, say, show, show_text
from optimizer.cli.files import check_output, scenario_at, write_output
from optimizer.cli.options import Output, ScenarioFile, Shown
from optimizer.export.terminal.plan_page import judged_page
from optimizer.plan import Plan, to_json
from optimizer.scenario.models import Scenario


def run(source: Path, plan_file: Path, output: Path | None, *, as_json: bool) -> ExitCode:
    """Score somebody's own plan; that it breaks rules is a result, not a failure."""
    check_output(output)
    with blaming(source):
        scenario = scenario_at(source)
    with blaming(plan_file):
        decisions, starts = read_decisions(plan_file, scenario)
    deliver_judged(evaluated(scenario, decisions, starts), scenario, output, as_json=as_json)
    return ExitCode.DONE


def deliver_judged(plan: Plan, scenario: Scenario, output: Path | None, *, as_json: bool) -> None:
    """Write a plan that is judged as it stands where a file is named, show it, and warn where it breaks rules."""
    write_output(output, to_json(plan))
    if as_json:
        show_text(to_json(plan))
    else:
        show(judged_page(plan, scenario))
    if not plan.certificate.verified:
        say("Warning: the plan breaks rules; they are listed with it.")


def evaluate(
    scenario: ScenarioFile,
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN",
            help="Plan (JSON), or decisions (CSV: creator, activation, mode, ship_on, window_start).",
        ),
    ],
    output: Output = None,
    shown: Shown = "table",
) -> None:
    """Score a hand-made plan: the same figures, and the rules it breaks."""

    raise typer.Exit(run(scenario, plan, output, as_json=shown == "json"))
