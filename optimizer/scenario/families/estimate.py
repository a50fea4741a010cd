"""What an activation will need, estimated: enough to set budgets, capacities and stock, not to plan with.

Everybody gifted is taken to post in the window with the mean probability of the best n, everybody paid with the default
reliability, so that the posts of n gifts and m paid creators are two binomials mixed over the rate band::

    P(N ≥ k) = mean over r of Σ_j Bin(m, 0.97)(j) · P(Bin(n, r·π) ≥ k − j),  r in [2/3, 4/3]

The probability of posting inside the window, given a post, is set at the lower end of what open ship days give, so that
costs come out a few per cent high.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from optimizer.money import exact
from optimizer.scenario.families.table import SERVICES
from optimizer.scenario.fields import Posting
from optimizer.scenario.semantics import PAID_SHARE_BY_AUTHENTICITY

Record = dict[str, Any]

IN_WINDOW = {14: 0.81, 21: 0.89}
"""Chance that a gifted post falls inside the window, by its length in days: default posting model, `before_days` 7."""
_RATES = tuple(2 / 3 + (step + 0.5) / 12 for step in range(8))
_MOST_GIFTS = 120


@dataclass(frozen=True)
class Need:
    """What securing an activation takes, about: creators gifted and paid, money in pounds."""

    gifts: int
    paid: int
    goods: float
    fees: float

    @property
    def parcels(self) -> int:
        """Everybody gets one."""
        return self.gifts + self.paid

    @property
    def cost(self) -> float:
        """Product, shipping and fees."""
        return self.goods + self.fees


def reach(gifts: int, probability: float, paid: int, least: int) -> float:
    """Return P(N ≥ least) for gifts that all have this in-window probability, and paid creators.

    Examples
    --------
    >>> round(reach(33, 0.24, 0, 5), 2), round(reach(0, 0.24, 1, 1), 2)
    (0.9, 0.97)
    """
    reliability = Posting().paid_reliability
    from_paid = [_binomial(paid, reliability, posts) for posts in range(paid + 1)]
    total = 0.0
    for rate in _RATES:
        below = [_binomial(gifts, rate * probability, posts) for posts in range(least)]
        total += 1 - sum(share * sum(below[: max(0, least - posts)]) for posts, share in enumerate(from_paid))
    return total / len(_RATES)


def _binomial(trials: int, probability: float, successes: int) -> float:
    return math.comb(trials, successes) * probability**successes * (1 - probability) ** (trials - successes)


def cheapest(activation: Record, authenticity: str, unit_cost: int, pool: Sequence[Record]) -> Need:
    """Return the cheapest estimated way to secure an activation out of `pool`.

    Tries every number of paid creators, the cheapest first, with the fewest gifts that reach the confidence and keep
    the paid share.
    """
    parcel = unit_cost + _mean_shipping(pool)
    payers = sorted((int(Decimal(item["paid_fee"])), item["id"]) for item in pool if "paid_fee" in item)
    needs = []
    for paid in range(min(len(payers), activation["min_posts"] + 3) + 1):
        chosen = {name for _, name in payers[:paid]}
        gifts = _fewest_gifts(activation, paid, [item for item in pool if item["id"] not in chosen], authenticity)
        if gifts is not None:
            fees = sum(fee for fee, _ in payers[:paid])
            needs.append(Need(gifts, paid, (gifts + paid) * parcel, fees))
    return min(needs, key=lambda need: need.cost)


def _mean_shipping(pool: Sequence[Record]) -> float:
    costs = {service["id"]: float(service["cost"]) for service in SERVICES}
    return sum(costs[item.get("service", SERVICES[0]["id"])] for item in pool) / len(pool)


def _fewest_gifts(activation: Record, paid: int, others: Sequence[Record], authenticity: str) -> int | None:
    rates = sorted((item["organic_rate"] for item in others if "accepts" not in item), reverse=True)
    in_window = IN_WINDOW[activation["window_days"]]
    least: int = activation["min_posts"]
    confidence: float = activation["confidence"]

    def secured(gifts: int) -> bool:
        probability = in_window * sum(rates[:gifts]) / max(1, gifts)
        return reach(gifts, probability, paid, least) >= confidence

    counts = range(min(len(rates), _MOST_GIFTS) + 1)
    share = exact(PAID_SHARE_BY_AUTHENTICITY[authenticity])
    gifts = max(bisect_left(counts, True, key=secured), math.ceil(paid * (1 - share) / share))
    return gifts if gifts in counts else None
