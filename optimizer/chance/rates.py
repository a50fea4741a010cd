"""Quadrature over the campaign's organic rate.

With the rate model `shared`, r = ρ/mid is uniform on [low, high] and every tail probability is the mean of a
polynomial in r whose degree is the number of gifts n. Gauss–Legendre with J nodes is exact to degree 2J − 1.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
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
