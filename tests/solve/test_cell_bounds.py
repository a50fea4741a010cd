from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from optimizer.chance.covers import Cover, cover_of
from optimizer.derive.instance import INFEASIBLE_COST, Instance
from optimizer.solve.windows.candidates import best_days
from optimizer.solve.windows.cell_bounds import cell_bounds, cheapest_sums, fewest_gifts, smallest_sums
from tests.derive.small import activation, creator, instance
from tests.solve.windows import day_prices, one_window, teams


def fitting(cover: Cover, paid: int, gifts: int) -> list[int]:
    """The cells that stand for so many paid and gifted creators."""
    return [
        index
        for index, cell in enumerate(cover.cells)
        if (paid == cell.paid or (cell.more_paid and paid > cell.paid))
        and (gifts == cell.gifts or (cell.more_gifts and gifts > cell.gifts))
    ]


@pytest.mark.parametrize("priced", [False, True])
@pytest.mark.parametrize("seed", [*range(20), *(pytest.param(n, marks=pytest.mark.slow) for n in range(20, 300))])
def test_no_team_costs_less_than_the_bound_of_its_cell(seed: int, priced: bool) -> None:
    given = one_window(seed, 6, days=1)
    cover = cover_of(given, 0)
    table = given.options
    cost = day_prices(given, seed) if priced else table.cost_minor
    for options in (table.in_window(0), best_days(given, table.in_window(0), cost)):
        bounds = cell_bounds(given, cover, options, cost[options])
        for team in teams(given):
            paid = int(table.paid[team].sum())
            cells = fitting(cover, paid, len(team) - paid)
            assert cells
            assert bounds.bound[cells].min() <= cost[team].sum()
            assert bounds.least <= cost[team].sum()


def equal(rate: float) -> tuple[Instance, Cover]:
    given = instance([creator(f"c{n}", rate) for n in range(15)], activation(min_posts=2, confidence=0.8))
    return given, cover_of(given, 0)


def test_where_all_are_equal_the_bound_is_the_least_cost() -> None:
    """Seven of them: with six it is 1 − 0.6⁶ − 6 · 0.4 · 0.6⁵ = 0.77, with a seventh 0.84."""
    given, cover = equal(0.4)
    bounds = cell_bounds(given, cover, given.options.in_window(0), given.options.cost_minor)
    assert bounds.least == 7_000
    assert bounds.bound.tolist() == [1_000 * cell.gifts for cell in cover.cells]


def test_two_prices_are_weighed_against_two_strengths() -> None:
    """Rates, services and payers differ: the bound still lies near the least cost."""
    given = one_window(11, 6, days=1, plain=True)
    cover, cost = cover_of(given, 0), given.options.cost_minor
    truth = min(int(cost[team].sum()) for team in teams(given))
    bound = cell_bounds(given, cover, given.options.in_window(0), cost).least
    assert 0.8 * truth <= bound <= truth


def test_cells_that_ask_for_more_people_than_there_are_cannot_be() -> None:
    given, cover = equal(0.4)
    few = given.options.in_window(0)[:5]
    bounds = cell_bounds(given, cover, few, given.options.cost_minor[few])
    assert bounds.least == INFEASIBLE_COST
    nobody = cell_bounds(given, cover, few[:0], few[:0])
    assert nobody.bound.tolist() == [INFEASIBLE_COST] * len(cover.cells)


def test_an_open_cell_owes_the_gifts_of_its_paid_share() -> None:
    given = one_window(1, 6)
    for cell in cover_of(given, 0).cells:
        least = fewest_gifts(cell, Fraction(1, 4))
        assert least == (max(cell.gifts, 3 * cell.paid) if cell.more_gifts else cell.gifts)


def test_sums_take_every_creator_once_and_the_smallest_first() -> None:
    creators, cost = np.array([3, 3, 5, 9]), np.array([50, 40, 70, 10])
    assert cheapest_sums(creators, cost).tolist() == [0, 10, 50, 120]
    assert cheapest_sums(creators[:0], cost[:0]).tolist() == [0]
    sums = smallest_sums(creators, cost, np.array([1.0, 0.5, 2.0, 0.0]), np.array([0.0, 30.0]))
    assert sums[:, 0].tolist() == [0, 10, 50, 120]
    assert sums[:, 1].tolist() == [0, 10, 20, 40]
