"""Sampled campaigns: who would post in time, in each of so many scenarios, for every option.

A scenario draws the campaign's rate, common to all gifted creators, and for every creator of an activation whether they
post at all, how long their parcel travels, how long they take, and whether they hold an early post back and for how
long. The draws are common to all ship days and windows (common random numbers), so that options differ by what they do
and not by luck; the one number on which everything depends, the rate, is stratified: one draw in each of as many equal
strata as there are scenarios. The journey is the posting model's (mathematics, section 1), drawn and not summed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.derive.instance import Flags, Floats, Instance, Ints
from optimizer.derive.posting import lag_distribution
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import service_of, shipping_calendar, transit

SCENARIOS = 400
Draws = NDArray[np.float64]


@dataclass(frozen=True)
class Sampler:
    """Draws scenarios of one instance; equal seeds give equal scenarios."""

    scenario: Scenario
    instance: Instance
    seed: int
    count: int = SCENARIOS

    def rates(self) -> Floats:
        """Return r = ρ / mid of every scenario, shape (count,)."""
        rates = self.instance.rates
        dice = np.random.default_rng([self.seed, 0])
        place: Floats = (dice.permutation(self.count) + dice.random(self.count)) / self.count
        return rates.low + (rates.high - rates.low) * place

    def posts(self, activation: int) -> tuple[Ints, Flags]:
        """Return the options of an activation and whether each posts in time, shape (options, count)."""
        table = self.instance.options
        mine = np.flatnonzero(table.activation == activation)
        people, who = np.unique(table.creator[mine], return_inverse=True)
        dice = np.random.default_rng([self.seed, 1, activation])
        willing, travel, lag, hold, reliable = (dice.random((len(people), self.count)) for _ in range(5))
        steps = lag_distribution(*self._lag())
        lags = np.minimum(np.searchsorted(np.cumsum(steps), lag), len(steps) - 1)
        rates = self.rates()
        service = [service_of(self.scenario.creators[int(person)], self.scenario).id for person in people]
        kinds, kind = np.unique(service, return_inverse=True)
        found = np.zeros((len(mine), self.count), dtype=bool)
        groups = np.stack([kind[who], table.ship_day[mine]], axis=1)
        for number, day in np.unique(groups, axis=0):
            rows = np.flatnonzero((groups[:, 0] == number) & (groups[:, 1] == day))
            arrival = self._arrivals(str(kinds[number]), int(day), travel[who[rows]])
            natural = arrival + lags[who[rows]]
            window = table.window[mine[rows]]
            opens = self.instance.windows.start_day[window][:, None]
            closes = self.instance.windows.end_day[window][:, None]
            keep = self._kept(opens - natural)
            gifted = (natural <= closes) & ((natural >= opens) | (hold[who[rows]] < keep))
            gifted &= willing[who[rows]] < self._organic(mine[rows])[:, None] * rates
            paid = arrival + self.scenario.posting.paid_prep_days <= closes
            paid &= reliable[who[rows]] < self._reliability(mine[rows])[:, None]
            found[rows] = np.where(table.paid[mine[rows]][:, None], paid, gifted)
        return mine, found

    def _lag(self) -> tuple[float, float]:
        lag = self.scenario.posting.gift_lag
        return lag.median_days, lag.p90_days

    def _arrivals(self, service_id: str, day: int, travel: Draws) -> Ints:
        """Return the day each parcel arrives, shipped on `day`, by the quantile of its journey."""
        service = next(item for item in self.scenario.shipping.services if item.id == service_id)
        calendar, shipped = shipping_calendar(self.scenario), self.instance.day(day)
        legs = transit(service)
        reached = np.cumsum([float(chance) for _, chance in legs])
        days = np.array([day + (calendar.arrival(shipped, count) - shipped).days for count, _ in legs], dtype=np.int64)
        arrivals: Ints = days[np.minimum(np.searchsorted(reached, travel), len(legs) - 1)]
        return arrivals

    def _kept(self, early: Ints) -> Floats:
        """Return the chance that a post which is so many days early is held back until the window opens."""
        posting = self.scenario.posting
        kept: Floats = posting.brief_compliance * (1 - posting.hold_decay_per_day) ** np.maximum(0, early)
        return kept

    def _organic(self, options: Ints) -> Floats:
        band = self.scenario.posting.organic_rate
        middle = (band.low + band.high) / 2
        own = [self.scenario.creators[int(who)].organic_rate for who in self.instance.options.creator[options]]
        return np.array([middle if rate is None else rate for rate in own])

    def _reliability(self, options: Ints) -> Floats:
        default = self.scenario.posting.paid_reliability
        own = [self.scenario.creators[int(who)].paid_reliability for who in self.instance.options.creator[options]]
        return np.array([default if rate is None else rate for rate in own])
