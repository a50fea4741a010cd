"""Every check, permitted and forbidden."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.errors import InputError
from optimizer.scenario.checks import CHECKS, problems
from optimizer.scenario.checks_dates import waves_are_few_enough
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.partial_validation import NO_GAPS
from tests.builders import document, refusals, scenario

Changes = dict[str, Any]

TWO_PRODUCTS = [{"id": "socks", "unit_cost": "28.00"}, {"id": "starter", "unit_cost": "12.50"}]

FORBIDDEN: list[tuple[Changes, str, str]] = [
    ({"currency": "XYZ"}, "unknown_currency", "/currency"),
    ({"currency": "XAU"}, "unknown_currency", "/currency"),
    ({"budget__total": "6000.001"}, "money_too_fine", "/budget/total"),
    ({"budget__monthly": {"2027-03": "0.005"}}, "money_too_fine", "/budget/monthly/2027-03"),
    ({"products__0__unit_cost": 28.005}, "money_too_fine", "/products/0/unit_cost"),
    ({"shipping__services__1__cost": "2.105"}, "money_too_fine", "/shipping/services/1/cost"),
    ({"creators__2__paid_fee": "180.999"}, "money_too_fine", "/creators/2/paid_fee"),
    ({"budget__total": "10000000000.01"}, "money_too_large", "/budget/total"),
    (
        {"shipping__services__0__transit_days": {"1": 0.5, "2": 0.49}},
        "transit_sum",
        "/shipping/services/0/transit_days",
    ),
    ({"shipping__services__0__transit_days": {"1": 0.0}}, "transit_sum", "/shipping/services/0/transit_days"),
    (
        {"shipping__services__0__transit_days": {"1": 0.500001, "2": 0.500001}},
        "transit_sum",
        "/shipping/services/0/transit_days",
    ),
    ({"shipping__services__0__transit_days": {"61": 1}}, "transit_too_long", "/shipping/services/0/transit_days/61"),
    (
        {"posting__organic_rate": {"low": 0.3, "high": 0.29}},
        "rate_band_reversed",
        "/posting/organic_rate/low",
    ),
    ({"posting__organic_rate": {"high": 0.1}}, "rate_band_reversed", "/posting/organic_rate/high"),
    (
        {"posting__organic_rate": {"low": 0.5, "model": "independent"}},
        "rate_band_reversed",
        "/posting/organic_rate/low",
    ),
    ({"posting__organic_rate": {"low": 0, "high": 0}}, "rate_band_zero", "/posting/organic_rate/high"),
    ({"creators__0__organic_rate": 0.7501}, "rate_above_one", "/creators/0/organic_rate"),
    (
        {"creators__0__organic_rate": 0.7501, "posting__organic_rate__model": "worst_case"},
        "rate_above_one",
        "/creators/0/organic_rate",
    ),
    ({"posting__gift_lag__p90_days": 8}, "lag_reversed", "/posting/gift_lag/p90_days"),
    ({"posting__gift_lag": {"median_days": 30}}, "lag_reversed", "/posting/gift_lag/median_days"),
    ({"creators__1__comments__substantive": 401}, "substantive_above_sampled", "/creators/1/comments/substantive"),
    (
        {"activations__0__tier_mix": {"nano": {"min": 3, "max": 2}}},
        "tier_range_reversed",
        "/activations/0/tier_mix/nano/min",
    ),
    ({"shipping__ship_weekdays": ["mon", "fri", "mon"]}, "duplicate_entry", "/shipping/ship_weekdays/2"),
    ({"shipping__delivery_weekdays": ["sat", "sat"]}, "duplicate_entry", "/shipping/delivery_weekdays/1"),
    ({"creators__1__communities": ["trail", "trail"]}, "duplicate_entry", "/creators/1/communities/1"),
    ({"creators__0__accepts": ["gift", "gift"]}, "duplicate_entry", "/creators/0/accepts/1"),
    ({"shipping__holiday_calendar": "XX"}, "unknown_holiday_calendar", "/shipping/holiday_calendar"),
    ({"shipping__holiday_calendar": "GB-XX"}, "unknown_holiday_calendar", "/shipping/holiday_calendar"),
    ({"shipping__holiday_calendar": "GB-"}, "unknown_holiday_calendar", "/shipping/holiday_calendar"),
    ({"shipping__holiday_calendar": "NYSE"}, "unknown_holiday_calendar", "/shipping/holiday_calendar"),
    ({"shipping__holiday_calendar": "HolidayBase"}, "unknown_holiday_calendar", "/shipping/holiday_calendar"),
    ({"shipping__holiday_calendar": "MON"}, "unknown_holiday_calendar", "/shipping/holiday_calendar"),
    ({"horizon__end": "2027-02-28"}, "horizon_reversed", "/horizon/end"),
    ({"horizon__end": "2037-03-08"}, "horizon_too_long", "/horizon/end"),
    ({"horizon": {"start": "1969-12-31", "end": "1970-12-31"}}, "year_out_of_range", "/horizon/start"),
    ({"horizon": {"start": "2200-06-01", "end": "2201-01-01"}}, "year_out_of_range", "/horizon/end"),
    ({"activations__0__start_latest": "9999-12-31"}, "year_out_of_range", "/activations/0/start_latest"),
    ({"activations__1__start_earliest": "0001-01-01"}, "year_out_of_range", "/activations/1/start_earliest"),
    ({"creators__1__unavailable__0__end": "2027-03-31"}, "span_reversed", "/creators/1/unavailable/0/end"),
    ({"activations__0__window_days": 92}, "no_window", "/activations/0/window_days"),
    ({"activations__0__start_latest": "2027-03-14"}, "no_window", "/activations/0/start_latest"),
    (
        {"activations__0__start_earliest": "2027-05-18", "activations__0__start_latest": "2027-05-30"},
        "no_window",
        "/activations/0/start_earliest",
    ),
    (
        {"activations__0__start_earliest": "2027-03-16", "activations__0__start_latest": "2027-03-21"},
        "no_window",
        "/activations/0",
    ),
    (
        {
            "activations__0__start_earliest": "2027-03-15",
            "activations__0__start_latest": "2027-03-20",
            "activations__0__start_weekday": "sun",
        },
        "no_window",
        "/activations/0/start_weekday",
    ),
    ({"activations__1__repeat__every_days": 90}, "no_window", "/activations/1/repeat"),
    ({"products__1": {"id": "socks", "unit_cost": 1}}, "duplicate_id", "/products/1/id"),
    ({"shipping__services__1__id": "tracked", "creators__1__service": ...}, "duplicate_id", "/shipping/services/1/id"),
    ({"communities__2": {"id": "trail"}}, "duplicate_id", "/communities/2/id"),
    ({"creators__3__id": "ana"}, "duplicate_id", "/creators/3/id"),
    ({"creators__3__handle": "https://www.instagram.com/Ana/"}, "same_person", "/creators/3/handle"),
    ({"activations__2": {"id": "trail-spring", "community": "trail"}}, "duplicate_id", "/activations/2/id"),
    ({"activations__2": {"id": "bread-2", "community": "trail"}}, "duplicate_id", "/activations/2/id"),
    ({"activations__0__community": "trial"}, "unknown_reference", "/activations/0/community"),
    ({"activations__0__product": "sock"}, "unknown_reference", "/activations/0/product"),
    ({"creators__1__communities": ["trail", "yoga"]}, "unknown_reference", "/creators/1/communities/1"),
    ({"creators__1__service": "express"}, "unknown_reference", "/creators/1/service"),
    ({"locks__0__creator": "eve"}, "unknown_reference", "/locks/0/creator"),
    ({"locks__0__activation": "bread"}, "unknown_reference", "/locks/0/activation"),
    ({"locks__0__activation": "bread-3"}, "unknown_reference", "/locks/0/activation"),
    ({"products": TWO_PRODUCTS, "activations__0__product": ...}, "product_missing", "/activations/0"),
    ({"products": TWO_PRODUCTS, "activations": ..., "locks": []}, "product_missing", "/products"),
    (
        {"locks__1": {"creator": "cat", "activation": "bread-1", "mode": "gift"}},
        "duplicate_lock",
        "/locks/1",
    ),
    (
        {"locks__1": {"creator": "cat", "activation": "bread-1", "mode": "paid"}},
        "duplicate_lock",
        "/locks/1",
    ),
    ({"locks__0__creator": "dan"}, "lock_without_fee", "/locks/0/mode"),
    ({"locks__0__mode": "skip", "locks__0__ship_on": "2027-03-10"}, "lock_ship_on_skip", "/locks/0/ship_on"),
]

PERMITTED: list[Changes] = [
    {},
    {"currency": "JPY", "budget": {"total": "6000", "monthly": {"2027-03": 2500}}, "products__0__unit_cost": 28}
    | {"shipping__services__0__cost": 4, "shipping__services__1__cost": "2.00", "creators__2__paid_fee": "180.0"},
    {"currency": "KWD", "budget__total": "6000.001"},
    {"budget__total": "10000000000.00"},
    {"budget__total": 0, "products__0__unit_cost": 0.1},
    {"shipping__services__0__transit_days": {"1": 0.333333, "2": 0.333333, "3": 0.333333}},
    {"shipping__services__0__transit_days": {"1": 0.1, "2": 0.2, "3": 0.7, "4": 0}},
    {"shipping__services__0__transit_days": {"60": 1}},
    {"posting__organic_rate": {"low": 0.3, "high": 0.3}},
    {"posting__organic_rate": {"low": 0, "high": 0.1}, "creators__0__organic_rate": 0.5},
    {"posting__organic_rate__model": "independent", "creators__0__organic_rate": 0.75},
    {"creators__0__organic_rate": 0.75},
    {"creators__0__organic_rate": 0},
    {"posting__gift_lag": {"median_days": 8, "p90_days": 8.01}},
    {"creators__1__comments": {"sampled": 0, "substantive": 0, "creator_replies": 0}},
    {"creators__1__comments": {"sampled": 5, "substantive": 5, "creator_replies": 50}},
    {"activations__0__tier_mix": {"nano": {"min": 2, "max": 2}, "established": {"min": 3}}},
    {"creators__0__accepts": []},
    {"creators__0__communities": []},
    {"creators": [], "locks": []},
    {"shipping__holiday_calendar": "US-CA"},
    {"shipping__holiday_calendar": None},
    {"horizon__end": "2037-03-07"},
    {"horizon": {"start": "2027-03-15", "end": "2027-03-28"}, "activations": [{"id": "a", "community": "trail"}]}
    | {"locks": []},
    {"creators__1__unavailable__0": {"start": "2027-04-01", "end": "2027-04-01"}},
    {"creators__1__unavailable__0": {"start": "1900-01-01", "end": "9999-12-31"}},
    {"activations__0__window_days": 91, "activations__0__start_earliest": ..., "activations__0__start_latest": ...},
    {"activations__0__start_earliest": "2027-05-17", "activations__0__start_latest": "2027-05-30"},
    {"activations__0__start_earliest": "2027-03-16", "activations__0__start_latest": "2027-03-22"},
    {"activations__0__start_earliest": "2027-03-16", "activations__0__start_latest": "2027-03-16"}
    | {"activations__0__start_weekday": "any"},
    {"activations__0__start_earliest": "2020-01-01", "activations__0__start_latest": "2030-01-01"},
    {"activations__2": {"id": "bread-3", "community": "trail"}},
    {"activations__2": {"id": "bread-0", "community": "trail"}},
    {"activations": ..., "locks": [{"creator": "cat", "activation": "bread", "mode": "gift"}]},
    {"products": TWO_PRODUCTS},
    {"activations__0__product": ...},
    {"products__1": {"id": "trail", "unit_cost": 1}},
    {"locks__1": {"creator": "cat", "activation": "bread-2", "mode": "gift", "ship_on": "2027-04-01"}},
    {"locks__0__mode": "skip"},
    {
        "creators__0__labels": {"platform": "TikTok"},
        "creators__3": {"id": "dan", "communities": ["trail"], "handle": "instagram.com/ana"},
    },
    {"budget__monthly": {"2031-01": "5.00"}},
]

CONTRADICTING_LOCKS: list[Changes] = [
    {"creators__2__accepts": ["gift"]},
    {"locks__0": {"creator": "ana", "activation": "bread-1", "mode": "gift"}},
    {"locks__0__ship_on": "2027-12-24"},
    {"communities__1__max_paid_share": 0},
    {"creators__2__unavailable": [{"start": "2027-01-01", "end": "2027-12-31"}]},
    {"rotation__rest_days": 365, "locks__1": {"creator": "cat", "activation": "bread-2", "mode": "gift"}},
]


@pytest.mark.parametrize(("changes", "code", "pointer"), FORBIDDEN)
def test_what_is_wrong_is_told_once_at_its_place(changes: Changes, code: str, pointer: str) -> None:
    assert refusals(document(**changes)) == [(code, pointer)]


@pytest.mark.parametrize("changes", PERMITTED)
def test_what_is_right_is_accepted(changes: Changes) -> None:
    assert refusals(document(**changes)) == []


@pytest.mark.parametrize("changes", CONTRADICTING_LOCKS)
def test_locks_that_contradict_other_rules_are_no_bad_input(changes: Changes) -> None:
    assert refusals(document(**changes)) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(check.__name__))
def test_every_check_is_tried_by_a_case(check: Any) -> None:
    """A check that no forbidden case needs would not be missed if it were taken out."""
    cases = [scenario(**changes) for changes, _, _ in FORBIDDEN]
    assert any(any(check(case, NO_GAPS)) for case in cases) or check is waves_are_few_enough


def message(**changes: Any) -> str:
    with pytest.raises(InputError) as caught:
        scenario_from_data(document(**changes))
    (problem,) = caught.value.problems
    return f"{problem.detail} | {problem.remedy}"


def test_reasons_why_no_window_fits_are_told_apart() -> None:
    assert "92 days is longer than its 91 days" in message(activations__0__window_days=92)
    assert "start_latest, 2027-03-14, lies before start_earliest, 2027-03-15" in message(
        activations__0__start_latest="2027-03-14"
    )
    assert "neither before 2027-05-18 nor after 2027-05-17" in message(
        activations__0__start_earliest="2027-05-18", activations__0__start_latest="2027-05-30"
    )
    assert "no `mon` lies between 2027-03-16 and 2027-03-21" in message(
        activations__0__start_earliest="2027-03-16", activations__0__start_latest="2027-03-21"
    )
    assert "`bread-4` has no candidate window" in message(activations__1__repeat__times=5)
    assert "1 further waves likewise" in message(activations__1__repeat__times=5)


def test_an_implied_activation_that_does_not_fit_is_told_at_its_community() -> None:
    changes: Changes = {"activations": ..., "locks": [], "horizon__end": "2027-03-10"}
    assert refusals(document(**changes)) == [("no_window", "/communities/0"), ("no_window", "/communities/1")]


def test_remedies_name_what_was_probably_meant() -> None:
    assert "Did you mean `trail`?" in message(activations__0__community="trial")
    assert "`bread-1` to `bread-2`" in message(locks__0__activation="bread")
    assert "GB-ENG" in message(shipping__holiday_calendar="GB-EN")
    assert "0.75" in message(creators__0__organic_rate=0.8)


def test_the_number_of_waves_is_bounded() -> None:
    repeat = {"times": 366, "every_days": 1, "flex_days": 3660}
    activations = [{"id": f"a{n}", "community": "trail", "repeat": repeat} for n in range(28)]
    changes: Changes = {"activations": activations, "locks": []}
    assert refusals(document(**changes, horizon__end="2037-01-01")) == [("too_many_waves", "/activations")]
    changes["activations"] = activations[:2]
    assert refusals(document(**changes, horizon__end="2037-01-01")) == []


def test_checks_can_be_run_alone() -> None:
    assert list(problems(scenario())) == []
    assert [problem.code for problem in problems(scenario(currency="XYZ"))] == ["unknown_currency"]
