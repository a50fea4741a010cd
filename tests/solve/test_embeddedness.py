from __future__ import annotations

import math
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest

from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.model.selection import Selection
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.cpsat.feasibility import failing, holds
from optimizer.solve.search import embeddedness_of, most_embedded
from tests.derive.small import activation, creator, instance, shipping
from tests.model.desk import Desk, Draft
from tests.solve.searching import found, problem
from tests.tiny import tiny_scenario

CHEAP, LOVED = creator("cheap"), creator("loved", embeddedness=0.9, service="t")


def near(
    *people: dict[str, Any], slack: float, extra: str = "0.20", wave: dict[str, Any] | None = None, **fields: Any
) -> Instance:
    """Parcels of service `t` cost a little more than those of `s`, which are free."""
    services = [{"id": name, "cost": cost, "transit_days": {"1": 1.0}} for name, cost in (("s", "0"), ("t", extra))]
    world = {"objective": {"cost_slack": slack}, "shipping": shipping(services=services), **fields}
    return instance(people, wave or activation(), **world)


def chosen(given: Instance) -> set[str]:
    """Who is in the plan after step 3."""
    plan = found(given).selection
    assert plan is not None
    return {given.creator_ids[given.options.creator[o]] for o in plan.options}


@pytest.mark.parametrize(
    ("slack", "extra", "who"),
    [
        (0.02, "0.20", "loved"),
        (0.02, "0.21", "cheap"),
        (0.0199, "0.20", "cheap"),
        (0.0, "0.00", "loved"),
        (0.0, "0.01", "cheap"),
        (10, "99.99", "loved"),
    ],
)
def test_the_slack_is_kept_to_the_penny(slack: float, extra: str, who: str) -> None:
    given = near(CHEAP, LOVED, slack=slack, extra=extra)
    assert chosen(given) == {who}
    assert found(given).least_cost == 1_000


def test_the_slack_is_a_decimal_and_not_its_nearest_binary_fraction() -> None:
    """1.015 · 10.00 is 10.15, a penny more than binary arithmetic makes of it."""
    assert math.floor((1 + 0.015) * 1000) == 1014
    assert chosen(near(CHEAP, LOVED, slack=0.015, extra="0.15")) == {"loved"}


def test_nobody_is_added_for_being_loved() -> None:
    idle = creator("idle", 0.01, embeddedness=1.0)
    assert chosen(near(CHEAP, idle, slack=10.0)) == {"cheap"}


def test_the_confidence_is_kept() -> None:
    assert chosen(near(CHEAP, creator("loved", 0.39, embeddedness=0.9), slack=10.0)) == {"cheap"}
    assert chosen(near(CHEAP, creator("loved", 0.41, embeddedness=0.9), slack=10.0)) == {"loved"}


def test_a_budget_is_kept_although_the_slack_would_allow_more() -> None:
    assert chosen(near(CHEAP, LOVED, slack=0.5, budget={"total": "10.19"})) == {"cheap"}
    assert chosen(near(CHEAP, LOVED, slack=0.5, budget={"total": "10.20"})) == {"loved"}


def test_without_time_the_cheapest_stays() -> None:
    given = near(CHEAP, LOVED, slack=0.5)
    asked = problem(given)
    cheapest = Selection((Desk(given).option("cheap", "a", "gift"),), {0: 0})
    asked.control.cancel.set()
    assert most_embedded(asked, cheapest, 1_000) == cheapest


def kept(given: Instance, cheapest: Selection, cost: int, plan: Selection) -> None:
    """Assert what step 3 promises."""
    slack = Fraction(str(given.scenario.objective.cost_slack))
    assert dict(plan.windows).keys() == dict(cheapest.windows).keys()
    assert plan.cost(given) <= math.floor((1 + slack) * cost)
    assert not failing(given, plan, plan.windows)
    assert embeddedness_of(given, plan) >= embeddedness_of(given, cheapest)
    for a in plan.windows:
        assert len(plan.options_of(given, a)) <= len(cheapest.options_of(given, a))
    draft = Draft(frozenset(plan.options), frozenset(plan.windows.values()), frozenset(plan.windows))
    assert Desk(given).allows(draft)


@pytest.mark.parametrize("seed", [*range(14), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(14, 150))])
def test_step_three_keeps_its_promises(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    given = build_instance(scenario_from_data(tiny_scenario(seed)))
    monkeypatch.setattr("optimizer.solve.search.most_embedded", lambda _problem, cheapest, _cost: cheapest)
    cheapest = found(given).selection
    if cheapest is not None:
        cost = cheapest.cost(given)
        kept(given, cheapest, cost, most_embedded(problem(given), cheapest, cost))


@pytest.mark.parametrize("seed", range(8))
def test_among_equal_rates_the_most_embedded_team_is_found(seed: int) -> None:
    """With equal rates every team of the same size holds: the best one is known by looking at all of them."""
    rng = Random(seed)
    people = [creator(f"c{n}", 0.4, embeddedness=rng.randint(0, 100) / 100, service=rng.choice("st")) for n in range(6)]
    given = near(*people, slack=rng.choice((0.0, 0.01, 0.05)), wave=activation(min_posts=2, confidence=0.5))
    solution = found(given)
    assert solution.selection is not None
    assert solution.least_cost is not None
    size = len(solution.selection.options)
    limit = math.floor((1 + Fraction(str(given.scenario.objective.cost_slack))) * solution.least_cost)
    best = 0.0
    for team in product((False, True), repeat=6):
        own = np.flatnonzero(team)
        if len(own) <= size and holds(given, 0, own) and given.options.cost_minor[own].sum() <= limit:
            best = max(best, float(given.embeddedness[own].sum()))
    assert embeddedness_of(given, solution.selection) == pytest.approx(best, abs=1e-9)
