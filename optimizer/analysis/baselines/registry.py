"""The rules by name, and a plan by one of them, judged like any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from optimizer.analysis.baselines.greedy import greedy_plan
from optimizer.analysis.baselines.pessimist import pessimist_plan
from optimizer.analysis.baselines.spreadsheet import spreadsheet_plan
from optimizer.analysis.evaluate import evaluate
from optimizer.analysis.judging import SIMULATED_CAMPAIGNS
from optimizer.analysis.report import Decision
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario
from optimizer.solve.settings import Settings

BASELINES: Mapping[str, Callable[[Scenario], tuple[Sequence[Decision], Mapping[str, date]]]] = {
    "spreadsheet": spreadsheet_plan,
    "pessimist": pessimist_plan,
    "greedy": greedy_plan,
}


def baseline(
    scenario: Scenario, rule: str, settings: Settings | None = None, *, draws: int = SIMULATED_CAMPAIGNS
) -> Plan:
    """Return the plan that a rule of `BASELINES` makes, with the figures and the judgement of any hand-made plan.

    Parameters
    ----------
    rule
        A name in `BASELINES`; the plan's `run.method` names it.
    settings
        The seed of the simulation.
    draws
        Simulated campaigns; 0 leaves the simulation out.
    """
    decisions, starts = BASELINES[rule](scenario)
    return evaluate(scenario, decisions, starts, settings, draws=draws, method=f"baseline: {rule}")
