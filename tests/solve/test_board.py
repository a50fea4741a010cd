from __future__ import annotations

from random import Random

import numpy as np
import pytest

from optimizer.analysis.certify import decisions_of
from optimizer.analysis.evaluate import evaluate
from optimizer.derive.build import derive
from optimizer.derive.instance import Instance, Ints
from optimizer.model.variables import Selection
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.board import PLENTY, Board
from tests.derive.small import activation, creator, instance, shipping
from tests.solve.middle import busy_scenario

SHARED = {"budget_total", "budget_month", "stock", "daily_capacity", "rest_days", "max_activations", "community_gap"}


def busy(seed: int) -> Instance:
    """A busy scenario whose shared limits are so narrow that a few people break them."""
    dice, document = Random(seed), busy_scenario(seed, people=8)
    if dice.random() < 0.5:
        document["shipping"]["daily_capacity"] = dice.choice((1, 2, 3))
    if dice.random() < 0.5:
        document["budget"] = {"total": dice.randint(80, 500), "monthly": {"2027-03": dice.randint(60, 300)}}
    if dice.random() < 0.5:
        document["rotation"] = dice.choice(({"rest_days": 21}, {"max_activations_per_creator": 1}))
        for person in document["creators"]:
            person["communities"] = [community["id"] for community in document["communities"]]
    if dice.random() < 0.5:
        lots = [("2027-03-01", dice.randint(0, 3)), ("2027-03-20", 1), ("2027-03-29", dice.randint(0, 4))]
        document["products"][0]["stock"] = [{"on": on, "units": units} for on, units in lots if units]
    return derive(scenario_from_data(document))


def some_team(given: Instance, dice: Random, window: int) -> Ints:
    """A few creators of a window, each in one way; whether they hold does not matter."""
    table, options = given.options, given.options.in_window(window)
    creators = np.unique(table.creator[options]).tolist()
    chosen = dice.sample(creators, min(len(creators), dice.randint(1, 5)))
    return np.array(sorted(dice.choice(options[table.creator[options] == c].tolist()) for c in chosen), dtype=np.int64)


def broken(given: Instance, selection: Selection) -> set[str]:
    """The shared rules that the verifier finds broken."""
    decisions, starts = decisions_of(given, selection)
    plan = evaluate(given.scenario, decisions, starts, draws=0)
    return {check.rule for check in plan.certificate.checks if not check.ok} & SHARED


@pytest.mark.parametrize("seed", [*range(25), *(pytest.param(n, marks=pytest.mark.slow) for n in range(25, 400))])
def test_the_board_allows_what_the_verifier_allows(seed: int) -> None:
    given, dice = busy(seed), Random(seed)
    board = Board(given)
    windows = [w for w in range(len(given.windows)) if len(given.options.in_window(w))]
    for window in dice.sample(windows, min(len(windows), 12)):
        activation_of = int(given.windows.activation[window])
        if activation_of in board.windows:
            continue
        team = some_team(given, dice, window)
        allowed = (
            board.fits(activation_of, window, team)
            and bool(board.available(activation_of, window, team).all())
            and board.dates_allow(activation_of, window)
        )
        wider = Board(given, board.selection(), over_budget=True)
        wider.put(activation_of, window, team)
        assert allowed is (not broken(given, wider.selection()))
        if allowed:
            board.put(activation_of, window, team)


def test_each_of_these_rules_is_broken_by_some() -> None:
    """Otherwise the comparison would not test it."""
    seen: set[str] = set()
    for seed in range(60):
        given, dice = busy(seed), Random(seed)
        board = Board(given, over_budget=True)
        for own in given.activations:
            window = dice.choice(np.flatnonzero(given.windows.activation == own).tolist())
            if len(given.options.in_window(window)):
                board.put(own, window, some_team(given, dice, window))
        seen |= broken(given, board.selection())
        if seen == SHARED:
            return
    assert seen == SHARED


def state(board: Board) -> tuple[object, ...]:
    places = [board.places(a).tolist() for a in board.instance.activations]
    return (board.cost, board.selection(), places, dict(board._months), board.value())


@pytest.mark.parametrize("seed", range(10))
def test_taking_a_team_out_restores_everything(seed: int) -> None:
    given, dice = busy(seed), Random(seed)
    board = Board(given, over_budget=True)
    history = []
    for own in given.activations:
        window = int(dice.choice(np.flatnonzero(given.windows.activation == own).tolist()))
        history.append((own, state(board)))
        board.put(own, window, some_team(given, dice, window))
    again = Board(given, board.selection(), over_budget=True)
    assert state(again) == state(board)
    for own, before in reversed(history):
        board.remove(own)
        assert state(board) == before
    assert board.selection() == Selection((), {})


def test_places_are_what_capacity_and_stock_leave() -> None:
    lots = [{"on": "2027-03-03", "units": 2}, {"on": "2027-03-06", "units": 2}]
    given = instance(
        [creator(f"c{n}") for n in range(4)],
        activation(delivery={"before_days": 6}),
        shipping=shipping(daily_capacity=3),
        products=[{"id": "p", "unit_cost": "10", "stock": lots}],
    )
    board = Board(given)
    assert board.places(0)[:8].tolist() == [0, 0, 2, 2, 2, 3, 3, 3]
    table = given.options
    early = np.flatnonzero((table.creator == 0) & (table.ship_day == 3))
    board.put(0, 0, early)
    assert board.places(0)[:8].tolist() == [0, 0, 1, 1, 1, 3, 3, 3]
    assert Board(instance([creator("x")])).places(0).min() == PLENTY
    nothing = instance([creator("x")], products=[{"id": "p", "unit_cost": "10", "stock": []}])
    assert Board(nothing).places(0).max() == 0


def test_within_budget_gives_up_the_least_value_for_money_and_nothing_required() -> None:
    waves = [activation("a", value=1, required=True), activation("b", value=2), activation("c", value=5)]
    given = instance([creator(f"c{n}") for n in range(3)], *waves, budget={"total": "20.00"})
    board = Board(given, over_budget=True)
    for own in given.activations:
        options = given.options.in_activation(own)
        board.put(own, own, options[given.options.creator[options] == own])
    assert board.cost == 3_000
    assert sorted(board.within_budget().windows) == [0, 2]
    assert sorted(board.windows) == [0, 1, 2]
    assert (board.value(), board.value([0, 2])) == (8, 6)
    assert not Board(given, board.within_budget()).fits(1, 1, board.teams[1])
    assert Board(given, board.within_budget(), over_budget=True).fits(1, 1, board.teams[1])


@pytest.mark.parametrize(("rest", "free"), [(6, True), (7, True), (8, False)])
def test_who_took_part_rests_to_the_day(rest: int, free: bool) -> None:
    """Seven days lie between the windows."""
    later = activation("b", start_earliest="2027-03-22", start_latest="2027-03-22")
    given = instance([creator("x"), creator("y")], activation(), later, rotation={"rest_days": rest})
    board = Board(given)
    first, second = given.options.in_window(0), given.options.in_window(1)
    board.put(0, 0, first[:1])
    assert board.available(1, 1, second).tolist() == [free, True]
    board.remove(0)
    board.put(1, 1, second[:1])
    assert board.available(0, 0, first).tolist() == [free, True]
