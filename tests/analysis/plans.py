"""Random plans of tiny scenarios, allowed or not."""

from __future__ import annotations

from datetime import date
from random import Random

from optimizer.analysis.evaluate import evaluate
from optimizer.analysis.report import Decision
from optimizer.plan import Plan
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Scenario
from optimizer.verify.premises import Premises
from tests.brute_decisions import decisions
from tests.tiny import tiny_scenario


def random_plan(seed: int, *, dice: Random | None = None) -> tuple[Scenario, Plan]:
    """Return a tiny scenario and the judged plan of some of its decisions, each activation in one window."""
    scenario = scenario_from_data(tiny_scenario(seed))
    dice = dice or Random(seed)
    _, options = decisions(Premises(scenario))
    chosen: dict[tuple[str, str], Decision] = {}
    starts: dict[str, date] = {}
    for option in dice.sample(options, len(options)):
        line = option.line
        start = starts.setdefault(line.wave.id, line.window.start)
        if start == line.window.start and dice.random() < 0.7:
            pair = (line.creator.id, line.wave.id)
            chosen.setdefault(pair, Decision(*pair, line.mode, line.ship_on))
    planned = {item.activation for item in chosen.values()}
    kept = {activation: start for activation, start in starts.items() if activation in planned}
    return scenario, evaluate(scenario, list(chosen.values()), kept, draws=0)
