from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from optimizer.derive.build import build_instance
from optimizer.derive.instance import Limits
from optimizer.derive.limits import undominated_days
from optimizer.scenario.loading import scenario_from_data
from tests.derive.small import activation, creator, instance, shipping
from tests.solve.searching import found
from tests.tiny import tiny_scenario

FIRST = date(2027, 3, 29)
MARCH, APRIL = 2027 * 12 + 2, 2027 * 12 + 3


def kept(chances: list[float], **fields: Any) -> list[int]:
    """Which of the days from 29 March on are kept: 29, 30, 31 March are days 0, 1, 2."""
    limits = Limits(
        budget_minor=None,
        month_caps=fields.get("month_caps", {}),
        ship_month=np.array([MARCH] * 3 + [APRIL] * 30),
        daily_capacity=fields.get("daily_capacity"),
        arrivals=fields.get("arrivals", {}),
        rest_days=0,
        max_activations=None,
    )
    by_day = {FIRST + timedelta(days=index): chance for index, chance in enumerate(chances)}
    days = undominated_days(by_day, limits, 0, fields.get("most_parcels", 10), lambda day: (day - FIRST).days)
    return [(day - FIRST).days for day in days]


@pytest.mark.parametrize(
    ("chances", "fields", "expected"),
    [
        ([0.1, 0.3, 0.2], {}, [1]),
        ([0.3, 0.1, 0.3], {}, [0]),
        ([], {}, []),
        ([0.1, 0.3, 0.2], {"daily_capacity": 9}, [0, 1, 2]),
        ([0.1, 0.3, 0.2], {"daily_capacity": 10}, [1]),
        ([0.3, 0.2, 0.1], {"arrivals": {0: ((0, 5),)}}, [0, 1, 2]),
        ([0.1, 0.2, 0.3], {"arrivals": {0: ((0, 5),)}}, [2]),
        ([0.3, 0.3], {"arrivals": {0: ()}}, [1]),
        ([0.1, 0.3, 0.2], {"arrivals": {1: ((0, 5),)}}, [1]),
        ([0.1, 0.2, 0.2, 0.3], {"month_caps": {MARCH: 5, APRIL: 5}}, [1, 3]),
        ([0.3, 0.2, 0.2, 0.1], {"month_caps": {MARCH: 5}}, [0, 3]),
        ([0.1, 0.2, 0.2, 0.3], {"month_caps": {MARCH: 5}}, [3]),
        ([0.3, 0.2, 0.2, 0.3], {"month_caps": {MARCH: 5}}, [3]),
        ([0.3, 0.2, 0.2, 0.3], {"month_caps": {APRIL: 5}}, [0]),
    ],
)
def test_a_day_goes_only_where_another_is_no_worse(
    chances: list[float], fields: dict[str, Any], expected: list[int]
) -> None:
    assert kept(chances, **fields) == expected


def test_the_capacity_that_binds_counts_every_parcel_of_every_activation() -> None:
    people = [creator("x"), creator("y")]
    two = (activation(delivery={"before_days": 4}), activation("b", delivery={"before_days": 4}))
    assert len(instance(people, *two, shipping=shipping(daily_capacity=4)).options) == 4
    assert len(instance(people, *two, shipping=shipping(daily_capacity=3)).options) == 20


def test_a_locked_day_stays_though_others_are_better() -> None:
    lock = {"creator": "x", "activation": "a", "mode": "gift", "ship_on": "2027-03-05"}
    table = instance([creator("x"), creator("y")], activation(delivery={"before_days": 4}), locks=[lock]).options
    assert table.ship_day[table.creator == 0].tolist() == [4]


@pytest.mark.parametrize("seed", [*range(12), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(12, 120))])
def test_least_cost_does_not_depend_on_dropped_days(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    plan = scenario_from_data(tiny_scenario(seed))
    lean = found(build_instance(plan))
    monkeypatch.setattr("optimizer.derive.build.undominated_days", lambda chances, *_: sorted(chances))
    full = found(build_instance(plan))
    assert (lean.status, lean.value, lean.least_cost) == (full.status, full.value, full.least_cost)
    assert lean.status.value in ("optimal", "infeasible")
