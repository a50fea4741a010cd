"""The exact chances against enumeration: every day of transit and lag, every set of creators who post."""

from __future__ import annotations

import itertools
import math
import tracemalloc
from datetime import date, timedelta
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.polynomial import Polynomial
from scipy.stats import poisson_binom

from optimizer.plan import Window
from optimizer.scenario.fields import OrganicRate
from optimizer.verify.chance import (
    BLOCK_CELLS,
    Posters,
    mean_ratio,
    odds,
    poisson_binomial,
    post_distribution,
    probability,
    rate_ratios,
    secured_distribution,
)
from optimizer.verify.premises import Premises, Timing
from tests.verify.builder import Choice, lines, scenario

NORMAL = NormalDist()
MODELS = ["shared", "independent", "worst_case"]


def lag_chances(median: float, p90: float) -> list[float]:
    sigma = math.log(p90 / median) / NORMAL.inv_cdf(0.9)
    below = [0.0] + [NORMAL.cdf(math.log(days / median) / sigma) for days in range(1, 122)]
    chances = [after - before for before, after in itertools.pairwise(below)]
    return [chance / math.fsum(chances) for chance in chances]


def test_the_lag_has_the_median_and_the_90th_percentile_it_was_given() -> None:
    lag = Timing(scenario({"posting.gift_lag": {"median_days": 9, "p90_days": 30}})).lag
    assert lag.shape == (121,)
    assert lag == pytest.approx(lag_chances(9, 30), abs=1e-13)
    kept = NORMAL.cdf(math.log(121 / 9) / (math.log(30 / 9) / NORMAL.inv_cdf(0.9)))
    assert lag[:9].sum() == pytest.approx(0.5 / kept)
    assert lag[:30].sum() == pytest.approx(0.9 / kept)


def test_parcels_travel_on_delivery_days_only() -> None:
    premises = Premises(scenario())
    ben = premises.service(premises.creators["ben"])
    found = premises.timing.arrivals(date(2027, 3, 24), ben)
    assert [day.isoformat() for day, _ in found] == [
        "2027-03-27",
        "2027-03-30",
        "2027-04-01",
    ]  # Good Friday is the 26th
    assert [float(chance) for _, chance in found] == [0.7, 0.25, 0.05]


@pytest.mark.parametrize("ship_on", ["2027-03-03", "2027-03-09", "2027-03-17", "2027-03-24"])
def test_a_gifted_post_lands_as_enumerated(ship_on: str) -> None:
    given = scenario({"posting": {"brief_compliance": 0.7, "hold_decay_per_day": 0.05}})
    opens, closes = date(2027, 3, 15), date(2027, 3, 28)
    premises = Premises(given)
    service = premises.service(premises.creators["ben"])
    inside = outside = 0.0
    for arrived, travel in premises.timing.arrivals(date.fromisoformat(ship_on), service):
        for lag, chance in enumerate(lag_chances(8, 21)):
            day, weight = arrived + timedelta(days=lag), float(travel) * chance
            if day > closes:
                outside += weight
            elif day >= opens:
                inside += weight
            else:
                inside += weight * 0.7 * 0.95 ** (opens - day).days
                outside += weight * 0.3
    landing = premises.timing.gift(date.fromisoformat(ship_on), service, Window(start=opens, end=closes))
    assert (landing.inside, landing.outside) == pytest.approx((inside, outside), abs=1e-12)


@pytest.mark.parametrize(("ship_on", "inside"), [("2027-03-22", 1.0), ("2027-03-23", 0.5), ("2027-03-24", 0.0)])
def test_a_paid_post_is_in_time_or_too_late(ship_on: str, inside: float) -> None:
    """A day or two of transit and three of preparation before the last day, Saturday the 27th."""
    premises = Premises(scenario())
    window = Window(start=date(2027, 3, 14), end=date(2027, 3, 27))
    landing = premises.timing.paid(date.fromisoformat(ship_on), premises.service(premises.creators["dan"]), window)
    assert (landing.inside, landing.outside) == (inside, 1 - inside)


def test_odds_are_rate_times_landing() -> None:
    given = scenario()
    premises = Premises(given)
    ana, cat, dan, fay = lines(
        given,
        [
            Choice("ana", "trail-a", "gift", "2027-03-09", "2027-03-15"),
            Choice("cat", "trail-a", "gift", "2027-03-09", "2027-03-15"),
            Choice("dan", "trail-a", "paid", "2027-03-09", "2027-03-15"),
            Choice("fay", "bread-a", "paid", "2027-03-23", "2027-03-29"),
        ],
    )
    landing = premises.timing.gift(ana.ship_on, premises.service(ana.creator), ana.window)
    assert odds(premises, ana).inside == pytest.approx(0.35 * landing.inside)
    assert odds(premises, ana).outside == pytest.approx(0.35 * landing.outside)
    assert odds(premises, cat).inside == pytest.approx(0.30 * landing.inside)
    assert (odds(premises, dan).inside, odds(premises, dan).outside) == (0.98, 0.0)
    assert odds(premises, fay).inside == pytest.approx(0.97)


def enumerated(team: Posters) -> list[Polynomial]:
    """Return P(N = n) as polynomials in r = ρ/mid, summed over every set of creators who post."""
    chances = [Polynomial([0.0, one]) for one in team.gifted] + [Polynomial([one]) for one in team.paid]
    found = [Polynomial([0.0])] * (len(chances) + 1)
    for posts in itertools.product((True, False), repeat=len(chances)):
        weight = Polynomial([1.0])
        for chance, posting in zip(chances, posts, strict=True):
            weight = weight * (chance if posting else 1 - chance)
        found[sum(posts)] = found[sum(posts)] + weight
    return found


def averaged(polynomial: Polynomial, rate: OrganicRate) -> float:
    middle = (rate.low + rate.high) / 2
    low, high = rate.low / middle, rate.high / middle
    if rate.model == "independent":
        return float(polynomial(1.0))
    if rate.model == "worst_case" or low == high:
        return float(polynomial(low))
    whole = polynomial.integ()
    return float(whole(high) - whole(low)) / (high - low)


def teams(size: int = 4) -> st.SearchStrategy[Posters]:
    chances = st.lists(st.floats(0, 0.5), max_size=size)
    return st.builds(
        lambda gifted, paid, posts: Posters(np.array(gifted, dtype=float), np.array(paid, dtype=float), posts),
        chances,
        st.lists(st.floats(0, 1), max_size=3),
        st.integers(1, 5),
    )


RATES = st.builds(
    lambda low, width, model: OrganicRate(low=low, high=min(1.0, low + width), model=model),
    st.floats(0.01, 0.5),
    st.sampled_from([0.0, 0.2, 0.5]),
    st.sampled_from(MODELS),
)


@settings(max_examples=60, deadline=None)
@given(teams(), RATES)
def test_the_post_distribution_is_the_enumerated_one(team: Posters, rate: OrganicRate) -> None:
    exact = [averaged(each, rate) for each in enumerated(team)]
    found = post_distribution(team, rate)
    assert found == pytest.approx(exact, abs=1e-12)
    assert math.fsum(found) == pytest.approx(1.0)
    assert probability(team, rate) == pytest.approx(math.fsum(exact[team.min_posts :]), abs=1e-12)
    expected = mean_ratio(rate) * float(team.gifted.sum()) + float(team.paid.sum())
    assert expected == pytest.approx(math.fsum(n * chance for n, chance in enumerate(exact)), abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.lists(teams(3), max_size=3), RATES)
def test_the_secured_distribution_is_the_enumerated_one(several: list[Posters], rate: OrganicRate) -> None:
    tails = [sum(enumerated(team)[team.min_posts :], Polynomial([0.0])) for team in several]
    exact = [0.0] * (len(several) + 1)
    for reached in itertools.product((True, False), repeat=len(several)):
        weight = Polynomial([1.0])
        for tail, dense in zip(tails, reached, strict=True):
            weight = weight * (tail if dense else 1 - tail)
        exact[sum(reached)] += averaged(weight, rate)
    assert secured_distribution(several, rate) == pytest.approx(exact, abs=1e-12)


def test_a_wide_band_needs_all_the_nodes() -> None:
    """Thirty gifts make a polynomial of degree 30: sixteen nodes are exact, five are not."""
    rate, team = OrganicRate(low=0.0, high=1.0), Posters(np.full(30, 0.45), np.empty(0), 20)
    assert len(rate_ratios(rate, 30)[0]) == 16
    fine_ratios = np.linspace(0, 2, 20001)
    independent = OrganicRate(model="independent")
    tails = [probability(Posters(ratio * team.gifted, team.paid, 20), independent) for ratio in fine_ratios[::50]]
    weights = np.full(len(tails), 1.0)
    weights[[0, -1]] = 0.5
    assert probability(team, rate) == pytest.approx(float(weights @ tails) / weights.sum(), abs=1e-5)


@pytest.mark.parametrize(("model", "ratios"), [("independent", [1.0]), ("worst_case", [0.2 / 0.3])])
def test_rates_that_are_not_shared_have_one_node(model: str, ratios: list[float]) -> None:
    found, weights = rate_ratios(OrganicRate.model_validate({"model": model}), 9)
    assert (found.tolist(), weights.tolist()) == (pytest.approx(ratios), [1.0])


def test_correlation_lowers_a_high_probability() -> None:
    team = Posters(np.full(22, 0.28), np.empty(0), 5)
    shared, alone, worst = (probability(team, OrganicRate.model_validate({"model": model})) for model in MODELS)
    assert worst < shared < alone


@pytest.mark.parametrize("seed", range(20))
def test_the_poisson_binomial_is_the_one_of_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    probabilities = rng.random((int(rng.integers(1, 12)), int(rng.integers(1, 60)))) * rng.choice((0.05, 0.4, 1.0))
    probabilities[0, 0] = 0.0
    probabilities[-1, -1] = 1.0
    posts = np.arange(probabilities.shape[1] + 1)
    assert np.array_equal(poisson_binomial(probabilities), poisson_binom.pmf(posts, probabilities[:, np.newaxis, :]))


def test_nobody_posts_for_certain_where_there_is_nobody() -> None:
    assert poisson_binomial(np.empty((3, 0))).tolist() == [[1.0]] * 3


def crowd(size: int) -> tuple[Posters, OrganicRate]:
    chances = np.linspace(0.05, 0.6, size)
    return Posters(chances, chances[:9], 12), OrganicRate(low=0.15, high=0.45, model="shared")


def test_nodes_are_worked_on_in_blocks_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, tail = post_distribution(*crowd(40)), probability(*crowd(40))
    monkeypatch.setattr("optimizer.verify.chance.BLOCK_CELLS", 101)
    assert post_distribution(*crowd(40)) == pytest.approx(whole, abs=1e-15)
    assert probability(*crowd(40)) == pytest.approx(tail, abs=1e-14) == math.fsum(whole[12:])


def test_a_crowd_takes_no_more_memory_than_its_blocks() -> None:
    post_distribution(*crowd(10))
    tracemalloc.start()
    try:
        post_distribution(*crowd(700))
        probability(*crowd(700))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 5 * 8 * BLOCK_CELLS
