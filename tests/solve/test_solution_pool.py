"""What one budget's search says of the others, and what it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.derive.instance import INFEASIBLE_COST
from optimizer.model.selection import Selection
from optimizer.solve.search_state import SearchState
from optimizer.solve.solution_pool import Pool
from tests.derive.small import activation, creator, instance
from tests.solve.searching import control

CHEAP, DEAR = Selection((0,), {0: 0}), Selection((1,), {0: 0})
GIVEN = instance([creator("x"), creator("y", paid_fee="0.01", accepts=["paid"])], activation(value=3))
"""A gift at 10.00, or a payer at 10.01."""


def state(budget: int | None, pool: Pool | None = None) -> SearchState:
    limits = replace(GIVEN.limits, budget_minor=budget)
    return SearchState(replace(GIVEN, limits=limits), control(), 0.0, on_selection=None if pool is None else pool.note)


def test_the_pool_sees_what_holds_even_where_the_budget_does_not_pay_for_it() -> None:
    pool = Pool()
    book = state(1_000, pool)
    assert not book.try_improve(DEAR)
    assert pool.plans == {3: (1_001, DEAR)}
    assert book.try_improve(CHEAP)
    assert pool.plans == {3: (1_000, CHEAP)}
    assert not book.try_improve(DEAR)
    assert pool.plans == {3: (1_000, CHEAP)}


@pytest.mark.parametrize(("budget", "value"), [(999, -1), (1_000, 3), (1_001, 3), (None, 3)])
def test_a_plan_serves_every_budget_that_pays_for_it(budget: int | None, value: int) -> None:
    pool = Pool()
    pool.note(3, 1_000, CHEAP)
    taught = state(budget)
    pool.teach(taught)
    assert taught.value == value


def test_a_value_out_of_reach_of_one_budget_costs_more_than_it() -> None:
    pool, book = Pool(), state(500)
    book.tighten_value_bound(2)
    pool.learn(book)
    assert pool.least == {3: 501}
    smaller, equal, larger = state(400), state(500), state(501)
    for taught in (smaller, equal, larger):
        pool.teach(taught)
    assert (smaller.value_bound, equal.value_bound, larger.value_bound) == (2, 2, 3)
    assert larger.cost_bounds == {3: 501}


def test_a_bound_on_cost_says_nothing_of_plans_beyond_its_budget() -> None:
    pool, book = Pool(), state(500)
    book.tighten_cost_bound(3, 700)
    pool.learn(book)
    assert pool.least_for(3) == 501


def test_no_plan_under_a_budget_is_no_plan_under_a_smaller_one() -> None:
    pool, book = Pool(), state(500)
    book.infeasible = True
    pool.learn(book)
    smaller, larger = state(499), state(501)
    pool.teach(smaller)
    pool.teach(larger)
    assert smaller.infeasible
    assert not larger.infeasible


def test_without_a_budget_what_is_out_of_reach_cannot_be_bought() -> None:
    pool, book = Pool(), state(None)
    book.tighten_value_bound(2)
    pool.learn(book)
    assert pool.least == {3: INFEASIBLE_COST}
    unlimited = state(None)
    pool.teach(unlimited)
    assert unlimited.value_bound == 2


def test_the_next_step_is_the_cheapest_of_more_value() -> None:
    pool = Pool()
    assert pool.next_step(0) is None
    for value, cost in ((2, 900), (3, 900), (5, 1_200)):
        pool.note(value, cost, CHEAP)
    assert pool.next_step(0) == (900, 3)
    assert pool.next_step(3) == (1_200, 5)
    assert pool.next_step(5) is None
