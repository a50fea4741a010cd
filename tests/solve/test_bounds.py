"""What is proven stays true: against longer searches, against one model of everything, and wherever a search ends."""

from __future__ import annotations

import sys
from dataclasses import fields, replace
from random import Random
from typing import Any

import pytest

from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.model.selection import EMPTY, Selection
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.bounds.schedule import make_schedule
from optimizer.solve.search import SearchStatus, Solution
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.search_state import SearchState
from tests.derive.small import activation, creator, instance
from tests.model.desk import Desk
from tests.seeds import seeds, slow_seeds
from tests.solve.middle import middle_scenario
from tests.solve.searching import METHODS, control, found, tight
from tests.solve.whole_model import optimum

EFFORTS = [each.name for each in fields(PARAMETERS) if each.name.endswith("_effort")]


def middle(seed: int, people: int) -> Instance:
    return build_instance(scenario_from_data(middle_scenario(seed, people=people)))


@pytest.mark.parametrize("seed", [*seeds(4, 16), *slow_seeds(16, 150)])
def test_the_search_agrees_with_one_model_of_everything(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """That model knows no lower bounds, no windows in reach, no dropped days and no joint prices."""
    solutions = [found(middle(seed, people=8), method=method) for method in METHODS]
    monkeypatch.setattr("optimizer.derive.build.undominated_days", lambda chances, *_: sorted(chances))
    truth = optimum(middle(seed, people=8))
    for solution in solutions:
        if truth is None:
            assert solution.status is SearchStatus.INFEASIBLE
            assert solution.selection is None
        else:
            assert solution.status is SearchStatus.OPTIMAL
            assert (solution.value, solution.least_cost) == truth
            assert (solution.value_bound, solution.cost_bound) == truth


def consistent(given: Instance, early: Solution, best: Solution) -> None:
    """Assert that a plan found by a longer search refutes nothing that an early end claims."""
    if best.selection is None or best.value is None or best.least_cost is None:
        return
    assert early.status is not SearchStatus.INFEASIBLE
    assert early.value_bound >= best.value
    if early.cost_bound is not None:
        assert early.value == best.value
        assert early.cost_bound <= best.least_cost
    for own in best.selection.windows:
        assert early.lower_bounds[own] <= given.options.cost_minor[best.selection.options_of(given, own)].sum()
    if best.status is SearchStatus.OPTIMAL and early.value is not None and early.least_cost is not None:
        assert early.value <= best.value
        assert early.value < best.value or early.least_cost >= (best.cost_bound or 0)


@pytest.mark.parametrize("seed", [*seeds(1, 8), *slow_seeds(8, 120)])
def test_bounds_of_calls_that_end_early_are_valid(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    given, rng = middle(seed, people=14), Random(seed)
    best = found(given, seconds=20.0)
    efforts: dict[str, Any] = {name: rng.choice((0.001, 0.01, 0.05, 0.2)) for name in EFFORTS}
    hurried = replace(PARAMETERS, **efforts)
    for module in [module for name, module in sys.modules.items() if name.startswith("optimizer.solve.")]:
        if hasattr(module, "PARAMETERS"):
            monkeypatch.setattr(module, "PARAMETERS", hurried)
    monkeypatch.setitem(make_schedule.__kwdefaults__ or {}, "effort", rng.choice((0.001, 0.01, 0.05, 0.2)))
    consistent(given, found(given, seconds=rng.choice((0.5, 2.0)), method="decomposed"), best)


@pytest.mark.parametrize("seed", [*seeds(1, 6), *slow_seeds(6, 120)])
def test_bounds_of_searches_that_the_clock_ends_are_valid(seed: int) -> None:
    given, rng = middle(seed, people=14), Random(seed)
    best = found(given, seconds=20.0)
    for method in ("decomposed", "plain", "decomposed"):
        consistent(given, found(given, seconds=rng.uniform(0.0, 0.4), method=method), best)


@pytest.mark.campaign
def test_bounds_of_a_hard_scenario_are_valid_wherever_it_ends() -> None:
    given = tight()
    searches = [found(given, seconds=seconds) for seconds in (0.3, 1.0, 4.0)]
    best = max(searches, key=lambda each: (each.value or 0, -(each.least_cost or 0)))
    for early in searches:
        consistent(given, early, best)


def test_a_scenario_is_called_infeasible_with_proof_only() -> None:
    """Two waves must share one creator, whose rest forbids it: seen only by what ties them together."""
    waves = (activation(), activation("b", start_earliest="2027-03-22", start_latest="2027-03-22"))
    given = instance([creator("x")], *waves, rotation={"rest_days": 60}, objective={"goal": "min_cost"})
    for method in METHODS:
        assert found(given, method=method).status is SearchStatus.INFEASIBLE
        assert found(given, by=control(0.0), method=method).status is SearchStatus.UNKNOWN


def state(given: Instance, gap: float = 0.0) -> SearchState:
    return SearchState(given, control(), gap)


def test_the_ledger_keeps_the_better_plan_and_the_sharper_bound() -> None:
    given = instance([creator("x"), creator("y", paid_fee="3.00")])
    desk, book = Desk(given), state(given)
    dear, cheap = (Selection((desk.option(name, "a", mode),), {0: 0}) for name, mode in (("y", "paid"), ("x", "gift")))
    assert book.try_improve(EMPTY)
    assert book.try_improve(dear)
    assert not book.try_improve(EMPTY)
    assert book.try_improve(cheap)
    assert not book.try_improve(dear)
    assert (book.value, book.cost, book.incumbent) == (1, 1_000, cheap)
    book.tighten_value_bound(2)
    assert book.value_bound == 1
    book.tighten_cost_bound(1, 900)
    book.tighten_cost_bound(1, 800)
    assert book.cost_bound == 900
    assert not book.closed
    book.tighten_cost_bound(0, 990)
    assert book.cost_bound == 990
    book.tighten_cost_bound(1, 1_200)
    assert book.cost_bound == 1_000
    assert book.closed


def test_the_ledger_refuses_what_fails_and_what_leaves_out_the_required() -> None:
    given = instance([creator("x", 0.3), creator("y")], activation(required=True), activation("b"))
    desk, book = Desk(given), state(given)
    assert not book.try_improve(None)
    assert not book.try_improve(EMPTY)
    assert not book.try_improve(Selection((desk.option("x", "a", "gift"),), {0: 0}))
    assert not book.try_improve(Selection((desk.option("y", "b", "gift"),), {1: 1}))
    assert book.try_improve(Selection((desk.option("y", "a", "gift"),), {0: 0}))


def test_no_cost_is_bounded_before_the_value_is_proven() -> None:
    given = instance([creator("x")], activation(), activation("b"))
    book = state(given)
    book.try_improve(EMPTY)
    book.tighten_cost_bound(0, 0)
    assert (book.cost_bound, book.cost_target, book.closed) == (None, None, False)
    book.tighten_value_bound(0)
    assert (book.cost_bound, book.closed) == (0, True)


@pytest.mark.parametrize(
    ("gap", "bound", "closed"),
    [
        (0.0, 1_000, True),
        (0.0, 999, False),
        (0.0011, 999, True),
        (0.0009, 999, False),
        (0.51, 500, True),
        (0.001, 999, True),
        (0.5, 500, True),
        (1.0, 1, True),
    ],
)
def test_closed_is_within_the_gap_and_not_beyond(gap: float, bound: int, closed: bool) -> None:
    """`optimal` is a cost gap, (cost − bound) / cost, of at most what was asked for."""
    book = state(instance([creator("x")]), gap)
    book.try_improve(Selection((0,), {0: 0}))
    book.tighten_cost_bound(1, bound)
    assert book.closed is closed
