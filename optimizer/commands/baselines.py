"""``groundswell baseline``: the plan of a simple rule, judged."""

from __future__ import annotations

from pathlib import Path

from optimizer.analysis.baselines.registry import baseline as by_rule
from optimizer.commands.console import ExitCode, blaming, say, show, show_text
from optimizer.commands.inputs import scenario_at
from optimizer.commands.outputs import check_output
from optimizer.export.files import write_atomically
from optimizer.export.table import judged_view
from optimizer.plan import to_json


def baseline(source: Path, rule: str, output: Path | None, *, as_json: bool) -> ExitCode:
    """Make the plan of a simple rule; that it breaks rules is a result, not a failure."""
    check_output(output, source)
    with blaming(source):
        scenario = scenario_at(source)
    plan = by_rule(scenario, rule)
    if output is not None:
        with blaming(output):
            write_atomically(output, to_json(plan))
        say(f"Plan written to {output}.")
    if as_json:
        show_text(to_json(plan))
    else:
        show(judged_view(plan, scenario))
    if not plan.certificate.verified:
        say("Warning: the plan breaks rules; they are listed with it.")
    return ExitCode.DONE
