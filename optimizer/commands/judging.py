"""``validate``, ``verify`` and ``evaluate``: what is wrong, what is true, what it is worth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from optimizer.analysis.evaluate import evaluate as evaluated
from optimizer.analysis.judging import SIMULATED_CAMPAIGNS
from optimizer.analysis.network import network
from optimizer.analysis.plan_files import read_decisions, read_plan
from optimizer.commands.console import ExitCode, blaming, complain, say, show, show_text
from optimizer.commands.inputs import scenario_at
from optimizer.commands.outputs import check_output, write_output
from optimizer.errors import InputError
from optimizer.export.layout import spaced, titled
from optimizer.export.networks import network_view
from optimizer.export.table import checks_view, judged_view
from optimizer.plan import Check, Plan, to_json
from optimizer.scenario.loading import fingerprint
from optimizer.scenario.models import Scenario
from optimizer.scenario.notices import notices
from optimizer.verify import verify as verified
from optimizer.verify.simulate import agrees, simulate


def validate(sources: Sequence[Path]) -> ExitCode:
    """Check every file; tell all problems of all of them before leaving."""
    outcome = ExitCode.DONE
    for number, source in enumerate(sources):
        try:
            scenario = scenario_at(source)
        except InputError as error:
            complain(source, error)
            outcome = ExitCode.BAD_INPUT
        else:
            show(_validated(source, scenario) if number == 0 else Group("", _validated(source, scenario)))
    return outcome


def _validated(source: Path, scenario: Scenario) -> RenderableType:
    warnings = [(notice.code, f"{notice.detail} {notice.pointer}") for notice in notices(scenario)]
    return spaced([Text(f"{source}: ok"), titled("Warnings", warnings), network_view(network(scenario))])


def verify(source: Path, plan_file: Path) -> ExitCode:
    """Judge a plan by every rule and by simulation; `FAILED` where it breaks one."""
    with blaming(source):
        scenario = scenario_at(source)
    with blaming(plan_file):
        plan = read_plan(plan_file)
    checks = _judgement(scenario, plan)
    broken = [check.rule for check in checks if not check.ok]
    verdict = f"✗ Broken: {', '.join(broken)}" if broken else f"✓ All {len(checks)} rules are kept."
    show(Group(checks_view(checks), Text(""), Text(verdict)))
    return ExitCode.FAILED if broken else ExitCode.DONE


def _judgement(scenario: Scenario, plan: Plan) -> list[Check]:
    checks = verified(scenario, plan, fingerprint=fingerprint(scenario))
    if not any(result.secured for result in plan.activations):
        return checks
    return [*checks, agrees(simulate(scenario, plan, draws=SIMULATED_CAMPAIGNS, seed=plan.run.seed), plan)]


def evaluate(source: Path, plan_file: Path, output: Path | None, *, as_json: bool) -> ExitCode:
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
        show(judged_view(plan, scenario))
    if not plan.certificate.verified:
        say("Warning: the plan breaks rules; they are listed with it.")
