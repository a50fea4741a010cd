"""What the scenario says, looked up by id, and what follows from it: when parcels arrive and when posts appear.

Direct sums over transit and lag, day by day. Symbols: ship day s, transit T (calendar days, through weekends and
holidays), lag L, natural posting day x = s + T + L, window [w, e], h = `brief_compliance`, δ = `hold_decay_per_day`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from optimizer.money import from_minor, minor_digits, to_minor
from optimizer.plan import Assignment, Window
from optimizer.scenario.fields import Mode, Product, Service
from optimizer.scenario.models import Community, Creator, Scenario
from optimizer.scenario.semantics import Wave, service_of, shipping_calendar, transit, waves
from optimizer.wording import money

LONGEST_LAG_DAYS = 120


@dataclass(frozen=True)
class Landing:
    """Where a creator's post falls: probabilities, given that the creator posts at all.

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
        """Return the possible delivery days of a parcel with their exact probabilities."""
        key = (ship_on, service.id)
        if key not in self._arrivals:
            self._arrivals[key] = [(self._arrival(ship_on, t), probability) for t, probability in transit(service)]
        return self._arrivals[key]

    def _arrival(self, ship_on: date, transit_days: int) -> date:
        try:
            return self.calendar.arrival(ship_on, transit_days)
        except OverflowError:
            return date.max  # dates end here; a plan may name any day, and `horizon` reports this one

    def mean_delivery(self, ship_on: date, service: Service) -> Fraction:
        """Return the mean delivery day as an exact, unrounded ordinal (`date.toordinal`)."""
        return sum((day.toordinal() * probability for day, probability in self.arrivals(ship_on, service)), Fraction(0))

    @cached_property
    def lag(self) -> NDArray[np.float64]:
        """Return P(L = l) for l = 0…120: F(l+1) − F(l) of the lognormal through median and p90, renormalised."""
        lag = self.posting.gift_lag
        sigma = np.log(lag.p90_days / lag.median_days) / ndtri(0.9)
        with np.errstate(divide="ignore"):  # log 0 = −∞, and Φ(−∞) = 0
            standardised = np.log(np.arange(LONGEST_LAG_DAYS + 2) / lag.median_days) / sigma
        probabilities: NDArray[np.float64] = np.diff(ndtr(standardised))
        probabilities /= probabilities.sum()
        return probabilities

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
        for delivered, probability in self.arrivals(ship_on, service):
            day = delivered.toordinal() + np.arange(LONGEST_LAG_DAYS + 1)
            early, late = day < opens, day > closes
            held = comply * (1 - decay) ** np.maximum(0, opens - day)
            inside += float(probability) * float(self.lag @ np.where(late, 0.0, np.where(early, held, 1.0)))
            outside += float(probability) * float(self.lag @ np.where(late, 1.0, np.where(early, 1 - comply, 0.0)))
        return Landing(min(1.0, inside), min(1.0, outside))

    def paid(self, ship_on: date, service: Service, window: Window) -> Landing:
        """Return where a paid creator's post falls: inside = P(s + T + paid_prep_days ≤ e), else outside."""
        last = window.end.toordinal() - self.posting.paid_prep_days
        inside = sum(probability for day, probability in self.arrivals(ship_on, service) if day.toordinal() <= last)
        return Landing(float(inside), float(1 - inside))


@dataclass(frozen=True)
class Line:
    """One decision of a plan: this creator, in this activation and window, gifted or paid, shipped on this day."""

    creator: Creator
    wave: Wave
    mode: Mode
    ship_on: date
    window: Window

    @property
    def name(self) -> str:
        """Return the line's name in messages."""
        return f"{self.creator.id} in {self.wave.id}"


@dataclass(frozen=True, eq=False)
class Premises:
    """A valid scenario with its parts indexed by id."""

    scenario: Scenario

    @cached_property
    def waves(self) -> dict[str, Wave]:
        """Return the activations, expanded, in the scenario's order."""
        return {wave.id: wave for wave in waves(self.scenario)}

    @cached_property
    def creators(self) -> dict[str, Creator]:
        """Return the creators."""
        return {creator.id: creator for creator in self.scenario.creators}

    @cached_property
    def communities(self) -> dict[str, Community]:
        """Return the communities."""
        return {community.id: community for community in self.scenario.communities}

    @cached_property
    def products(self) -> dict[str, Product]:
        """Return the products."""
        return {product.id: product for product in self.scenario.products}

    @cached_property
    def timing(self) -> Timing:
        """Return when parcels arrive and posts appear."""
        return Timing(self.scenario)

    @cached_property
    def _digits(self) -> int:
        digits = minor_digits(self.scenario.currency)
        if digits is None:
            raise ValueError(f"{self.scenario.currency} is not a currency with a minor unit")
        return digits

    def minor(self, amount: Decimal) -> int:
        """Return an amount in minor units."""
        return to_minor(amount, self._digits)

    def amount(self, minor: int) -> str:
        """Return minor units as the decimal string a plan shows."""
        return from_minor(minor, self._digits)

    def shown(self, minor: int) -> str:
        """Return minor units for people."""
        return money(self.amount(minor), self.scenario.currency)

    def service(self, creator: Creator) -> Service:
        """Return the service that carries the creator's parcels."""
        return service_of(creator, self.scenario)

    def line(self, assignment: Assignment) -> Line | None:
        """Return the decision behind an assignment, None where creator or activation does not exist."""
        creator, wave = self.creators.get(assignment.creator), self.waves.get(assignment.activation)
        if creator is None or wave is None:
            return None
        return Line(creator, wave, assignment.mode, assignment.ship_on, assignment.window)


def teams(premises: Premises, lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Return the lines of every activation of the scenario, in its order."""
    lines_of: dict[str, list[Line]] = {wave_id: [] for wave_id in premises.waves}
    for line in lines:
        lines_of[line.wave.id].append(line)
    return lines_of
