"""A scenario and a looser one: no bound of the looser above a plan of the tighter, no optimum that gets worse.

`python -m tests.campaigns.looser` compares thousands of pairs, tiny ones and those of full size.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from functools import cache
from random import Random

import pytest

from optimizer.plan import Plan
from optimizer.scenario.families.table import WIDE
from optimizer.scenario.generator import generate
from optimizer.scenario.loading import scenario_from_data
from tests.campaigns.looser import check, pair, planned
from tests.looser import LOOSENED, Document, contradictions, looser
from tests.seeds import seeds


@cache
def drawn(seed: int) -> Document:
    return generate("W", seed)


@pytest.mark.parametrize("family", WIDE)
@pytest.mark.parametrize("seed", seeds(8, 80))
def test_a_looser_tiny_scenario_is_no_worse(family: str, seed: int) -> None:
    check(family, seed)


@pytest.mark.campaign
@pytest.mark.parametrize("family", WIDE)
@pytest.mark.parametrize("seed", range(3))
def test_a_looser_scenario_is_not_bounded_below_the_tighter_ones_plan(family: str, seed: int) -> None:
    check(family, seed, limit=3)


@pytest.mark.parametrize("name", LOOSENED)
def test_everything_is_loosened_now_and_then_and_stays_valid(name: str) -> None:
    changed = 0
    for seed in range(40):
        document = deepcopy(drawn(seed))
        if LOOSENED[name](Random(seed), document):
            scenario_from_data(document)
            changed += document != drawn(seed)
    assert changed >= 2


def test_pairs_differ_and_say_in_what() -> None:
    told: Counter[str] = Counter()
    for seed in range(60):
        tight, loose, names = pair("W", seed, tiny=False)
        assert names
        assert tight != loose
        told.update(names)
    assert set(told) == set(LOOSENED)
    tight = generate("W", 1)
    assert looser(Random(1), tight) == looser(Random(1), tight)


@pytest.fixture(scope="module")
def plan() -> Plan:
    """A plan that secures something at a cost that is proven."""
    return planned(pair("W", 2, tiny=True)[0], 60, 0)


def test_what_a_tighter_plan_refutes_is_told(plan: Plan) -> None:
    stated = plan.objective
    assert stated.value
    assert stated.least_cost is not None
    assert contradictions(plan, plan, gap=0) == []
    dearer = f"{float(stated.least_cost) + 0.01:.2f}"

    def with_(status: str = "feasible", **changes: object) -> Plan:
        return plan.model_copy(update={"status": status, "objective": stated.model_copy(update=changes)})

    assert "infeasible" in contradictions(plan, with_("infeasible", value=None, value_bound=None), gap=0)[0]
    assert "value bound" in contradictions(plan, with_(value_bound=stated.value - 1), gap=0)[0]
    assert "falls" in contradictions(plan, with_("optimal", value=stated.value - 1), gap=0)[0]
    assert "cost bound" in contradictions(plan, with_(cost_bound=dearer), gap=0)[0]
    assert "rises" in contradictions(plan, with_("optimal", least_cost=dearer), gap=0)[0]
    assert contradictions(plan, with_("optimal", least_cost=dearer), gap=0.001) == []
    assert contradictions(with_(value=None), with_("infeasible", value=None), gap=0) == []
