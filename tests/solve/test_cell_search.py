from __future__ import annotations

from typing import Any

import pytest
from ortools.sat.python import cp_model

from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.model import rules
from optimizer.model.variables import Variables
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.bounds.activation import bound_activations
from optimizer.solve.bounds.cell_master import CellMaster
from optimizer.solve.bounds.cell_windows import groups_of
from optimizer.solve.bounds.lower_bounds import LowerBounds
from optimizer.solve.cell_search import _CellSearch, search_by_cells
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.search_state import SearchState
from tests.seeds import seeds
from tests.solve.middle import middle_scenario
from tests.solve.searching import problem
from tests.solve.whole_model import optimum


def shared(seed: int, **goal: Any) -> Instance:
    """A scenario whose activations share ship days, a month or stock, so that the master has something to say."""
    document = middle_scenario(seed, people=14)
    document["objective"] |= goal
    if seed % 3 == 0:
        document["shipping"]["daily_capacity"] = 3 + seed % 4
    elif seed % 3 == 1:
        document["budget"]["monthly"] = {"2027-03": 200 + 60 * (seed % 7)}
    else:
        units = 6 + seed % 8
        document["products"][0]["stock"] = [{"on": "2027-03-01", "units": units}, {"on": "2027-03-22", "units": 12}]
    return build_instance(scenario_from_data(document))


def state_after(given: Instance) -> SearchState:
    own = problem(given, seconds=20.0)
    bounds = bound_activations(own, given.activations)
    state = SearchState(given, own.control, 0.0)
    lower_bounds = LowerBounds({item.activation: item.lower_bound for item in bounds if not item.impossible})
    search_by_cells(own, state, lower_bounds)
    return state


@pytest.mark.parametrize("seed", seeds(6, 150))
def test_nothing_false_is_proven_of_value_or_cost(seed: int) -> None:
    given = shared(seed)
    truth, state = optimum(given), state_after(given)
    if truth is None:
        assert state.incumbent is None
        return
    value, cost = truth
    assert not state.infeasible
    assert state.value_bound >= value
    assert all(bound <= cost for least, bound in state.cost_bounds.items() if least <= value)
    if state.incumbent is not None:
        assert (state.value, -state.cost) <= (value, -cost)


def two_at_least(v: Variables) -> None:
    """No plan secures a single activation: a rule that says nothing of some of them alone."""
    v.model.add(cp_model.LinearExpr.sum(list(v.secured.values())) >= 2)


# In 37 a master's window has no people at all: a model without a variable.
SEEDS = [1, 2, 37, *(pytest.param(n, marks=pytest.mark.campaign) for n in range(60) if n not in (1, 2, 37))]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_rule_that_looks_at_the_whole_plan_makes_nothing_false(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "RULES", (*rules.RULES, rules.Rule(two_at_least)))
    given = shared(seed, goal="activate_most")
    truth, state = optimum(given), state_after(given)
    if truth is not None:
        assert not state.infeasible
        assert state.value_bound >= truth[0]


def test_calls_are_exact_to_the_cost_only_once_a_plan_has_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[bool, float]] = []
    met: list[SearchState] = []
    solve, seed = CellMaster.solve, _CellSearch._seed

    def recording(master: CellMaster, seconds: float, **how: Any) -> Any:
        asked.append((met[-1].value_proven, how["gap"]))
        return solve(master, seconds, **how)

    def begin(search: _CellSearch) -> None:
        met.append(search.state)
        seed(search)

    monkeypatch.setattr(CellMaster, "solve", recording)
    monkeypatch.setattr(_CellSearch, "_seed", begin)
    for number in (1, 4):
        state_after(shared(number, goal="activate_most"))
    loose, exact = PARAMETERS.master_first_gap, PARAMETERS.master_gap
    assert asked
    assert all(gap == (exact if proven else loose) for proven, gap in asked)
    assert {gap for _, gap in asked} >= {loose}


def test_the_master_is_for_what_depends_on_ship_days() -> None:
    for seed in range(3):
        assert shared(seed).limits.share_supplies
    document = middle_scenario(1, people=6)
    document["shipping"].pop("daily_capacity", None)
    document["budget"] = {"total": 500}
    for product in document["products"]:
        product.pop("stock", None)
    assert not build_instance(scenario_from_data(document)).limits.share_supplies


def test_the_master_sees_what_the_parts_do_not() -> None:
    """The value bound falls below what all activations together are worth, and meets the optimum."""
    met = 0
    for seed in (1, 4, 7, 10, 2, 5):
        given = shared(seed, goal="activate_most")
        truth, state = optimum(given), state_after(given)
        met += truth is not None and state.value_bound == truth[0] < int(given.value.sum())
    assert met >= 3


@pytest.mark.parametrize("seed", range(6))
def test_a_cut_is_no_more_than_any_team_pays(seed: int) -> None:
    """Priced by month and lot, a team of a cell costs at least the cut's bound of it."""
    given = shared(seed)
    own = problem(given)
    groups = groups_of(own, list(given.activations), 2.2)
    master = CellMaster(given, groups, {})
    months = {("month", int(month), 0): 0.7 for month in given.limits.month_caps}
    for place, group in enumerate(groups):
        master.add_cut(place, {**months, ("lot", 0, 99): 300.0, ("day", int(group.classes[2][0]), 0): 150.0}, 1.0)
        for member in group.members:
            team = own.window_data[member.index].team
            if team is None:
                continue
            chosen = [int((member.options == option).argmax()) for option in team.options]
            paid = sum(bool(given.options.paid[option]) for option in team.options)
            cell = [
                i
                for i, (m, n) in enumerate(zip(group.paid, group.gifts, strict=True))
                if (m, n) == (paid, len(chosen) - paid) and not group.open[i]
            ]
            for cut in group.cuts if cell else ():
                classes = member.class_of[chosen]
                priced = cut.goods[classes] * member.goods[chosen] + cut.parcels[classes]
                fees = cut.fees * given.options.fee_minor[list(team.options)]
                assert float(priced.sum() + fees.sum()) >= cut.least[cell[0]] - 1e-6
