"""Schedules turned into plans: what is placed keeps every rule, what fails is repaired or ruled out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.solve.bounds.activation import bound_activations
from optimizer.solve.bounds.lower_bounds import LowerBounds
from optimizer.solve.bounds.schedule import Schedule, make_schedule
from optimizer.solve.cpsat.feasibility import failing
from optimizer.solve.heuristics import from_schedule
from optimizer.solve.heuristics.from_schedule import plan_from_schedule
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search_parameters import PARAMETERS
from tests.solve.searching import problem, tight


def scheduled(capacity: int, seed: int) -> tuple[SearchProblem, Schedule]:
    """Return six activations for which a schedule exists that people who need their own days hardly fit."""
    given = problem(tight(capacity=capacity, seed=seed))
    lower_bounds = LowerBounds(
        {block.activation: block.lower_bound for block in bound_activations(given, given.instance.activations)}
    )
    return given, make_schedule(given, lower_bounds, list(lower_bounds.own), all_of_them=True)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.campaign) for seed in (2, 6, 7))])
@pytest.mark.parametrize("capacity", [2, 3])
def test_what_is_placed_keeps_the_schedule_and_every_rule(capacity: int, seed: int) -> None:
    given, schedule = scheduled(capacity, seed)
    partial, conflicts = plan_from_schedule(given, schedule, sorted(schedule.windows), {})
    found = partial.selection()
    assert not failing(given.instance, found, found.windows)
    assert found.windows.items() <= schedule.windows.items()
    assert np.bincount(given.instance.options.ship_day[list(found.options)]).max() <= capacity
    missing = set(schedule.windows) - set(found.windows)
    assert bool(missing) >= bool(conflicts)
    assert all(conflict <= set(schedule.windows.values()) for conflict in conflicts)
    assert all(not conflict <= set(found.windows.values()) for conflict in conflicts)


@pytest.mark.parametrize("seed", [12, *(pytest.param(seed, marks=pytest.mark.campaign) for seed in (9, 13))])
def test_who_does_not_fit_is_decided_anew_with_those_who_share_its_days(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, schedule = scheduled(2, seed)
    repaired, _ = plan_from_schedule(given, schedule, sorted(schedule.windows), {})
    monkeypatch.setattr(from_schedule, "PARAMETERS", replace(PARAMETERS, repair_sizes=(1,)))
    alone, _ = plan_from_schedule(given, schedule, sorted(schedule.windows), {})
    assert len(repaired.windows) > len(alone.windows)


def test_a_roomy_schedule_is_placed_as_it_stands() -> None:
    given, schedule = scheduled(4, 1)
    partial, conflicts = plan_from_schedule(given, schedule, sorted(schedule.windows), {})
    assert partial.windows == dict(schedule.windows)
    assert not conflicts
