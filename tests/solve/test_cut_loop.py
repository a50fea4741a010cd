from __future__ import annotations

from itertools import product
from random import Random

import numpy as np
import pytest

from optimizer.chance.tail import SECURE_TOLERANCE
from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.model import objective
from optimizer.model.rules import add_rules
from optimizer.model.selection import Selection
from optimizer.model.variables import Approximation, Variables, part_of
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.cpsat.cut_loop import CutLoopResult, solve_with_cuts
from optimizer.solve.cpsat.cuts import NoGoodCut, add_cuts, failing, holds, no_good_cut, probability
from optimizer.solve.cpsat.solve_model import CallLimits
from tests.derive.small import CALM, activation, creator, document, instance, shipping
from tests.model.desk import Desk, Draft, fixed_to, satisfiable
from tests.seeds import seeds
from tests.solve.searching import control

BANDS = (
    {"low": 0.3, "high": 0.3, "model": "independent"},
    {"low": 0.05, "high": 0.35, "model": "shared"},
    {"low": 0.0, "high": 0.5, "model": "shared"},
    {"low": 0.1, "high": 0.4, "model": "worst_case"},
)


def wide(seed: int, people: int = 6) -> Instance:
    """One activation whose creators' chances lie far apart: one threshold cannot be nearly exact for all of them."""
    rng = Random(seed)
    band = rng.choice(BANDS)
    most = 100 if band["model"] == "independent" else 50
    crowd = [
        creator(
            f"c{n}",
            rng.randint(2, most) / 100,
            paid_fee=f"{rng.randint(1, 60)}",
            paid_reliability=rng.choice((0.3, 0.6, 0.9, 0.97)),
            service=rng.choice(("s", "t")),
        )
        for n in range(people)
    ]
    services = [{"id": name, "cost": cost, "transit_days": {"1": 1.0}} for name, cost in (("s", "1"), ("t", "4.37"))]
    fields = document(crowd, posting={**CALM, "organic_rate": band})
    fields["shipping"]["services"] = services
    fields["communities"][0]["max_paid_share"] = rng.choice((0.4, 0.5, 0.75, 1.0))
    fields["activations"] = [
        activation(min_posts=rng.choice((1, 2, 3)), confidence=rng.choice((0.02, 0.2, 0.5, 0.7, 0.9)))
    ]
    return build_instance(scenario_from_data(fields))


def model(found: Instance) -> Variables:
    v = Variables(part_of(found, Desk(found).covers, Approximation.OUTER), Approximation.OUTER)
    add_rules(v)
    v.model.add(v.secured[0] == 1)
    return v


def closed(found: Instance, rounds: int = 1000) -> CutLoopResult:
    v = model(found)
    return solve_with_cuts(v, objective.cost(v), control(), seed=1, limits=CallLimits(), rounds=rounds)


def selections(found: Instance) -> list[tuple[int, ...]]:
    """Every way to leave out, gift or pay each creator of an instance with one window and one ship day."""
    table = found.options
    menus = [[None, *np.flatnonzero(table.creator == who)] for who in np.unique(table.creator)]
    return [tuple(int(o) for o in chosen if o is not None) for chosen in product(*menus)]


def least_cost(found: Instance) -> int | None:
    """The cheapest selection that holds and keeps the paid share, by looking at all of them."""
    costs = []
    for chosen in selections(found):
        own = np.array(chosen, dtype=np.int64)
        paid = int(found.options.paid[own].sum())
        if paid <= found.max_paid_share[0] * len(own) and holds(found, 0, own):
            costs.append(int(found.options.cost_minor[own].sum()))
    return min(costs, default=None)


@pytest.mark.parametrize(
    "seed", [*seeds(12, 25), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(25, 300))]
)
def test_closing_ends_at_the_exact_optimum(seed: int) -> None:
    found = wide(seed)
    truth, out = least_cost(found), closed(found)
    assert out.infeasible is (truth is None)
    assert out.exact
    if truth is not None:
        assert out.selection is not None
        assert not failing(found, out.selection, [0])
        assert (out.objective, out.bound) == (truth, truth)


def test_some_of_these_take_cuts() -> None:
    """Where the bounding optimum holds at once, closing would not be tested."""
    cut = [seed for seed in range(25) if closed(wide(seed)).cuts]
    assert len(cut) >= 3
    for seed in cut:
        first = closed(wide(seed), rounds=1)
        truth = least_cost(wide(seed))
        assert first.selection is None
        assert not first.exact
        assert first.bound is not None
        assert truth is None or first.bound <= truth


@pytest.mark.parametrize("seed", seeds(12, 25))
def test_bounds_grow_with_the_rounds_and_never_pass_the_optimum(seed: int) -> None:
    truth, known = least_cost(wide(seed)), 0
    for rounds in (1, 2, 4):
        bound = closed(wide(seed), rounds=rounds).bound or 0
        assert bound >= known or truth is None
        assert truth is None or bound <= truth
        known = bound


def inside(found: Instance, cut: NoGoodCut) -> list[tuple[int, ...]]:
    """Every selection that a failing set covers: at most one option per creator."""
    table = found.options
    return [
        chosen
        for chosen in selections(found)
        if all(
            table.probability[o] <= cut.highest.get((int(table.creator[o]), bool(table.paid[o])), -1.0) for o in chosen
        )
    ]


@pytest.mark.parametrize(
    "seed", [*seeds(10, 20), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(20, 200))]
)
def test_no_selection_inside_a_failing_set_holds(seed: int) -> None:
    found, rng = wide(seed, people=5), Random(seed)
    broken = [chosen for chosen in selections(found) if not holds(found, 0, np.array(chosen, dtype=np.int64))]
    for chosen in rng.sample(broken, min(6, len(broken))):
        cut = no_good_cut(found, 0, np.array(chosen, dtype=np.int64))
        covered = inside(found, cut)
        assert chosen in covered
        assert not any(holds(found, 0, np.array(each, dtype=np.int64)) for each in covered)


@pytest.mark.parametrize("seed", range(12))
def test_a_cut_takes_away_what_it_covers_and_nothing_that_holds(seed: int) -> None:
    found, rng = wide(seed, people=5), Random(seed)
    everything = selections(found)
    broken = [chosen for chosen in everything if not holds(found, 0, np.array(chosen, dtype=np.int64))]
    cut = no_good_cut(found, 0, np.array(rng.choice(broken), dtype=np.int64))
    covered = set(inside(found, cut))
    for chosen in rng.sample(everything, 12):
        v = Variables(part_of(found, Desk(found).covers, Approximation.OUTER), Approximation.OUTER)
        add_cuts(v, [cut])
        draft = Draft(frozenset(chosen), frozenset({0}), frozenset({0}))
        assert satisfiable(fixed_to(v, draft)) is (chosen not in covered)
        assert not (chosen in covered and holds(found, 0, np.array(chosen, dtype=np.int64)))


def several(seed: int) -> Instance:
    """Three creators, two windows and several ship days, each worth something else."""
    rng = Random(seed)
    crowd = [
        creator(f"c{n}", rng.randint(5, 60) / 100, paid_fee="3", paid_reliability=rng.choice((0.2, 0.5, 0.9)))
        for n in range(3)
    ]
    wave = activation(
        min_posts=rng.choice((1, 2)),
        confidence=rng.choice((0.3, 0.6, 0.9)),
        start_earliest="2027-03-22",
        start_latest="2027-03-29",
        delivery={"before_days": 2, "after_days": 1},
    )
    slow = {**CALM, "gift_lag": {"median_days": 4, "p90_days": 9}, "brief_compliance": 0.5}
    easter = shipping(daily_capacity=1, holiday_calendar="GB-ENG")
    return instance(crowd, wave, posting=slow, shipping=easter)


@pytest.mark.parametrize("seed", range(12))
def test_a_failing_set_covers_every_window_and_day_up_to_the_strength_met(seed: int) -> None:
    found, rng = several(seed), Random(seed)
    table = found.options
    everything = [
        tuple(int(o) for o in chosen if o is not None)
        for window in range(2)
        for chosen in product(
            *([None, *np.flatnonzero((table.creator == who) & (table.window == window))] for who in range(3))
        )
    ]
    good = {chosen: holds(found, 0, np.array(chosen, dtype=np.int64)) for chosen in everything}
    assert len(set(table.probability)) > 6
    broken = [chosen for chosen in everything if chosen and not good[chosen]]
    for start in rng.sample(broken, 4):
        cut = no_good_cut(found, 0, np.array(start, dtype=np.int64))
        limit = [cut.highest.get((int(c), bool(p)), -1.0) for c, p in zip(table.creator, table.paid, strict=True)]
        covered = [chosen for chosen in everything if all(table.probability[o] <= limit[o] for o in chosen)]
        assert start in covered
        assert not any(good[chosen] for chosen in covered)
        for chosen in rng.sample([each for each in everything if each], 8):
            v = Variables(part_of(found, Desk(found).covers, Approximation.OUTER), Approximation.OUTER)
            add_cuts(v, [cut])
            windows = frozenset(int(table.window[o]) for o in chosen)
            draft = Draft(frozenset(chosen), windows, frozenset({0}))
            assert satisfiable(fixed_to(v, draft)) is (chosen not in covered)


def test_a_selection_that_holds_has_no_failing_set() -> None:
    found = instance([creator("x", 0.5)])
    with pytest.raises(ValueError, match="holds"):
        no_good_cut(found, 0, np.array([0]))


def test_a_stronger_gift_is_not_covered_by_the_same_creator_paid() -> None:
    """A gift at 0.6 beats a fee at 0.3: a set that fails with the paid creator says nothing of the gifted one."""
    people = [creator("x", 0.6, paid_fee="1.00", paid_reliability=0.3)]
    found = instance(people, activation(confidence=0.5))
    paid = int(np.flatnonzero(found.options.paid)[0])
    assert no_good_cut(found, 0, np.array([paid])).highest == {(0, True): 0.3}
    weaker = instance([creator("x", 0.2, paid_fee="1.00", paid_reliability=0.3)], activation(confidence=0.5))
    assert set(no_good_cut(weaker, 0, np.array([paid])).highest) == {(0, True), (0, False)}


def test_a_gift_that_is_stronger_at_the_high_end_of_the_band_is_not_covered() -> None:
    """0.2 on average is 0.4 at the high end of 0…0.5: more than the 0.3 of the fee."""
    band = {**CALM, "organic_rate": {"low": 0.0, "high": 0.5}}
    people = [creator("x", 0.2, paid_fee="1.00", paid_reliability=0.3)]
    found = instance(people, activation(confidence=0.9), posting=band)
    paid = int(np.flatnonzero(found.options.paid)[0])
    assert set(no_good_cut(found, 0, np.array([paid])).highest) == {(0, True)}


def test_the_tolerance_of_holding() -> None:
    just, short = 0.5 + SECURE_TOLERANCE - 1e-9, 0.5 + SECURE_TOLERANCE + 1e-9
    for confidence, good in ((0.5, True), (just, True), (short, False)):
        found = instance([creator("x", 0.5)], activation(confidence=confidence))
        assert holds(found, 0, np.array([0])) is good


def test_failing_looks_at_what_is_secured() -> None:
    later = activation("b", confidence=0.9, start_earliest="2027-03-22", start_latest="2027-03-22")
    found = instance([creator("x"), creator("y")], activation(), later)
    table = found.options
    first, second = (int(np.flatnonzero(table.activation == a)[0]) for a in (0, 1))
    assert failing(found, Selection((first, second), {0: 0, 1: 1}), [0, 1]) == [1]
    assert failing(found, Selection((first,), {0: 0}), [0, 1]) == []
    assert Selection((first, second), {0: 0, 1: 1}).options_of(found, 1).tolist() == [second]
    assert probability(found, 0, np.array([first])) == pytest.approx(0.5)
    assert probability(found, 0, np.array([], dtype=np.int64)) == 0.0
