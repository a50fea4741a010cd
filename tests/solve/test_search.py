"""Which method a search takes, and that the plan says which."""

from __future__ import annotations

import pytest

from optimizer.analysis.certify import certified
from optimizer.model.selection import Selection
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.search_state import SearchState
from optimizer.solve.settings import Settings
from tests.derive.small import activation, creator, instance, scenario
from tests.solve.searching import METHODS, Method, control, found


@pytest.mark.parametrize(
    ("people", "method"), [(PARAMETERS.plain_options, "plain"), (PARAMETERS.plain_options + 1, "decomposed")]
)
def test_small_scenarios_are_searched_by_one_model(people: int, method: str) -> None:
    given = instance([creator(f"c{n}") for n in range(people)])
    assert len(given.options) == people
    assert found(given).method == method


@pytest.mark.parametrize("method", METHODS)
def test_the_method_asked_for_is_taken_and_told(method: Method) -> None:
    given = scenario([creator("x")])
    plan = certified(given, Settings(method=method, time_limit_seconds=10, workers=1), draws=0).plan
    assert (plan.run.method, plan.status, plan.objective.least_cost) == (method, "optimal", "10.00")


def test_the_plain_search_tells_what_is_left_out_costs_at_least() -> None:
    """Two of four gifts for the second would cost 20.00; 15.00 are left of the budget once the first has its one."""
    waves = [activation(value=2), activation("b", min_posts=2, confidence=0.6, start_latest="2027-03-22")]
    waves[1]["start_earliest"] = "2027-03-22"
    given = instance([creator(f"c{n}") for n in range(6)], *waves, budget={"total": "25.00"})
    for method in METHODS:
        solution = found(given, method=method)
        assert (solution.value, solution.least_cost) == (2, 1_000)
        assert 1_500 < solution.lower_bounds[1] <= 4_000


def test_the_ledger_takes_nothing_beyond_the_budget() -> None:
    given = instance([creator("x"), creator("y", paid_fee="0.01", accepts=["paid"])], budget={"total": "10.00"})
    book = SearchState(given, control(), 0.0)
    gift, paid = (Selection((option,), {0: 0}) for option in (0, 1))
    assert not book.try_improve(paid)
    assert book.incumbent is None
    assert book.try_improve(gift)
    assert not book.try_improve(Selection((0, 1), {0: 0}))
    assert (book.value, book.cost) == (1, 1_000)
