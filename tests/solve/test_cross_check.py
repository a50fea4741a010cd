"""Two methods, one truth: the plain model and the decomposed search may refute nothing that the other claims."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.analysis.certify import certified
from optimizer.plan import Plan
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.settings import Settings
from tests.seeds import seeds
from tests.solve.middle import busy_scenario
from tests.solve.searching import METHODS, Method

SECONDS = 3.0


def planned(document: dict[str, Any], method: Method) -> Plan:
    """Return a verified plan; one that breaks a rule is an error."""
    settings = Settings(time_limit_seconds=SECONDS, gap=0, workers=1, seed=1, method=method)
    return certified(scenario_from_data(document), settings, draws=0).plan


def refutes(one: Plan, other: Plan) -> list[str]:
    """What a plan shows to be wrong in the claims of another."""
    found, claimed = one.objective, other.objective
    if found.value is None or found.least_cost is None:
        return []
    if other.status == "infeasible":
        return ["there is a plan"]
    wrong = []
    if claimed.value_bound is not None and found.value > claimed.value_bound:
        wrong.append(f"value {found.value} above its bound {claimed.value_bound}")
    same = claimed.value == found.value and claimed.cost_bound is not None
    if same and float(found.least_cost) < float(claimed.cost_bound or 0):
        wrong.append(f"cost {found.least_cost} below its bound {claimed.cost_bound}")
    return wrong


def check(seed: int, people: int) -> None:
    document = busy_scenario(seed, people=people)
    plain, decomposed = (planned(document, method) for method in METHODS)
    assert refutes(plain, decomposed) == []
    assert refutes(decomposed, plain) == []
    if plain.status == decomposed.status == "optimal":
        assert plain.objective.value == decomposed.objective.value
        assert plain.objective.least_cost == decomposed.objective.least_cost


@pytest.mark.parametrize("seed", seeds(2, 14))
def test_the_methods_agree(seed: int) -> None:
    check(seed, people=9)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 500))
def test_the_methods_agree_in_a_long_campaign(seed: int) -> None:
    check(seed, people=8 + seed % 11)
