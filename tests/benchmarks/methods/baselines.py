"""The rules that groundswell itself offers as baselines, run on the benchmark's clock."""

from __future__ import annotations

from decimal import Decimal

from optimizer.analysis.baselines.greedy import exact_reach, greedy_selection
from optimizer.analysis.baselines.pessimist import pessimist_plan
from optimizer.analysis.baselines.sheets import Decided, costs
from optimizer.analysis.baselines.spreadsheet import spreadsheet_plan
from optimizer.derive.build import build_instance
from optimizer.money import decimals, to_minor
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import waves
from tests.benchmarks.methods.base import Answer, Moment, Run, answer_of


def spreadsheet(scenario: Scenario, run: Run) -> Answer:
    """Return the spreadsheet's plan."""
    return _told(scenario, run, spreadsheet_plan(scenario))


def pessimist(scenario: Scenario, run: Run) -> Answer:
    """Return the pessimist's plan."""
    return _told(scenario, run, pessimist_plan(scenario))


def greedy(scenario: Scenario, run: Run) -> Answer:
    """Return the greedy plan, as far as it comes in the time."""
    instance = build_instance(scenario)
    selection = greedy_selection(instance, exact_reach(instance), lambda: run.remaining <= 0, exact=True)
    if selection.windows:
        run.found(instance, selection)
    return answer_of(instance, selection)


def _told(scenario: Scenario, run: Run, decided: Decided) -> Answer:
    decisions, starts = decided
    value = sum(wave.value for wave in waves(scenario) if wave.id in starts)
    total = sum(costs(scenario, decisions).values(), Decimal(0))
    run.tell(Moment(round(run.elapsed, 3), value, to_minor(total, decimals(scenario.currency))))
    return Answer(decisions, starts)
