"""The table written out by arithmetic on arrays, against one option after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.calendar import days
from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance, Options
from optimizer.derive.limits import undominated_days
from optimizer.derive.posting import PostingModel
from optimizer.money import to_minor
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Creator, Scenario
from optimizer.scenario.semantics import (
    Wave,
    accepted_modes,
    embeddedness,
    passes_floor,
    service_of,
    shipping_calendar,
    waves,
)
from tests.derive.small import activation, creator, scenario, shipping
from tests.tiny import tiny_scenario

Row = tuple[int, int, int, bool, int, float, int, int, int]


class Plain:
    """All options of a scenario, one by one."""

    def __init__(self, plan: Scenario, instance: Instance):
        self.plan = plan
        self.limits = instance.limits
        self.calendar = shipping_calendar(plan)
        self.posting = PostingModel(plan.posting, self.calendar, {each.id: each for each in plan.shipping.services})
        self.parcels = sum(len(self.members(wave)) for wave in waves(plan))

    def members(self, wave: Wave) -> list[tuple[int, Creator]]:
        community = next(each for each in self.plan.communities if each.id == wave.community)
        skipped = {lock.creator for lock in self.plan.locks if lock.mode == "skip" and lock.activation == wave.id}
        return [
            (number, who)
            for number, who in enumerate(self.plan.creators)
            if wave.community in who.communities and who.id not in skipped and passes_floor(who, community)
        ]

    def rows(self) -> Iterator[Row]:
        window = -1
        for index, wave in enumerate(waves(self.plan)):
            for start in wave.starts():
                window += 1
                for number, who in self.members(wave):
                    if any(span.start <= wave.end_of(start) and start <= span.end for span in who.unavailable):
                        continue
                    for mode in accepted_modes(who):
                        for day, chance in self.kept(wave, start, who, mode):
                            yield index, window, number, mode == "paid", day, *self.figures(wave, who, mode, chance)

    def kept(self, wave: Wave, start: date, who: Creator, mode: str) -> list[tuple[int, float]]:
        lock = {lock.creator: lock for lock in self.plan.locks if lock.activation == wave.id}.get(who.id)
        if lock is not None and lock.mode != mode:
            return []
        chances = self.chances(wave, start, service_of(who, self.plan).id, mode)
        product = [item.id for item in self.plan.products].index(wave.product)
        if lock is not None and lock.ship_on is not None:
            found = [lock.ship_on] if lock.ship_on in chances else []
        else:
            found = undominated_days(chances, self.limits, product, self.parcels, self.offset)
        return [(self.offset(day), chances[day]) for day in found]

    def offset(self, day: date) -> int:
        return (day - self.plan.horizon.start).days

    def chances(self, wave: Wave, start: date, service: str, mode: str) -> dict[date, float]:
        end = wave.end_of(start)
        first, last = start - timedelta(days=wave.before_days), start + timedelta(days=wave.after_days)
        found = {}
        for day in days(self.plan.horizon.start, self.plan.horizon.end):
            whole, rest = self.posting.mean_delivery(service, day)
            if self.calendar.is_ship_day(day) and first <= whole and (whole < last or (whole == last and rest == 0)):
                gift = mode == "gift"
                found[day] = (
                    self.posting.gift(service, day, start, end) if gift else self.posting.paid(service, day, end)
                )
        return found

    def figures(self, wave: Wave, who: Creator, mode: str, chance: float) -> tuple[float, int, int, int]:
        posting, digits = self.plan.posting, 2
        own, default = who.organic_rate, (posting.organic_rate.low + posting.organic_rate.high) / 2
        if mode == "paid":
            own, default = who.paid_reliability, posting.paid_reliability
        unit = next(item.unit_cost for item in self.plan.products if item.id == wave.product)
        fee = to_minor(who.paid_fee, digits) if mode == "paid" and who.paid_fee is not None else 0
        parcel = to_minor(service_of(who, self.plan).cost, digits)
        return (default if own is None else own) * chance, to_minor(unit, digits), parcel, fee


def assert_same(plan: Scenario) -> None:
    instance = build_instance(plan)
    columns = [np.asarray(column) for column in zip(*Plain(plan, instance).rows(), strict=True)]
    for field, column in zip(fields(Options), columns or [np.zeros(0)] * 9, strict=True):
        found = getattr(instance.options, field.name)
        assert found.dtype == {"paid": np.bool_, "probability": np.float64}.get(field.name, np.int64)
        np.testing.assert_array_equal(found, column, err_msg=field.name)
    assert instance.embeddedness.tolist() == [embeddedness(who) or 0.0 for who in plan.creators]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_every_option_is_what_it_is_by_itself(seed: int) -> None:
    assert_same(scenario_from_data(tiny_scenario(seed)))


def test_many_locks_of_one_activation() -> None:
    """Two locked days for one service and mode, a lock on somebody outside, and a skip of who accepts nothing."""
    people: list[dict[str, Any]] = [
        creator("x", paid_fee=5),
        creator("y", paid_fee=5),
        creator("z", paid_fee=5),
        creator("none", accepts=[]),
        creator("late", unavailable=[{"start": "2027-03-10", "end": "2027-03-10"}]),
        {"id": "outside", "communities": []},
    ]
    locks = [
        {"creator": "x", "activation": "a", "mode": "gift", "ship_on": "2027-03-05"},
        {"creator": "y", "activation": "a", "mode": "gift", "ship_on": "2027-03-06"},
        {"creator": "z", "activation": "b", "mode": "paid", "ship_on": "2027-03-06"},
        {"creator": "x", "activation": "b", "mode": "skip"},
        {"creator": "none", "activation": "b", "mode": "skip"},
        {"creator": "outside", "activation": "a", "mode": "gift"},
    ]
    wide: dict[str, Any] = {"delivery": {"before_days": 4}}
    for capacity in (1, 7, 8, 9, 10, None):
        warehouse = shipping(daily_capacity=capacity)
        assert_same(scenario(people, activation(**wide), activation("b", **wide), locks=locks, shipping=warehouse))
