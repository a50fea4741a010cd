"""Ruin and recreate: never worse than before, the same for the same seed, and within every rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.model.variables import Approximation
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.bounds.activation import bound_activations
from optimizer.solve.cpsat.feasibility import failing
from optimizer.solve.heuristics.insertion import insert_greedily
from optimizer.solve.heuristics.partial_plan import PartialPlan
from optimizer.solve.heuristics.ruin_recreate import RuinRecreate, scarcity
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search_state import SearchState
from optimizer.solve.windows.greedy_team import Team
from tests.derive.small import CALM, activation, creator, instance, shipping
from tests.model.desk import Desk, Draft
from tests.solve.middle import busy_scenario
from tests.solve.searching import found, problem


def busy(seed: int) -> Instance:
    document = busy_scenario(seed, people=12)
    document["objective"]["goal"] = "activate_most"
    document["locks"] = []
    for wave in document["activations"]:
        wave.pop("required", None)
    document["shipping"]["daily_capacity"] = 3
    return build_instance(scenario_from_data(document))


Known = Mapping[int, Sequence[Team]]


def rebuilt(
    asked: SearchProblem, *, seed: int = 1, tries: int = 15, known: Known | None = None
) -> tuple[PartialPlan, RuinRecreate, SearchState]:
    """Return a partial as it was filled, who bettered it (with the partial as it is now), and the state."""
    given = asked.instance
    blocks = bound_activations(asked, given.activations)
    lower_bounds = {block.activation: block.lower_bound for block in blocks if not block.impossible}
    state = SearchState(given, asked.control, 0.0)
    partial = PartialPlan(given, over_budget=True)
    builder = RuinRecreate(
        asked, partial, list(lower_bounds), lower_bounds, scarcity(asked, list(lower_bounds)), seed, known or {}
    )
    builder.fill()
    first = PartialPlan(given, partial.selection(), over_budget=True)
    builder.run(state, tries)
    return first, builder, state


@pytest.mark.parametrize("seed", [*range(8), *(pytest.param(n, marks=pytest.mark.slow) for n in range(8, 200))])
def test_a_board_gets_no_worse_and_keeps_every_rule(seed: int) -> None:
    given = busy(seed)
    asked = problem(given)
    first, builder, state = rebuilt(asked)
    partial = builder.partial
    assert (partial.value(), -partial.cost) >= (first.value(), -first.cost)
    assert state.incumbent is not None
    budget = given.limits.budget_minor
    assert budget is None or state.cost <= budget
    for plan, loose in ((partial.selection(), {"budget_total"}), (state.incumbent, set[str]())):
        assert not failing(given, plan, plan.windows)
        draft = Draft(frozenset(plan.options), frozenset(plan.windows.values()), frozenset(plan.windows))
        assert Desk(given).allows(draft, approximation=Approximation.OUTER, without={"required", *loose})
    if budget is None or partial.cost <= budget:
        assert (state.value, -state.cost) >= (partial.value(), -partial.cost)


@pytest.mark.parametrize("seed", [1, 2, 4, 6])
def test_the_same_seed_takes_the_same_path(seed: int) -> None:
    given = busy(seed)
    ends = [rebuilt(problem(given), seed=own)[1] for own in (5, 5)]
    assert ends[0].partial.selection() == ends[1].partial.selection()
    assert ends[0].rng.getstate() == ends[1].rng.getstate()


def test_most_of_the_best_value_is_found_without_a_solver() -> None:
    mine = best = 0
    for seed in (1, 2, 4, 5, 6, 7):
        given = busy(seed)
        mine += rebuilt(problem(given))[2].value
        best += found(given, seconds=3.0, method="plain").value or 0
    assert mine >= 0.8 * best


def contested() -> Instance:
    """Activation `k` can only ship on the one day that `m`, which is placed first, likes best too."""
    waves = [
        activation("m", community="m", min_posts=2, confidence=0.6, delivery={"before_days": 1}),
        activation("k", min_posts=2, confidence=0.6, value=3),
    ]
    crowd = [creator(f"{name}{n}") | {"communities": [name]} for name in ("k", "m") for n in range(5)]
    rules = [{"id": name, "authenticity": "low"} for name in ("k", "m")]
    return instance(
        crowd,
        *waves,
        communities=rules,
        shipping=shipping(daily_capacity=5),
        posting={**CALM, "hold_decay_per_day": 0.01},
    )


def test_room_is_made_for_what_is_missing() -> None:
    """Also with teams known from coupled activations, of which these are none."""
    asked = problem(contested())
    teams = {item.activation: [item.team] for item in asked.window_data.values() if item.team is not None}
    for known in ({}, teams):
        first, builder, state = rebuilt(asked, tries=60, known=known)
        assert sorted(builder.partial.windows) == [0, 1]
        assert state.value == 4
        assert first.value() == 1


def test_days_that_many_want_are_charged_a_little() -> None:
    asked = problem(contested())
    charges = scarcity(asked, [0, 1])
    table = asked.instance.options
    dearest = {int(table.ship_day[o]) for o in np.flatnonzero(charges == charges.max())}
    assert dearest == {6}
    assert 0 < charges.max() <= 0.01 * table.cost_minor.max()
    assert not scarcity(problem(instance([creator("x")])), [0]).any()


def test_reserved_people_are_left_to_others_and_proposals_taken_first() -> None:
    later = activation("b", start_earliest="2027-03-22", start_latest="2027-03-22")
    asked = problem(instance([creator(f"c{n}") for n in range(2)], activation(), later))
    creators, partial = asked.instance.options.creator, PartialPlan(asked.instance)
    assert insert_greedily(asked, partial, 0)
    assert creators[partial.teams[0]].tolist() == [0]
    partial.remove(0)
    assert insert_greedily(asked, partial, 0, reserved=[0])
    assert creators[partial.teams[0]].tolist() == [1]
    other = Team(tuple(partial.teams[0].tolist()), 1_000, 1_000)
    partial.remove(0)
    assert not insert_greedily(asked, partial, 0, reserved=[0, 1])
    assert not insert_greedily(asked, partial, 0, below=1_000)
    assert insert_greedily(asked, partial, 0, proposals=[other], below=1_001)
    assert tuple(partial.teams[0].tolist()) == other.options
