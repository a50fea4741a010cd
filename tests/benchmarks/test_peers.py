"""What the peers rest on: sampled posts, cuts from the exact tail, the running account of a plan under construction."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.derive.build import build_instance
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.cpsat.feasibility import holds
from tests.benchmarks.judge import judged
from tests.benchmarks.methods.class_cuts import WindowCuts, facets_above
from tests.benchmarks.methods.registry import METHODS
from tests.benchmarks.methods.sampling import Sampler
from tests.benchmarks.small import run_of, small_scenario
from tests.brute_force import best
from tests.seeds import seeds
from tests.tiny import tiny_scenario


@pytest.mark.parametrize("model", ["shared", "independent", "worst_case"])
def test_sampled_posts_are_as_likely_as_the_posting_model_says(model: str) -> None:
    scenario = small_scenario(posting={"organic_rate": {"low": 0.2, "high": 0.4, "model": model}})
    instance = build_instance(scenario)
    sampler = Sampler(scenario, instance, 1, count=20_000)
    mine, posts = sampler.posts(0)
    rate = np.where(instance.options.paid[mine], 1.0, (instance.rates.low + instance.rates.high) / 2)
    expected = instance.options.probability[mine] * rate
    deviation = np.abs(posts.mean(axis=1) - expected) / np.sqrt(expected * (1 - expected) / sampler.count)
    assert deviation.max() < 4.5


def test_gifts_share_the_rate_of_their_scenario() -> None:
    scenario = small_scenario(40)
    instance = build_instance(scenario)
    mine, posts = Sampler(scenario, instance, 1, count=4_000).posts(0)
    first = [np.flatnonzero(instance.options.creator[mine] == creator)[0] for creator in range(40)]
    gifts = [row for row in first if not instance.options.paid[mine[row]]]
    assert posts[gifts].sum(axis=0).var() > 1.2 * posts[gifts].var(axis=1).sum()


@pytest.mark.parametrize("seed", range(4))
def test_no_class_cut_excludes_a_set_that_holds(seed: int) -> None:
    instance = build_instance(small_scenario(24))
    dice = np.random.default_rng(seed)
    cuts = WindowCuts(instance, int(dice.integers(len(instance.windows))))
    tight = 0
    for _ in range(300):
        people = dice.permutation(24)[: dice.integers(1, 20)]
        chosen = np.zeros(len(cuts.options))
        for person in people:
            rows = np.flatnonzero(instance.options.creator[cuts.options] == person)
            chosen[dice.choice(rows)] = 1.0
        options = cuts.options[chosen > 0]
        paid = int(instance.options.paid[options].sum())
        if not holds(instance, 0, options) or paid > instance.max_paid_share[0] * len(options):
            continue
        tight += 1
        assert all(cuts.cut(chosen, 1.0, threshold) is None for threshold in cuts.thresholds((3, 6, 12)))
    assert tight > 20


def test_facets_lie_below_every_point_and_touch_some() -> None:
    points = np.array([[0, 0, 9], [0, 4, 5], [1, 0, 5], [1, 3, 2], [2, 0, 1], [3, 0, 0]], dtype=float)
    facets = facets_above(points)
    sides = points @ facets[:, :3].T - facets[:, 3]
    assert len(facets) >= 3
    assert sides.min() > 0
    assert (sides.min(axis=0) < 1e-6).all()


@pytest.mark.parametrize("seed", seeds(8, 24))
def test_the_oracle_finds_the_optimum_of_tiny_scenarios(seed: int) -> None:
    scenario = scenario_from_data(tiny_scenario(seed))
    optimum = best(scenario)
    answer = METHODS["oracle"].load()(scenario, run_of("oracle", 20))
    found = judged(scenario, answer)
    if optimum is None:
        assert found["planned"] == 0 or found["broken"] or found["holding"] < found["wanted"]
        return
    assert (found["value"], found["cost"]) == (optimum.value, optimum.cost)
    assert found["broken"] == {}
    assert (answer.value_bound, answer.cost_bound) == (optimum.value, optimum.cost)


@pytest.mark.parametrize("method", ["greedy", "saa-highs"])
@pytest.mark.parametrize("seed", seeds(104, 112, first=100))
def test_methods_that_know_the_rules_keep_them(seed: int, method: str) -> None:
    scenario = scenario_from_data(tiny_scenario(seed))
    found = judged(scenario, METHODS[method].load()(scenario, run_of(method, 5)))
    assert found["broken"] == {} or found["planned"] < found["wanted"]
    if method == "greedy":
        assert found["holding"] == found["planned"]
