"""``groundswell baseline``: the plan of a simple rule, judged."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from optimizer.cli.console import ExitCode, blaming
from optimizer.cli.files import check_output, deliver_judged, scenario_at
from optimizer.cli.options import Output, ScenarioFile, Shown

Rule = Literal["spreadsheet", "pessimist", "greedy"]


def run(source: Path, rule: str, output: Path | None, *, as_json: bool) -> ExitCode:
    """Make the plan of a simple rule; breaking rules is a result, not a failure."""
    check_output(output, source)
    with blaming(source):
        scenario = scenario_at(source)
    from optimizer.analysis.baselines.registry import baseline as plan_by_rule  # noqa: PLC0415

    deliver_judged(plan_by_rule(scenario, rule), scenario, output, as_json=as_json)
    return ExitCode.DONE


def baseline(
    scenario: ScenarioFile,
    rule: Annotated[
        Rule,
        typer.Option(
            help="spreadsheet: the cheapest gifts until their posting rates sum to the posts needed. pessimist: posts "
            "needed / the worst rate, cheapest first. greedy: the best cost per chance, until the exact chance is "
            "reached, within all rules."
        ),
    ],
    output: Output = None,
    shown: Shown = "table",
) -> None:
    """Plan by a simple rule, to compare with: the same figures as any plan, and the rules it breaks."""
    raise typer.Exit(run(scenario, rule, output, as_json=shown == "json"))
