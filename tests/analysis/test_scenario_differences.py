"""Where scenarios differ: in what they mean, item by item, however they are written."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.analysis.compare.scenarios import scenario_differences
from optimizer.scenario.models import Scenario
from tests.builders import Document, document, scenario

REPEAT = '{"times": 2, "every_days": 42, "flex_days": 20}'


def told(changes: dict[str, Any], before: Scenario | None = None) -> list[tuple[str, str | None, str | None]]:
    found = scenario_differences(before or scenario(), scenario(**changes))
    return [(item.pointer, item.baseline, item.other) for item in found]


@pytest.mark.parametrize(
    ("changes", "pointer", "old", "new"),
    [
        ({"budget__total": "5000.00"}, "/budget/total", '"6000.00"', '"5000.00"'),
        ({"budget__total": ...}, "/budget/total", '"6000.00"', None),
        ({"budget__monthly": {}}, "/budget/monthly/2027-03", '"2500.00"', None),
        ({"horizon__end": "2027-06-30"}, "/horizon/end", '"2027-05-30"', '"2027-06-30"'),
        ({"creators__2__paid_fee": "90.00"}, "/creators/cat/paid_fee", '"180.00"', '"90.00"'),
        ({"creators__0__labels": {"agent": "Al"}}, "/creators/ana/labels/agent", '"Jo"', '"Al"'),
        ({"creators__1__comments__sampled": 500}, "/creators/ben/comments/sampled", "400", "500"),
        (
            {"activations__1__repeat": ...},
            "/activations/bread/repeat",
            '{"times": 2, "every_days": 42, "flex_days": 20}',
            None,
        ),
        ({"activations__0__window_days": 15}, "/activations/trail-spring/window_days", "14", "15"),
        ({"communities__0__min_gap_days": 7}, "/communities/trail/min_gap_days", "14", "7"),
        ({"products__0__stock": ...}, "/products/socks/stock", '[{"on": "2027-03-01", "units": 60}]', None),
        ({"shipping__services__1__cost": "2.00"}, "/shipping/services/economy/cost", '"2.10"', '"2.00"'),
        ({"locks__0__mode": "gift"}, "/locks/cat in bread-1/mode", '"paid"', '"gift"'),
        ({"locks": []}, "/locks/cat in bread-1", '{"creator": "cat", "activation": "bread-1", "mode": "paid"}', None),
        ({"shipping__closed_dates": []}, "/shipping/closed_dates", '["2027-04-06"]', "[]"),
        ({"posting__organic_rate__low": 0.25}, "/posting/organic_rate/low", "0.2", "0.25"),
    ],
)
def test_a_field_that_differs_is_named_by_ids(
    changes: dict[str, Any], pointer: str, old: str | None, new: str | None
) -> None:
    assert told(changes) == [(pointer, old, new)]


def test_an_item_that_only_one_of_them_has_is_one_difference() -> None:
    ((where, old, new),) = told({"creators__3": ...})
    assert (where, old, new) == ("/creators/dan", '{"id": "dan", "communities": ["bread"], "embeddedness": 0.4}', None)
    ((where, old, new),) = told({"creators__4": {"id": "e/e", "communities": ["bread"]}})
    assert (where, old, new) == ("/creators/e~1e", None, '{"id": "e/e", "communities": ["bread"]}')


@pytest.mark.parametrize(
    "changes",
    [
        {"activations__0__window_days": 14},
        {"budget__total": 6000},
        {"budget__total": "6000"},
        {"activations__0__start_weekday": "mon"},
        {"posting": ...},
        {"objective": ...},
        {"rotation__rest_days": 21},
        {"communities__0__max_paid_share": 0.2},
        {"communities__1__name": "bread"},
        {"creators__0__accepts": ["gift"]},
        {"creators__2__accepts": ...},
        {"creators__0__service": "tracked"},
        {"creators__1__organic_rate": 0.30000000000000004},
        {"creators__3__unavailable": []},
        {"activations__0__product": ...},
        {"activations__1__start_earliest": "2027-03-01"},
    ],
)
def test_a_default_written_out_is_no_difference(changes: dict[str, Any]) -> None:
    assert told(changes) == []


def test_activations_left_out_are_one_per_community() -> None:
    spelled = [{"id": "trail", "community": "trail"}, {"id": "bread", "community": "bread", "window_days": 7}]
    left_out = scenario(activations=..., locks=[])
    assert told({"activations": spelled, "locks": []}, left_out) == [("/activations/bread/window_days", "14", "7")]


@given(seed=st.integers(0, 10_000))
def test_a_new_order_is_no_difference(seed: int) -> None:
    dice = Random(seed)

    def shuffled(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            items = list(value.items())
            dice.shuffle(items)
            return {name: shuffled(item, name) for name, item in items}
        if isinstance(value, list):
            items = [shuffled(item) for item in value]
            if key != "services":
                dice.shuffle(items)
            return items
        return value

    given_document: Document = copy.deepcopy(document())
    other = Scenario.model_validate(shuffled(given_document))
    assert scenario_differences(scenario(), other) == []


def test_another_default_service_is_told() -> None:
    services = document()["shipping"]["services"]
    assert told({"shipping__services": services[::-1]}) == [
        ("/shipping/services", '["tracked", "economy"]', '["economy", "tracked"]')
    ]


def test_long_values_are_cut() -> None:
    ((_, _, new),) = told({"creators__0__handle": "@" + "a" * 500})
    assert new is not None
    assert len(new) == 80
    assert new.endswith("…")
