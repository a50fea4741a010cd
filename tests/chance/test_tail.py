"""The exact tail against scipy under fine quadrature, against every outcome, and the proven error of few nodes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.polynomial.polynomial import polyint, polymul, polyval
from numpy.typing import NDArray
from scipy.stats import poisson_binom

from optimizer.chance.tail import (
    certified_count,
    conditional_counts,
    distribution,
    equal_gifts,
    exact_count,
    joint_distribution,
    nodes,
    tail,
)
from optimizer.derive.instance import RateModel

Floats = NDArray[np.float64]

DEFAULT = RateModel("shared", 2 / 3, 4 / 3)
WIDE = RateModel("shared", 0.0, 2.0)
NARROW = RateModel("shared", 0.97, 1.03)
OWN_RATE = RateModel("point", 1.0, 1.0)
LOW_END = RateModel("point", 2 / 3, 2 / 3)
MODELS = (DEFAULT, WIDE, NARROW, OWN_RATE, LOW_END)
Chances = Sequence[float]

models = st.sampled_from(MODELS)
paid_chances = st.lists(st.floats(0, 1), max_size=4)


def gift_chances(largest: int) -> st.SearchStrategy[list[float]]:
    """Chances at the middle of the band that stay chances at the top of any band of `MODELS`."""
    return st.lists(st.floats(0, 0.5), max_size=largest)


def by_scipy(gifts: Chances, paid: Chances, rates: RateModel, count: int = 60) -> Floats:
    """P(N = s), s = 0…n + m: scipy's Poisson–binomial, mixed over `count` Gauss–Legendre nodes."""
    if rates.kind == "point":
        rate, weight = np.array([rates.low]), np.ones(1)
    else:
        points, weights = np.polynomial.legendre.leggauss(count)
        rate, weight = (rates.low + rates.high) / 2 + (rates.high - rates.low) / 2 * points, weights / 2
    total = np.zeros(len(gifts) + len(paid) + 1)
    for r, share in zip(rate, weight, strict=True):
        chances = np.array([*(r * gift for gift in gifts), *paid])
        total += share * (poisson_binom.pmf(np.arange(len(total)), chances) if len(chances) else np.ones(1))
    return total


def by_outcomes(gifts: Chances, paid: Chances, rates: RateModel) -> Floats:
    """P(N = s) by adding up every outcome, each a polynomial in the rate that is integrated term by term."""
    total = np.zeros(len(gifts) + len(paid) + 1)
    factors = [(np.array([1.0, -gift]), np.array([0.0, gift])) for gift in gifts]
    factors += [(np.array([1.0 - chance]), np.array([chance])) for chance in paid]
    for outcome in product((0, 1), repeat=len(factors)):
        polynomial = np.ones(1)
        for posts, factor in zip(outcome, factors, strict=True):
            polynomial = polymul(polynomial, factor[posts])
        total[sum(outcome)] += mean_over_band(polynomial, rates)
    return total


def mean_over_band(polynomial: Floats, rates: RateModel) -> float:
    if rates.kind == "point":
        return float(polyval(rates.low, polynomial))
    whole = polyint(polynomial)
    return float((polyval(rates.high, whole) - polyval(rates.low, whole)) / (rates.high - rates.low))


@settings(max_examples=150, deadline=None)
@given(gift_chances(30), paid_chances, models, st.integers(0, 36))
def test_tail_is_scipys_under_fine_quadrature(gifts: list[float], paid: list[float], rates: RateModel, k: int) -> None:
    expected = by_scipy(gifts, paid, rates)[k:].sum()
    assert tail(gifts, paid, k, rates) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(gift_chances(6), paid_chances, models)
def test_distribution_and_every_tail_agree_with_all_outcomes(
    gifts: list[float], paid: list[float], rates: RateModel
) -> None:
    expected = by_outcomes(gifts, paid, rates)
    assert distribution(gifts, paid, rates) == pytest.approx(expected, abs=1e-12)
    for least in range(len(expected) + 1):
        assert tail(gifts, paid, least, rates) == pytest.approx(expected[least:].sum(), abs=1e-12)


@pytest.mark.parametrize("rates", MODELS)
def test_ten_creators_agree_with_all_outcomes(rates: RateModel) -> None:
    gifts, paid = [0.05, 0.12, 0.2, 0.26, 0.31, 0.4, 0.48], [0.6, 0.97, 1.0]
    expected = by_outcomes(gifts, paid, rates)
    assert distribution(gifts, paid, rates) == pytest.approx(expected, abs=1e-13)
    assert tail(gifts, paid, 5, rates) == pytest.approx(expected[5:].sum(), abs=1e-13)


@settings(max_examples=60, deadline=None)
@given(gift_chances(40), paid_chances, models)
def test_distribution_is_scipys_and_sums_to_one(gifts: list[float], paid: list[float], rates: RateModel) -> None:
    found = distribution(gifts, paid, rates)
    assert found == pytest.approx(by_scipy(gifts, paid, rates), abs=1e-12)
    assert found.sum() == pytest.approx(1, abs=1e-12)


selections = st.lists(st.tuples(gift_chances(8), paid_chances, st.integers(1, 5)), max_size=4)


@settings(max_examples=60, deadline=None)
@given(selections, models)
def test_joint_distribution_mixes_products_over_the_rate(
    chosen: list[tuple[list[float], list[float], int]], rates: RateModel
) -> None:
    rate, weight = nodes(rates, 60)
    expected = np.zeros(len(chosen) + 1)
    for r, share in zip(rate, weight, strict=True):
        here = RateModel("point", float(r), float(r))
        reached = np.clip([tail(gifts, paid, least, here) for gifts, paid, least in chosen], 0, 1)
        expected += share * (poisson_binom.pmf(np.arange(len(expected)), reached) if chosen else np.ones(1))
    assert joint_distribution(chosen, rates) == pytest.approx(expected, abs=1e-11)


def test_activations_share_the_rate() -> None:
    team: tuple[list[float], list[float], int] = ([0.4] * 6, [], 3)
    alone = tail(*team, DEFAULT)
    both = joint_distribution([team, team], DEFAULT)[2]
    assert both > alone**2 + 0.01
    assert joint_distribution([team, team], OWN_RATE)[2] == pytest.approx(tail(*team, OWN_RATE) ** 2)


def test_nobody_and_too_few() -> None:
    assert tail([], [], 1, DEFAULT) == 0
    assert tail([], [], 0, DEFAULT) == 1
    assert tail([0.3] * 4, [0.9], 6, DEFAULT) == 0
    assert distribution([], [], DEFAULT).tolist() == [1.0]
    assert joint_distribution([], DEFAULT).tolist() == [1.0]


@pytest.mark.parametrize("degree", range(12))
def test_exact_count_is_just_enough(degree: int) -> None:
    def error(count: int) -> float:
        rate, weight = nodes(WIDE, count)
        return abs(float(weight @ (rate / 2) ** degree) - 1 / (degree + 1))

    count = exact_count(degree)
    assert error(count) < 1e-15
    assert count == 1 or error(count - 1) > 1e-9


def quadrature_error(gifts: Chances, paid: Chances, rates: RateModel, count: int) -> float:
    """Largest error over all tails when the rate is integrated by `count` nodes."""
    chances = np.array(gifts), np.array(paid)
    most = len(gifts) + len(paid)
    rate, weight = nodes(rates, count)
    few: Floats = weight @ conditional_counts(*chances, rate, most)
    rate, weight = nodes(rates, exact_count(len(gifts)))
    exactly: Floats = weight @ conditional_counts(*chances, rate, most)
    return float(np.abs(np.cumsum(few - exactly)).max())


@settings(max_examples=80, deadline=None)
@given(
    st.integers(1, 60),
    st.sampled_from((0.1, 0.25, 0.4, 0.5)),
    st.sampled_from((DEFAULT, WIDE, NARROW)),
    st.sampled_from((1e-4, 1e-6, 1e-9)),
    st.randoms(use_true_random=False),
    paid_chances,
)
def test_certified_count_keeps_its_proven_bound(
    gifts: int, highest: float, rates: RateModel, error: float, dice: Random, paid: list[float]
) -> None:
    count = certified_count(rates, gifts, highest, error)
    assert count <= exact_count(gifts)
    for chances in ([highest] * gifts, [highest * dice.random() for _ in range(gifts)]):
        assert quadrature_error(chances, paid, rates, count) <= error + 1e-14


def test_few_nodes_do_err_where_the_band_is_wide() -> None:
    assert quadrature_error([0.5] * 40, [], WIDE, 5) > 1e-3
    assert certified_count(WIDE, 40, 0.5, 1e-9) > 5
    assert certified_count(DEFAULT, 60, 0.3, 5e-10) < exact_count(60)
    assert certified_count(OWN_RATE, 60, 0.3, 5e-10) == 1


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 0.5), st.integers(0, 40), st.integers(1, 12), models)
def test_equal_gifts_are_counted_for_every_number_at_once(
    chance: float, most: int, least: int, rates: RateModel
) -> None:
    found = equal_gifts(chance, most, least, rates)
    assert found.shape == (most + 1, least)
    for gifts in range(most + 1):
        for posts in range(least):
            assert found[gifts, posts] == pytest.approx(1 - tail([chance] * gifts, [], posts + 1, rates), abs=1e-12)
