from __future__ import annotations

import math
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.calendar import ShippingCalendar
from optimizer.derive.instance import RateModel
from optimizer.derive.posting import LONGEST_LAG_DAYS, PostingModel, lag_distribution, rate_model
from optimizer.scenario.fields import GiftLag, OrganicRate, Posting, Service
from tests.derive.small import EVERY_DAY

Z90 = 1.2815515655446004
EASTER = date(2027, 3, 28)
WORKING = ("mon", "tue", "wed", "thu", "fri")
CERTAIN = Posting(gift_lag=GiftLag(median_days=0.01, p90_days=0.02), brief_compliance=1.0, hold_decay_per_day=0.0)


def model(posting: Posting, calendar: ShippingCalendar, transit: dict[str, float]) -> PostingModel:
    service = Service.model_validate({"id": "s", "cost": 0, "transit_days": transit})
    return PostingModel(posting, calendar, {"s": service})


def lag(median: float, p90: float) -> list[float]:
    """P(L = l) straight from the definition, with the error function."""
    mu, sigma = math.log(median), (math.log(p90) - math.log(median)) / Z90

    def below(days: int) -> float:
        return 0.0 if days == 0 else 0.5 * math.erfc((mu - math.log(days)) / (sigma * math.sqrt(2)))

    total = below(LONGEST_LAG_DAYS + 1)
    return [(below(days + 1) - below(days)) / total for days in range(LONGEST_LAG_DAYS + 1)]


def arrival(calendar: ShippingCalendar, shipped: date, number: int) -> date:
    """The number-th delivery day after `shipped`, counted day by day."""
    day, seen = shipped, 0
    while seen < number:
        day += timedelta(days=1)
        seen += calendar.is_delivery_day(day)
    return day


@st.composite
def journeys(draw: st.DrawFn) -> tuple[Posting, ShippingCalendar, dict[str, float], date, date, date]:
    median = draw(st.floats(0.2, 60))
    posting = Posting(
        gift_lag=GiftLag(median_days=median, p90_days=median * draw(st.floats(1.1, 8))),
        brief_compliance=draw(st.sampled_from((0.0, 0.5, 0.8, 1.0))),
        hold_decay_per_day=draw(st.sampled_from((0.0, 0.015, 0.2, 0.99))),
        paid_prep_days=draw(st.integers(0, 9)),
    )
    calendar = ShippingCalendar(
        EVERY_DAY, draw(st.sets(st.sampled_from(EVERY_DAY), min_size=1)), draw(st.sampled_from((None, "GB-ENG")))
    )
    transit = draw(
        st.sampled_from(({"1": 1.0}, {"1": 0.5, "2": 0.5}, {"2": 0.7, "3": 0.25, "5": 0.05}, {"4": 0.0, "9": 1.0}))
    )
    shipped = EASTER + timedelta(days=draw(st.integers(-12, 12)))
    start = shipped + timedelta(days=draw(st.integers(-10, 40)))
    return posting, calendar, transit, shipped, start, start + timedelta(days=draw(st.integers(0, 30)))


@given(journeys())
@settings(max_examples=60, deadline=None)
def test_gift_chance_is_the_sum_over_transit_and_lag(
    journey: tuple[Posting, ShippingCalendar, dict[str, float], date, date, date],
) -> None:
    posting, calendar, transit, shipped, start, end = journey
    inside = early = late = 0.0
    for number, chance in transit.items():
        arrived = arrival(calendar, shipped, int(number))
        for days, share in enumerate(lag(posting.gift_lag.median_days, posting.gift_lag.p90_days)):
            natural, weight = arrived + timedelta(days=days), chance * share
            if natural > end:
                late += weight
            elif natural >= start:
                inside += weight
            else:
                early += weight
                held = (1 - posting.hold_decay_per_day) ** (start - natural).days
                inside += weight * posting.brief_compliance * held
    found = model(posting, calendar, transit)
    assert found.gift("s", shipped, start, end) == pytest.approx(inside, abs=1e-12)
    outside = early * (1 - posting.brief_compliance) + late
    assert found.gift_outside("s", shipped, start, end) == pytest.approx(outside, abs=1e-12)


@given(journeys())
@settings(max_examples=60, deadline=None)
def test_paid_chance_is_that_of_a_timely_parcel(
    journey: tuple[Posting, ShippingCalendar, dict[str, float], date, date, date],
) -> None:
    posting, calendar, transit, shipped, _, end = journey
    ready = [arrival(calendar, shipped, int(number)) + timedelta(days=posting.paid_prep_days) for number in transit]
    timely = sum(chance for chance, day in zip(transit.values(), ready, strict=True) if day <= end)
    assert model(posting, calendar, transit).paid("s", shipped, end) == pytest.approx(timely, abs=1e-15)


@given(journeys())
@settings(max_examples=60, deadline=None)
def test_mean_delivery_is_exact_and_in_calendar_days(
    journey: tuple[Posting, ShippingCalendar, dict[str, float], date, date, date],
) -> None:
    posting, calendar, transit, shipped, _, _ = journey
    whole, rest = model(posting, calendar, transit).mean_delivery("s", shipped)
    mean = sum(
        ((arrival(calendar, shipped, int(number)) - shipped).days * Fraction(str(chance)))
        for number, chance in transit.items()
    )
    assert (whole - shipped).days + rest == mean
    assert 0 <= rest < 1


def test_lag_keeps_the_median_and_the_ninetieth_percentile() -> None:
    steps = lag_distribution(8, 21)
    assert len(steps) == 121
    assert steps.sum() == pytest.approx(1, abs=1e-15)
    assert steps[:8].sum() == pytest.approx(0.5, abs=0.002)
    assert steps[:21].sum() == pytest.approx(0.9, abs=0.002)


def test_lag_is_cut_at_120_days_and_renormalised() -> None:
    steps = lag_distribution(120, 1000)
    assert len(steps) == 121
    assert steps.sum() == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize(("median", "p90"), [(8, 8.0000001), (1e-9, 1000), (120, 120.5), (1e-300, 1e-299)])
def test_extreme_lags_stay_distributions(median: float, p90: float) -> None:
    steps = lag_distribution(median, p90)
    assert steps.sum() == pytest.approx(1, abs=1e-12)
    assert (steps >= 0).all()


def test_a_holiday_holds_parcels_up() -> None:
    """Good Friday and Easter Monday 2027 are 26 and 29 March: from Thursday a parcel arrives on Saturday or Tuesday."""
    open_days = ShippingCalendar(WORKING, (*WORKING, "sat"), None)
    closed = ShippingCalendar(WORKING, (*WORKING, "sat"), "GB-ENG")
    thursday = date(2027, 3, 25)
    assert model(CERTAIN, open_days, {"1": 1.0}).mean_delivery("s", thursday)[0] == date(2027, 3, 26)
    assert model(CERTAIN, closed, {"1": 1.0}).mean_delivery("s", thursday)[0] == date(2027, 3, 27)
    second = model(CERTAIN, closed, {"2": 1.0})
    assert second.mean_delivery("s", thursday)[0] == date(2027, 3, 30)
    assert second.gift("s", thursday, date(2027, 3, 22), date(2027, 3, 29)) == 0
    assert second.gift("s", thursday, date(2027, 3, 22), date(2027, 3, 30)) == pytest.approx(1)


def test_a_closed_warehouse_does_not_stop_the_carrier() -> None:
    calendar = ShippingCalendar(WORKING, WORKING, None, frozenset({date(2027, 3, 3)}))
    assert not calendar.is_ship_day(date(2027, 3, 3))
    assert model(CERTAIN, calendar, {"1": 1.0}).mean_delivery("s", date(2027, 3, 2))[0] == date(2027, 3, 3)


def test_a_gift_after_the_window_is_worth_nothing_and_one_far_ahead_decays() -> None:
    posting = Posting(gift_lag=GiftLag(median_days=0.01, p90_days=0.02), brief_compliance=0.8, hold_decay_per_day=0.1)
    found = model(posting, ShippingCalendar(EVERY_DAY, EVERY_DAY), {"1": 1.0})
    shipped, start = date(2027, 3, 1), date(2027, 3, 12)
    assert found.gift("s", date(2027, 3, 20), start, date(2027, 3, 20)) == 0
    assert found.gift("s", shipped, start, date(2027, 3, 20)) == pytest.approx(0.8 * 0.9**10)
    assert found.gift("s", shipped, date(2027, 3, 2), date(2027, 3, 2)) == pytest.approx(1)


@pytest.mark.parametrize(
    ("low", "high", "model_name", "expected"),
    [
        (0.2, 0.4, "shared", RateModel("shared", 2 / 3, 4 / 3)),
        (0.2, 0.4, "independent", RateModel("point", 1.0, 1.0)),
        (0.2, 0.4, "worst_case", RateModel("point", 2 / 3, 2 / 3)),
        (0.3, 0.3, "shared", RateModel("point", 1.0, 1.0)),
        (0.0, 0.5, "shared", RateModel("shared", 0.0, 2.0)),
        (0.0, 0.5, "worst_case", RateModel("point", 0.0, 0.0)),
    ],
)
def test_rate_model_is_relative_to_the_middle(low: float, high: float, model_name: str, expected: RateModel) -> None:
    band = OrganicRate.model_validate({"low": low, "high": high, "model": model_name})
    found = rate_model(Posting(organic_rate=band))
    assert found.kind == expected.kind
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
