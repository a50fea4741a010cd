"""Windows and parcels before anybody is chosen: what the schedule keeps, and that it never asks for too much."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest

from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.bounds.activation import bound_activations
from optimizer.solve.bounds.coupled import bound_coupled
from optimizer.solve.bounds.coupled_excess import bound_excess
from optimizer.solve.bounds.lower_bounds import LagrangianBounds, LowerBounds
from optimizer.solve.bounds.parcel_counts import bound_parcel_counts, parcel_count_bounds
from optimizer.solve.bounds.schedule import Schedule, make_schedule
from optimizer.solve.problem import SearchProblem
from tests.derive.small import EVERY_DAY, activation, creator, instance, shipping
from tests.solve.middle import busy_scenario
from tests.solve.searching import found, problem


def floors_of(asked: SearchProblem, *, joint: bool = False, sizes: bool = False) -> LowerBounds:
    blocks = bound_activations(asked, asked.instance.activations)
    lower_bounds = LowerBounds({block.activation: block.lower_bound for block in blocks if not block.impossible})
    if joint:
        bound_coupled(asked, lower_bounds)
    if sizes:
        windows = {window: lower_bound for block in blocks for window, lower_bound in block.windows.items()}
        bound_parcel_counts(
            asked, lower_bounds, [int(w) for a in lower_bounds.own for w in asked.windows_of(a)], windows
        )
        bound_excess(asked, lower_bounds)
    return lower_bounds


def narrow(seed: int) -> Instance:
    """A busy scenario in which places and stock are scarce, and nothing has to be secured."""
    rng, document = Random(seed), busy_scenario(seed, people=9)
    document["objective"]["goal"] = "activate_most"
    for wave in document["activations"]:
        wave["delivery"] = {"before_days": rng.choice((2, 4)), "after_days": 0}
    if rng.random() < 0.7:
        document["shipping"] |= {"daily_capacity": rng.choice((2, 3, 4)), "ship_weekdays": EVERY_DAY}
    if rng.random() < 0.4:
        lots = [("2027-03-01", rng.randint(1, 8)), ("2027-03-22", rng.randint(1, 8))]
        document["products"][0]["stock"] = [{"on": on, "units": units} for on, units in lots]
    return build_instance(scenario_from_data(document))


@pytest.mark.parametrize("seed", [*range(12), *(pytest.param(n, marks=pytest.mark.slow) for n in range(12, 300))])
def test_bounds_are_not_above_the_best_plan(seed: int) -> None:
    given = narrow(seed)
    best = found(given, method="plain", seconds=5.0)
    if best.value is None or best.least_cost is None:
        return
    asked = problem(given, seconds=20.0)
    lower_bounds = floors_of(asked, joint=bool(seed % 2), sizes=seed % 4 > 1)
    wanted = list(lower_bounds.own)
    most = make_schedule(asked, lower_bounds, wanted)
    assert not most.impossible
    assert most.bound is None or most.bound >= best.value
    least = make_schedule(asked, lower_bounds, wanted, least_value=best.value)
    assert not least.impossible
    assert least.bound is None or least.bound <= best.least_cost
    assert best.selection is not None
    exactly = make_schedule(asked, lower_bounds, list(best.selection.windows), all_of_them=True)
    assert not exactly.impossible
    assert exactly.bound is None or exactly.bound <= best.least_cost
    for schedule in (most, least, exactly):
        keeps_the_limits(asked, schedule)


def keeps_the_limits(asked: SearchProblem, schedule: Schedule) -> None:
    """Places, stock day by day, gaps between windows of one community, parcels on days of their window only."""
    given, limits = asked.instance, asked.instance.limits
    nothing = np.zeros(len(limits.ship_month), dtype=np.int64)
    if limits.daily_capacity is not None:
        assert np.all(sum(schedule.parcels.values(), nothing) <= limits.daily_capacity)
    for product, lots in limits.arrivals.items():
        sent = np.cumsum(sum((q for a, q in schedule.parcels.items() if given.product[a] == product), nothing))
        arrived = np.array([max((total for d, total in lots if d <= day), default=0) for day in range(len(nothing))])
        assert np.all(sent <= arrived)
    windows = given.windows
    for a, w in schedule.windows.items():
        assert windows.activation[w] == a
        days = set(given.options.ship_day[given.options.in_window(w)].tolist())
        assert set(np.flatnonzero(schedule.parcels[a]).tolist()) <= days
        for b, other in schedule.windows.items():
            if b > a and given.community[a] == given.community[b]:
                first, second = sorted((w, other), key=lambda each: windows.start_day[each])
                assert windows.start_day[second] > windows.end_day[first] + given.gap_days[a]


def test_some_of_these_bounds_are_raised_by_places_and_stock() -> None:
    raised = 0
    for seed in range(40):
        asked = problem(narrow(seed), seconds=20.0)
        lower_bounds = floors_of(asked)
        schedule = make_schedule(asked, lower_bounds, list(lower_bounds.own), all_of_them=True)
        raised += schedule.impossible or (schedule.bound or 0) > sum(lower_bounds.own.values())
    assert raised >= 8


TWO = tuple(
    activation(name, community=name, min_posts=2, confidence=0.7, value=value) for name, value in (("k", 2), ("m", 1))
)
"""Five of each: 1 − 0.5⁴ − 4 · 0.5⁴ = 0.69 is too little."""
RULES = [{"id": name, "authenticity": "low"} for name in ("k", "m")]


def two(**fields: Any) -> Instance:
    """Two communities, one ship day; five parcels for each, 10.00 a parcel."""
    crowd = [creator(f"{name}{n}") | {"communities": [name]} for name in ("k", "m") for n in range(6)]
    return instance(crowd, *TWO, **({"communities": RULES} | fields))


def test_parcels_are_those_of_the_teams_and_the_places_those_of_the_day() -> None:
    for capacity, value in ((10, 3), (9, 2), (4, 0)):
        asked = problem(two(shipping=shipping(daily_capacity=capacity)))
        lower_bounds = floors_of(asked)
        schedule = make_schedule(asked, lower_bounds, list(lower_bounds.own))
        assert schedule.bound == value
        assert sum(int(q.sum()) for q in schedule.parcels.values()) == 5 * len(schedule.windows)
        assert make_schedule(asked, lower_bounds, [0, 1], all_of_them=True).impossible is (capacity < 10)


@pytest.mark.parametrize(
    "fields",
    [
        {"products": [{"id": "p", "unit_cost": "10.00", "stock": [{"on": "2027-03-01", "units": 9}]}]},
        {"budget": {"total": "99.99"}},
    ],
)
def test_stock_and_budget_leave_one_out(fields: dict[str, Any]) -> None:
    asked = problem(two(**fields))
    schedule = make_schedule(asked, floors_of(asked), [0, 1])
    assert (schedule.bound, list(schedule.windows)) == (2, [0])


@pytest.mark.parametrize(("gap", "taken"), [(0, [0, 1]), (6, [0, 1]), (7, [0])])
def test_windows_of_one_community_keep_their_distance(gap: int, taken: list[int]) -> None:
    """The second week is free between them, and the first of the two has more value."""
    later = activation("b", start_earliest="2027-03-21", start_latest="2027-03-21", start_weekday="any")
    rules = [{"id": "k", "authenticity": "low", "min_gap_days": gap}]
    asked = problem(instance([creator("x")], activation(value=2), later, communities=rules))
    assert list(make_schedule(asked, floors_of(asked), [0, 1]).windows) == taken


@pytest.mark.parametrize(
    "lower_bounds",
    [
        LowerBounds({0: 90_000, 1: 5_000}),
        LowerBounds({0: 5_000, 1: 5_000}, {(0, 1): 95_000}),
        LowerBounds({0: 5_000, 1: 5_000}, {}, [LagrangianBounds({0: 70_000, 1: 30_000}, 5_000)]),
    ],
)
def test_floors_far_above_every_size_are_told_and_not_impossible(lower_bounds: LowerBounds) -> None:
    asked = replace(problem(two()), coupled=((0, 1),))
    schedule = make_schedule(asked, lower_bounds, [0, 1], all_of_them=True)
    assert (schedule.impossible, schedule.bound, schedule.cost) == (False, 95_000, 95_000)


def test_a_lot_can_be_shipped_on_the_day_it_arrives() -> None:
    """Everybody ships on 7 March."""
    for day, taken in (("2027-03-07", [0]), ("2027-03-08", [])):
        stock = [{"on": "2027-03-01", "units": 1}, {"on": day, "units": 5}]
        asked = problem(two(products=[{"id": "p", "unit_cost": "10.00", "stock": stock}]))
        assert list(make_schedule(asked, floors_of(asked), [0, 1]).windows) == taken


def test_windows_that_did_not_go_together_are_not_taken_again() -> None:
    asked = problem(two())
    schedule = make_schedule(asked, floors_of(asked), [0, 1], without=[frozenset({0, 1})])
    assert list(schedule.windows) == [0]


def test_a_size_goes_where_fewer_parcels_cost_no_more() -> None:
    asked = problem(two())
    for item in asked.window_data.values():
        sizes = parcel_count_bounds(asked, LowerBounds({}), item.window)
        assert [size.cost for size in sizes] == sorted({size.cost for size in sizes})
        assert [size.parcels for size in sizes] == sorted({size.parcels for size in sizes}, reverse=True)
        assert sizes[0].cost == item.least


def test_a_stopped_schedule_claims_nothing() -> None:
    asked = problem(two())
    lower_bounds = floors_of(asked)
    asked.control.cancel.set()
    assert make_schedule(asked, lower_bounds, [0, 1]) == Schedule(False, None, 0, {}, {})
