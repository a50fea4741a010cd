"""``groundswell baseline``: the plan of a simple rule, judged."""

from __future__ import annotations

from pathlib import Path

from optimizer.analysis.baselines.registry import baseline as by_rule
from optimizer.commands.console import ExitCode, blaming
from optimizer.commands.inputs import scenario_at
from optimizer.commands.judging import deliver_judged
from optimizer.commands.outputs import check_output


def baseline(source: Path, rule: str, output: Path | None, *, as_json: bool) -> ExitCode:
    """Make the plan of a simple rule; that it breaks rules is a result, not a failure."""
    check_output(output, source)
    with blaming(source):
        scenario = scenario_at(source)
    plan = by_rule(scenario, rule)
    deliver_judged(plan, scenario, output, as_json=as_json)
    return ExitCode.DONE
