"""Checks of amounts, probabilities, counts and lists."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

import holidays

from optimizer.calendar import is_known_holiday_calendar
from optimizer.errors import Problem
from optimizer.money import LARGEST_MINOR, exact, from_minor, minor_digits, to_minor
from optimizer.scenario.models import Scenario
from optimizer.scenario.partial_validation import Gaps
from optimizer.scenario.validation_errors import Path
from optimizer.wording import counted

LONGEST_TRANSIT_DAYS = 60
CHANCE_TOLERANCE = Fraction(1, 10**6)
"""The probabilities of a service's transit days may miss 1 by this much, as 0.333333 three times does."""


def currency_exists(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """The currency is one that ISO 4217 lists with a minor unit."""
    if minor_digits(scenario.currency) is None:
        yield Problem(
            "unknown_currency",
            gaps.at("currency"),
            "ISO 4217 has no such currency",
            "Write a code such as GBP, EUR or USD.",
            scenario.currency,
        )


def money_fits_the_currency(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """No amount is finer than the minor unit or larger than what sums can carry."""
    digits = minor_digits(scenario.currency)
    if digits is None or gaps.touch("currency"):
        return
    for path, amount in _amounts(scenario):
        try:
            minor = to_minor(amount, digits)
        except ValueError:
            detail = f"is finer than the smallest unit of {scenario.currency}"
            yield Problem(
                "money_too_fine", gaps.at(*path), detail, f"Round it to {counted(digits, 'decimal')}.", str(amount)
            )
        else:
            if minor > LARGEST_MINOR:
                largest = from_minor(LARGEST_MINOR, digits)
                yield Problem(
                    "money_too_large",
                    gaps.at(*path),
                    f"no amount may exceed {largest}",
                    "Check the amount; for no limit leave the field out.",
                    str(amount),
                )


def _amounts(scenario: Scenario) -> Iterator[tuple[Path, Decimal]]:
    if scenario.budget.total is not None:
        yield ("budget", "total"), scenario.budget.total
    for month, cap in scenario.budget.monthly.items():
        yield ("budget", "monthly", month), cap
    for index, product in enumerate(scenario.products):
        yield ("products", index, "unit_cost"), product.unit_cost
    for index, service in enumerate(scenario.shipping.services):
        yield ("shipping", "services", index, "cost"), service.cost
    for index, creator in enumerate(scenario.creators):
        if creator.paid_fee is not None:
            yield ("creators", index, "paid_fee"), creator.paid_fee


def transit_chances_sum_to_one(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """The probabilities of a service's transit days sum to 1."""
    for index, service in enumerate(scenario.shipping.services):
        path = ("shipping", "services", index, "transit_days")
        total = sum((exact(probability) for probability in service.transit_days.values()), Fraction(0))
        if abs(total - 1) > CHANCE_TOLERANCE and not gaps.touch(*path):
            yield Problem(
                "transit_sum",
                gaps.at(*path),
                f"the chances of service `{service.id}` sum to {float(total):.6g}, not to 1",
                "Correct the chances so that they sum to 1.",
                service.transit_days,
            )


def transit_is_short_enough(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """No parcel takes more than `LONGEST_TRANSIT_DAYS` delivery days."""
    for index, service in enumerate(scenario.shipping.services):
        for days in service.transit_days:
            if int(days) > LONGEST_TRANSIT_DAYS:
                yield Problem(
                    "transit_too_long",
                    gaps.at("shipping", "services", index, "transit_days", days),
                    f"transit takes at most {LONGEST_TRANSIT_DAYS} delivery days",
                    "Drop this entry or check the unit: delivery days.",
                    days,
                )


def rate_band_is_in_order(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """0 < high and low ≤ high; whatever the model, so that switching it never makes a good file bad."""
    band = scenario.posting.organic_rate
    if gaps.touch("posting", "organic_rate"):
        return
    if band.high == 0:
        yield Problem(
            "rate_band_zero",
            gaps.at("posting", "organic_rate", "high"),
            "the high end of the band should be above 0",
            "Give the share of gifted creators that may post at best.",
            band.high,
        )
    elif band.low > band.high:
        given = "low" if "low" in band.model_fields_set else "high"
        yield Problem(
            "rate_band_reversed",
            gaps.at("posting", "organic_rate", given),
            f"the low end of the band, {band.low}, lies above the high end, {band.high}",
            "Correct low or high; left out they are 0.2 and 0.4.",
            getattr(band, given),
        )


def rates_stay_below_one(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """organic_rate · high / mid ≤ 1 for every creator, mid = (low + high) / 2; in exact decimals."""
    band = scenario.posting.organic_rate
    low, high = exact(band.low), exact(band.high)
    if gaps.touch("posting", "organic_rate") or high == 0 or low > high:
        return
    most = (low + high) / (2 * high)
    # Fractions are slow: they decide only where binary rounding could matter.
    surely = float(most) * (1 - 1e-9)
    for index, creator in enumerate(scenario.creators):
        rate = creator.organic_rate
        if rate is not None and rate > surely and exact(rate) > most:
            yield Problem(
                "rate_above_one",
                gaps.at("creators", index, "organic_rate"),
                f"at the high end of the rate band, {band.high}, this creator would post with a chance above 1",
                f"Use at most {_rounded_down(most)}, or a narrower band in /posting/organic_rate.",
                creator.organic_rate,
            )


def _rounded_down(share: Fraction) -> float:
    return int(share * 10_000) / 10_000


def lag_percentiles_are_in_order(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """The 90th percentile of the posting lag lies above its median."""
    lag = scenario.posting.gift_lag
    if lag.p90_days <= lag.median_days and not gaps.touch("posting", "gift_lag"):
        given = "p90_days" if "p90_days" in lag.model_fields_set else "median_days"
        yield Problem(
            "lag_reversed",
            gaps.at("posting", "gift_lag", given),
            f"the 90th percentile, {lag.p90_days:g} days, should lie above the median, {lag.median_days:g} days",
            "Correct median_days or p90_days; left out they are 8 and 21.",
            getattr(lag, given),
        )


def comments_add_up(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """No more comments are substantive than were sampled. Replies may be more: a comment can have several."""
    for index, creator in enumerate(scenario.creators):
        sample = creator.comments
        if sample is not None and sample.substantive > sample.sampled:
            yield Problem(
                "substantive_above_sampled",
                gaps.at("creators", index, "comments", "substantive"),
                f"more comments are substantive than the {sample.sampled} that were sampled",
                "Correct one of the two counts.",
                sample.substantive,
            )


def tier_ranges_are_in_order(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """min ≤ max in every entry of a tier mix."""
    for index, activation in enumerate(scenario.activations or ()):
        for tier, span in activation.tier_mix.items():
            if span.max is not None and span.min > span.max:
                yield Problem(
                    "tier_range_reversed",
                    gaps.at("activations", index, "tier_mix", tier, "min"),
                    f"min is above max, {span.max}",
                    "Correct min or max.",
                    span.min,
                )


def entries_are_listed_once(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """Weekdays, accepted modes and a creator's communities are named once each."""
    for path, entries in _lists(scenario):
        if len(entries) == len(set(entries)):
            continue
        seen: set[str] = set()
        for position, entry in enumerate(entries):
            if entry in seen:
                yield Problem(
                    "duplicate_entry", gaps.at(*path, position), "this is listed twice", "Take one out.", entry
                )
            seen.add(entry)


def _lists(scenario: Scenario) -> Iterator[tuple[Path, Sequence[str]]]:
    yield ("shipping", "ship_weekdays"), scenario.shipping.ship_weekdays
    yield ("shipping", "delivery_weekdays"), scenario.shipping.delivery_weekdays
    for index, creator in enumerate(scenario.creators):
        yield ("creators", index, "communities"), creator.communities
        yield ("creators", index, "accepts"), creator.accepts or ()


def holiday_calendar_exists(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """The holiday calendar is a country, or country-subdivision, that the `holidays` library knows."""
    name = scenario.shipping.holiday_calendar
    if name is not None and not is_known_holiday_calendar(name):
        yield Problem(
            "unknown_holiday_calendar",
            gaps.at("shipping", "holiday_calendar"),
            "there is no public holiday calendar for this country or subdivision",
            _calendar_remedy(name),
            name,
        )


def _calendar_remedy(name: str) -> str:
    country, _, subdivision = name.upper().partition("-")
    supported = holidays.list_supported_countries()
    if country not in supported:
        return "Write an ISO 3166 country code such as GB, or one with a subdivision such as GB-ENG."
    close = difflib.get_close_matches(subdivision, supported[country], n=1)
    choices = close or supported[country]
    return f"Write {country}" + (f" or, for example, {country}-{choices[0]}." if choices else ".")
