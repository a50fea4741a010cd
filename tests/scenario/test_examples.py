from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from optimizer.analysis.certify import certified
from optimizer.chance.covers import attainable, ceiling
from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.plan import Plan
from optimizer.scenario.generator import dump
from optimizer.scenario.loading import read_scenario
from optimizer.scenario.models import Scenario
from optimizer.scenario.scenario_warnings import scenario_warnings
from optimizer.scenario.semantics import accepted_modes, embeddedness, passes_floor, waves
from optimizer.solve.settings import Settings

FOLDER = Path(__file__).parents[2] / "scenarios"
NAMES = (
    "product_launch_tight_budget",
    "spring_launch",
    "stock_in_two_lots",
    "too_small_a_network",
    "trail_launch",
    "year_of_waves",
)
FEES = {"nano": (50, 250), "emerging": (150, 800), "established": (600, 2000)}


@cache
def example(name: str) -> Scenario:
    return read_scenario(FOLDER / f"{name}.json")


@cache
def instance(name: str) -> Instance:
    return build_instance(example(name))


def solved(name: str) -> Plan:
    return certified(example(name), Settings(time_limit_seconds=120), draws=0).plan


def securable(name: str) -> dict[str, bool]:
    """Return, by activation, whether its network alone can reach the confidence in some window."""
    made = instance(name)
    return {
        wave.id: any(
            attainable(made, index, int(window)) >= wave.confidence
            for window in np.flatnonzero(made.windows.activation == index)
        )
        for index, wave in enumerate(made.waves)
    }


def test_every_example_is_here_and_described() -> None:
    assert tuple(sorted(path.stem for path in FOLDER.glob("*.json"))) == NAMES
    described = re.findall(r"^## `(\w+)\.json`", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert tuple(sorted(described)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_written_one_creator_per_line(name: str) -> None:
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert text == dump(json.loads(text))


@pytest.mark.parametrize("name", NAMES)
def test_an_example_looks_like_a_british_launch_of_2027(name: str) -> None:
    checked = example(name)
    assert (checked.currency, checked.shipping.holiday_calendar) == ("GBP", "GB-ENG")
    assert checked.horizon.start.year == checked.horizon.end.year == 2027
    assert all(20 <= product.unit_cost <= 50 for product in checked.products)
    assert all(3 <= service.cost <= 8 for service in checked.shipping.services)
    handles = [creator.handle for creator in checked.creators]
    assert len(set(handles)) == len(handles)
    for creator in checked.creators:
        assert re.fullmatch(r"@[a-z0-9._]{4,30}", creator.handle or "")
        assert creator.followers is not None
        assert creator.tier is not None
        assert creator.organic_rate is None or 0.2 <= creator.organic_rate <= 0.4
        if creator.paid_fee is not None:
            least, most = FEES[creator.tier]
            assert least <= creator.paid_fee <= most


@pytest.mark.parametrize("name", NAMES)
def test_notices_of_an_example_are_those_it_means_to_show(name: str) -> None:
    meant = {"creator_unusable", "embeddedness_unknown", "unknown_excluded"}
    assert {notice.code for notice in scenario_warnings(example(name))} <= meant


@pytest.mark.parametrize("name", [name for name in NAMES if name != "too_small_a_network"])
def test_every_activation_can_be_secured_by_its_network(name: str) -> None:
    assert all(securable(name).values())


def test_spring_launch_is_the_gifting_programme_of_two_hundred() -> None:
    checked = example("spring_launch")
    members = Counter(community for creator in checked.creators for community in creator.communities)
    assert len(checked.creators) == 200
    assert len(checked.communities) == 5
    assert all(40 <= count <= 43 for count in members.values())
    assert 5 <= sum(len(creator.communities) == 2 for creator in checked.creators) <= 10
    assert {community.authenticity for community in checked.communities} == {"high", "medium", "low"}
    assert {creator.tier for creator in checked.creators} == {"nano", "emerging", "established"}
    assert len({wave.value for wave in waves(checked)}) > 3
    assert {4, 5, 6} == {wave.min_posts for wave in waves(checked)}
    refusals = Counter(accepted_modes(creator) for creator in checked.creators)
    assert set(refusals) == {("gift", "paid"), ("gift",), ("paid",), ()}
    assert sum(creator.comments is not None for creator in checked.creators) > 150


def test_spring_launch_leaves_out_whom_sourdough_does_not_know() -> None:
    checked = example("spring_launch")
    sourdough = next(item for item in checked.communities if item.id == "sourdough")
    members = [creator for creator in checked.creators if sourdough.id in creator.communities]
    below = [creator.id for creator in members if not passes_floor(creator, sourdough)]
    assert 1 <= len(below) <= len(members) / 4
    assert any(embeddedness(creator) is None for creator in members)


def test_spring_launch_spans_the_bank_holidays() -> None:
    closed = {date(2027, 3, 26), date(2027, 3, 29), date(2027, 5, 3), date(2027, 5, 31)}
    horizon = example("spring_launch").horizon
    made = instance("spring_launch")
    assert all(horizon.start <= day <= horizon.end for day in closed)
    assert closed.isdisjoint({made.day(day) for day in made.options.ship_day})


def test_trail_launch_fits_on_a_screen() -> None:
    checked = example("trail_launch")
    assert len(checked.communities) == len(waves(checked)) == 1
    assert len(checked.creators) <= 24
    assert len((FOLDER / "trail_launch.json").read_text(encoding="utf-8").splitlines()) <= 50
    assert [lock.mode for lock in checked.locks] == ["gift"]


def test_trail_launch_is_solved_to_proof() -> None:
    plan = solved("trail_launch")
    assert plan.status == "optimal"
    assert [assignment.mode for assignment in plan.assignments if assignment.creator == "t04"] == ["gift"]


def test_the_tight_budget_pays_for_half_and_not_for_the_two_most_wanted() -> None:
    checked = example("product_launch_tight_budget")
    plan = solved("product_launch_tight_budget")
    secured = {activation.activation for activation in plan.activations if activation.secured}
    wanted = sorted(waves(checked), key=lambda wave: -wave.value)
    assert checked.budget.total is not None
    assert plan.totals.cost is not None
    assert Decimal(plan.totals.cost) <= checked.budget.total
    assert len(secured) == 3
    assert wanted[0].id in secured
    assert wanted[1].id not in secured


def test_year_of_waves_rotates_towards_a_peak() -> None:
    checked = example("year_of_waves")
    found = waves(checked)
    peaks = [wave for wave in found if wave.id.endswith("-peak")]
    ordinary = [wave for wave in found if wave not in peaks]
    assert Counter(wave.community for wave in ordinary) == {"indoor-plants": 4, "vintage-fashion": 4}
    assert Counter(wave.community for wave in peaks) == {"indoor-plants": 1, "vintage-fashion": 1}
    assert min(wave.value for wave in peaks) > max(wave.value for wave in ordinary)
    assert min(wave.min_posts for wave in peaks) > max(wave.min_posts for wave in ordinary)
    assert all(wave.end_of(wave.latest) < date(2027, 12, 25) for wave in peaks)
    assert all(wave.tier_mix for wave in found)
    assert checked.rotation.max_activations_per_creator == 3
    assert checked.rotation.rest_days == 60
    assert checked.shipping.daily_capacity is not None


def test_stock_in_two_lots_forces_a_part_to_wait() -> None:
    checked = example("stock_in_two_lots")
    (product,) = checked.products
    assert product.stock is not None
    first, second = product.stock
    plan = solved("stock_in_two_lots")
    early = [item for item in plan.assignments if item.ship_on < second.on]
    parcels = Counter(item.activation for item in plan.assignments)
    assert plan.status in ("optimal", "feasible")
    assert len(early) <= first.units < sum(sorted(parcels.values())[:2])
    assert {item.activation for item in plan.assignments} - {item.activation for item in early}


def test_one_network_is_too_small_and_the_other_is_not() -> None:
    made = instance("too_small_a_network")
    assert securable("too_small_a_network") == {"board-games": True, "film-photography": False}
    film = next(index for index, wave in enumerate(made.waves) if wave.id == "film-photography")
    windows = np.flatnonzero(made.windows.activation == film)
    assert max(ceiling(made, film, int(window)) for window in windows) < made.waves[film].confidence
    assert solved("too_small_a_network").status == "infeasible"
