from __future__ import annotations

from random import Random

import numpy as np
import pytest

from optimizer.analysis.certify import decisions_of
from optimizer.analysis.evaluate import evaluate
from optimizer.derive.build import build_instance
from optimizer.derive.instance import UNLIMITED, Instance, Ints
from optimizer.model.selection import EMPTY, Selection
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.heuristics.partial_plan import PartialPlan
from tests.derive.small import activation, creator, instance, shipping
from tests.seeds import seeds
from tests.solve.middle import busy_scenario

SHARED = {"budget_total", "budget_month", "stock", "daily_capacity", "rest_days", "max_activations", "community_gap"}


def busy(seed: int) -> Instance:
    """A busy scenario whose shared limits are so narrow that a few people break them."""
    rng, document = Random(seed), busy_scenario(seed, people=8)
    if rng.random() < 0.5:
        document["shipping"]["daily_capacity"] = rng.choice((1, 2, 3))
    if rng.random() < 0.5:
        document["budget"] = {"total": rng.randint(80, 500), "monthly": {"2027-03": rng.randint(60, 300)}}
    if rng.random() < 0.5:
        document["rotation"] = rng.choice(({"rest_days": 21}, {"max_activations_per_creator": 1}))
        for person in document["creators"]:
            person["communities"] = [community["id"] for community in document["communities"]]
    if rng.random() < 0.5:
        lots = [("2027-03-01", rng.randint(0, 3)), ("2027-03-20", 1), ("2027-03-29", rng.randint(0, 4))]
        document["products"][0]["stock"] = [{"on": on, "units": units} for on, units in lots if units]
    return build_instance(scenario_from_data(document))


def some_team(given: Instance, rng: Random, window: int) -> Ints:
    """A few creators of a window, each in one way; whether they hold does not matter."""
    table, options = given.options, given.options.in_window(window)
    creators = np.unique(table.creator[options]).tolist()
    chosen = rng.sample(creators, min(len(creators), rng.randint(1, 5)))
    return np.array(sorted(rng.choice(options[table.creator[options] == c].tolist()) for c in chosen), dtype=np.int64)


def broken(given: Instance, selection: Selection) -> set[str]:
    """The shared rules that the verifier finds broken."""
    decisions, starts = decisions_of(given, selection)
    plan = evaluate(given.scenario, decisions, starts, draws=0)
    return {check.rule for check in plan.certificate.checks if not check.ok} & SHARED


@pytest.mark.parametrize("seed", [*seeds(12, 25), *(pytest.param(n, marks=pytest.mark.slow) for n in range(25, 400))])
def test_the_board_allows_what_the_verifier_allows(seed: int) -> None:
    given, rng = busy(seed), Random(seed)
    partial = PartialPlan(given)
    windows = [w for w in range(len(given.windows)) if len(given.options.in_window(w))]
    for window in rng.sample(windows, min(len(windows), 12)):
        activation_of = int(given.windows.activation[window])
        if activation_of in partial.windows:
            continue
        team = some_team(given, rng, window)
        allowed = (
            partial.fits(activation_of, window, team)
            and bool(partial.available(activation_of, window, team).all())
            and partial.dates_allow(activation_of, window)
        )
        wider = PartialPlan(given, partial.selection(), over_budget=True)
        wider.insert(activation_of, window, team)
        assert allowed is (not broken(given, wider.selection()))
        breaches = partial.breaches(activation_of, window, team)
        assert {breach.rule for breach in breaches} == broken(given, wider.selection())
        if allowed:
            partial.insert(activation_of, window, team)


def test_each_of_these_rules_is_broken_by_some() -> None:
    """Otherwise the comparison would not test it."""
    seen: set[str] = set()
    for seed in range(60):
        given, rng = busy(seed), Random(seed)
        partial = PartialPlan(given, over_budget=True)
        for own in given.activations:
            window = rng.choice(np.flatnonzero(given.windows.activation == own).tolist())
            if len(given.options.in_window(window)):
                partial.insert(own, window, some_team(given, rng, window))
        seen |= broken(given, partial.selection())
        if seen == SHARED:
            return
    assert seen == SHARED


def state(partial: PartialPlan) -> tuple[object, ...]:
    places = [partial.remaining_capacity(a).tolist() for a in partial.instance.activations]
    return (partial.cost, partial.selection(), places, dict(partial._months), partial.value())


@pytest.mark.parametrize("seed", range(10))
def test_taking_a_team_out_restores_everything(seed: int) -> None:
    given, rng = busy(seed), Random(seed)
    partial = PartialPlan(given, over_budget=True)
    history = []
    for own in given.activations:
        window = int(rng.choice(np.flatnonzero(given.windows.activation == own).tolist()))
        history.append((own, state(partial)))
        partial.insert(own, window, some_team(given, rng, window))
    again = PartialPlan(given, partial.selection(), over_budget=True)
    assert state(again) == state(partial)
    for own, before in reversed(history):
        partial.remove(own)
        assert state(partial) == before
    assert partial.selection() == EMPTY


def test_places_are_what_capacity_and_stock_leave() -> None:
    lots = [{"on": "2027-03-03", "units": 2}, {"on": "2027-03-06", "units": 2}]
    given = instance(
        [creator(f"c{n}") for n in range(4)],
        activation(delivery={"before_days": 6}),
        shipping=shipping(daily_capacity=3),
        products=[{"id": "p", "unit_cost": "10", "stock": lots}],
    )
    partial = PartialPlan(given)
    assert partial.remaining_capacity(0)[:8].tolist() == [0, 0, 2, 2, 2, 3, 3, 3]
    table = given.options
    early = np.flatnonzero((table.creator == 0) & (table.ship_day == 3))
    partial.insert(0, 0, early)
    assert partial.remaining_capacity(0)[:8].tolist() == [0, 0, 1, 1, 1, 3, 3, 3]
    assert PartialPlan(instance([creator("x")])).remaining_capacity(0).min() == UNLIMITED
    nothing = instance([creator("x")], products=[{"id": "p", "unit_cost": "10", "stock": []}])
    assert PartialPlan(nothing).remaining_capacity(0).max() == 0


def test_within_budget_gives_up_the_least_value_for_money_and_nothing_required() -> None:
    waves = [activation("a", value=1, required=True), activation("b", value=2), activation("c", value=5)]
    given = instance([creator(f"c{n}") for n in range(3)], *waves, budget={"total": "20.00"})
    partial = PartialPlan(given, over_budget=True)
    for own in given.activations:
        options = given.options.in_activation(own)
        partial.insert(own, own, options[given.options.creator[options] == own])
    assert partial.cost == 3_000
    assert sorted(partial.within_budget().windows) == [0, 2]
    assert sorted(partial.windows) == [0, 1, 2]
    assert (partial.value(), partial.value([0, 2])) == (8, 6)
    assert not PartialPlan(given, partial.within_budget()).fits(1, 1, partial.teams[1])
    assert PartialPlan(given, partial.within_budget(), over_budget=True).fits(1, 1, partial.teams[1])


@pytest.mark.parametrize(("rest", "free"), [(6, True), (7, True), (8, False)])
def test_who_took_part_rests_to_the_day(rest: int, free: bool) -> None:
    """Seven days lie between the windows."""
    later = activation("b", start_earliest="2027-03-22", start_latest="2027-03-22")
    given = instance([creator("x"), creator("y")], activation(), later, rotation={"rest_days": rest})
    partial = PartialPlan(given)
    first, second = given.options.in_window(0), given.options.in_window(1)
    partial.insert(0, 0, first[:1])
    assert partial.available(1, 1, second).tolist() == [free, True]
    partial.remove(0)
    partial.insert(1, 1, second[:1])
    assert partial.available(0, 0, first).tolist() == [free, True]
