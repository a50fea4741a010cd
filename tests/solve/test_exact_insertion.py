from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest

from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance, Ints
from optimizer.model.selection import EMPTY, Selection
from optimizer.model.variables import Approximation
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.bounds.activation import bound_activations
from optimizer.solve.cpsat.feasibility import failing
from optimizer.solve.heuristics.insertion import insert_exactly, worth_shipping
from optimizer.solve.heuristics.neighbourhoods import make_room
from optimizer.solve.heuristics.partial_plan import PartialPlan
from optimizer.solve.heuristics.ruin_recreate import RuinRecreate
from optimizer.solve.search import SearchStatus
from tests.derive.small import activation, creator, document, instance, shipping
from tests.model.desk import Desk, Draft
from tests.solve.searching import METHODS, Method, found, problem

WAVES = (
    activation(min_posts=2, confidence=0.45),
    activation("b", confidence=0.5, start_earliest="2027-03-22", start_latest="2027-03-29"),
)
PEOPLE = [creator("x"), creator("y", 0.8), creator("z", 0.6, paid_fee="3.00")]


def crowded(seed: int, *, capacity: int | None = None) -> Instance:
    """One or two activations whose parcels queue for a few places a day; every day is worth something else."""
    rng = Random(seed)
    count = rng.choice((1, 1, 2))
    communities = [{"id": f"k{n}", "authenticity": "low"} for n in range(count)]
    waves = [
        activation(
            f"a{n}",
            community=f"k{n}",
            min_posts=rng.choice((1, 2, 3)),
            confidence=rng.choice((0.2, 0.4, 0.6)),
            window_days=rng.randint(3, 10),
            start_latest=rng.choice(("2027-03-08", "2027-03-15")),
            delivery={"before_days": rng.choice((2, 5)), "after_days": rng.choice((0, 3))},
        )
        for n in range(count)
    ]
    people = [
        creator(f"c{n}", rng.randint(15, 57) / 100, paid_fee=f"{rng.randint(5, 90)}", service=rng.choice(("s", "t")))
        | {"communities": [f"k{n % count}"]}
        for n in range(rng.randint(4, 7) * count)
    ]
    fields = document(people, *waves, communities=communities)
    fields["posting"] = {"gift_lag": {"median_days": 4, "p90_days": 12}, "brief_compliance": rng.choice((0.3, 0.8))}
    services = [
        {"id": "s", "cost": "2", "transit_days": {"1": 0.5, "2": 0.5}},
        {"id": "t", "cost": "1", "transit_days": {"2": 0.7, "4": 0.3}},
    ]
    fields["shipping"] = shipping(services=services, daily_capacity=capacity or rng.choice((1, 2, 3)))
    if rng.random() < 0.3:
        fields["locks"] = [{"creator": "c0", "activation": "a0", "mode": "gift", "ship_on": "2027-03-05"}]
    return build_instance(scenario_from_data(fields))


def everything(_given: Instance, _activation: int, options: Ints, _standing: Selection) -> Ints:
    return options


@pytest.mark.parametrize("seed", [*range(12), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(12, 150))])
def test_the_least_cost_does_not_depend_on_the_days_left_out(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Placing one activation, and the search as a whole, end the same with every ship day."""
    given = crowded(seed)
    lean, alone = found(given, method="decomposed"), placed_alone(given)
    monkeypatch.setattr("optimizer.solve.heuristics.insertion.worth_shipping", everything)
    full = found(given, method="decomposed")
    assert (lean.status, lean.value, lean.least_cost) == (full.status, full.value, full.least_cost)
    assert alone == placed_alone(given)


def placed_alone(given: Instance) -> list[int | None]:
    """The least cost of every activation with the warehouse to itself."""
    asked = problem(given)
    plans = [insert_exactly(asked, a, EMPTY, 0) for a in given.activations]
    return [None if plan is None else plan.cost(given) for plan in plans]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "fields",
    [
        {"budget": {"monthly": {"2027-03": "9.99"}}},
        {"products": [{"id": "p", "unit_cost": "10.00", "stock": [{"on": "2027-04-01", "units": 9}]}]},
    ],
)
def test_windows_alike_but_for_their_dates_are_judged_each_by_its_own_limits(
    fields: dict[str, Any], method: Method
) -> None:
    """In March there is nothing to spend, or to send: only the second window can be secured."""
    wave = activation(start_earliest="2027-03-29", start_latest="2027-04-05")
    given = instance([creator("x")], wave, **fields)
    solution = found(given, method=method)
    assert (solution.status, solution.least_cost, solution.cost_bound) == (SearchStatus.OPTIMAL, 1_000, 1_000)
    assert solution.selection is not None
    assert solution.selection.windows == {0: 1}


def test_a_floor_is_that_of_the_cheapest_window() -> None:
    """One of the two is away in the first weeks, the other costs more."""
    people = [creator("x", unavailable=[{"start": "2027-03-01", "end": "2027-03-31"}]), creator("y", paid_fee="2.50")]
    people[1]["accepts"] = ["paid"]
    (block,) = bound_activations(problem(instance(people, activation(start_latest="2027-03-15"))), [0])
    assert (block.lower_bound, block.windows) == (1_250, {0: 1_250, 1: 1_250})
    (block,) = bound_activations(problem(instance(people, activation(start_latest="2027-04-05"))), [0])
    assert (block.lower_bound, block.windows[0], block.windows[4]) == (1_000, 1_250, 1_000)


@pytest.mark.parametrize("method", METHODS)
def test_an_activation_that_the_warehouse_cannot_serve_is_left_out_with_proof(method: Method) -> None:
    solution = found(instance([creator("x")], shipping=shipping(daily_capacity=0)), method=method)
    assert (solution.status, solution.value, solution.value_bound) == (SearchStatus.OPTIMAL, 0, 0)


def test_some_of_these_leave_days_out() -> None:
    cases = [(given, window) for given in map(crowded, range(12)) for window in range(len(given.windows))]
    assert sum(len(shipped(given, w)) < len(given.options.in_window(w)) for given, w in cases) > 5


def shipped(given: Instance, window: int, fixed: Selection = EMPTY) -> Ints:
    """Options of a window that are worth a look."""
    return worth_shipping(given, int(given.windows.activation[window]), given.options.in_window(window), fixed)


def test_days_are_left_out_only_where_better_ones_have_room_for_all() -> None:
    """Four people, two places a day: two days each suffice, a third once a place is taken."""
    days = activation(delivery={"before_days": 3}, min_posts=2)
    later = activation(
        "b", community="m", start_earliest="2027-03-08", start_latest="2027-03-08", delivery={"before_days": 3}
    )
    people = [creator(f"c{n}") for n in range(4)] + [creator("o") | {"communities": ["m"]}]
    communities = [{"id": name, "authenticity": "low"} for name in ("k", "m")]
    given = instance(people, days, later, shipping=shipping(daily_capacity=2), communities=communities)
    table = given.options
    kept = table.ship_day[shipped(given, 0)]
    assert sorted(set(kept.tolist())) == [3, 4]
    taken = int(np.flatnonzero((table.activation == 1) & (table.ship_day == 3))[0])
    kept = table.ship_day[shipped(given, 0, Selection((taken,), {1: 1}))]
    assert sorted(set(kept.tolist())) == [3, 4, 5]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"shipping": shipping(daily_capacity=1), "budget": {"monthly": {"2027-03": "50"}}},
        {"shipping": shipping(daily_capacity=1), "products": [{"id": "p", "unit_cost": "10", "stock": []}]},
        {"shipping": shipping(daily_capacity=0)},
    ],
)
def test_with_dated_limits_every_day_counts(fields: dict[str, object]) -> None:
    given = instance(PEOPLE, activation(delivery={"before_days": 4}), **fields)
    assert shipped(given, 0).tolist() == list(range(len(given.options)))


def test_a_horizon_beyond_400_days_with_a_capacity_is_planned() -> None:
    late = activation(start_earliest="2028-09-04", start_latest="2028-09-04")
    horizon = {"start": "2027-03-01", "end": "2028-12-31"}
    assert found(instance(PEOPLE, late, shipping=shipping(daily_capacity=3), horizon=horizon)).value == 1


def test_place_finds_the_cheapest_beside_what_stands() -> None:
    asked = problem(instance(PEOPLE, *WAVES, rotation={"rest_days": 30}))
    desk = Desk(asked.instance)
    alone = insert_exactly(asked, 1, EMPTY, 0)
    assert alone is not None
    assert alone.cost(asked.instance) == 1_000
    fixed = Selection(tuple(sorted(desk.draft(("y", "a", "gift"), ("z", "a", "gift")).options)), {0: 0})
    beside = insert_exactly(asked, 1, fixed, 0)
    assert beside is not None
    assert set(beside.windows) == {1}
    assert {int(asked.instance.options.creator[o]) for o in beside.options} == {0}
    both = fixed.union(beside)
    assert desk.allows(Draft(frozenset(both.options), frozenset(both.windows.values()), frozenset(both.windows)))


def test_place_keeps_below_its_ceiling() -> None:
    asked = problem(instance(PEOPLE, *WAVES))
    assert insert_exactly(asked, 1, EMPTY, 0, 1_000) is None
    cheap = insert_exactly(asked, 1, EMPTY, 0, 1_001)
    assert cheap is not None
    assert cheap.cost(asked.instance) == 1_000


def test_place_ends_when_stopped() -> None:
    asked = problem(instance(PEOPLE, *WAVES))
    asked.control.cancel.set()
    assert insert_exactly(asked, 1, EMPTY, 0) is None


@pytest.mark.parametrize("seed", range(10))
def test_what_is_assembled_keeps_every_rule_and_holds(seed: int) -> None:
    given = crowded(seed)
    asked = problem(given)
    blocks = {block.activation: block for block in bound_activations(asked, given.activations)}
    possible = {a: block.lower_bound for a, block in blocks.items() if not block.impossible}
    partial = PartialPlan(given)
    RuinRecreate(asked, partial, list(possible), possible, np.zeros(len(given.options), dtype=np.int64), 1).fill()
    exact = EMPTY
    for a, lower_bound in possible.items():
        found_one = insert_exactly(asked, a, exact, lower_bound)
        exact = exact if found_one is None else exact.union(found_one)
    for plan in (partial.selection(), exact, make_room(asked, partial.selection(), possible, list(possible))):
        draft = Draft(frozenset(plan.options), frozenset(plan.windows.values()), frozenset(plan.windows))
        waiting = {"locks"} if any(choice.activation not in plan.windows for choice in given.locks) else set()
        assert Desk(given).allows(draft, approximation=Approximation.OUTER, without={"required", *waiting})
        assert not failing(given, plan, plan.windows)
        for a in plan.windows:
            assert plan.without(given, set(plan.windows) - {a}).cost(given) >= possible[a]


def test_selections_are_joined_and_taken_apart() -> None:
    given = instance(PEOPLE, *WAVES)
    first, second = Selection((0, 2), {0: 0}), Selection((5,), {1: 1})
    both = second.union(first)
    assert (both.options, dict(both.windows)) == ((0, 2, 5), {0: 0, 1: 1})
    assert both.without(given, [0]) == second
    assert both.without(given, [0, 1]) == EMPTY
    assert EMPTY.cost(given) == 0
    assert both.cost(given) == given.options.cost_minor[[0, 2, 5]].sum()
