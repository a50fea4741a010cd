"""Score a plan made by hand: the same figures as ours, and the rules it breaks."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import date

from optimizer.analysis.judging import SIMULATED_CAMPAIGNS, bound, compose, facts_of, judge, run_of
from optimizer.analysis.report import Decision, Figures, figures
from optimizer.money import decimals, from_minor
from optimizer.plan import ObjectiveReport, Plan
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import waves
from optimizer.solve.settings import Settings


def evaluate(
    scenario: Scenario,
    decisions: Sequence[Decision],
    starts: Mapping[str, date],
    settings: Settings | None = None,
    *,
    draws: int = SIMULATED_CAMPAIGNS,
    method: str = "evaluated as given",
) -> Plan:
    """Return the plan that these decisions make, judged by every rule; broken ones are in its certificate.

    Nothing is optimised, so nothing is proven: `status` is `feasible` whatever the plan breaks, `value_bound` is the
    value of all activations, `least_cost` the plan's own cost and `cost_bound` null. An activation whose people stay
    below its confidence keeps them, its window and its probability, is not secured, and the rule `density` names it.

    Parameters
    ----------
    decisions
        Creators and activations of the scenario, each pair at most once (`read_decisions` sees to both).
    starts
        First day of the window of every activation with a decision.
    settings
        The seed of the simulation.
    draws
        Simulated campaigns; 0 leaves the simulation out.
    method
        Where the decisions come from, for `run.method`.
    """
    began = time.monotonic()
    settings = settings or Settings()
    described = figures(scenario, decisions, starts)
    run = run_of(settings, method)
    facts = facts_of(scenario)
    plan = bound(scenario, compose(facts, described, _objective(scenario, described), "feasible", run))
    judged = judge(scenario, plan, settings.seed, draws, facts)
    timed = run.model_copy(update={"wall_seconds": round(time.monotonic() - began, 3)})
    return judged.model_copy(update={"run": timed})


def _objective(scenario: Scenario, described: Figures) -> ObjectiveReport:
    most = sum(wave.value for wave in waves(scenario))
    value_gap = (most - described.value) / max(1, most)
    return ObjectiveReport(
        goal=scenario.objective.goal,
        value=described.value,
        value_bound=most,
        value_gap=value_gap,
        least_cost=from_minor(described.cost_minor, decimals(scenario.currency)),
        cost_bound=None,
        cost_gap=None,
        gap=value_gap or None,
        embeddedness=described.embeddedness,
    )
