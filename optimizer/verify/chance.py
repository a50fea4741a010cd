"""Exact probabilities: Poisson–binomial distributions, mixed over the unknown rate of the campaign.

Under `shared` every probability is the integral of a polynomial in the rate ρ, whose degree is the number of gifted
creators it involves; Gauss–Legendre with ⌈(degree + 1)/2⌉ nodes integrates it exactly.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import roots_legendre

from optimizer.scenario.fields import OrganicRate
from optimizer.verify.premises import Line, Premises

Vector = NDArray[np.float64]

SECURED_TOLERANCE = 1e-6
"""An activation is secured when its exact probability is at least its confidence less this."""

BLOCK_CELLS = 2**16
"""Nodes × posts worked on at a time: memory stays level however many creators an activation has."""


@dataclass(frozen=True)
class Odds:
    """Probabilities of one creator's post at the middle of the rate band: inside the window, and outside."""

    inside: float
    outside: float


@dataclass(frozen=True)
class Posters:
    """The distinct creators of one activation as probabilities, and how many of them must post.

    Attributes
    ----------
    gifted, paid
        In-window probabilities; those of the gifted hold at the middle of the rate band.
    min_posts
        Posts that make density.
    """

    gifted: Vector
    paid: Vector
    min_posts: int

    def at(self, ratios: Vector) -> Vector:
        """Return everybody's in-window probability, shape (nodes, creators): gifted ones scaled, paid ones not."""
        gifted = np.minimum(1.0, np.outer(ratios, self.gifted))
        return np.hstack([gifted, np.broadcast_to(self.paid, (len(ratios), len(self.paid)))])


def odds(premises: Premises, line: Line) -> Odds:
    """Return π = (rate or reliability) · τ of one line, inside and outside its window.

    Gifted: organic_rate (default: middle of the band) times `Timing.gift`. Paid: paid_reliability times `Timing.paid`.
    """
    posting, creator = premises.scenario.posting, line.creator
    where = (line.ship_on, premises.service(creator), line.window)
    if line.mode == "gift":
        middle = (posting.organic_rate.low + posting.organic_rate.high) / 2
        posts, landing = _given(creator.organic_rate, middle), premises.timing.gift(*where)
    else:
        posts, landing = _given(creator.paid_reliability, posting.paid_reliability), premises.timing.paid(*where)
    return Odds(posts * landing.inside, posts * landing.outside)


def _given(own: float | None, default: float) -> float:
    return default if own is None else own


def rate_ratios(rate: OrganicRate, degree: int) -> tuple[Vector, Vector]:
    """Return the nodes r = ρ/mid and their weights (summing to 1), exact for polynomials of `degree` in ρ.

    `independent`: r = 1. `worst_case`: r = low/mid. `shared`: ρ uniform on [low, high], by Gauss–Legendre.
    With σ = (high − low)/(high + low), r runs over [1 − σ, 1 + σ].
    """
    spread = (rate.high - rate.low) / (rate.high + rate.low) if rate.high > 0 else 0.0
    if rate.model == "independent":
        return np.ones(1), np.ones(1)
    if rate.model == "worst_case":
        return np.array([1 - spread]), np.ones(1)
    nodes, weights = roots_legendre(max(1, math.ceil((degree + 1) / 2)))
    return 1 + spread * nodes, weights / 2


def mean_ratio(rate: OrganicRate) -> float:
    """Return E[ρ]/mid, by which expected posts of gifted creators scale."""
    ratios, weights = rate_ratios(rate, 1)
    return float(weights @ ratios)


def post_distribution(team: Posters, rate: OrganicRate) -> list[float]:
    """Return [P(N = 0), …, P(N = n)] for the n creators of a team; [1.0] for nobody."""
    ratios, weights = rate_ratios(rate, len(team.gifted))
    size = len(team.gifted) + len(team.paid)
    mixed = np.zeros(size + 1)
    for block in _blocks(len(ratios), size + 1):
        mixed += weights[block] @ poisson_binomial(team.at(ratios[block]))
    return [_unit(share) for share in mixed]


def probability(team: Posters, rate: OrganicRate) -> float:
    """Return P(N ≥ min_posts)."""
    ratios, weights = rate_ratios(rate, len(team.gifted))
    return _unit(np.dot(weights, _tail(team, ratios)))


def secured_distribution(teams: Sequence[Posters], rate: OrganicRate) -> list[float]:
    """Return [P(0 reach density), …, P(all reach it)] for the given teams; [1.0] for none.

    Given the rate the teams are independent, so their number in density is again Poisson–binomial. The joint
    probability is a polynomial whose degree is the number of all their gifted creators.
    """
    ratios, weights = rate_ratios(rate, sum(len(team.gifted) for team in teams))
    tails = [_tail(team, ratios) for team in teams]
    if not tails:
        return [1.0]
    return [_unit(share) for share in weights @ poisson_binomial(np.stack(tails, axis=1))]


def _tail(team: Posters, ratios: Vector) -> Vector:
    """Return P(N ≥ min_posts) at every node."""
    size = len(team.gifted) + len(team.paid)
    if size < team.min_posts:
        return np.zeros(len(ratios))
    # Summed from P(N = 0) upwards, as a distribution function is defined.
    below = [
        poisson_binomial(team.at(ratios[block]), team.min_posts - 1).sum(axis=1)
        for block in _blocks(len(ratios), size + 1)
    ]
    return np.clip(1.0 - np.concatenate(below), 0.0, 1.0)


def _blocks(nodes: int, width: int) -> Iterator[slice]:
    """Yield the nodes in blocks whose tables of `width` columns have about `BLOCK_CELLS` cells."""
    step = max(1, BLOCK_CELLS // width)
    for begun in range(0, nodes, step):
        yield slice(begun, begun + step)


def poisson_binomial(probabilities: Vector, most: int | None = None) -> Vector:
    """Return [P(N = 0), …, P(N = n)] of n independent posts at every node.

    Post by post, P(N = k) becomes P(N = k)·(1 − p) + P(N = k − 1)·p. Memory is nodes × posts: all nodes are carried at
    once, posts one after the other.

    Parameters
    ----------
    probabilities
        Probability of each post at each node, shape (nodes, n), n ≥ 0.
    most
        Largest k that is wanted; None for n. P(N = k) needs nothing of larger k.

    Returns
    -------
    numpy.ndarray
        Shape (nodes, min(most, n) + 1); every row of all n + 1 sums to 1.
    """
    nodes, posts = probabilities.shape
    width = posts + 1 if most is None else min(most, posts) + 1
    distribution = np.zeros((nodes, width))
    distribution[:, 0] = 1.0
    for index in range(posts):
        probability = probabilities[:, index : index + 1]
        reached = min(index + 1, width - 1)
        gained = distribution[:, :reached] * probability
        distribution[:, : reached + 1] *= 1.0 - probability
        distribution[:, 1 : reached + 1] += gained
    return distribution


def _unit(value: float) -> float:
    """Return `value` without the rounding of about 1e-16 that may carry it out of [0, 1]."""
    return min(1.0, max(0.0, float(value)))
