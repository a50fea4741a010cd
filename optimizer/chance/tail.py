"""The exact tail: the one function that decides whether a selection of creators reaches its density.

Given the campaign's rate, posts inside the window are a sum of independent Bernoulli variables (Poisson–binomial);
under a shared rate the exact probability is the Gauss–Legendre mean over nodes::

    P(N ≥ k) = Σ_j ω_j · P(Σ Bernoulli(r_j π_gift) + Σ Bernoulli(π_paid) ≥ k)

With the rate model `shared`, r = ρ/mid is uniform on [low, high] and every tail is the mean of a polynomial in r whose
degree is the number of gifts n. Gauss–Legendre with J nodes is exact to degree 2J − 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import roots_legendre

from optimizer.derive.instance import Floats, RateModel


@lru_cache(maxsize=4096)
def nodes(rates: RateModel, count: int) -> tuple[Floats, Floats]:
    """Return `count` nodes r_j and weights ω_j (summing to 1); one node of weight 1 for a point model."""
    if rates.kind == "point":
        return np.array([rates.low]), np.array([1.0])
    points, weights = roots_legendre(count)
    half = (rates.high - rates.low) / 2
    return rates.low + half * (points + 1), weights / 2


def exact_count(degree: int) -> int:
    """Return the number of nodes that integrates polynomials of `degree` exactly: ⌈(degree + 1)/2⌉."""
    return degree // 2 + 1


@lru_cache(maxsize=4096)
def certified_count(rates: RateModel, gifts: int, highest: float, error: float) -> int:
    """Return a number of nodes whose error on any tail probability is proven to be at most `error`.

    For a tail g(t) of n gifts with in-window probabilities at most `highest`, t ∈ [−1, 1] the scaled rate, Gauss
    quadrature with J nodes is exact to degree 2J − 1, so |mean(g) − quadrature(g)| ≤ 2·E where E is the error of the
    best polynomial of that degree. On the Bernstein ellipse of parameter ϱ > 1 every factor of the generating
    function is at most c = max |1 − rπ| + |rπ| over the ellipse and π ≤ highest, hence |g| ≤ cⁿ there and
    E ≤ 2cⁿ ϱ^(1−2J)/(ϱ − 1) (Bernstein; Trefethen 2013, Theorem 8.2). The factor is convex in r and in π, so its
    maximum is bounded by its values at the corners of a polygon around the ellipse and at π = highest.

    Parameters
    ----------
    gifts
        Largest number of gifted creators, n.
    highest
        Largest in-window probability at the middle of the band.
    """
    if rates.kind == "point":
        return 1
    most = exact_count(gifts)
    corners = 48
    angles = np.arange(corners) * 2 * np.pi / corners
    middle, half = (rates.low + rates.high) / 2, (rates.high - rates.low) / 2
    for count in range(2, most):
        for ellipse in (1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 12.0, 20.0, 40.0):
            wide, high = (ellipse + 1 / ellipse) / 2, (ellipse - 1 / ellipse) / 2
            around = (wide * np.cos(angles) + 1j * high * np.sin(angles)) / np.cos(np.pi / corners)
            chance = (middle + half * around) * highest
            factor = float(np.max(np.abs(1 - chance) + np.abs(chance)))
            bound = np.log(4) + gifts * np.log(max(1.0, factor)) + (1 - 2 * count) * np.log(ellipse)
            if bound - np.log(ellipse - 1) <= np.log(error):
                return count
    return most


SECURE_TOLERANCE = 1e-6
"""An activation is secured when its exact probability is ≥ confidence − this."""


BLOCK_CELLS = 2**16
"""Nodes × posts of a whole distribution worked on at a time."""


def conditional_counts(gifts: Floats, paid: Floats, rate: Floats, most: int) -> Floats:
    """Return P(N = s | rate r_j) for s = 0…most, shape (nodes, most + 1), by the O(n·most) recursion."""
    counts = np.zeros((len(rate), most + 1))
    counts[:, 0] = 1.0
    steps = [rate * chance for chance in gifts] + [np.full(len(rate), chance) for chance in paid]
    for chance in steps:
        moved = counts[:, :-1] * chance[:, None]
        counts *= 1 - chance[:, None]
        counts[:, 1:] += moved
    return counts


def equal_gifts(chance: float, most: int, least: int, rates: RateModel) -> Floats:
    """Return P(N ≤ s) of n = 0…most gifts of one in-window probability, s < least: shape (most + 1, least).

    Exact up to rounding for all n at once: one more gift is one more step of the recursion.
    """
    rate, weight = nodes(rates, exact_count(most))
    posts = rate[:, None] * chance
    counts = np.zeros((len(rate), least))
    counts[:, :1] = 1.0
    exactly = np.empty((most + 1, least))
    for gifts in range(most + 1):
        exactly[gifts] = weight @ counts
        moved = counts[:, :-1] * posts
        counts *= 1 - posts
        counts[:, 1:] += moved
    return np.cumsum(exactly, axis=1)


def tail(gifts: ArrayLike, paid: ArrayLike, least: int, rates: RateModel) -> float:
    """Return P(N ≥ least), exact up to rounding (about 1e-14).

    Parameters
    ----------
    gifts
        In-window probabilities of gifted creators at the middle of the rate band, shape (n,).
    paid
        In-window probabilities of paid creators, shape (m,).
    least
        Required posts k ≥ 0.

    Examples
    --------
    >>> round(tail([0.5, 0.5], [], 1, RateModel("point", 1.0, 1.0)), 3)
    0.75
    """
    gift_array, paid_array = np.asarray(gifts, dtype=float), np.asarray(paid, dtype=float)
    if least > len(gift_array) + len(paid_array):
        return 0.0
    if least <= 0:
        return 1.0
    rate, weight = nodes(rates, exact_count(len(gift_array)))
    below = conditional_counts(gift_array, paid_array, rate, least - 1)
    return float(1 - weight @ below.sum(axis=1))


SCREENING = 1e-9
"""What `tails` errs by at most."""


def tails(gifts: Floats, paid: Floats, least: int, rates: RateModel) -> Floats:
    """Return P(N ≥ least) of many teams of one size with the same paid creators, within `SCREENING`.

    Parameters
    ----------
    gifts
        In-window probabilities at the middle of the rate band, one team a row: shape (teams, n).
    paid
        In-window probabilities of the paid creators, shape (m,).

    Returns
    -------
    Floats
        One probability a team, shape (teams,).
    """
    count, size = gifts.shape
    if least > size + len(paid):
        return np.zeros(count)
    highest = min(1.0, np.ceil(20 * gifts.max(initial=0.0)) / 20)
    rate, weight = nodes(rates, certified_count(rates, size, float(highest), SCREENING / 2) if size else 1)
    below = conditional_counts(np.zeros(0), paid, np.ones(1), least - 1)
    counts = np.broadcast_to(below, (count, len(rate), least)).copy()
    for column in gifts.T:
        posts = column[:, None, None] * rate[:, None]
        moved = counts[..., :-1] * posts
        counts *= 1 - posts
        counts[..., 1:] += moved
    return np.asarray(1 - counts.sum(axis=2) @ weight)


def distribution(gifts: ArrayLike, paid: ArrayLike, rates: RateModel) -> Floats:
    """Return P(N = s) for s = 0 … n + m, exact up to rounding, summing to 1."""
    gift_array, paid_array = np.asarray(gifts, dtype=float), np.asarray(paid, dtype=float)
    rate, weight = nodes(rates, exact_count(len(gift_array)))
    most = len(gift_array) + len(paid_array)
    counts = np.zeros(most + 1)
    # Some nodes after the others, so that memory does not grow with nodes × posts.
    step = max(1, BLOCK_CELLS // (most + 1))
    for begun in range(0, len(rate), step):
        block = slice(begun, begun + step)
        counts += weight[block] @ conditional_counts(gift_array, paid_array, rate[block], most)
    return counts


def joint_distribution(selections: Sequence[tuple[ArrayLike, ArrayLike, int]], rates: RateModel) -> Floats:
    """Return P(exactly i activations reach their density), i = 0 … number of selections.

    Given the rate the activations are independent; the product of their tails is a polynomial in the rate whose
    degree is the total number of gifts, so that many nodes make the mixture exact.

    Parameters
    ----------
    selections
        (gift probabilities, paid probabilities, required posts) of each activation.
    """
    arrays = [(np.asarray(g, dtype=float), np.asarray(p, dtype=float), least) for g, p, least in selections]
    rate, weight = nodes(rates, exact_count(sum(len(gifts) for gifts, _, _ in arrays)))
    reached = np.zeros((len(rate), len(arrays) + 1))
    reached[:, 0] = 1.0
    for gifts, paid, least in arrays:
        chance = 1 - conditional_counts(gifts, paid, rate, least - 1).sum(axis=1, keepdims=True)
        moved = reached[:, :-1] * chance
        reached *= 1 - chance
        reached[:, 1:] += moved
    counts: Floats = weight @ reached
    return counts
