"""Documents that are refused: everything that is wrong is told at once, nothing that is only a consequence of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from optimizer.errors import InputError, Problem, pointer
from optimizer.scenario.loading import (
    scenario_from_data,
)
from tests.builders import document, refusals


def problems_of(data: Any) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        scenario_from_data(data)
    return list(caught.value.problems)


def problem_of(**changes: Any) -> Problem:
    (problem,) = problems_of(document(**changes))
    return problem


REFUSED_BY_TYPE = [
    ({"name": ...}, "missing_field", "/name"),
    ({"creators__0__id": ...}, "missing_field", "/creators/0/id"),
    ({"horizon__end": ...}, "missing_field", "/horizon/end"),
    ({"creators__0__folowers": 3}, "unknown_field", "/creators/0/folowers"),
    ({"objektive": {}}, "unknown_field", "/objektive"),
    ({"name": 5}, "wrong_type", "/name"),
    ({"activations__0__min_posts": "5"}, "wrong_type", "/activations/0/min_posts"),
    ({"activations__0__min_posts": 5.5}, "wrong_type", "/activations/0/min_posts"),
    ({"activations__0__required": 1}, "wrong_type", "/activations/0/required"),
    ({"creators__0__embeddedness": "0.5"}, "wrong_type", "/creators/0/embeddedness"),
    ({"creators__0": ["ana"]}, "wrong_type", "/creators/0"),
    ({"creators": {"ana": {}}, "locks": []}, "wrong_type", "/creators"),
    ({"rotation": 30}, "wrong_type", "/rotation"),
    ({"activations__0__min_posts": 0}, "out_of_range", "/activations/0/min_posts"),
    ({"activations__0__window_days": 367}, "out_of_range", "/activations/0/window_days"),
    ({"activations__0__confidence": 1}, "out_of_range", "/activations/0/confidence"),
    ({"activations__0__confidence": 0}, "out_of_range", "/activations/0/confidence"),
    ({"creators__0__followers": 10**300}, "out_of_range", "/creators/0/followers"),
    ({"schema_version": 2}, "unknown_choice", "/schema_version"),
    ({"creators__0__tier": "mega"}, "unknown_choice", "/creators/0/tier"),
    ({"activations__0__start_weekday": "monday"}, "unknown_choice", "/activations/0/start_weekday"),
    ({"activations__0__tier_mix": {"mega": {"min": 1}}}, "unknown_choice", "/activations/0/tier_mix/mega"),
    ({"horizon__start": "2027-02-30"}, "date_format", "/horizon/start"),
    ({"horizon__start": "1 March 2027"}, "date_format", "/horizon/start"),
    ({"horizon__start": 20270301}, "date_format", "/horizon/start"),
    ({"budget__total": "£6,000"}, "money_format", "/budget/total"),
    ({"budget__total": "1_000"}, "money_format", "/budget/total"),
    ({"budget__total": "1e3"}, "money_format", "/budget/total"),
    ({"budget__total": "1e999999999999"}, "money_format", "/budget/total"),
    ({"budget__total": 10**5000}, "money_format", "/budget/total"),
    ({"budget__total": True}, "money_format", "/budget/total"),
    ({"budget__total": "-1"}, "money_negative", "/budget/total"),
    ({"products__0__unit_cost": -0.01}, "money_negative", "/products/0/unit_cost"),
    ({"budget__total": float("nan")}, "not_finite", "/budget/total"),
    ({"creators__0__embeddedness": float("inf")}, "not_finite", "/creators/0/embeddedness"),
    ({"activations__0__value": float("-inf")}, "not_finite", "/activations/0/value"),
    ({"products": [], "activations__0__product": ..., "activations__1__product": ...}, "too_short", "/products"),
    ({"creators__0__id": ""}, "too_short", "/creators/0/id"),
    ({"name": "x" * 2001}, "too_long", "/name"),
    ({"currency": "gbp"}, "wrong_format", "/currency"),
    ({"budget__monthly": {"2027-3": "5"}}, "wrong_format", "/budget/monthly/2027-3"),
    ({"budget__monthly": {"2027-13": "5"}}, "wrong_format", "/budget/monthly/2027-13"),
    ({"shipping__services__0__transit_days": {"0": 1}}, "wrong_format", "/shipping/services/0/transit_days/0"),
    ({"creators__0__labels": {"a/b~c": 5}}, "wrong_type", "/creators/0/labels/a~1b~0c"),
]


@pytest.mark.parametrize(("changes", "code", "pointer"), REFUSED_BY_TYPE)
def test_what_the_types_refuse_is_told_once_at_its_place(changes: dict[str, Any], code: str, pointer: str) -> None:
    assert refusals(document(**changes)) == [(code, pointer)]


@pytest.mark.parametrize("data", [None, 5, "text", [], [[]], True])
def test_a_document_that_is_no_object_is_refused(data: object) -> None:
    assert refusals(data) == [("wrong_type", "")]


def test_all_problems_are_told_at_once() -> None:
    data = document(
        name=...,
        creators__0__followers="many",
        creators__1__communities=["trail", "yoga"],
        creators__2__id=...,
        creators__3__organic_rate=0.9,
        budget__total="1.005",
        horizon__end="31.5.2027",
        shipping__services__0__transit_days={"1": 0.9},
        locks=[{"creator": "ana", "activation": "trail-spring", "mode": "paid"}],
        activation=[],
    )
    assert sorted(refusals(data), key=lambda found: found[1]) == [
        ("unknown_field", "/activation"),
        ("money_too_fine", "/budget/total"),
        ("wrong_type", "/creators/0/followers"),
        ("unknown_reference", "/creators/1/communities/1"),
        ("missing_field", "/creators/2/id"),
        ("rate_above_one", "/creators/3/organic_rate"),
        ("date_format", "/horizon/end"),
        ("lock_without_fee", "/locks/0/mode"),
        ("missing_field", "/name"),
        ("transit_sum", "/shipping/services/0/transit_days"),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"creators__0": 5, "creators__1": 6, "creators__3__organic_rate": 0.9},
        {"creators__0__id": 5, "creators__1__communities": {}, "creators__3__organic_rate": 0.9},
    ],
)
def test_pointers_count_in_the_file_as_it_was_written(changes: dict[str, Any]) -> None:
    assert refusals(document(**changes))[-1] == ("rate_above_one", "/creators/3/organic_rate")


CONSEQUENCES = [
    ({"communities__0__authenticity": 1}, ["/communities/0/authenticity"]),
    ({"communities__0__id": ...}, ["/communities/0/id"]),
    ({"communities__0__id": 7}, ["/communities/0/id"]),
    ({"communities__0": None}, ["/communities/0"]),
    ({"communities": None}, ["/communities"]),
    ({"communities": ...}, ["/communities"]),
    ({"products__0__unit_cost": "free"}, ["/products/0/unit_cost"]),
    ({"products": {}}, ["/products"]),
    ({"shipping__services__1__cost": None}, ["/shipping/services/1/cost"]),
    ({"shipping__services": "fast"}, ["/shipping/services"]),
    ({"shipping": 1}, ["/shipping"]),
    ({"creators__2__communities": "bread"}, ["/creators/2/communities"]),
    ({"creators__2__paid_fee": "a lot"}, ["/creators/2/paid_fee"]),
    ({"creators": 5}, ["/creators"]),
    ({"activations__1__community": 5}, ["/activations/1/community"]),
    ({"activations__1__repeat__times": "two"}, ["/activations/1/repeat/times"]),
    ({"activations__1__repeat": "twice"}, ["/activations/1/repeat"]),
    ({"activations": []}, ["/activations"]),
    ({"activations": "all", "products__1": {"id": "hats", "unit_cost": 5}}, ["/activations"]),
    ({"activations__0__product": 5, "products__1": {"id": "hats", "unit_cost": 5}}, ["/activations/0/product"]),
    ({"horizon": "spring"}, ["/horizon"]),
    ({"horizon__start": "2027-3-1"}, ["/horizon/start"]),
    ({"currency": "pounds", "budget__total": "1.12345"}, ["/currency"]),
    ({"shipping__services__0__transit_days__1": "half"}, ["/shipping/services/0/transit_days/1"]),
    ({"posting__organic_rate": {"low": "0.05", "high": 0.1}}, ["/posting/organic_rate/low"]),
    ({"posting__gift_lag": {"median_days": "2", "p90_days": 6}}, ["/posting/gift_lag/median_days"]),
    ({"activations__0__window_days": "long", "horizon__end": "2027-05-30"}, ["/activations/0/window_days"]),
    ({"activations__0__start_weekday": "day", "activations__0__start_latest": "2027-03-15"}, None),
    ({"shipping__ship_weekdays": ["Monday"]}, ["/shipping/ship_weekdays/0"]),
]


@pytest.mark.parametrize(("changes", "pointers"), CONSEQUENCES)
def test_mere_consequences_are_not_told(changes: dict[str, Any], pointers: list[str] | None) -> None:
    expected = ["/activations/0/start_weekday"] if pointers is None else pointers
    assert [pointer for _, pointer in refusals(document(**changes))] == expected


def all_places(value: Any, *path: str | int) -> Iterator[tuple[str | int, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield (*path, key)
        yield from all_places(item, *path, key)


@pytest.mark.parametrize("garbage", [[None], 1e300])
def test_garbage_anywhere_is_told_there_and_nowhere_else(garbage: object) -> None:
    for place in all_places(document()):
        data = document()
        container: Any = data
        for part in place[:-1]:
            container = container[part]
        container[place[-1]] = garbage
        found = refusals(data)
        assert found, place
        for code, where in found:
            assert (where + "/").startswith(pointer(*place) + "/"), (place, code)


def test_a_reference_that_no_broken_item_explains_is_told_all_the_same() -> None:
    found = refusals(document(communities__0__authenticity=1, communities__1__name=5, creators__0__communities=["zen"]))
    assert ("unknown_reference", "/creators/0/communities/0") in found
    found = refusals(document(activations__1__repeat__times="two", locks__0__activation="trail-spring-1"))
    assert ("unknown_reference", "/locks/0/activation") in found


def test_problems_say_what_to_do() -> None:
    typo = problem_of(creators__0__folowers=3)
    assert typo.remedy == "Did you mean `followers`?"
    assert "schema_version, name" in problem_of(zzzz=3).remedy
    quoted = problem_of(activations__0__min_posts="5")
    assert (quoted.detail, quoted.value) == ("should be a whole number", "5")
    assert quoted.remedy == "Write a number without quotes and without decimals. Example: 5."
    assert problem_of(activations__0__window_days=367).detail == "should be at most 366"
    weekday = problem_of(activations__0__start_weekday="monday")
    assert "'mon'" in weekday.remedy
    assert "'any'" in weekday.remedy
    assert '"2027-03"' in problem_of(budget__monthly={"2027-3": "5"}).remedy


def test_offending_values_are_shown_shortened_and_stay_plain_json() -> None:
    assert len(problem_of(name=["x" * 10_000] * 3).value[0]) == 80
    assert problem_of(name=[1] * 1000).value == "list of 1,000"
    assert problem_of(name={"a": {"b": 1}}).value == "object of 1"
    assert problem_of(creators__0__followers=-(10**300)).value == "-10^300"
    assert problem_of(creators__0__embeddedness=float("-inf")).value == "-Infinity"
    assert problem_of(horizon=...).value is None


def test_a_flood_of_problems_is_cut_off() -> None:
    creators = [{"id": f"c{n}", "communities": ["nowhere"]} for n in range(3000)]
    found = refusals(document(creators=creators, locks=[]))
    assert len(found) == 1001
    assert found[-1] == ("too_many_problems", "")
    assert found[999] == ("unknown_reference", "/creators/999/communities/0")


def test_faults_far_apart_in_a_long_list_are_told_one_by_one() -> None:
    data = document()
    community = data["communities"][0]["id"]
    data["creators"] += [{"id": f"many-{number}", "communities": [community]} for number in range(1200)]
    for place in (3, 511, 512, 1100):
        data["creators"][place] = {"communities": [community]}
    assert [problem.pointer for problem in problems_of(data)] == [
        f"/creators/{place}/id" for place in (3, 511, 512, 1100)
    ]
