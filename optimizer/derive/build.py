"""Scenario → Instance: which options exist, what each costs and how likely it leads to a post in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np

from optimizer.calendar import ShippingCalendar, days
from optimizer.derive.instance import (
    Flags,
    Instance,
    Ints,
    Limits,
    LockedChoice,
    Options,
    Windows,
)
from optimizer.derive.limits import limits_of, undominated_days
from optimizer.derive.people import Choices, Kind, People, Stretches, tabulated
from optimizer.derive.posting import PostingModel, rate_model
from optimizer.money import decimals, to_minor
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import Wave, max_paid_share, shipping_calendar, waves


def build_instance(scenario: Scenario, *, every_day: bool = False) -> Instance:
    """Return the instance of a checked scenario.

    Only allowed options are in it: membership, embeddedness floor, accepted modes, availability, open ship days,
    delivery range and locks are decided here.

    Parameters
    ----------
    scenario
        A scenario without problems, as `scenario.loading.read_scenario` returns it.
    every_day
        Keep every allowed ship day. By default, of the days that differ in nothing but the probability of a post in
        time, only the best stays (`undominated_days`).
    """
    return _Derivation(scenario, every_day).instance()


@dataclass
class _Derivation:
    scenario: Scenario
    every_day: bool
    _in_time: dict[tuple[Kind, date, int, int, int], dict[date, float]] = field(default_factory=dict)

    @cached_property
    def digits(self) -> int:
        return decimals(self.scenario.currency)

    @cached_property
    def waves(self) -> tuple[Wave, ...]:
        return tuple(waves(self.scenario))

    @cached_property
    def people(self) -> People:
        return People(self.scenario)

    @cached_property
    def limits(self) -> Limits:
        return limits_of(self.scenario)

    @cached_property
    def calendar(self) -> ShippingCalendar:
        return shipping_calendar(self.scenario)

    @cached_property
    def posting(self) -> PostingModel:
        services = {service.id: service for service in self.scenario.shipping.services}
        return PostingModel(self.scenario.posting, self.calendar, services)

    @cached_property
    def ship_days(self) -> list[date]:
        horizon = self.scenario.horizon
        return [day for day in days(horizon.start, horizon.end) if self.calendar.is_ship_day(day)]

    @cached_property
    def product(self) -> Ints:
        """Index of the product sent, per activation."""
        products = {item.id: index for index, item in enumerate(self.scenario.products)}
        return np.array([products[wave.product] for wave in self.waves], dtype=np.int64)

    def offset(self, day: date) -> int:
        return (day - self.scenario.horizon.start).days

    def instance(self) -> Instance:
        scenario = self.scenario
        communities = {community.id: index for index, community in enumerate(scenario.communities)}
        community = np.array([communities[wave.community] for wave in self.waves], dtype=np.int64)
        fixed = self._fixed()
        forced = {choice.activation for choice in fixed}
        all_forced = scenario.objective.goal == "min_cost"
        windows, options = self._windows_and_options()
        return Instance(
            scenario=scenario,
            digits=self.digits,
            waves=self.waves,
            creator_ids=tuple(creator.id for creator in scenario.creators),
            community=community,
            product=self.product,
            value=np.array([wave.value for wave in self.waves], dtype=np.int64),
            must_secure=np.array(
                [all_forced or wave.required or index in forced for index, wave in enumerate(self.waves)]
            ),
            max_paid_share=tuple(max_paid_share(scenario.communities[index]) for index in community),
            gap_days=np.array([scenario.communities[index].min_gap_days for index in community], dtype=np.int64),
            windows=windows,
            window_month=self.limits.ship_month[windows.end_day],
            options=options,
            embeddedness=self.people.embeddedness,
            tier=self.people.tier,
            service=self.people.service,
            locks=fixed,
            limits=self.limits,
            rates=rate_model(scenario.posting),
        )

    def _fixed(self) -> tuple[LockedChoice, ...]:
        activations = {wave.id: index for index, wave in enumerate(self.waves)}
        return tuple(
            LockedChoice(
                self._numbers[lock.creator],
                activations[lock.activation],
                lock.mode == "paid",
                None if lock.ship_on is None else self.offset(lock.ship_on),
            )
            for lock in self.scenario.locks
            if lock.mode != "skip"
        )

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {creator.id: number for number, creator in enumerate(self.scenario.creators)}

    def _windows_and_options(self) -> tuple[Windows, Options]:
        starts = [(index, start) for index, wave in enumerate(self.waves) for start in wave.starts()]
        windows = Windows(
            np.array([index for index, _ in starts], dtype=np.int64),
            np.array([self.offset(start) for _, start in starts], dtype=np.int64),
            np.array([self.offset(self.waves[index].end_of(start)) for index, start in starts], dtype=np.int64),
        )
        stretches = Stretches()
        chosen = [self._open(windows, window, start, stretches) for window, (_, start) in enumerate(starts)]
        products = [to_minor(item.unit_cost, self.digits) for item in self.scenario.products]
        parcels = [to_minor(service.cost, self.digits) for service in self.scenario.shipping.services]
        unit = np.array(products, dtype=np.int64)[self.product]
        return windows, tabulated(chosen, stretches, windows, self.people, unit, np.array(parcels, dtype=np.int64))

    def _open(self, windows: Windows, window: int, start: date, stretches: Stretches) -> Choices:
        """Return the choices of one candidate window, each with its stretch of ship days."""
        index = int(windows.activation[window])
        choices = self._choices[index]
        spans = self._away[self.waves[index].community]
        who, first, last = (column[spans] for column in self.people.away)
        busy = who[(first <= windows.end_day[window]) & (windows.start_day[window] <= last)]
        self._busy[busy] = True
        free = ~self._busy[choices.creator]
        self._busy[busy] = False
        return choices.opened(free, [stretches.add(self._days(index, kind, start)) for kind in choices.kinds])

    @cached_property
    def _busy(self) -> Flags:
        """Marks of the creators who are away in the window at hand; all cleared between two windows."""
        return np.zeros(len(self.scenario.creators), dtype=bool)

    @cached_property
    def _away(self) -> dict[str, Ints]:
        """Unavailable spans of the members of each community, as places in `People.away`."""
        who, places = self.people.away[0], {}
        for name, members in self.people.members.items():
            inside = np.zeros(len(self.scenario.creators), dtype=bool)
            inside[members] = True
            places[name] = np.flatnonzero(inside[who])
        return places

    @cached_property
    def _choices(self) -> list[Choices]:
        """Creators, modes and days that an activation may use in some window."""
        locks: dict[str, list[int]] = {}
        for place, lock in enumerate(self.scenario.locks):
            locks.setdefault(lock.activation, []).append(place)
        return [self._choices_of(wave, locks.get(wave.id, ())) for wave in self.waves]

    def _choices_of(self, wave: Wave, locks: Sequence[int]) -> Choices:
        choices = Choices.of(self.people, wave.community)
        for place in locks:
            lock = self.scenario.locks[place]
            paid = None if lock.mode == "skip" else lock.mode == "paid"
            choices = choices.locked(self._numbers[lock.creator], paid, lock.ship_on)
        return choices

    @cached_property
    def _most_parcels(self) -> int:
        """Parcels that could be sent at most: creators × activations they could serve."""
        return sum(len(choices.members) for choices in self._choices)

    def _days(self, index: int, kind: Kind, start: date) -> Iterator[tuple[int, float]]:
        """Yield the ship days kept for one kind of option in one window, as offsets, with τ."""
        in_time = self._allowed(self.waves[index], start, kind)
        if kind.ship_on is not None:
            kept = [kind.ship_on] if kind.ship_on in in_time else []
        elif self.every_day:
            kept = sorted(in_time)
        else:
            product = int(self.product[index])
            kept = undominated_days(in_time, self.limits, product, self._most_parcels, self.offset)
        return ((self.offset(day), in_time[day]) for day in kept)

    def _allowed(self, wave: Wave, start: date, kind: Kind) -> dict[date, float]:
        """Return τ by allowed ship day: open, and mean delivery, unrounded, inside the delivery range."""
        kind = Kind(kind.service, kind.paid, None)
        key = (kind, start, wave.window_days, wave.before_days, wave.after_days)
        if key not in self._in_time:
            service, end = self.scenario.shipping.services[kind.service].id, wave.end_of(start)
            whole, on_the_day = self._means[kind.service]
            first, last = self.offset(start) - wave.before_days, self.offset(start) + wave.after_days
            within = (first <= whole) & ((whole < last) | ((whole == last) & on_the_day))
            self._in_time[key] = {
                day: self.posting.paid(service, day, end) if kind.paid else self.posting.gift(service, day, start, end)
                for day in (self.ship_days[place] for place in np.flatnonzero(within))
            }
        return self._in_time[key]

    @cached_property
    def _means(self) -> dict[int, tuple[Ints, Flags]]:
        """Mean delivery of every ship day, per service in use: the whole day, and whether there is no rest."""
        means_of = {}
        for place in np.unique(self.people.service).tolist():
            service = self.scenario.shipping.services[place].id
            means = [self.posting.mean_delivery(service, day) for day in self.ship_days]
            means_of[place] = (
                np.array([self.offset(day) for day, _ in means], dtype=np.int64),
                np.array([rest == 0 for _, rest in means], dtype=bool),
            )
        return means_of
