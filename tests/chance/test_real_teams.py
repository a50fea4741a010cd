"""Random teams of scenarios of the families W and WW: rows and cuts exclude none that holds and let in none that fails.

`python -m tests.campaigns.teams` judges a hundred thousand of them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from random import Random

import numpy as np
import pytest

from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.scenario.generator import generate
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.cpsat.dominance import Profile
from tests.teams import Desk, try_scenario


@cache
def real(seed: int) -> Instance:
    return build_instance(scenario_from_data(generate("W", seed)))


@pytest.mark.parametrize("seed", [1, 4, *(pytest.param(seed, marks=pytest.mark.campaign) for seed in range(5, 15))])
def test_no_row_and_no_cut_is_wrong_about_a_team(seed: int) -> None:
    counts = try_scenario(real(seed), seed, each=60)
    assert counts["teams"] >= 60
    assert counts["cuts"] > 0
    assert sum(counts[name] for name in counts if name.startswith(("holding", "teams that rows"))) > 0


@pytest.fixture
def desk() -> Desk:
    return Desk(real(1), 0, Random(1))


def test_a_row_that_asks_for_too_much_is_seen(desk: Desk) -> None:
    cover = desk.covers[0]
    raised = [replace(cell, necessary=tuple(need * 1.2 + 0.1 for need in cell.necessary)) for cell in cover.cells]
    desk.covers = [replace(cover, cells=tuple(raised))]
    with pytest.raises(AssertionError, match="is excluded by the rows"):
        desk.try_teams(400)


def test_a_row_that_lets_in_too_many_is_seen(desk: Desk) -> None:
    cover = desk.covers[0]
    eased = [replace(cell, sufficient=tuple(need * 0.7 for need in cell.sufficient)) for cell in cover.cells]
    desk.covers = [replace(cover, cells=tuple(eased))]
    with pytest.raises(AssertionError, match="is said to hold"):
        desk.try_teams(400)


def test_a_cut_that_excludes_who_holds_is_seen(desk: Desk) -> None:
    desk.profiles = [Profile((1.0,) * 20, (1.0,) * 60)]
    with pytest.raises(AssertionError, match="Profile"):
        desk.try_teams(400)


def test_teams_are_of_distinct_creators_in_one_window(desk: Desk) -> None:
    table = desk.instance.options
    team = desk.drawn(int(table.window[0]))
    assert len(np.unique(table.creator[team.options])) == len(team.options)
    assert set(table.window[team.options].tolist()) == {int(table.window[0])}
