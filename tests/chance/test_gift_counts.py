from __future__ import annotations

from random import Random

import numpy as np
import pytest

from optimizer.chance.covers import cover_of
from optimizer.chance.gift_counts import FEW, affordable, gift_counts
from optimizer.chance.tail import SECURE_TOLERANCE, tail
from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.planner import make_plan
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.settings import Settings
from tests.derive.small import CALM, activation, creator, document, instance

LOW = {**CALM, "organic_rate": {"low": 0.03, "high": 0.08, "model": "independent"}}


def crowd(seed: int, people: int = 150, *, fees: bool = False) -> list[dict[str, object]]:
    rng = Random(seed)
    return [
        creator(f"c{n}", rng.randint(300, 800) / 10_000, **({"paid_fee": "90.00"} if fees and n % 5 == 0 else {}))
        for n in range(people)
    ]


def many(seed: int, *, fees: bool = False) -> Instance:
    wave = activation(min_posts=4 + seed % 3, confidence=(0.8, 0.9)[seed % 2])
    return instance(crowd(seed, fees=fees), wave, posting=LOW)


@pytest.mark.parametrize("seed", range(5))
def test_fewer_people_than_counted_do_not_hold_and_as_many_do(seed: int) -> None:
    given = many(seed, fees=True)
    most, fewest = gift_counts(given, 0, 0.02, 0.09, 3)
    table, wave = given.options, given.waves[0]
    gifts = np.sort(table.probability[~table.paid])[::-1]
    payers = np.sort(table.probability[table.paid])[::-1]
    assert most <= len(gifts)
    assert len(fewest) == 4
    for paid, count in enumerate(fewest):
        level = wave.confidence - SECURE_TOLERANCE
        assert tail(gifts[:count], payers[:paid], wave.min_posts, given.rates) >= level - 1e-7
        assert tail(gifts[: count - 1], payers[:paid], wave.min_posts, given.rates) < level


def test_few_gifts_are_counted_one_by_one() -> None:
    assert gift_counts(instance([creator(f"c{n}", 0.4) for n in range(12)], activation()), 0, 0.3, 0.5, 0)[1] == ()


@pytest.mark.parametrize("money", [0, 5_000, 40_000])
def test_what_money_buys_is_the_cheapest_people(money: int) -> None:
    given = many(1, fees=True)
    table = given.options
    gift, fee = int(table.cost_minor[~table.paid].min()), int(table.cost_minor[table.paid].min())
    for paid, gifts in enumerate(affordable(given, 0, 3, money)):
        left = money - paid * fee
        assert gifts == (min(left // gift, 150) if left >= 0 else -1)


@pytest.mark.parametrize("seed", range(4))
def test_more_gifts_than_have_thresholds_are_planned_and_proven(seed: int) -> None:
    """All parcels cost the same, so the fewest of the likeliest people are the optimum."""
    people = crowd(seed)
    wave = activation(min_posts=4 + seed % 3, confidence=(0.8, 0.9)[seed % 2])
    written = document(people, posting=LOW) | {"activations": [wave]}
    given = instance(people, wave, posting=LOW)
    gifts = np.sort(given.options.probability)[::-1]
    level = given.waves[0].confidence - SECURE_TOLERANCE
    least = next(n for n in range(1, 151) if tail(gifts[:n], [], given.waves[0].min_posts, given.rates) >= level)
    assert least > FEW - 30
    plan = make_plan(scenario_from_data(written), Settings(time_limit_seconds=20, workers=1))
    assert plan.status == "optimal"
    assert plan.totals.gifts == least
    assert plan.objective.gap == 0


def test_a_cover_of_many_gifts_has_no_cell_that_too_few_could_fill() -> None:
    given = many(3)
    cells = cover_of(given, 0).cells
    _, fewest = gift_counts(given, 0, cover_of(given, 0).low, cover_of(given, 0).high, 0)
    assert all(cell.gifts >= fewest[0] for cell in cells if cell.paid == 0)


@pytest.mark.parametrize("confidence", [0.99, 0.998, 0.9995, 0.9999, 0.99999])
@pytest.mark.parametrize("least", [1, 2])
def test_high_confidences_have_thresholds(confidence: float, least: int) -> None:
    """A threshold lies between grid points that are many steps apart there, where few people nearly suffice."""
    wave = {"id": "a", "community": "k", "min_posts": least, "window_days": 14, "confidence": confidence}
    service = {"id": "t48", "cost": "3.65", "transit_days": {"2": 0.72, "3": 0.22, "4": 0.06}}
    written = {
        "schema_version": 1,
        "name": "high",
        "horizon": {"start": "2027-04-12", "end": "2027-06-06"},
        "objective": {"goal": "min_cost"},
        "products": [{"id": "p", "unit_cost": "22.00"}],
        "shipping": {"services": [service]},
        "communities": [{"id": "k"}],
        "activations": [wave | {"delivery": {"after_days": 7}}],
        "creators": [{"id": f"c{number}", "communities": ["k"]} for number in range(120)],
        "posting": {"organic_rate": {"low": 0.2, "high": 0.4}},
    }
    assert cover_of(build_instance(scenario_from_data(written)), 0).cells
