from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from optimizer.calendar import days
from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Creator, Scenario
from optimizer.scenario.semantics import (
    Wave,
    accepted_modes,
    passes_floor,
    service_of,
    shipping_calendar,
    transit,
    waves,
)
from tests.derive.small import activation, creator, document, instance, scenario, shipping
from tests.tiny import tiny_scenario

Key = tuple[str, str, date, str, date]


def named(found: Instance) -> set[Key]:
    """Every option as (activation, creator, window's start, mode, ship day)."""
    table = found.options
    return {
        (
            found.waves[table.activation[o]].id,
            found.creator_ids[table.creator[o]],
            found.day(found.windows.start_day[table.window[o]]),
            "paid" if table.paid[o] else "gift",
            found.day(table.ship_day[o]),
        )
        for o in range(len(table))
    }


def allowed(plan: Scenario) -> set[Key]:
    """Every option the contract allows, read sentence by sentence."""
    return {
        (wave.id, who.id, start, mode, day)
        for wave in waves(plan)
        for start in wave.starts()
        for who in plan.creators
        if _usable(plan, wave, start, who)
        for day in days(start - timedelta(days=30), start + timedelta(days=wave.after_days))
        if _may_ship(plan, wave, start, who, day)
        for mode in accepted_modes(who)
        if all(
            lock.mode == mode and lock.ship_on in (None, day)
            for lock in plan.locks
            if (lock.creator, lock.activation) == (who.id, wave.id)
        )
    }


def _usable(plan: Scenario, wave: Wave, start: date, who: Creator) -> bool:
    community = next(each for each in plan.communities if each.id == wave.community)
    end = start + timedelta(days=wave.window_days - 1)
    away = {span.start + timedelta(days=n) for span in who.unavailable for n in range((span.end - span.start).days + 1)}
    return wave.community in who.communities and passes_floor(who, community) and not away & set(days(start, end))


def _may_ship(plan: Scenario, wave: Wave, start: date, who: Creator, day: date) -> bool:
    """`arrival` is tested by itself; no service of these scenarios takes as long as the 30 days looked back."""
    calendar = shipping_calendar(plan)
    if not plan.horizon.start <= day <= plan.horizon.end or not calendar.is_ship_day(day):
        return False
    service = service_of(who, plan)
    mean = sum(chance * calendar.arrival(day, number).toordinal() for number, chance in transit(service))
    return start.toordinal() - wave.before_days <= mean <= start.toordinal() + wave.after_days


@pytest.mark.parametrize("seed", range(12))
def test_options_are_those_the_contract_allows(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr("optimizer.derive.build.undominated_days", lambda chances, *_: sorted(chances))
    plan = scenario_from_data(tiny_scenario(seed))
    assert named(build_instance(plan)) == allowed(plan)


@pytest.mark.parametrize("seed", range(12))
def test_kept_options_are_allowed_and_nobody_is_lost(seed: int) -> None:
    plan = scenario_from_data(tiny_scenario(seed))
    kept, all_of_them = named(build_instance(plan)), allowed(plan)
    assert kept <= all_of_them
    assert {key[:4] for key in kept} == {key[:4] for key in all_of_them}


def test_mean_delivery_is_compared_unrounded() -> None:
    """A parcel that takes 1.5 days on average never arrives on the dot: a range of one day lets no ship day in."""
    slow = shipping(services=[{"id": "s", "cost": 0, "transit_days": {"1": 0.5, "2": 0.5}}], daily_capacity=1)
    people = [creator("x"), creator("y")]
    tight = activation(start_earliest="2027-03-06", start_latest="2027-03-06", start_weekday="any")
    found = named(instance(people, tight, shipping=slow))
    assert found == set()
    tight["delivery"] = {"before_days": 1}
    assert {key[4] for key in named(instance(people, tight, shipping=slow))} == {date(2027, 3, 4)}
    tight["delivery"] = {"before_days": 1, "after_days": 1}
    assert {key[4] for key in named(instance(people, tight, shipping=slow))} == {date(2027, 3, 4), date(2027, 3, 5)}


def test_a_parcel_may_travel_for_most_of_a_year() -> None:
    """40 delivery days of one weekday are 40 weeks: shipped on 30 August 2027, delivered on 5 June 2028."""
    slow = shipping(delivery_weekdays=["mon"], services=[{"id": "s", "cost": 0, "transit_days": {"40": 1.0}}])
    late = activation(start_earliest="2028-06-05", start_latest="2028-06-05", delivery={"before_days": 6})
    plan = scenario([creator("x")], late, shipping=slow, horizon={"start": "2027-03-01", "end": "2028-12-31"})
    assert {key[4] for key in named(build_instance(plan))} == {date(2027, 8, 30)}


def test_ship_days_lie_inside_the_horizon() -> None:
    first = activation(start_earliest="2027-03-01", start_latest="2027-03-01", delivery={"before_days": 7})
    assert named(instance([creator("x")], first)) == set()
    first["delivery"] = {"before_days": 7, "after_days": 1}
    assert {key[4] for key in named(instance([creator("x")], first))} == {date(2027, 3, 1)}


def test_public_holidays_and_closed_dates_are_no_ship_days() -> None:
    """Good Friday is 26 March 2027."""
    week = activation(
        start_earliest="2027-03-29", start_latest="2027-03-29", window_days=14, delivery={"before_days": 4}
    )
    warehouse = shipping(
        holiday_calendar="GB-ENG", closed_dates=["2027-03-25"], daily_capacity=1, ship_weekdays=["thu", "fri", "sat"]
    )
    found = named(instance([creator("x"), creator("y")], week, shipping=warehouse))
    assert {key[4] for key in found} == {date(2027, 3, 27)}


@pytest.mark.parametrize(
    ("span", "usable"),
    [
        (("2027-03-01", "2027-03-07"), True),
        (("2027-03-01", "2027-03-08"), False),
        (("2027-03-14", "2027-03-20"), False),
        (("2027-03-15", "2027-03-20"), True),
        (("2027-03-10", "2027-03-10"), False),
    ],
)
def test_a_creator_is_not_used_for_a_window_that_overlaps_an_absence(span: tuple[str, str], usable: bool) -> None:
    away = [{"start": span[0], "end": span[1]}]
    assert bool(len(instance([creator("x", unavailable=away)]).options)) is usable


@pytest.mark.parametrize(
    ("fields", "usable"),
    [
        ({"embeddedness": 0.3}, True),
        ({"embeddedness": 0.29}, False),
        ({}, False),
        ({"comments": {"sampled": 500, "substantive": 500, "creator_replies": 500}}, True),
        ({"comments": {"sampled": 5000, "substantive": 0, "creator_replies": 0}}, False),
        ({"comments": {"sampled": 0, "substantive": 0, "creator_replies": 0}}, False),
    ],
)
def test_a_floor_keeps_the_unknown_and_the_less_embedded_out(fields: dict[str, Any], usable: bool) -> None:
    floor = [{"id": "k", "authenticity": "low", "min_embeddedness": 0.3}]
    assert bool(len(instance([creator("x", **fields)], communities=floor).options)) is usable


@pytest.mark.parametrize(
    ("fields", "modes"),
    [
        ({}, {"gift"}),
        ({"paid_fee": "5.00"}, {"gift", "paid"}),
        ({"paid_fee": "5.00", "accepts": ["gift"]}, {"gift"}),
        ({"paid_fee": "5.00", "accepts": ["paid"]}, {"paid"}),
        ({"accepts": []}, set()),
        ({"paid_fee": "0.00"}, {"gift", "paid"}),
    ],
)
def test_modes_are_what_is_accepted_and_payable(fields: dict[str, Any], modes: set[str]) -> None:
    assert {key[3] for key in named(instance([creator("x", **fields)]))} == modes


def test_only_members_of_the_community_are_used() -> None:
    two = [{"id": "k", "authenticity": "low"}, {"id": "m", "authenticity": "low"}]
    people = [creator("x"), creator("y") | {"communities": ["m"]}, creator("z") | {"communities": ["m", "k"]}]
    assert {key[1] for key in named(instance(people, communities=two))} == {"x", "z"}


def test_locks_narrow_to_a_mode_and_a_day_and_skip_leaves_out() -> None:
    days_free = activation(delivery={"before_days": 3})
    people = [creator("x", paid_fee="5.00"), creator("y", paid_fee="5.00"), creator("z")]
    locks = [
        {"creator": "x", "activation": "a", "mode": "paid", "ship_on": "2027-03-06"},
        {"creator": "y", "activation": "a", "mode": "gift"},
        {"creator": "z", "activation": "a", "mode": "skip"},
    ]
    found = instance(people, days_free, locks=locks)
    assert {key[1:] for key in named(found) if key[1] == "x"} == {("x", date(2027, 3, 8), "paid", date(2027, 3, 6))}
    assert {key[3] for key in named(found) if key[1] == "y"} == {"gift"}
    assert not any(key[1] == "z" for key in named(found))
    fixed = [(choice.creator, choice.paid, choice.ship_day) for choice in found.locks]
    assert fixed == [(0, True, 5), (1, False, None)]
    assert found.must_secure.tolist() == [True]


def test_a_lock_on_a_day_without_shipping_leaves_no_option() -> None:
    warehouse = shipping(closed_dates=["2027-03-06"])
    lock = {"creator": "x", "activation": "a", "mode": "gift", "ship_on": "2027-03-06"}
    found = instance([creator("x")], activation(delivery={"before_days": 3}), locks=[lock], shipping=warehouse)
    assert len(found.options) == 0
    assert len(found.locks) == 1


def test_costs_and_chances_of_an_option() -> None:
    people = [
        creator("own", 0.25, paid_fee="7.05", paid_reliability=0.9),
        {"id": "default", "communities": ["k"], "paid_fee": "8", "service": "t"},
    ]
    services = [
        {"id": "s", "cost": "1.10", "transit_days": {"1": 1.0}},
        {"id": "t", "cost": "2.20", "transit_days": {"1": 1.0}},
    ]
    found = instance(people, shipping=shipping(services=services)).options
    assert found.creator.tolist() == [0, 0, 1, 1]
    assert found.paid.tolist() == [False, True, False, True]
    assert found.probability == pytest.approx([0.25, 0.9, 0.3, 1.0], abs=1e-12)
    assert found.cost_minor.tolist() == [1110, 1110 + 705, 1220, 1220 + 800]


def test_currencies_without_decimals_count_whole_units() -> None:
    found = instance([creator("x", paid_fee="700")], currency="JPY", products=[{"id": "p", "unit_cost": "1200"}])
    assert found.digits == 0
    assert found.options.cost_minor.tolist() == [1200, 1900]


def test_options_come_sorted_and_typed() -> None:
    table = build_instance(scenario_from_data(tiny_scenario(2))).options
    keys = np.stack([table.activation, table.window, table.creator, table.paid, table.ship_day])
    assert np.lexsort(keys[::-1]).tolist() == list(range(len(table)))
    assert len(np.unique(keys, axis=1).T) == len(table)
    assert table.probability.dtype == np.float64
    assert table.paid.dtype == np.bool_
    assert all(column.dtype == np.int64 for column in (table.ship_day, table.fee_minor, table.cost_minor))


@pytest.mark.parametrize("seed", range(6))
def test_the_options_of_a_window_and_of_an_activation_are_slices(seed: int) -> None:
    found = build_instance(scenario_from_data(tiny_scenario(seed)))
    table, rows = found.options, np.arange(len(found.options))
    for window in range(len(found.windows) + 2):
        assert rows[table.of_window(window)].tolist() == np.flatnonzero(table.window == window).tolist()
    for index in range(len(found.waves) + 2):
        assert rows[table.of_activation(index)].tolist() == np.flatnonzero(table.activation == index).tolist()


def test_no_creators_and_nothing_to_ship() -> None:
    nothing = instance([]).options
    assert nothing.of_window(0) == nothing.of_activation(0) == slice(0, 0)
    assert len(instance([]).options) == 0
    shut = shipping(ship_weekdays=["wed"])
    assert len(build_instance(scenario_from_data(document([creator("x")], shipping=shut))).options) == 0
