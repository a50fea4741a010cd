"""Prices for places, stock and months: the bound they give is never above a plan, and higher where limits bite."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from optimizer.derive.build import build_instance
from optimizer.derive.instance import INFEASIBLE_COST, Instance, Ints
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.bounds.activation import cost_bound
from optimizer.solve.bounds.lagrangian import (
    THOUSAND,
    _worth,
    bound_at_prices,
    charges,
    raise_bound,
    shared_rows,
    use_of,
)
from optimizer.solve.bounds.lower_bounds import LowerBounds
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search import Solution
from tests.derive.small import EVERY_DAY, activation, creator, instance, shipping
from tests.solve.middle import busy_scenario
from tests.solve.searching import found, problem


def narrow(seed: int) -> Instance:
    """A busy scenario in which places, stock and a month are scarce, and nothing has to be secured."""
    rng, document = Random(seed), busy_scenario(seed, people=9)
    document["objective"]["goal"] = "activate_most"
    document["shipping"] |= {"daily_capacity": rng.choice((2, 3, 4)), "ship_weekdays": EVERY_DAY}
    for wave in document["activations"]:
        wave["delivery"] = {"before_days": rng.choice((2, 4)), "after_days": 0}
    document["budget"] = {"monthly": {"2027-03": rng.randint(150, 600), "2027-04": rng.randint(150, 600)}}
    if rng.random() < 0.5:
        lots = [("2027-03-01", rng.randint(3, 12)), ("2027-03-22", rng.randint(1, 8))]
        document["products"][0]["stock"] = [{"on": on, "units": units} for on, units in lots]
    return build_instance(scenario_from_data(document))


def floors_of(asked: SearchProblem) -> dict[int, int]:
    """What the quick bounds alone say, the same that prices are weighed by."""
    least = {a: [asked.window_data[int(w)].least for w in asked.windows_of(a)] for a in asked.instance.activations}
    return {a: min(known) for a, known in least.items() if min(known, default=INFEASIBLE_COST) < INFEASIBLE_COST}


def some_prices(given: Instance, rng: Random) -> Ints:
    rows = shared_rows(given)
    parcels = len(rows.days) + len(rows.lots)
    drawn = [rng.choice((0, 0, 40, 900)) for _ in range(parcels)] + [rng.choice((0, 7, 333)) for _ in rows.months]
    return np.array(drawn, dtype=np.int64)


def best_plan(given: Instance) -> Solution | None:
    best = found(given, method="plain", seconds=5.0)
    return best if best.selection is not None and best.selection.windows else None


@pytest.mark.parametrize("seed", [*range(14), *(pytest.param(n, marks=pytest.mark.slow) for n in range(14, 300))])
def test_no_plan_costs_less_than_any_prices_say(seed: int) -> None:
    given, rng = narrow(seed), Random(seed)
    best = best_plan(given)
    if best is None or best.selection is None or best.least_cost is None:
        return
    asked, rows = problem(given, seconds=30.0), shared_rows(given)
    lower_bounds = floors_of(asked)
    secured = list(best.selection.windows)
    for _ in range(4):
        prices, total = some_prices(given, rng), 0
        for own in secured:
            team = best.selection.options_of(given, own)
            bound = bound_at_prices(asked, rows, prices, own, lower_bounds).bound
            assert bound >= lower_bounds[own]
            assert bound <= (given.options.cost_minor[team] + charges(given, rows, prices, team)).sum()
            total += bound
        assert total - _worth(rows, prices) <= best.least_cost
    priced = raise_bound(asked, lower_bounds, secured, 2**53)
    if priced is not None:
        assert sum(lower_bounds[a] for a in secured) < sum(priced.own[a] for a in secured) - priced.constant
        assert sum(priced.own[a] for a in secured) - priced.constant <= best.least_cost
        known = cost_bound(given, LowerBounds(lower_bounds, {}, [priced]), best.value or 0)
        assert known is not None
        assert known <= best.least_cost


def test_some_of_these_bounds_rise() -> None:
    raised = 0
    for seed in range(40):
        asked = problem(narrow(seed), seconds=30.0)
        lower_bounds = floors_of(asked)
        raised += raise_bound(asked, lower_bounds, list(lower_bounds), 2**53) is not None
    assert raised >= 8


@pytest.mark.parametrize("seed", range(10))
def test_who_is_charged_pays_no_more_than_the_limits_are_worth(seed: int) -> None:
    """Σ charges ≤ Σ price · use, and a selection that keeps the limits uses no more than there is."""
    given, rng = narrow(seed), Random(seed)
    rows, table = shared_rows(given), given.options
    prices = some_prices(given, rng)
    scale = np.where(np.arange(len(rows)) < len(rows.days) + len(rows.lots), 1.0, 1 / THOUSAND)
    for _ in range(5):
        chosen = np.array(sorted(rng.sample(range(len(table)), min(len(table), 6))), dtype=np.int64)
        owed = float((prices * scale) @ use_of(given, rows, chosen))
        paid = charges(given, rows, prices, chosen).sum()
        assert owed - len(rows.months) * len(chosen) <= paid <= owed + 1e-6
    assert _worth(rows, prices) >= float((prices * scale) @ rows.capacity) - 1e-6


QUEUE = {"shipping": shipping(daily_capacity=0)}


def queue(capacity: int) -> Instance:
    """Two activations share one ship day for the cheap service; whoever ships by the dear one arrives later."""
    services = [
        {"id": "cheap", "cost": "0.00", "transit_days": {"1": 1.0}},
        {"id": "dear", "cost": "9.00", "transit_days": {"3": 1.0}},
    ]
    crowd = [
        creator(f"{community}{service[0]}{n}", 0.5, service=service) | {"communities": [community]}
        for community in ("k", "m")
        for service in ("cheap", "dear")
        for n in range(6)
    ]
    waves = [activation(name, community=name, min_posts=2, confidence=0.7) for name in ("k", "m")]
    rules = [{"id": name, "authenticity": "low"} for name in ("k", "m")]
    return instance(crowd, *waves, communities=rules, shipping=shipping(services=services, daily_capacity=capacity))


def test_prices_raise_the_bound_where_the_best_day_is_full() -> None:
    """Five parcels each; six places on the cheap day leave four to the dear service."""
    asked = problem(queue(6))
    lower_bounds = floors_of(asked)
    assert lower_bounds == {0: 5_000, 1: 5_000}
    priced = raise_bound(asked, lower_bounds, [0, 1], 2**53)
    assert priced is not None
    bound = sum(priced.own.values()) - priced.constant
    truth = found(queue(6), method="plain").least_cost
    assert truth == 10_000 + 4 * 900
    assert 0.97 * truth <= bound <= truth


def test_a_lot_charges_what_is_shipped_before_the_next_one_arrives() -> None:
    stock = [{"on": "2027-03-01", "units": 1}, {"on": "2027-03-05", "units": 5}]
    wave = activation(delivery={"before_days": 4})
    given = instance([creator("x")], wave, products=[{"id": "p", "unit_cost": "10.00", "stock": stock}], **QUEUE)
    rows = shared_rows(given)
    assert (rows.lots, rows.capacity[-3:].tolist()) == (((0, 0), (0, 4), (0, 90 + 1)), [0, 1, 6])
    prices = np.zeros(len(rows), dtype=np.int64)
    prices[len(rows.days) + 1] = 40
    days = given.options.ship_day
    assert charges(given, rows, prices, given.options.in_window(0)).tolist() == [40 * int(day < 4) for day in days]
    assert {3, 4} <= set(days.tolist())


def test_prices_add_nothing_where_nothing_is_scarce() -> None:
    asked = problem(queue(10))
    assert raise_bound(asked, floors_of(asked), [0, 1], 2**53) is None
    asked = problem(instance([creator("x")]))
    assert raise_bound(asked, {0: 1_000}, [0], 2**53) is None
    assert raise_bound(problem(queue(6)), {0: 5_000, 1: 5_000}, [], 2**53) is None


def test_the_climb_ends_where_it_is_enough() -> None:
    asked = problem(queue(6))
    priced = raise_bound(asked, floors_of(asked), [0, 1], 10_001)
    assert priced is not None
    assert sum(priced.own.values()) - priced.constant > 10_000
