"""Everything of an instance but its options: activations, windows, creators, and what activations share."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.derive.limits import month_name
from optimizer.scenario.semantics import (
    embeddedness,
)
from tests.derive.small import activation, creator, instance, scenario


@pytest.mark.parametrize(
    ("fields", "forced"),
    [
        ({}, False),
        ({"objective": {"goal": "min_cost"}}, True),
        ({"locks": [{"creator": "x", "activation": "a", "mode": "skip"}]}, False),
    ],
)
def test_what_must_be_secured(fields: dict[str, Any], forced: bool) -> None:
    assert instance([creator("x")], **fields).must_secure.tolist() == [forced]
    assert instance([creator("x")], activation(required=True)).must_secure.tolist() == [True]


def test_months_of_ship_days_and_window_ends() -> None:
    late = activation(start_earliest="2027-03-29", start_latest="2027-03-29")
    found = instance([creator("x")], late, budget={"monthly": {"2027-03": "10.00", "2027-12": "0"}})
    march = 2027 * 12 + 2
    assert found.limits.month_caps == {march: 1000, march + 9: 0}
    assert found.limits.ship_month[found.options.ship_day].tolist() == [march]
    assert found.window_month.tolist() == [march + 1]
    assert [month_name(month) for month in (march, march + 9)] == ["2027-03", "2027-12"]


def test_stock_counts_up_and_what_came_before_the_horizon_is_there_on_its_first_day() -> None:
    lots = [
        {"on": "2027-03-10", "units": 3},
        {"on": "2027-02-01", "units": 4},
        {"on": "2027-03-01", "units": 1},
        {"on": "2027-03-10", "units": 2},
        {"on": "2027-12-24", "units": 5},
    ]
    products = [{"id": "p", "unit_cost": 1, "stock": lots}]
    assert instance([creator("x")], products=products).limits.arrivals == {0: ((0, 5), (9, 10), (298, 15))}
    assert instance([creator("x")]).limits.arrivals == {}
    nothing = [{"id": "p", "unit_cost": 1, "stock": []}]
    assert instance([creator("x")], products=nothing).limits.arrivals == {0: ((0, 0),)}


def test_windows_are_every_candidate_start() -> None:
    found = instance([creator("x")], activation(start_earliest="2027-03-03", start_latest="2027-03-22"))
    assert found.windows.start_day.tolist() == [7, 14, 21]
    assert found.windows.end_day.tolist() == [13, 20, 27]
    any_day = activation(start_earliest="2027-05-20", start_latest="2027-05-30", start_weekday="any")
    assert instance([creator("x")], any_day).windows.start_day.tolist() == [80, 81, 82, 83, 84]


def test_waves_are_expanded_in_order() -> None:
    repeated = activation(repeat={"times": 3, "every_days": 14, "flex_days": 6}, start_latest="2027-05-30")
    found = instance([creator("x")], repeated, activation("b"))
    assert [wave.id for wave in found.waves] == ["a-1", "a-2", "a-3", "b"]
    assert found.windows.activation.tolist() == [0, 1, 2, 3]
    assert found.windows.start_day.tolist() == [7, 21, 35, 7]


def test_tiers_and_embeddedness_are_per_creator() -> None:
    people = [creator("x", tier="established", embeddedness=0.25), creator("y")]
    found = instance(people)
    assert found.tier.tolist() == [2, -1]
    assert found.embeddedness.tolist() == [0.25, embeddedness(scenario(people).creators[1]) or 0.0]
