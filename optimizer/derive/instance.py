"""The instance: a scenario as frozen integer arrays, ready to be turned into rows of a model.

Days are integers: days after the horizon's start. Money is integer minor units. Everything is referred to by
index; `Instance.scenario` and the id tuples lead back to the planner's names. What all activations share is here as
well: `Limits`, which `derive.limits` reads off the scenario.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import Wave

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

UNLIMITED = 2**40
"""Stands for "any number" of parcels, places or people: more than any scenario has."""
INFEASIBLE_COST = 2**53
"""Stands for "cannot be" among costs (minor units): the largest number up to which floats tell whole numbers apart."""


@dataclass(frozen=True)
class RateModel:
    """The campaign's organic rate, relative to the middle of its band.

    `low` and `high` bound r = ρ / mid; `kind` is ``shared`` (r uniform on [low, high]), or ``point`` (r = low = high:
    1 for `independent`, the band's low end for `worst_case`).
    """

    kind: str
    low: float
    high: float


@dataclass(frozen=True)
class Options:
    """Allowed, undominated options, one row each, sorted by activation, window, creator, mode, ship day.

    `probability` is that of a post inside the window at the middle of the rate band.
    """

    activation: Ints
    window: Ints
    creator: Ints
    paid: Flags
    ship_day: Ints
    probability: Floats
    product_minor: Ints
    shipping_minor: Ints
    fee_minor: Ints

    @cached_property
    def cost_minor(self) -> Ints:
        """Product + shipping + fee of each option."""
        total: Ints = self.product_minor + self.shipping_minor + self.fee_minor
        return total

    def of_window(self, window: int) -> slice:
        """Return where the options of a window stand: they are neighbours."""
        return _stretch(self._window_ends, window)

    def of_activation(self, activation: int) -> slice:
        """Return where the options of an activation stand: they are neighbours."""
        return _stretch(self._activation_ends, activation)

    def in_window(self, window: int) -> Ints:
        """Return the indices of the options of a window, in order."""
        place = self.of_window(window)
        return np.arange(place.start, place.stop, dtype=np.int64)

    def in_activation(self, activation: int) -> Ints:
        """Return the indices of the options of an activation, in order."""
        place = self.of_activation(activation)
        return np.arange(place.start, place.stop, dtype=np.int64)

    def best_by_creator(self, options: Ints) -> Floats:
        """Return the best in-window probability of each creator among some options, in the order of the creators."""
        creators, place = np.unique(self.creator[options], return_inverse=True)
        best = np.zeros(len(creators))
        np.maximum.at(best, place, self.probability[options])
        return best

    @cached_property
    def _window_ends(self) -> Ints:
        return _ends(self.window)

    @cached_property
    def _activation_ends(self) -> Ints:
        return _ends(self.activation)

    def __len__(self) -> int:
        return len(self.activation)


def _ends(column: Ints) -> Ints:
    """Return for every number up to the largest in a sorted column how many entries are at most that."""
    most = int(column[-1]) if len(column) else -1
    return np.searchsorted(column, np.arange(most + 1), side="right")


def _stretch(ends: Ints, number: int) -> slice:
    """Return where the entries of `number` stand; an empty slice behind the last where there are none."""
    if number >= len(ends):
        last = int(ends[-1]) if len(ends) else 0
        return slice(last, last)
    return slice(int(ends[number - 1]) if number else 0, int(ends[number]))


@dataclass(frozen=True)
class Windows:
    """Candidate windows of all activations, one row each: first and last day, both included."""

    activation: Ints
    start_day: Ints
    end_day: Ints

    def __len__(self) -> int:
        return len(self.activation)


@dataclass(frozen=True)
class LockedChoice:
    """A gift or paid lock: this creator, in this mode, possibly on this day."""

    creator: int
    activation: int
    paid: bool
    ship_day: int | None


@dataclass(frozen=True)
class Limits:
    """Shared limits; None or an empty mapping is no limit.

    `month_caps` are keyed by month index; `ship_month[day]` and `Instance.window_month` give the month a cost falls
    in. `arrivals[product]` lists (day, units arrived up to and including that day).
    """

    budget_minor: int | None
    month_caps: Mapping[int, int]
    ship_month: Ints
    daily_capacity: int | None
    arrivals: Mapping[int, tuple[tuple[int, int], ...]]
    rest_days: int
    max_activations: int | None

    @property
    def share_supplies(self) -> bool:
        """Whether activations share days, stock or months, so that what one takes may run short for another."""
        return self.daily_capacity is not None or bool(self.arrivals) or bool(self.month_caps)

    @property
    def share_supplies_or_people(self) -> bool:
        """Whether activations share supplies, or people by rest or by a most of activations per creator."""
        return self.share_supplies or self.max_activations is not None or self.rest_days > 0


@dataclass(frozen=True)
class Instance:
    """One scenario, derived.

    Attributes
    ----------
    waves
        Activations in the scenario's order; index = activation.
    community, product, value, must_secure, max_paid_share
        Per activation. `must_secure`: required, locked, or the goal is `min_cost`.
    gap_days
        Per activation: free days asked for between windows of its community.
    embeddedness, tier, service
        Per creator; embeddedness 0 where unknown, tier -1 where not given, service by its place in the list.
    """

    scenario: Scenario
    digits: int
    waves: tuple[Wave, ...]
    creator_ids: tuple[str, ...]
    community: Ints
    product: Ints
    value: Ints
    must_secure: Flags
    max_paid_share: tuple[Fraction, ...]
    gap_days: Ints
    windows: Windows
    window_month: Ints
    options: Options
    embeddedness: Floats
    tier: Ints
    service: Ints
    locks: tuple[LockedChoice, ...]
    limits: Limits
    rates: RateModel

    @property
    def activations(self) -> range:
        """Indices of the activations."""
        return range(len(self.waves))

    def day(self, index: int) -> date:
        """Return the calendar day of a day index."""
        return self.scenario.horizon.start + timedelta(days=int(index))
