"""Scenario → Instance: which options exist, what each costs and how likely it leads to a post in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import product as pairs
from typing import Any

import numpy as np

from optimizer.calendar import ShippingCalendar, days
from optimizer.derive.dominance import undominated_days
from optimizer.derive.instance import FixedChoice, Instance, Ints, Limits, Options, Windows
from optimizer.derive.posting import PostingModel, rate_model
from optimizer.money import minor_digits, to_minor
from optimizer.scenario.meaning import (
    Wave,
    accepted_modes,
    embeddedness,
    max_paid_share,
    passes_floor,
    service_of,
    shipping_calendar,
    waves,
)
from optimizer.scenario.models import Creator, Scenario

TIERS = ("nano", "emerging", "established")
Rows = dict[str, Ints]


def derive(scenario: Scenario) -> Instance:
    """Return the instance of a checked scenario.

    Only allowed options are in it: membership, floor, accepted modes, availability, open ship days, delivery range
    and locks are settled here. Of the ship days that differ in nothing but the chance of a post in time, only the
    best is kept (`undominated_days`).
    """
    return _Derivation(scenario).instance()


@dataclass
class _Derivation:
    scenario: Scenario

    @cached_property
    def digits(self) -> int:
        return minor_digits(self.scenario.currency) or 0

    @cached_property
    def waves(self) -> tuple[Wave, ...]:
        return tuple(waves(self.scenario))

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
    def limits(self) -> Limits:
        scenario = self.scenario
        horizon = list(days(scenario.horizon.start, scenario.horizon.end))
        caps = {_month(text): to_minor(cap, self.digits) for text, cap in scenario.budget.monthly.items()}
        total = scenario.budget.total
        return Limits(
            budget_minor=None if total is None else to_minor(total, self.digits),
            month_caps=caps,
            ship_month=np.array([_month_of(day) for day in horizon], dtype=np.int64),
            daily_capacity=scenario.shipping.daily_capacity,
            arrivals=self._arrivals(),
            rest_days=scenario.rotation.rest_days,
            max_activations=scenario.rotation.max_activations_per_creator,
        )

    def _arrivals(self) -> dict[int, tuple[tuple[int, int], ...]]:
        found = {}
        for index, item in enumerate(self.scenario.products):
            if item.stock is None:
                continue
            by_day: dict[int, int] = {}
            for lot in item.stock:
                day = max(0, self.offset(lot.on))
                by_day[day] = by_day.get(day, 0) + lot.units
            ordered = sorted(by_day)
            totals = np.cumsum([by_day[day] for day in ordered]).tolist()
            found[index] = tuple(zip(ordered, totals, strict=True))
        return found

    def offset(self, day: date) -> int:
        return (day - self.scenario.horizon.start).days

    def instance(self) -> Instance:
        scenario = self.scenario
        communities = {community.id: index for index, community in enumerate(scenario.communities)}
        products = {item.id: index for index, item in enumerate(scenario.products)}
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
            product=np.array([products[wave.product] for wave in self.waves], dtype=np.int64),
            value=np.array([wave.value for wave in self.waves], dtype=np.int64),
            must_secure=np.array(
                [all_forced or wave.required or index in forced for index, wave in enumerate(self.waves)]
            ),
            max_paid_share=tuple(max_paid_share(scenario.communities[index]) for index in community),
            gap_days=np.array([scenario.communities[index].min_gap_days for index in community], dtype=np.int64),
            windows=windows,
            window_month=self.limits.ship_month[windows.end_day],
            options=options,
            embeddedness=np.array([embeddedness(creator) or 0.0 for creator in scenario.creators]),
            tier=np.array(
                [-1 if creator.tier is None else TIERS.index(creator.tier) for creator in scenario.creators],
                dtype=np.int64,
            ),
            fixed=fixed,
            limits=self.limits,
            rates=rate_model(scenario.posting),
        )

    def _fixed(self) -> tuple[FixedChoice, ...]:
        creators = {creator.id: index for index, creator in enumerate(self.scenario.creators)}
        activations = {wave.id: index for index, wave in enumerate(self.waves)}
        return tuple(
            FixedChoice(
                creators[lock.creator],
                activations[lock.activation],
                lock.mode == "paid",
                None if lock.ship_on is None else self.offset(lock.ship_on),
            )
            for lock in self.scenario.locks
            if lock.mode != "skip"
        )

    def _windows_and_options(self) -> tuple[Windows, Options]:
        starts = [(index, start) for index, wave in enumerate(self.waves) for start in wave.starts()]
        windows = Windows(
            np.array([index for index, _ in starts], dtype=np.int64),
            np.array([self.offset(start) for _, start in starts], dtype=np.int64),
            np.array([self.offset(self.waves[index].end_of(start)) for index, start in starts], dtype=np.int64),
        )
        blocks = [rows for window, (index, start) in enumerate(starts) for rows in self._rows(index, window, start)]
        return windows, _options(blocks)

    @cached_property
    def members(self) -> list[list[tuple[int, Creator]]]:
        """Creators who may be used in each activation at all, not left out by a lock."""
        return [self._members(wave) for wave in self.waves]

    def _members(self, wave: Wave) -> list[tuple[int, Creator]]:
        community = next(item for item in self.scenario.communities if item.id == wave.community)
        skipped = {lock.creator for lock in self.scenario.locks if lock.mode == "skip" and lock.activation == wave.id}
        return [
            (number, creator)
            for number, creator in enumerate(self.scenario.creators)
            if wave.community in creator.communities and creator.id not in skipped and passes_floor(creator, community)
        ]

    def _rows(self, index: int, window: int, start: date) -> Iterator[Rows]:
        """Yield one block of options per service, mode and lock of one candidate window."""
        wave = self.waves[index]
        end = wave.end_of(start)
        locked = {
            lock.creator: lock for lock in self.scenario.locks if lock.mode != "skip" and lock.activation == wave.id
        }
        groups: dict[tuple[str, str, date | None], list[tuple[int, Creator]]] = {}
        for number, creator in self.members[index]:
            if any(span.start <= end and start <= span.end for span in creator.unavailable):
                continue
            lock = locked.get(creator.id)
            modes = [mode for mode in accepted_modes(creator) if lock is None or mode == lock.mode]
            for mode in modes:
                key = (service_of(creator, self.scenario).id, mode, lock.ship_on if lock else None)
                groups.setdefault(key, []).append((number, creator))
        for (service, mode, ship_on), group in groups.items():
            chances = self._allowed(wave, start, service, mode)
            if ship_on is not None:
                kept = [ship_on] if ship_on in chances else []
            else:
                kept = undominated_days(chances, self.limits, self._product(wave), self._pairs, self.offset)
            if kept:
                yield self._block(wave, index, window, mode, group, [(day, chances[day]) for day in kept])

    def _product(self, wave: Wave) -> int:
        return next(index for index, item in enumerate(self.scenario.products) if item.id == wave.product)

    @cached_property
    def _pairs(self) -> int:
        """Parcels that could be sent at most: creators × activations they could serve."""
        return sum(len(members) for members in self.members)

    def _allowed(self, wave: Wave, start: date, service: str, mode: str) -> dict[date, float]:
        """Return τ by allowed ship day: open, and mean delivery, unrounded, inside the delivery range."""
        end = wave.end_of(start)
        found = {}
        first, last = start - timedelta(days=wave.before_days), start + timedelta(days=wave.after_days)
        for day in self.ship_days:
            whole, rest = self.posting.mean_delivery(service, day)
            if first <= whole and (whole < last or (whole == last and rest == 0)):
                gift = mode == "gift"
                found[day] = (
                    self.posting.gift(service, day, start, end) if gift else self.posting.paid(service, day, end)
                )
        return found

    def _block(
        self,
        wave: Wave,
        index: int,
        window: int,
        mode: str,
        group: Sequence[tuple[int, Creator]],
        kept: Sequence[tuple[date, float]],
    ) -> Rows:
        crossed = list(pairs(group, kept))
        posting = self.scenario.posting
        middle = (posting.organic_rate.low + posting.organic_rate.high) / 2
        paid = mode == "paid"
        unit = to_minor(self.scenario.products[self._product(wave)].unit_cost, self.digits)
        parcel = to_minor(service_of(group[0][1], self.scenario).cost, self.digits)

        def rate(creator: Creator) -> float:
            own = creator.paid_reliability if paid else creator.organic_rate
            default = posting.paid_reliability if paid else middle
            return default if own is None else own

        def fee(creator: Creator) -> int:
            return to_minor(creator.paid_fee, self.digits) if paid and creator.paid_fee is not None else 0

        count = len(crossed)
        return {
            "activation": np.full(count, index),
            "window": np.full(count, window),
            "creator": np.array([number for (number, _), _ in crossed]),
            "paid": np.full(count, paid),
            "ship_day": np.array([self.offset(day) for _, (day, _) in crossed]),
            "probability": np.array([rate(creator) * tau for (_, creator), (_, tau) in crossed]),
            "product_minor": np.full(count, unit),
            "shipping_minor": np.full(count, parcel),
            "fee_minor": np.array([fee(creator) for (_, creator), _ in crossed], dtype=np.int64),
        }


def _options(blocks: Sequence[Rows]) -> Options:
    kinds = {"paid": np.bool_, "probability": np.float64}
    names = list(Options.__dataclass_fields__)
    columns: dict[str, Any] = {
        name: np.concatenate([np.zeros(0), *(block[name] for block in blocks)]).astype(kinds.get(name, np.int64))
        for name in names
    }
    keys = ("ship_day", "paid", "creator", "window", "activation")
    order = np.lexsort([columns[key] for key in keys])
    return Options(**{name: column[order] for name, column in columns.items()})


def _month(text: str) -> int:
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def _month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def month_name(month: int) -> str:
    """Return a month index as ``YYYY-MM``."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"
