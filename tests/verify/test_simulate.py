"""The simulator against the exact figures, over every mechanism of the posting model."""

from __future__ import annotations

import math
from typing import Any

import pytest

from optimizer.plan import Plan, Simulation
from optimizer.scenario.models import Scenario
from optimizer.verify import simulate as module
from optimizer.verify.simulate import agrees, simulate
from tests.verify.builder import CHOICES, Choice, altered, build, scenario

DRAWS = 20_000
WIDE = {"low": 0.05, "high": 0.75}


def crowd(posting: dict[str, Any], ship_on: str = "2027-03-09", count: int = 14) -> tuple[Scenario, Plan]:
    """Return fourteen gifted and two paid trail runners, who also bake, and their two activations."""
    both = ["trail", "bread"]
    people: list[dict[str, Any]] = [
        {"id": f"c{number}", "communities": both, "service": ("tracked", "economy")[number % 2]}
        for number in range(count)
    ]
    people += [{"id": f"p{number}", "communities": both, "paid_fee": "9", "paid_reliability": 0.7} for number in (0, 1)]
    given = scenario(
        {
            "creators": people,
            "posting": posting,
            "activations.0.min_posts": 5,
            "activations.2.min_posts": 3,
            "activations.2.start_weekday": "any",
        }
    )
    choices = [
        Choice(person["id"], activation, "paid" if "paid_fee" in person else "gift", ship, start)
        for activation, ship, start in (("trail-a", ship_on, "2027-03-15"), ("bread-a", "2027-03-24", "2027-03-31"))
        for person in people
    ]
    return given, build(given, choices, secured=["trail-a", "bread-a"])


def deviations(plan: Plan, simulation: Simulation) -> list[float]:
    """Return how many standard errors each activation is off."""
    exact = {each.activation: each.probability for each in plan.activations}
    return [(each.probability - exact[each.activation]) / each.standard_error for each in simulation.activations]


@pytest.mark.parametrize("model", ["shared", "independent", "worst_case"])
def test_it_agrees_with_the_exact_figures_on_a_wide_band(model: str) -> None:
    given, plan = crowd({"organic_rate": WIDE | {"model": model}})
    simulation = simulate(given, plan, draws=DRAWS, seed=7)
    assert max(map(abs, deviations(plan, simulation))) < 4
    assert agrees(simulation, plan).ok


@pytest.mark.parametrize(
    ("posting", "ship_on"),
    [
        ({"brief_compliance": 0.3}, "2027-03-02"),
        ({"brief_compliance": 1.0, "hold_decay_per_day": 0.15}, "2027-03-02"),
        ({"gift_lag": {"median_days": 20, "p90_days": 200}}, "2027-03-09"),
        ({"gift_lag": {"median_days": 1, "p90_days": 2}}, "2027-03-11"),
        ({"paid_prep_days": 7}, "2027-03-19"),
        ({"organic_rate": {"low": 0.3, "high": 0.3}}, "2027-03-17"),
    ],
    ids=str,
)
def test_it_agrees_on_every_mechanism(posting: dict[str, Any], ship_on: str) -> None:
    given, plan = crowd(posting, ship_on)
    probabilities = [each.probability for each in plan.activations if each.secured]
    assert all(0.005 < one < 0.995 for one in probabilities)
    assert max(map(abs, deviations(plan, simulate(given, plan, draws=DRAWS, seed=3)))) < 4


@pytest.mark.parametrize("error", [-0.025, 0.025])
def test_it_disagrees_with_a_wrong_probability(error: float) -> None:
    given, plan = crowd({"organic_rate": WIDE})
    simulation = simulate(given, plan, draws=DRAWS, seed=7)
    wrong = altered(plan, {"activations.0.probability": plan.activations[0].probability + error})
    found = agrees(simulation, wrong)
    assert (found.rule, found.ok) == ("simulation", False)
    assert "trail-a" in found.detail
    assert "bread-a" not in found.detail


def test_it_sees_that_posts_are_correlated() -> None:
    given, plan = crowd({"organic_rate": WIDE | {"model": "shared"}})
    _, alone = crowd({"organic_rate": WIDE | {"model": "independent"}})
    assert not agrees(simulate(given, plan, draws=DRAWS, seed=7), alone).ok


@pytest.mark.parametrize(
    ("probability", "hits", "ok"),
    [(0.9999, 19_990, True), (0.9999, 19_980, False), (1.0, 19_999, False), (1.0, 20_000, True)],
)
def test_close_to_certainty_the_binomial_law_decides(probability: float, hits: int, ok: bool) -> None:
    """At 0.9999 two misses are expected in 20,000 draws; ten happen by chance, twenty do not."""
    given = scenario()
    plan = altered(build(given), {"activations.0.probability": probability})
    simulation = simulate(given, plan, draws=1, seed=1)
    first = simulation.activations[0].model_copy(update={"probability": hits / DRAWS})
    claimed = simulation.model_copy(update={"draws": DRAWS, "activations": [first]})
    assert agrees(claimed, plan).ok is ok


def test_the_standard_error_is_taken_at_the_exact_probability() -> None:
    given, plan = crowd({})
    simulation = simulate(given, plan, draws=400, seed=1)
    for each, stated in zip(simulation.activations, [plan.activations[0], plan.activations[2]], strict=True):
        assert each.standard_error == pytest.approx(math.sqrt(stated.probability * (1 - stated.probability) / 400))


def test_equal_seeds_give_equal_draws() -> None:
    given, plan = crowd({})
    first, again, other = (simulate(given, plan, draws=3000, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.activations != other.activations


def test_chunks_make_no_difference_to_the_law(monkeypatch: pytest.MonkeyPatch) -> None:
    given, plan = crowd({"organic_rate": WIDE})
    monkeypatch.setattr(module, "CHUNK_CELLS", 32 * 999)
    simulation = simulate(given, plan, draws=DRAWS, seed=7)
    assert simulation.draws == DRAWS
    assert max(map(abs, deviations(plan, simulation))) < 4


def test_only_secured_activations_are_simulated() -> None:
    given = scenario()
    assert simulate(given, build(given, [], secured=[]), draws=10, seed=1).activations == []
    assert agrees(simulate(given, build(given, [], secured=[]), draws=10, seed=1), build(given)).ok


def test_one_creator_posts_once_however_often_listed() -> None:
    given = scenario()
    twice = build(given, [*CHOICES, *CHOICES])
    assert simulate(given, twice, draws=500, seed=1) == simulate(given, build(given), draws=500, seed=1)


def test_no_draws_are_no_simulation() -> None:
    given = scenario()
    with pytest.raises(ValueError, match="at least one draw"):
        simulate(given, build(given), draws=0, seed=1)
