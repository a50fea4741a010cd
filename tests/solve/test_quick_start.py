from __future__ import annotations

import numpy as np
import pytest

from optimizer.chance.tail import SECURE_TOLERANCE, tail
from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.model.rules import add_rules
from optimizer.model.variables import Approximation, Variables, part_of
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.cpsat.feasibility import failing
from optimizer.solve.heuristics.quick_start import quick_start
from optimizer.solve.windows.candidates import best_days, candidates_of
from optimizer.solve.windows.greedy_team import first_team
from optimizer.solve.windows.prefix_team import prefixes
from tests.derive.small import activation, creator, instance
from tests.model.desk import Desk, Draft, fixed_to, satisfiable
from tests.seeds import seeds
from tests.solve.middle import middle_scenario


def instance_of(seed: int) -> Instance:
    return build_instance(scenario_from_data(middle_scenario(seed)))


@pytest.mark.parametrize("seed", seeds(20, 200))
def test_a_first_plan_keeps_every_rule(seed: int) -> None:
    given = instance_of(seed)
    plan = quick_start(given, lambda: False)
    assert not failing(given, plan, plan.windows)
    v = Variables(part_of(given, Desk(given).covers, Approximation.OUTER), Approximation.OUTER)
    add_rules(v, without=frozenset({"required", "locks"}))
    draft = Draft(frozenset(plan.options), frozenset(plan.windows.values()), frozenset(plan.windows))
    assert satisfiable(fixed_to(v, draft))


def test_most_first_plans_secure_something() -> None:
    assert sum(bool(quick_start(instance_of(seed), lambda: False).windows) for seed in range(20)) >= 15


def test_a_first_plan_ends_when_it_is_told_to() -> None:
    assert not quick_start(instance_of(1), lambda: True).windows


@pytest.mark.parametrize("seed", range(12))
def test_prefixes_hold_and_hold_no_longer_with_one_gift_less(seed: int) -> None:
    given = instance_of(seed)
    for window in range(len(given.windows)):
        options = given.options.in_window(window)
        if not len(options):
            continue
        options = best_days(given, options, given.options.cost_minor[options])
        people = candidates_of(given, window, options, given.options.cost_minor[options])
        wave, share = given.waves[people.activation], given.max_paid_share[people.activation]
        gifts, payers = people.gifts.probability.max(axis=1), people.payers.probability.max(axis=1, initial=0.0)
        for prefix in prefixes(given, people, 5):
            team = gifts[prefix.gifts[: prefix.count]], payers[prefix.payers[: prefix.paid]]
            level = wave.confidence - SECURE_TOLERANCE
            assert tail(*team, wave.min_posts, given.rates) >= level - 2e-9
            assert prefix.paid <= share * (prefix.paid + prefix.count)
            both = (
                people.gifts.creator[prefix.gifts[: prefix.count]],
                people.payers.creator[prefix.payers[: prefix.paid]],
            )
            assert not np.intersect1d(*both).size
            if prefix.count and prefix.paid <= share * (prefix.paid + prefix.count - 1):
                assert tail(team[0][:-1], team[1], wave.min_posts, given.rates) < level + 2e-9


def test_who_is_paid_because_of_a_quota_is_not_gifted_as_well() -> None:
    """The two cheapest payers are established, of whom one is allowed; the third payer is also the cheapest gift."""
    people = [
        creator("c0", 0.3, tier="established", paid_fee="10.00", accepts=["paid"]),
        creator("c1", 0.3, tier="established", paid_fee="10.00", accepts=["paid"]),
        creator("c2", 0.5, tier="nano", paid_fee="60.00"),
        *(creator(f"c{n}", 0.3, tier="nano") for n in range(3, 8)),
    ]
    wave = activation(min_posts=3, confidence=0.5, min_paid=2, tier_mix={"established": {"max": 1}})
    given = instance(people, wave, communities=[{"id": "k", "max_paid_share": 1.0}])
    options = given.options.in_window(0)
    team = first_team(given, candidates_of(given, 0, options, given.options.cost_minor[options]), None)
    assert team is not None
    creators = given.options.creator[list(team.options)]
    assert len(np.unique(creators)) == len(creators)
