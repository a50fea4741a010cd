"""``groundswell verify``: a plan judged by every rule and by simulation."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.console import Group
from rich.text import Text

from optimizer.analysis.judging import SIMULATED_CAMPAIGNS
from optimizer.analysis.plan_files import read_plan
from optimizer.cli.console import ExitCode, blaming, show
from optimizer.cli.files import scenario_at
from optimizer.cli.options import PlanFile, ScenarioFile
from optimizer.export.terminal.plan_page import checks_page
from optimizer.plan import Check, Plan
from optimizer.scenario.loading import fingerprint
from optimizer.scenario.models import Scenario
from optimizer.verify import verify as verified
from optimizer.verify.simulate import agrees, simulate


def run(source: Path, plan_file: Path) -> ExitCode:
    """Judge a plan by every rule and by simulation; `FAILED` where it breaks one."""
    with blaming(source):
        scenario = scenario_at(source)
    with blaming(plan_file):
        plan = read_plan(plan_file)
    checks = _judgement(scenario, plan)
    broken = [check.rule for check in checks if not check.ok]
    verdict = f"✗ Broken: {', '.join(broken)}" if broken else _kept(checks)
    show(Group(checks_page(checks), Text(""), Text(verdict)))
    return ExitCode.FAILED if broken else ExitCode.DONE


def _kept(checks: list[Check]) -> str:
    rules = sum(check.rule != "simulation" for check in checks)
    simulated = ", and the simulation agrees" if len(checks) > rules else ""
    return f"✓ All {rules} rules are kept{simulated}."


def _judgement(scenario: Scenario, plan: Plan) -> list[Check]:
    checks = verified(scenario, plan, fingerprint=fingerprint(scenario))
    if not any(result.secured for result in plan.activations):
        return checks
    return [*checks, agrees(simulate(scenario, plan, draws=SIMULATED_CAMPAIGNS, seed=plan.run.seed), plan)]


def verify(scenario: ScenarioFile, plan: PlanFile) -> None:
    """Judge a plan by every rule, independently of what made it."""
    raise typer.Exit(run(scenario, plan))
