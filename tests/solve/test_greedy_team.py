from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.chance.covers import cover_of
from optimizer.derive.instance import INFEASIBLE_COST, Instance, Ints
from optimizer.solve.cpsat.feasibility import holds
from optimizer.solve.windows.candidates import candidates_of
from optimizer.solve.windows.cell_bounds import cell_bounds
from optimizer.solve.windows.greedy_team import Team, greedy_team, redated
from optimizer.solve.windows.quotas import Quotas, _Quota
from tests.derive.small import activation, creator, instance
from tests.seeds import seeds
from tests.solve.windows import day_prices, keeps_own_rules, one_window, teams


def quick(given: Instance, cost: Ints, free: Ints | None = None, below: int = INFEASIBLE_COST) -> Team | None:
    cover, options = cover_of(given, 0), given.options.in_window(0)
    bounds = cell_bounds(given, cover, options, cost[options])
    return greedy_team(given, cover, candidates_of(given, 0, options, cost[options]), bounds, free, below)


def remaining_capacity(given: Instance, seed: int) -> Ints:
    rng = Random(seed)
    return np.array([rng.choice((0, 1, 2, 9)) for _ in given.limits.ship_month], dtype=np.int64)


@pytest.mark.parametrize("seed", [*seeds(30, 60), *(pytest.param(n, marks=pytest.mark.slow) for n in range(60, 1500))])
def test_a_quick_team_keeps_its_own_rules_and_the_places(seed: int) -> None:
    given = one_window(seed, 14, days=4)
    table = given.options
    if given.locks or not len(table):
        return
    for cost in (table.cost_minor, day_prices(given, seed)):
        for free in (None, remaining_capacity(given, seed)):
            team = quick(given, cost, free)
            if team is None:
                continue
            chosen = np.array(team.options, dtype=np.int64)
            assert holds(given, 0, chosen)
            assert keeps_own_rules(given, chosen)
            assert (team.cost, team.priced) == (table.cost_minor[chosen].sum(), cost[chosen].sum())
            if free is not None:
                assert np.all(np.bincount(table.ship_day[chosen], minlength=len(free)) <= free)
            assert quick(given, cost, free, below=team.priced) is None
            cheaper = quick(given, cost, free, below=team.priced + 1)
            assert cheaper is not None
            assert cheaper.priced == team.priced


def test_quick_teams_are_found_and_nearly_the_cheapest() -> None:
    found = ratios = 0.0
    for seed in range(14):
        given = one_window(seed, 6, days=1)
        costs = [int(given.options.cost_minor[team].sum()) for team in teams(given)] if not given.locks else []
        if costs:
            team = quick(given, given.options.cost_minor)
            found += team is not None
            ratios += 1 if team is None else team.cost / min(costs)
            assert team is None or team.cost >= min(costs)
    assert found >= 6
    assert ratios / found < 1.1


@pytest.mark.parametrize(
    "tier_mix", [{"established": {"min": 1}}, {"nano": {"max": 0}}, {"nano": {"min": 3}, "emerging": {"min": 9}}]
)
def test_a_tier_mix_that_gifts_cannot_keep_gives_no_team(tier_mix: dict[str, dict[str, int]]) -> None:
    crowd = [creator(f"c{n}", tier="nano") for n in range(8)]
    given = instance(crowd, activation(tier_mix=tier_mix))
    assert quick(given, given.options.cost_minor) is None


@pytest.mark.parametrize("seed", range(20))
def test_a_team_on_other_days_keeps_its_people_and_the_places(seed: int) -> None:
    given = one_window(seed, 10, days=4, plain=True)
    table, options = given.options, given.options.in_window(0)
    team, free = quick(given, table.cost_minor), remaining_capacity(given, seed + 1)
    people = candidates_of(given, 0, options, table.cost_minor[options])
    if team is None:
        return
    moved = redated(given, people, team, free)
    if moved is not None:
        chosen, before = np.array(moved.options, dtype=np.int64), np.array(team.options, dtype=np.int64)
        assert sorted(table.creator[chosen] * 2 + table.paid[chosen]) == sorted(
            table.creator[before] * 2 + table.paid[before]
        )
        assert np.all(np.bincount(table.ship_day[chosen], minlength=len(free)) <= free)
        assert holds(given, 0, chosen)
    assert redated(given, people, team, np.zeros_like(free)) is None
    absent = options[table.creator[options] != table.creator[team.options[0]]]
    others = candidates_of(given, 0, absent, table.cost_minor[absent])
    assert redated(given, others, team, np.full_like(free, 99)) is None


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_sets_within_quotas_are_what_each_order_gives_by_itself(data: st.DataObject) -> None:
    """The order inside a set is another; who is in it is the same."""
    size, payers = data.draw(st.integers(1, 9)), data.draw(st.integers(0, 3))
    kinds = st.integers(-1, 2)
    least = data.draw(st.dictionaries(st.integers(0, 2), st.integers(0, 3)))
    most = {kind: least.get(kind, 0) + data.draw(st.integers(0, 3)) for kind in data.draw(st.sets(st.integers(0, 2)))}
    own = _Quota(
        np.array(data.draw(st.lists(kinds, min_size=size, max_size=size)), dtype=np.int64),
        np.array(data.draw(st.lists(kinds, min_size=payers, max_size=payers)), dtype=np.int64),
        least,
        most,
    )
    orders = np.array([data.draw(st.permutations(range(size))) for _ in range(3)], dtype=np.int64)
    count, paid, quotas = data.draw(st.integers(0, size)), np.arange(payers), Quotas((own,))
    expected = []
    for order in orders:
        chosen = quotas.gifts(order, count, paid)
        if len(chosen) == count and not quotas.short(paid, chosen):
            expected.append(sorted(chosen.tolist()))
    assert [sorted(row.tolist()) for row in quotas.sets(orders, count, paid)] == expected


@pytest.mark.parametrize("mode", ["gift", "paid"])
def test_whom_a_lock_holds_is_in_every_team_or_there_is_none(mode: str) -> None:
    """The unlikeliest is held as a gift, the dearest as paid; nobody would choose either."""
    fees = {"paid_fee": "900.00"} if mode == "paid" else {}
    crowd = [creator(f"c{n}", 0.6, paid_fee=f"{20 + n}") for n in range(6)] + [creator("held", 0.05, **fees)]
    wave = activation(min_posts=2, confidence=0.6)
    rules = [{"id": "k", "authenticity": "low"}]
    given = instance(crowd, wave, communities=rules, locks=[{"creator": "held", "activation": "a", "mode": mode}])
    cost, held = given.options.cost_minor, given.creator_ids.index("held")
    team = quick(given, cost)
    assert team is not None
    chosen = np.array(team.options)
    mine = chosen[given.options.creator[chosen] == held]
    assert given.options.paid[mine].tolist() == [mode == "paid"]
    others = given.options.in_window(0)
    others = others[given.options.creator[others] != held]
    bounds = cell_bounds(given, cover_of(given, 0), others, cost[others])
    assert greedy_team(given, cover_of(given, 0), candidates_of(given, 0, others, cost[others]), bounds, None) is None
