"""Counting rules out nothing that a plan of complete enumeration uses, and proves what can be counted on fingers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimizer.chance.tail import tail
from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.model import rules
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve import search
from optimizer.solve.windows import team_counts
from optimizer.solve.windows.counting import Counted, count
from tests.brute_force import Enumeration
from tests.derive.small import activation, creator, instance, shipping
from tests.seeds import seeds
from tests.solve.searching import METHODS, found
from tests.tiny import tiny_scenario

PAYER: dict[str, Any] = {"paid_fee": "100.00", "accepts": ["paid"]}


def counted(given: Instance) -> Counted:
    return count(given, lambda: False)


def required(name: str = "a", **fields: Any) -> dict[str, Any]:
    """Return a required activation that needs three of the people below."""
    return activation(name, **{"required": True, "min_posts": 3, "confidence": 0.9, **fields})


def people(number: int, **fields: Any) -> list[dict[str, Any]]:
    """Return people who nearly always post."""
    return [creator(f"c{index}", 0.99, **fields) for index in range(number)]


def check_against_enumeration(seed: int) -> None:
    """Whatever way of an activation keeps its rules and, by itself, the shared limits is not ruled out."""
    everything = Enumeration(scenario_from_data(tiny_scenario(seed)))
    given = build_instance(everything.scenario)
    answer = counted(given)
    left = set(answer.windows.tolist())
    for number, wave in enumerate(given.waves):
        ways = everything.ways[wave.id]
        ways = ways.only(np.all(ways.use <= everything.limits, axis=1))
        if not len(ways.cost):
            continue
        need = answer.needs[number]
        assert need.cost <= ways.cost.min()
        assert need.parcels <= ways.creators.min()
        mine = np.flatnonzero(given.windows.activation == number).tolist()
        by_start = {given.day(given.windows.start_day[window]).toordinal(): window for window in mine}
        assert {by_start[start] for start in ways.start.tolist()} <= left
    assert everything.best is None or not answer.infeasible


@pytest.mark.parametrize("seed", seeds(30, 400))
def test_nothing_is_ruled_out_that_enumeration_uses(seed: int) -> None:
    check_against_enumeration(seed)


@pytest.mark.slow
@pytest.mark.parametrize("hundred", range(10, 30))
def test_nothing_is_ruled_out_that_enumeration_uses_in_a_long_campaign(hundred: int) -> None:
    for seed in range(100 * hundred, 100 * hundred + 100):
        check_against_enumeration(seed)


def test_much_of_what_is_infeasible_is_seen_by_counting() -> None:
    hopeless = [seed for seed in range(120) if Enumeration(scenario_from_data(tiny_scenario(seed))).best is None]
    seen = [seed for seed in hopeless if counted(build_instance(scenario_from_data(tiny_scenario(seed)))).infeasible]
    assert len(seen) >= len(hopeless) / 3


def lots(*units: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"id": "p", "unit_cost": "10.00", "stock": [{"on": day, "units": number} for day, number in units]}]


TWO = (required("a"), required("b", community="l"))
SIX = people(6, communities=["k", "l"])
BOTH = [{"id": name, "authenticity": "low"} for name in "kl"]
FEW_DAYS = shipping(ship_weekdays=["mon"])
NARROW: dict[str, Any] = {"delivery": {"before_days": 6}}
MARCH_AND_APRIL = (required("a"), required("b", start_earliest="2027-04-05", start_latest="2027-04-05"))
TIERS = [*people(2, tier="nano"), *[creator(f"e{index}", 0.99, tier="emerging") for index in range(3)]]
MIXED = [*people(3), creator("p0", **PAYER), creator("p1", **PAYER)]
"""Each case: what a plan cannot be made of, and the same with just enough."""
CASES: dict[str, tuple[Instance, Instance]] = {
    "people": (instance(people(2), required()), instance(people(3), required())),
    "capacity of a window": tuple(  # type: ignore[dict-item]
        instance(people(3), required(**NARROW), shipping={**FEW_DAYS, "daily_capacity": most}) for most in (2, 3)
    ),
    "capacity of days together": tuple(  # type: ignore[dict-item]
        instance(
            SIX,
            *({**wave, **NARROW} for wave in TWO),
            communities=BOTH,
            shipping={**FEW_DAYS, "daily_capacity": most},
        )
        for most in (5, 6)
    ),
    "stock of a window": tuple(  # type: ignore[dict-item]
        instance(people(3), required(), products=lots(("2027-03-01", units), ("2027-04-01", 9))) for units in (2, 3)
    ),
    "stock together": tuple(  # type: ignore[dict-item]
        instance(SIX, *TWO, communities=BOTH, products=lots(("2027-03-01", units), ("2027-04-01", 9)))
        for units in (5, 6)
    ),
    "month of a window": tuple(  # type: ignore[dict-item]
        instance(people(3), required(), budget={"monthly": {"2027-03": cap}}) for cap in ("29.99", "30.00")
    ),
    "months together": tuple(  # type: ignore[dict-item]
        instance(people(6), *MARCH_AND_APRIL, budget={"monthly": {"2027-03": cap, "2027-04": "30.00"}})
        for cap in ("29.99", "30.00")
    ),
    "budget": tuple(instance(SIX, *TWO, communities=BOTH, budget={"total": cap}) for cap in ("59.99", "60.00")),  # type: ignore[dict-item]
    "fewest of a tier": tuple(  # type: ignore[dict-item]
        instance(TIERS, required(tier_mix={"nano": {"min": least}})) for least in (3, 2)
    ),
    "most of the tiers": tuple(  # type: ignore[dict-item]
        instance(TIERS, required(tier_mix={"nano": {"max": 0}, "emerging": {"max": most}})) for most in (2, 3)
    ),
    "paid asked for": tuple(instance(MIXED, required(min_paid=least)) for least in (3, 2)),  # type: ignore[dict-item]
    "gifts that payers owe": tuple(  # type: ignore[dict-item]
        instance(MIXED, required(min_paid=2), communities=[{"id": "k", "authenticity": "low", "max_paid_share": share}])
        for share in (0.39, 0.4)
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_cannot_be_is_proven_and_what_can_is_left(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    too_little, enough = CASES[name]
    assert counted(too_little).infeasible
    assert not counted(enough).infeasible
    assert all(found(enough, method=method).status is search.SearchStatus.OPTIMAL for method in METHODS)
    monkeypatch.setattr(search, "prepare", None)
    assert found(too_little).status is search.SearchStatus.INFEASIBLE


@pytest.mark.parametrize(("name", "rule"), [("budget", "budget_total"), ("paid asked for", "min_paid")])
def test_a_rule_that_is_not_in_the_table_rules_out_nothing(
    monkeypatch: pytest.MonkeyPatch, name: str, rule: str
) -> None:
    monkeypatch.setattr(rules, "RULES", tuple(each for each in rules.RULES if each.id != rule))
    assert not counted(CASES[name][0]).infeasible


def test_an_optional_activation_is_left_out_and_the_rest_planned() -> None:
    given = instance(people(3), activation("easy"), activation("hard", min_posts=4))
    assert counted(given).windows.tolist() == [0]
    solution = found(given)
    assert solution.selection is not None
    assert list(solution.selection.windows) == [0]
    assert list(solution.lower_bounds) == [0]


@pytest.mark.parametrize(("above", "holds"), [(0.9e-6, True), (1.1e-6, False)])
def test_a_team_within_the_tolerance_counts_as_holding(above: float, holds: bool) -> None:
    given = instance([creator(f"c{index}", 0.5) for index in range(3)], required(confidence=0.125 + above))
    assert tail([0.5] * 3, [], 3, given.rates) == pytest.approx(0.125, abs=1e-12)
    assert counted(given).infeasible is not holds


def test_of_more_people_than_are_counted_nothing_is_concluded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team_counts, "MOST_COUNTED", 2)
    assert not counted(instance(people(4), required())).infeasible
    payers = [creator(f"p{index}", **PAYER) for index in range(4)]
    given = instance(payers, required(), communities=[{"id": "k", "authenticity": "low", "max_paid_share": 1}])
    assert not counted(given).infeasible


def test_nothing_is_concluded_once_stopped() -> None:
    answer = count(CASES["people"][0], lambda: True)
    assert not answer.infeasible
    assert answer.windows.tolist() == [0]
