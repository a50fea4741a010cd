"""When parcels arrive and when posts appear: direct sums over transit and lag, day by day.

Symbols: ship day s, transit T (calendar days, through weekends and holidays), lag L, natural posting day x = s + T + L,
window [w, e], h = `brief_compliance`, δ = `hold_decay_per_day`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from optimizer.plan import Window
from optimizer.scenario.logistics import Service
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import shipping_calendar, transit

LONGEST_LAG_DAYS = 120


@dataclass(frozen=True)
class Landing:
    """Where the post of somebody who would post falls: chances, given that the creator posts at all.

    `inside` and `outside` need not sum to 1: a held post may be lost.
    """

    inside: float
    outside: float


class Timing:
    """Delivery and posting days under one scenario's shipping and posting assumptions."""

    def __init__(self, scenario: Scenario):
        self.calendar = shipping_calendar(scenario)
        self.posting = scenario.posting
        self._arrivals: dict[tuple[date, str], list[tuple[date, Fraction]]] = {}
        self._gifts: dict[tuple[date, str, Window], Landing] = {}

    def arrivals(self, ship_on: date, service: Service) -> list[tuple[date, Fraction]]:
        """Return the possible delivery days of a parcel with their exact chances."""
        key = (ship_on, service.id)
        if key not in self._arrivals:
            self._arrivals[key] = [(self._arrival(ship_on, t), chance) for t, chance in transit(service)]
        return self._arrivals[key]

    def _arrival(self, ship_on: date, transit_days: int) -> date:
        try:
            return self.calendar.arrival(ship_on, transit_days)
        except OverflowError:
            return date.max  # dates end here; a plan may name any day, and `horizon` reports this one

    def mean_delivery(self, ship_on: date, service: Service) -> Fraction:
        """Return the mean delivery day as an exact, unrounded ordinal (`date.toordinal`)."""
        return sum((day.toordinal() * chance for day, chance in self.arrivals(ship_on, service)), Fraction(0))

    @cached_property
    def lag(self) -> NDArray[np.float64]:
        """Return P(L = l) for l = 0…120: F(l+1) − F(l) of the lognormal through median and p90, renormalised."""
        lag = self.posting.gift_lag
        sigma = np.log(lag.p90_days / lag.median_days) / ndtri(0.9)
        with np.errstate(divide="ignore"):  # log 0 = −∞, and Φ(−∞) = 0
            standardised = np.log(np.arange(LONGEST_LAG_DAYS + 2) / lag.median_days) / sigma
        chances: NDArray[np.float64] = np.diff(ndtr(standardised))
        chances /= chances.sum()
        return chances

    def gift(self, ship_on: date, service: Service, window: Window) -> Landing:
        """Return where a gifted creator's post falls, given that it comes.

        inside = Σ P(T) P(L) · {1 if w ≤ x ≤ e;  h·(1−δ)^(w−x) if x < w;  0 if x > e}

        outside = P(x < w)·(1−h) + P(x > e)
        """
        key = (ship_on, service.id, window)
        if key not in self._gifts:
            self._gifts[key] = self._gift(ship_on, service, window)
        return self._gifts[key]

    def _gift(self, ship_on: date, service: Service, window: Window) -> Landing:
        opens, closes = window.start.toordinal(), window.end.toordinal()
        comply, decay = self.posting.brief_compliance, self.posting.hold_decay_per_day
        inside = outside = 0.0
        for delivered, chance in self.arrivals(ship_on, service):
            day = delivered.toordinal() + np.arange(LONGEST_LAG_DAYS + 1)
            early, late = day < opens, day > closes
            held = comply * (1 - decay) ** np.maximum(0, opens - day)
            inside += float(chance) * float(self.lag @ np.where(late, 0.0, np.where(early, held, 1.0)))
            outside += float(chance) * float(self.lag @ np.where(late, 1.0, np.where(early, 1 - comply, 0.0)))
        return Landing(min(1.0, inside), min(1.0, outside))

    def paid(self, ship_on: date, service: Service, window: Window) -> Landing:
        """Return where a paid creator's post falls: inside = P(s + T + paid_prep_days ≤ e), else outside."""
        last = window.end.toordinal() - self.posting.paid_prep_days
        inside = sum(chance for day, chance in self.arrivals(ship_on, service) if day.toordinal() <= last)
        return Landing(float(inside), float(1 - inside))
