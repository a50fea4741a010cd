"""Every notice, where it is due and where it is not."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.scenario.fields import Horizon
from optimizer.scenario.holiday_warnings import holidays_unknown, regional_holidays_left_out
from optimizer.scenario.scenario_warnings import NOTICES, Outlook, scenario_warnings
from optimizer.scenario.semantics import Reach, shipping_calendar, transit, waves
from tests.builders import document, refusals, scenario

Changes = dict[str, Any]

ALL_OF_2027 = [{"start": "2027-01-01", "end": "2027-12-31"}]
SLOW: Changes = {
    "shipping__services__0__transit_days": {"34": 1},
    "activations__0__start_latest": "2027-03-22",
}
"""`tracked` takes until 10 April: too late for all of `trail-spring` and for `bread-1`, in time for `bread-2`."""

DUE: list[tuple[Changes, list[tuple[str, str]]]] = [
    ({"shipping__services": ..., "creators__1__service": ...}, [("services_assumed", "/shipping/services")]),
    ({"shipping__holiday_calendar": ...}, [("holidays_ignored", "/shipping/holiday_calendar")]),
    ({"shipping__holiday_calendar": None}, [("holidays_ignored", "/shipping/holiday_calendar")]),
    ({"shipping__holiday_calendar": "GB"}, [("holidays_regional", "/shipping/holiday_calendar")]),
    ({"shipping__holiday_calendar": "DE"}, [("holidays_regional", "/shipping/holiday_calendar")]),
    ({"budget__monthly": {"2027-02": "1", "2027-03": "1"}}, [("budget_month_outside", "/budget/monthly/2027-02")]),
    ({"budget__monthly": {"2027-06": "1", "2027-05": "1"}}, [("budget_month_outside", "/budget/monthly/2027-06")]),
    ({"products__0__stock": []}, [("stock_empty", "/products/0/stock")]),
    ({"products__0__stock": [{"on": "2027-03-01", "units": 0}]}, [("stock_empty", "/products/0/stock")]),
    (
        {"products__0__stock": [{"on": "2027-05-28", "units": 5}, {"on": "2027-05-29", "units": 5}]},
        [("stock_too_late", "/products/0/stock/1")],
    ),
    ({"creators__3__embeddedness": ...}, [("embeddedness_unknown", "/creators")]),
    (
        {"creators__0__embeddedness": ..., "creators__0__communities": ["trail", "bread"]},
        [("embeddedness_unknown", "/creators"), ("unknown_excluded", "/communities/0/min_embeddedness")],
    ),
    (
        {"creators__1__comments__sampled": 0, "creators__1__comments__substantive": 0},
        [("embeddedness_unknown", "/creators"), ("unknown_excluded", "/communities/0/min_embeddedness")],
    ),
    ({"creators__1__embeddedness": 0.5}, [("embeddedness_given_twice", "/creators")]),
    ({"creators__3__accepts": ["gift", "paid"]}, [("paid_without_fee", "/creators")]),
    (
        {"creators__3__accepts": ["paid"]},
        [("paid_without_fee", "/creators"), ("creator_unusable", "/creators/3")],
    ),
    ({"creators__3__accepts": []}, [("creator_unusable", "/creators/3")]),
    ({"creators__3__organic_rate": 0}, [("creator_unusable", "/creators/3")]),
    ({"creators__2__organic_rate": 0, "creators__2__paid_reliability": 0}, [("creator_unusable", "/creators/2")]),
    ({"creators__3__communities": []}, [("creator_unusable", "/creators/3")]),
    ({"communities__2": {"id": "zen"}, "creators__3__communities": ["zen"]}, [("creator_unusable", "/creators/3")]),
    ({"creators__0__embeddedness": 0.09}, [("creator_unusable", "/creators/0")]),
    ({"creators__1__unavailable": ALL_OF_2027}, [("creator_unusable", "/creators/1")]),
    (
        SLOW,
        [
            ("service_slower_than_window", "/activations/0"),
            ("service_slower_than_window", "/activations/1"),
            ("creator_unusable", "/creators/0"),
        ],
    ),
]

NOT_DUE: list[Changes] = [
    {},
    {"shipping__ship_weekdays": ...},
    {"budget__monthly": {"2027-03": "1", "2027-05": "1"}},
    {"products__0__stock": ...},
    {"products__0__stock": [{"on": "2027-05-28", "units": 5}]},
    {"products__0__stock": [{"on": "2027-06-28", "units": 0}, {"on": "2027-03-28", "units": 5}]},
    {"communities__0__min_embeddedness": ...},
    {"creators__0__embeddedness": 0.1},
    {"creators__2__accepts": ["paid"]},
    {"creators__2__organic_rate": 0},
    {"creators__1__unavailable": [{"start": "2027-03-01", "end": "2027-05-09"}]},
]


def told(changes: Changes) -> list[tuple[str, str]]:
    assert refusals(document(**changes)) == []
    return [(notice.code, notice.pointer) for notice in scenario_warnings(scenario(**changes))]


@pytest.mark.parametrize(("changes", "expected"), DUE)
def test_notices_that_are_due(changes: Changes, expected: list[tuple[str, str]]) -> None:
    assert told(changes) == expected


@pytest.mark.parametrize("changes", NOT_DUE)
def test_notices_that_are_not_due(changes: Changes) -> None:
    assert told(changes) == []


def test_a_horizon_without_ship_day_is_told_once() -> None:
    weekend: Changes = {"horizon": {"start": "2027-03-06", "end": "2027-03-07"}, "locks": [], "budget": {}}
    weekend |= {"activations": [{"id": "a", "community": "bread", "window_days": 1, "start_weekday": "any"}]}
    weekend |= {"creators": [{"id": "dan", "communities": ["bread"], "embeddedness": 0.4}], "products__0__stock": ...}
    assert told(weekend) == [("no_ship_day", "/horizon")]


def test_every_notice_is_due_in_a_case() -> None:
    silent = {find.__name__ for find in NOTICES}
    for changes, _ in DUE:
        outlook = Outlook(scenario(**changes))
        silent -= {find.__name__ for find in NOTICES if any(find(outlook))}
    assert silent == {"no_ship_day"}


def reason(**changes: Any) -> str:
    return " ".join(
        notice.detail for notice in scenario_warnings(scenario(**changes)) if notice.code == "creator_unusable"
    )


def test_reasons_why_a_creator_can_never_be_used() -> None:
    assert reason(creators__3__accepts=[]) == "`dan` can never be used: nothing is accepted."
    assert "no fee" in reason(creators__3__accepts=["paid"])
    assert "chance of a post is 0 (gift)" in reason(creators__3__organic_rate=0)
    assert "chance of a post is 0 (gift and paid)" in reason(
        creators__2__organic_rate=0, creators__2__paid_reliability=0
    )
    assert "no activation" in reason(creators__3__communities=[])
    assert "below min_embeddedness" in reason(creators__0__embeddedness=0.09)
    assert "unavailable in every candidate window" in reason(creators__1__unavailable=ALL_OF_2027)
    assert "by `tracked`" in reason(**SLOW)


def test_free_windows_and_reachable_windows_must_meet() -> None:
    changes: Changes = {
        "shipping__services__1__transit_days": {"50": 1},
        "creators__1__unavailable": [{"start": "2027-04-20", "end": "2027-05-30"}],
    }
    assert "unavailable in every window that a parcel by `economy` is in time for" in reason(**changes)


def test_many_creators_are_counted_and_a_few_named() -> None:
    creators = [{"id": f"c{number}", "communities": ["bread"]} for number in range(7)]
    (notice,) = scenario_warnings(scenario(creators=creators, locks=[]))
    assert notice.detail == "The embeddedness of 7 creators (c0, c1, c2, c3, c4, …) is unknown and counts 0."


def test_the_service_and_the_wave_that_do_not_fit_are_named() -> None:
    details = [item.detail for item in scenario_warnings(scenario(**SLOW)) if item.code == "service_slower_than_window"]
    assert "`tracked`" in details[0]
    assert "`trail-spring`" in details[0]
    assert "`bread-1`" in details[1]


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.integers(1, 20).map(str), st.integers(1, 9), min_size=1, max_size=3),
    st.integers(0, 5),
    st.integers(0, 5),
    st.lists(st.sampled_from(["mon", "wed", "sat", "sun"]), min_size=1, unique=True),
    st.lists(st.sampled_from(["tue", "fri", "sun"]), min_size=1, unique=True),
)
def test_reach_agrees_with_the_calendar(
    weights: dict[str, int], before: int, after: int, ship: list[str], deliver: list[str]
) -> None:
    total = sum(weights.values())
    checked = scenario(
        shipping__services__0__transit_days={days: weight / total for days, weight in weights.items()},
        shipping__ship_weekdays=ship,
        shipping__delivery_weekdays=deliver,
        activations__0__start_weekday="any",
        activations__0__delivery={"before_days": before, "after_days": after},
    )
    calendar, service, wave = shipping_calendar(checked), checked.shipping.services[0], waves(checked)[0]
    reach = Reach(checked)
    origin = checked.horizon.start
    means = [
        sum(Fraction((calendar.arrival(day, count) - origin).days) * chance for count, chance in transit(service))
        for day in reach.ship_days
    ]
    expected = [
        start
        for start in wave.starts()
        if any((start - origin).days - before <= mean <= (start - origin).days + after for mean in means)
    ]
    assert list(reach.reachable_starts("tracked", wave)) == expected
    assert reach.is_reachable("tracked", wave) is bool(expected)
    assert all(calendar.is_ship_day(day) for day in reach.ship_days)
    assert reach.ship_days[-1] + timedelta(days=7) > checked.horizon.end


def test_the_days_that_a_calendar_leaves_out_are_named() -> None:
    """Easter Monday is a holiday in England, Wales and Northern Ireland, not in Scotland."""
    (notice,) = regional_holidays_left_out(scenario(shipping__holiday_calendar="GB"))
    assert "2027-03-29 (ENG, NIR, WLS)" in notice.detail
    for calendar, closed in (("GB-ENG", []), ("GB", ["2027-03-29"]), (None, [])):
        changes = {"shipping__holiday_calendar": calendar, "shipping__closed_dates": closed}
        assert not any("03-29" in notice.detail for notice in regional_holidays_left_out(scenario(**changes)))


@pytest.mark.parametrize(("year", "told"), [(2027, False), (2100, False), (2101, True), (2150, True)])
def test_years_without_known_holidays_are_told(year: int, told: bool) -> None:
    horizon = {"start": f"{year}-01-11", "end": f"{year}-12-24"}
    far = scenario(shipping__holiday_calendar="GB-ENG").model_copy(update={"horizon": Horizon.model_validate(horizon)})
    assert [notice.code for notice in holidays_unknown(far)] == ["holidays_unknown"] * told
