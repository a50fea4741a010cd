"""From the posting model to the probability that one parcel leads to a post inside a window (mathematics, section 1).

A parcel shipped on day s arrives after T(s) calendar days; a gifted creator's natural posting day is
x = s + T + L with lognormal lag L; a creator who follows the brief holds an early post back until the window opens and
loses interest day by day. For a window [w, e]::

    τ_gift(s, w) = P(w ≤ x ≤ e) + h · Σ_{x<w} P(x) (1−δ)^(w−x)
    τ_paid(s, w) = P(s + T + paid_prep_days ≤ e)

All probabilities are double precision; errors are of the order 1e-15.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
from scipy.special import ndtr, ndtri

from optimizer.calendar import ShippingCalendar
from optimizer.derive.instance import Floats, RateModel
from optimizer.scenario.fields import Posting, Service
from optimizer.scenario.semantics import transit

LONGEST_LAG_DAYS = 120


def lag_distribution(median_days: float, p90_days: float) -> Floats:
    """Return P(L = l), l = 0…120: F(l+1) − F(l) of the lognormal with this median and 90th percentile, renormalised."""
    sigma = (np.log(p90_days) - np.log(median_days)) / ndtri(0.9)
    with np.errstate(divide="ignore"):  # log 0 = −∞, and Φ(−∞) = 0
        edges = ndtr(np.log(np.arange(LONGEST_LAG_DAYS + 2) / median_days) / sigma)
    steps: Floats = np.diff(edges) / (edges[-1] - edges[0])
    return steps


def rate_model(posting: Posting) -> RateModel:
    """Return the campaign's organic rate relative to the middle of its band."""
    band = posting.organic_rate
    middle = (band.low + band.high) / 2
    if band.model == "independent":
        return RateModel("point", 1.0, 1.0)
    if band.model == "worst_case" or band.low == band.high:
        return RateModel("point", band.low / middle, band.low / middle)
    return RateModel("shared", band.low / middle, band.high / middle)


@dataclass(frozen=True)
class Journey:
    """What becomes of a parcel: exact mean arrival and the distribution of arrival and natural posting day.

    `arrival[t]` = P(arrives t days after the ship day), `post[t]` = P(natural posting day is t days after it).
    """

    mean_transit_days: Fraction
    arrival: Floats
    post: Floats


@dataclass
class PostingModel:
    """In-window probabilities for parcels of one scenario; journeys are computed once per service and ship day."""

    posting: Posting
    calendar: ShippingCalendar
    services: Mapping[str, Service]
    _lag: Floats = field(init=False)
    _journeys: dict[tuple[str, date], Journey] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._lag = lag_distribution(self.posting.gift_lag.median_days, self.posting.gift_lag.p90_days)

    def journey(self, service_id: str, shipped: date) -> Journey:
        """Return the journey of a parcel of `service_id` shipped on the day `shipped`."""
        key = (service_id, shipped)
        if key not in self._journeys:
            self._journeys[key] = self._travel(service_id, shipped)
        return self._journeys[key]

    def _travel(self, service_id: str, shipped: date) -> Journey:
        legs = [
            ((self.calendar.arrival(shipped, days) - shipped).days, probability)
            for days, probability in transit(self.services[service_id])
        ]
        arrival = np.zeros(max(days for days, _ in legs) + 1)
        for days, probability in legs:
            arrival[days] += float(probability)
        mean = sum((days * probability for days, probability in legs), Fraction(0))
        return Journey(mean, arrival, np.convolve(arrival, self._lag))

    def gift(self, service_id: str, shipped: date, start: date, end: date) -> float:
        """Return τ_gift: the probability that a gifted creator who posts at all does so inside [start, end]."""
        post = self.journey(service_id, shipped).post
        opens, closes = (start - shipped).days, (end - shipped).days
        early = np.arange(max(0, min(opens, len(post))))
        keep = self.posting.brief_compliance * (1 - self.posting.hold_decay_per_day) ** (opens - early)
        return float(post[max(0, opens) : max(0, closes + 1)].sum() + (post[early] * keep).sum())

    def gift_outside(self, service_id: str, shipped: date, start: date, end: date) -> float:
        """Return the probability that a gifted creator who posts at all does so outside: P(x<w)·(1−h) + P(x>e)."""
        post = self.journey(service_id, shipped).post
        opens, closes = max(0, (start - shipped).days), max(0, (end - shipped).days + 1)
        return float(post[:opens].sum() * (1 - self.posting.brief_compliance) + post[closes:].sum())

    def paid(self, service_id: str, shipped: date, end: date) -> float:
        """Return τ_paid: the probability that the parcel arrives in time for a paid post by `end`."""
        latest = (end - shipped).days - self.posting.paid_prep_days
        return float(self.journey(service_id, shipped).arrival[: max(0, latest + 1)].sum())

    def mean_delivery(self, service_id: str, shipped: date) -> tuple[date, Fraction]:
        """Return the mean delivery as a whole day and the fraction of a day beyond it."""
        mean = self.journey(service_id, shipped).mean_transit_days
        whole = mean.numerator // mean.denominator
        return shipped + timedelta(days=whole), mean - whole
