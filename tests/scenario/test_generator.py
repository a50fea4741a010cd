from __future__ import annotations

import hashlib
import math
import os
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from functools import cache
from typing import Any, get_args

import numpy as np
import pytest

from optimizer.chance.tail import tail
from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.errors import InputError
from optimizer.money import to_minor
from optimizer.planner import make_plan
from optimizer.scenario.families.campaign import Aim, need_of
from optimizer.scenario.families.coupling import affordable_parcels, affordable_share
from optimizer.scenario.families.table import FAMILIES, FamilyName
from optimizer.scenario.generator import dump, generate
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import Reach, service_of, transit, waves
from optimizer.solve.settings import Settings

Document = dict[str, Any]

NAMES: tuple[FamilyName, ...] = get_args(FamilyName)
PUBLISHED_S_1 = "f6e25e3eb955ac9e8ac4ddc4390592199b5900eab590bcb766a45b51304aaa73"
FEES = {"nano": (50, 250), "emerging": (150, 800), "established": (600, 2000)}


@cache
def document(family: FamilyName, seed: int = 1) -> Document:
    return generate(family, seed)


@cache
def scenario(family: FamilyName, seed: int = 1) -> Scenario:
    return scenario_from_data(document(family, seed))


def aims(family: FamilyName, seed: int) -> list[Aim]:
    """Return the activations of a document with their estimated needs; of the dates only their number matters."""
    written = document(family, seed)
    communities = {community["id"]: community for community in written["communities"]}
    costs = {product["id"]: int(float(product["unit_cost"])) for product in written["products"]}
    shape = FAMILIES[family]
    found = []
    for activation in written["activations"]:
        community = communities[activation["community"]]
        people = [creator for creator in written["creators"] if creator["communities"] == [community["id"]]]
        need = need_of(shape, activation, community, costs[activation["product"]], people)
        found.append(Aim(activation, need, (shape.start,) * shape.waves))
    return found


def places(checked: Scenario) -> int:
    """Return the open ship days whose mean delivery serves some candidate window, times the daily capacity."""
    found = Reach(checked)
    served: set[date] = set()
    for day in found.ship_days:
        for service in checked.shipping.services:
            mean = sum(chance * (found.calendar.arrival(day, count) - day).days for count, chance in transit(service))
            for wave in waves(checked):
                opens = day + timedelta(days=math.ceil(mean) - wave.after_days)
                closes = day + timedelta(days=math.floor(mean) + wave.before_days)
                if any(opens <= start <= closes for start in found.starts(wave)):
                    served.add(day)
    assert checked.shipping.daily_capacity is not None
    return len(served) * checked.shipping.daily_capacity


def affordable_cost(instance: Instance, activation: int) -> int:
    """Return what a simple selection that holds under the exact tail costs: cheapest payers, likeliest gifts."""
    options, wave = instance.options, instance.waves[activation]
    share = instance.max_paid_share[activation]
    costs = []
    for window in np.flatnonzero(instance.windows.activation == activation)[:2]:
        rows = np.flatnonzero(options.window == window)
        order = rows[np.argsort(-options.probability[rows], kind="stable")]
        payers = sorted(_first_per_creator(instance, order[options.paid[order]]), key=lambda row: _cost(instance, row))
        gifts = _first_per_creator(instance, order[~options.paid[order]])
        for paid in range(min(len(payers), wave.min_posts + 2) + 1):
            taken = {int(options.creator[row]) for row in payers[:paid]}
            others = [row for row in gifts if int(options.creator[row]) not in taken]
            for count in range(math.ceil(paid * (1 - share) / share), len(others) + 1):
                chosen = [*payers[:paid], *others[:count]]
                chance = options.probability
                if tail(chance[others[:count]], chance[payers[:paid]], wave.min_posts, instance.rates) >= (
                    wave.confidence
                ):
                    costs.append(sum(_cost(instance, row) for row in chosen))
                    break
    return min(costs)


def _first_per_creator(instance: Instance, rows: Any) -> list[int]:
    first: dict[int, int] = {}
    for row in rows:
        first.setdefault(int(instance.options.creator[row]), int(row))
    return list(first.values())


def _cost(instance: Instance, row: int) -> int:
    return int(instance.options.cost_minor[row])


@pytest.mark.parametrize("family", NAMES)
def test_a_family_is_made_as_the_table_says(family: FamilyName) -> None:
    communities, creators, count = {
        "S": (4, 60, 4),
        "M": (10, 60, 10),
        "L": (30, 200, 30),
        "XL": (50, 1000, 50),
        "Y": (12, 150, 72),
    }[family]
    checked = scenario(family)
    assert checked.name == f"Family {family}, seed 1"
    assert len(checked.communities) == communities
    assert Counter(tuple(creator.communities) for creator in checked.creators) == {
        (community.id,): creators for community in checked.communities
    }
    assert len(waves(checked)) == count
    assert checked.objective.goal == ("min_cost" if family in ("S", "M") else "activate_most")
    assert checked.shipping.holiday_calendar == "GB-ENG"


@pytest.mark.parametrize("family", NAMES)
def test_everything_drawn_lies_in_its_range(family: FamilyName) -> None:
    checked = scenario(family)
    assert all(20 <= product.unit_cost <= 50 for product in checked.products)
    for creator in checked.creators:
        assert creator.tier is not None
        assert creator.organic_rate is not None
        assert 0.2 <= creator.organic_rate <= 0.4
        if creator.paid_fee is not None:
            least, most = FEES[creator.tier]
            assert least <= creator.paid_fee <= most
        for span in creator.unavailable:
            assert checked.horizon.start <= span.start <= span.end <= checked.horizon.end
    assert {service_of(creator, checked).id for creator in checked.creators} == {"tracked-48", "tracked-24", "courier"}


def test_tiers_and_fees_come_in_the_shares_asked_for() -> None:
    creators = scenario("XL").creators
    tiers = Counter(creator.tier for creator in creators)
    assert [round(tiers[tier] / len(creators), 2) for tier in ("nano", "emerging", "established")] == pytest.approx(
        [0.6, 0.3, 0.1], abs=0.01
    )
    assert 0.35 <= sum(creator.paid_fee is None for creator in creators) / len(creators) <= 0.45
    for tier, (least, most) in FEES.items():
        fees = [float(item.paid_fee) for item in creators if item.tier == tier and item.paid_fee is not None]
        assert least < np.median(fees) < (least + most) / 2, "log-normal: more small fees than large ones"


def test_the_same_seed_makes_the_same_scenario_in_another_process() -> None:
    program = "from optimizer.scenario.generator import *; print(dump(generate('Y', 3)), end='')"
    made = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "17"},
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
    ).stdout
    assert made == dump(generate("Y", 3))


def test_a_published_benchmark_does_not_change_unnoticed() -> None:
    assert hashlib.sha256(dump(document("S")).encode()).hexdigest() == PUBLISHED_S_1


def test_another_seed_or_scale_makes_another_scenario() -> None:
    assert document("S", 1)["creators"] != document("S", 2)["creators"]
    doubled = generate("S", 1, scale=2)
    assert len(scenario_from_data(doubled).communities) == 8
    assert doubled["creators"][0] != document("S")["creators"][0]


@pytest.mark.parametrize("seed", range(1, 9))
def test_m_needs_most_of_the_parcel_places(seed: int) -> None:
    needed = sum(item.need.parcels for item in aims("M", seed))
    assert 0.60 <= needed / places(scenario("M", seed)) <= 0.95


@pytest.mark.parametrize(
    ("family", "seed"),
    [("L", 1), ("Y", 1), *(pytest.param(*pair, marks=pytest.mark.slow) for pair in [("L", 2), ("XL", 1), ("Y", 2)])],
)
def test_what_the_budget_pays_for_needs_most_of_the_parcel_places(family: FamilyName, seed: int) -> None:
    found = aims(family, seed)
    parcels = sum(item.need.parcels * len(item.starts) for item in found)
    share = affordable_share(FAMILIES[family], found)
    assert 0.60 <= share * parcels / places(scenario(family, seed)) <= 0.90


@pytest.mark.parametrize("family", ["S", "M", "L", "Y"])
def test_a_warehouse_is_as_full_as_asked_for(family: FamilyName) -> None:
    full = scenario_from_data(generate(family, 1, capacity_use=0.9))
    needed = affordable_parcels(FAMILIES[family], aims(family, 1))
    assert 0.8 <= needed / places(full) <= 1.0
    assert full.name == f"Family {family}, seed 1, capacity use 0.9"
    assert full.creators == scenario(family).creators
    assert len(full.shipping.closed_dates) > 0


@pytest.mark.slow
def test_closing_days_leaves_room_for_what_must_be_secured() -> None:
    full = scenario_from_data(generate("M", 2, capacity_use=0.9))
    plan = make_plan(full, Settings(time_limit_seconds=60, gap=0.05))
    assert plan.status in ("optimal", "feasible")
    assert 0.8 <= len(plan.assignments) / places(full) <= 1.0


@pytest.mark.parametrize("seed", range(1, 9))
def test_m_has_stock_in_two_lots_of_which_the_first_is_too_small(seed: int) -> None:
    (product,) = scenario("M", seed).products
    assert product.stock is not None
    first, second = product.stock
    needed = sum(item.need.parcels for item in aims("M", seed))
    assert first.on < second.on
    assert 0 < first.units < needed <= first.units + second.units <= 1.2 * needed


@pytest.mark.parametrize("seed", range(1, 5))
def test_the_budget_of_s_is_enough_and_not_idle(seed: int) -> None:
    checked = scenario("S", seed)
    instance = build_instance(checked)
    needed = sum(affordable_cost(instance, activation) for activation in instance.activations)
    assert checked.budget.total is not None
    assert 1.0 <= to_minor(checked.budget.total, 2) / needed <= 1.35


def test_the_budget_of_l_pays_for_about_seven_tenths_of_the_value() -> None:
    checked = scenario("L")
    instance = build_instance(checked)
    costs = [affordable_cost(instance, activation) for activation in instance.activations]
    assert checked.budget.total is not None
    left, value = to_minor(checked.budget.total, 2), 0
    for activation in sorted(instance.activations, key=lambda index: costs[index] / instance.value[index]):
        if costs[activation] <= left:
            left -= costs[activation]
            value += int(instance.value[activation])
    assert 0.62 <= value / instance.value.sum() <= 0.78


@pytest.mark.parametrize("family", ["L", "XL"])
def test_months_are_capped_but_hold_the_budget_together(family: FamilyName) -> None:
    budget = scenario(family).budget
    assert budget.total is not None
    assert sorted(budget.monthly) == ["2027-03", "2027-04", "2027-05"]
    assert all(cap < budget.total for cap in budget.monthly.values())
    assert sum(budget.monthly.values()) >= budget.total


def test_y_rotates_through_a_year() -> None:
    checked = scenario("Y")
    assert (checked.rotation.rest_days, checked.rotation.max_activations_per_creator) == (60, 3)
    assert (checked.horizon.end - checked.horizon.start).days > 350
    for wave in waves(checked):
        assert len(wave.starts()) == 2
        assert wave.tier_mix
    assert checked.budget.total is not None
    assert checked.shipping.daily_capacity is not None


def test_other_limits_are_left_out() -> None:
    assert "daily_capacity" not in document("S")["shipping"]
    assert "budget" not in document("M")
    assert "rotation" not in document("L")


@pytest.mark.parametrize(("family", "scale", "code"), [("XXL", 1, "unknown_choice"), ("S", 0, "out_of_range")])
def test_what_does_not_exist_is_refused(family: Any, scale: int, code: str) -> None:
    with pytest.raises(InputError) as caught:
        generate(family, 1, scale=scale)
    assert [problem.code for problem in caught.value.problems] == [code]


@pytest.mark.parametrize("use", [0, -0.1, 1.01, math.nan])
def test_a_share_of_the_places_lies_above_none_and_at_most_at_all(use: float) -> None:
    with pytest.raises(InputError) as caught:
        generate("M", 1, capacity_use=use)
    assert [problem.code for problem in caught.value.problems] == ["out_of_range"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 7))
def test_m_has_a_plan(seed: int) -> None:
    assert make_plan(scenario("M", seed), Settings(time_limit_seconds=90)).status in ("optimal", "feasible")
