"""``groundswell solve``: the best plan of a scenario, its progress on a live line, an orderly end on a signal."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Annotated, Literal

import typer

from optimizer.cli import NO_SEARCH
from optimizer.cli.console import ExitCode, blaming, interruptible, notes, nothing_found, say
from optimizer.cli.files import check_output, deliver_plan, scenario_at, settings_of
from optimizer.cli.options import Gap, Output, ScenarioFile, Seed, Shown, TimeLimit, Who, Workers
from optimizer.export.terminal.elements import ProgressLine
from optimizer.export.terminal.plan_page import plan_page
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario
from optimizer.solve.settings import Settings

Method = Literal["auto", "plain", "decomposed"]


def run(source: Path, output: Path | None, settings: Settings, *, as_json: bool, who: bool = False) -> ExitCode:
    """Solve the scenario at `source`, write the plan to `output` and show it; return how it ended."""
    try:
        check_output(output, source)
        with blaming(source):
            scenario = scenario_at(source)
    except KeyboardInterrupt:
        say(NO_SEARCH)
        return ExitCode.INTERRUPTED
    plan, interrupted = _planned(scenario, settings)
    if interrupted and plan.status == "unknown":
        say("Interrupted before the search found a plan; nothing is written.")
        return ExitCode.INTERRUPTED
    deliver_plan(plan, output, lambda: plan_page(plan, scenario, who=who), as_json=as_json)
    return ExitCode.INTERRUPTED if interrupted else _outcome(plan, as_json=as_json)


def _planned(scenario: Scenario, settings: Settings) -> tuple[Plan, bool]:
    """Return the plan, and whether a signal ended the search."""
    with ProgressLine(notes(), scenario.currency) as line:

        def work(cancel: threading.Event) -> Plan:
            # Loading the solver takes a second; in this thread the line already shows and signals are handled.
            from optimizer.planner import make_plan  # noqa: PLC0415

            return make_plan(scenario, settings, progress=line.tell, cancel=cancel)

        return interruptible(work, _report_interrupt)


def _report_interrupt() -> None:
    say("Interrupted: ending with the best plan so far. Once more to end at once.")


def _outcome(plan: Plan, *, as_json: bool) -> ExitCode:
    if plan.status == "infeasible":
        if as_json:  # the page says it itself
            say("Infeasible: proven that no plan keeps every rule of this scenario.")
        return ExitCode.INFEASIBLE
    if plan.status == "unknown":
        return nothing_found()
    if not any(result.secured for result in plan.activations):
        say("Warning: no activation is secured; the plan is empty.")
    return ExitCode.DONE


def solve(
    scenario: ScenarioFile,
    output: Output = None,
    time_limit: TimeLimit = 60.0,
    gap: Gap = 0.001,
    seed: Seed = 1,
    workers: Workers = None,
    diagnose: Annotated[
        float, typer.Option(help="Seconds to examine why activations are left out.", metavar="S")
    ] = 1.0,
    method: Annotated[Method, typer.Option(help="One plain model, decomposed, or as the size suggests.")] = "auto",
    who: Who = False,
    shown: Shown = "table",
) -> None:
    """Make the best plan, verify it, and say how good it is.

    The first Ctrl-C ends the search with the best plan so far, the second at once.
    """
    settings = settings_of(
        time_limit_seconds=time_limit, gap=gap, seed=seed, workers=workers, method=method, diagnose_seconds=diagnose
    )
    raise typer.Exit(run(scenario, output, settings, as_json=shown == "json", who=who))
