from __future__ import annotations

from itertools import product
from random import Random

import numpy as np
import pytest

from optimizer.chance.tail import SECURE_TOLERANCE, tail
from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.model import objective
from optimizer.model.rules import add_rules
from optimizer.model.selection import Selection
from optimizer.model.variables import Approximation, Variables, part_of
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.cpsat.cut_loop import CutLoopResult, solve_with_cuts
from optimizer.solve.cpsat.dominance import DominancePool, DominanceRows, Profile, dominated, failing_profile
from optimizer.solve.cpsat.feasibility import failing, holds, probability
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
    return solve_with_cuts(v, objective.cost(v), control(), seed=1, limits=CallLimits(rounds=rounds))


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


def is_dominated(found: Instance, profile: Profile, chosen: tuple[int, ...]) -> bool:
    """Whether a selection lies entry by entry below a profile."""
    own = np.array(chosen, dtype=np.int64)
    paid, probability = found.options.paid[own], found.options.probability[own]
    return dominated(profile, probability[paid].tolist(), probability[~paid].tolist())


@pytest.mark.parametrize(
    "seed", [*seeds(10, 20), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(20, 200))]
)
def test_no_selection_below_a_profile_holds(seed: int) -> None:
    found, rng = wide(seed, people=5), Random(seed)
    everything = selections(found)
    broken = [chosen for chosen in everything if not holds(found, 0, np.array(chosen, dtype=np.int64))]
    for chosen in rng.sample(broken, min(6, len(broken))):
        profile = failing_profile(found, 0, np.array(chosen, dtype=np.int64))
        assert profile is not None
        assert is_dominated(found, profile, chosen)
        for other in everything:
            if is_dominated(found, profile, other):
                assert not holds(found, 0, np.array(other, dtype=np.int64))


@pytest.mark.parametrize("seed", range(12))
def test_a_profile_cannot_rise_any_further(seed: int) -> None:
    found, rng = wide(seed, people=5), Random(seed)
    broken = [chosen for chosen in selections(found) if not holds(found, 0, np.array(chosen, dtype=np.int64))]
    profile = failing_profile(found, 0, np.array(rng.choice(broken), dtype=np.int64))
    assert profile is not None
    table = found.options
    for paid, entries in ((True, profile.payers), (False, profile.gifts)):
        levels = np.unique(table.probability[table.paid == paid])
        for place, level in enumerate(entries):
            higher = levels[levels > level]
            if len(higher):
                raised = [*entries[:place], float(higher[0]), *entries[place + 1 :]]
                payers, gifts = (raised, profile.gifts) if paid else (profile.payers, raised)
                wave = found.waves[0]
                assert tail(gifts, payers, wave.min_posts, found.rates) >= wave.confidence - SECURE_TOLERANCE - 1e-9


@pytest.mark.parametrize("seed", range(12))
def test_a_cut_takes_away_what_its_profile_dominates_and_nothing_else(seed: int) -> None:
    found, rng = wide(seed, people=5), Random(seed)
    everything = selections(found)
    broken = [chosen for chosen in everything if not holds(found, 0, np.array(chosen, dtype=np.int64))]
    profile = failing_profile(found, 0, np.array(rng.choice(broken), dtype=np.int64))
    assert profile is not None
    for chosen in rng.sample(everything, 12):
        v = Variables(part_of(found, Desk(found).covers, Approximation.OUTER), Approximation.OUTER)
        DominanceRows(v).add(0, profile)
        draft = Draft(frozenset(chosen), frozenset({0}), frozenset({0}))
        assert satisfiable(fixed_to(v, draft)) is not is_dominated(found, profile, chosen)


@pytest.mark.parametrize("seed", range(6))
def test_forbidding_one_team_forbids_no_other(seed: int) -> None:
    found, rng = wide(seed, people=4), Random(seed)
    everything = selections(found)
    forbidden = rng.choice([chosen for chosen in everything if chosen])
    for chosen in [forbidden, *rng.sample(everything, 10)]:
        v = Variables(part_of(found, Desk(found).covers, Approximation.OUTER), Approximation.OUTER)
        DominanceRows(v).forbid(0, np.array(forbidden, dtype=np.int64))
        draft = Draft(frozenset(chosen), frozenset({0}), frozenset({0}))
        assert satisfiable(fixed_to(v, draft)) is (chosen != forbidden)


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
def test_a_profile_is_valid_in_every_window_and_on_every_day(seed: int) -> None:
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
        profile = failing_profile(found, 0, np.array(start, dtype=np.int64))
        assert profile is not None
        covered = {chosen for chosen in everything if is_dominated(found, profile, chosen)}
        assert start in covered
        assert not any(good[chosen] for chosen in covered)
        for chosen in rng.sample([each for each in everything if each], 8):
            v = Variables(part_of(found, Desk(found).covers, Approximation.OUTER), Approximation.OUTER)
            DominanceRows(v).add(0, profile)
            windows = frozenset(int(table.window[o]) for o in chosen)
            draft = Draft(frozenset(chosen), windows, frozenset({0}))
            assert satisfiable(fixed_to(v, draft)) is (chosen not in covered)


def test_a_selection_that_holds_has_no_profile() -> None:
    assert failing_profile(instance([creator("x", 0.5)]), 0, np.array([0])) is None


def test_what_fails_within_rounding_judges_no_other_team() -> None:
    """Fails by less than quadrature may err: no profile, so the loop forbids this one team alone."""
    short = 0.5 + SECURE_TOLERANCE + 1e-10
    found = instance([creator("x", 0.5), creator("y", 0.5)], activation(confidence=short))
    assert not holds(found, 0, np.array([0]))
    assert failing_profile(found, 0, np.array([0])) is None
    out = closed(found)
    assert out.selection is not None
    assert len(out.selection.options) == 2


@pytest.mark.parametrize("seed", range(8))
def test_a_pool_saves_the_next_model_the_rounds(seed: int) -> None:
    found = wide(seed)
    pool, v = DominancePool(), model(found)
    first = solve_with_cuts(v, objective.cost(v), control(), seed=1, limits=CallLimits(), pool=pool)
    v = model(found)
    second = solve_with_cuts(v, objective.cost(v), control(), seed=1, limits=CallLimits(), pool=pool)
    assert (second.infeasible, second.bound, second.objective) == (first.infeasible, first.bound, first.objective)
    assert second.cuts == 0
    assert len(pool.of(0)) <= first.cuts


def test_branches_learn_apart_and_are_merged() -> None:
    pool, some, other = DominancePool(), Profile((0.5,), ()), Profile((), (0.2,))
    pool.add(0, some)
    left, right = pool.branch(), pool.branch()
    left.add(0, other)
    right.add(1, other)
    assert list(right.of(0)) == [some]
    assert not left.of(1)
    pool.merge(left)
    pool.merge(right)
    pool.merge(left)
    assert (list(pool.of(0)), list(pool.of(1))) == ([some, other], [other])


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
