from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from optimizer.analysis.report import Decision, Figures, figures
from optimizer.plan import ActivationResult, Assignment
from optimizer.scenario.models import Scenario
from optimizer.verify.figures import restate
from optimizer.verify.premises import Premises
from tests.derive.small import CALM, activation, creator, scenario, shipping
from tests.verify import builder

MARCH_8 = date(2027, 3, 8)
PEOPLE = [
    creator("x", 0.5, embeddedness=0.25),
    creator("y", 0.4),
    creator("z", 0.3, paid_fee="6.50", paid_reliability=0.9, embeddedness=0.5),
]


def told(given: Scenario, *choices: str, starts: Mapping[str, date] | None = None) -> Figures:
    """Figures of choices written ``creator activation mode day``."""
    decisions = []
    for choice in choices:
        who, wave, mode, day = choice.split()
        decisions.append(Decision(who, wave, "paid" if mode == "paid" else "gift", date.fromisoformat(f"2027-{day}")))
    return figures(given, decisions, {"a": MARCH_8} if starts is None else starts)


def only(found: Figures) -> ActivationResult:
    (result,) = found.activations
    return result


def line(found: Figures, who: str) -> Assignment:
    return next(each for each in found.assignments if each.creator == who)


TEAM = ("x a gift 03-07", "y a gift 03-07", "z a paid 03-06")


def test_the_distribution_of_posts_is_exact() -> None:
    result = only(told(scenario(PEOPLE, activation(min_posts=2, confidence=0.6)), *TEAM))
    x, y, z = 0.5, 0.4, 0.9
    expected = [
        (1 - x) * (1 - y) * (1 - z),
        x * (1 - y) * (1 - z) + (1 - x) * y * (1 - z) + (1 - x) * (1 - y) * z,
        x * y * (1 - z) + x * (1 - y) * z + (1 - x) * y * z,
        x * y * z,
    ]
    assert result.post_distribution == pytest.approx(expected, abs=1e-12)
    assert result.probability == pytest.approx(expected[2] + expected[3], abs=1e-12)
    assert result.expected_posts == pytest.approx(1.8)
    assert (result.gifts, result.paid, result.cost) == (2, 1, "36.50")
    assert result.secured


@pytest.mark.parametrize(
    ("confidence", "secured"), [(0.5, True), (0.5 + 9e-7, True), (0.5 + 1.1e-6, False), (0.51, False)]
)
def test_secured_is_the_confidence_less_a_millionth(confidence: float, secured: bool) -> None:
    found = told(scenario(PEOPLE, activation(confidence=confidence)), TEAM[0])
    assert only(found).secured is secured
    assert found.value == int(secured)


def test_nobody_secures_nothing() -> None:
    found = told(scenario(PEOPLE), starts={})
    result = only(found)
    assert (result.secured, result.window, result.probability, result.post_distribution) == (False, None, 0.0, [1.0])
    assert (found.totals.cost, found.totals.probability_all, found.totals.secured_distribution) == ("0.00", None, [1.0])
    assert (found.assignments, found.cash, found.value, found.cost_minor) == ([], [], 0, 0)


@pytest.mark.parametrize(("model", "mean"), [("shared", 1.0), ("independent", 1.0), ("worst_case", 0.4)])
def test_expected_posts_are_at_the_mean_of_the_rate_model(model: str, mean: float) -> None:
    """The low end of 0.1 to 0.4 is 0.4 of the middle; the shown chance of each creator is that at the middle."""
    band = {"low": 0.1, "high": 0.4, "model": model}
    found = told(scenario(PEOPLE, posting={**CALM, "organic_rate": band}), *TEAM)
    assert line(found, "x").post_probability == pytest.approx(0.5)
    assert only(found).expected_posts == pytest.approx(0.9 * mean + 0.9)


def test_a_shared_rate_ties_creators_and_activations_together() -> None:
    """With the rate uniform on 0 to 1 and r on 0 to 2: P(x posts) = r/2, so both do with the mean of r²/4 = 1/3."""
    band = {**CALM, "organic_rate": {"low": 0.0, "high": 1.0}}
    people = [creator("x"), creator("y") | {"communities": ["m"]}]
    communities = [{"id": name, "authenticity": "low"} for name in ("k", "m")]
    given = scenario(people, activation(), activation("b", community="m"), posting=band, communities=communities)
    found = told(given, "x a gift 03-07", "y b gift 03-07", starts={"a": MARCH_8, "b": MARCH_8})
    assert [result.probability for result in found.activations] == pytest.approx([0.5, 0.5])
    assert found.totals.secured_distribution == pytest.approx([1 / 3, 1 / 3, 1 / 3])
    assert found.totals.probability_all == pytest.approx(1 / 3)
    both = told(scenario([*PEOPLE[:1], creator("y")], activation(min_posts=2), posting=band), TEAM[0], TEAM[1])
    assert only(both).probability == pytest.approx(1 / 3)


def test_posts_outside_of_the_window() -> None:
    """Of natural posts before the window a fifth breaks the brief; a parcel after it comes too late for everybody."""
    given = scenario(PEOPLE, posting={**CALM, "brief_compliance": 0.8, "hold_decay_per_day": 0.5})
    found = told(given, "x a gift 03-05", "y a gift 03-14", "z a paid 03-20")
    assert line(found, "x").post_probability == pytest.approx(0.5 * 0.8 * 0.5**2)
    assert line(found, "y").post_probability == 0
    assert line(found, "z").post_probability == 0
    assert only(found).expected_posts_outside == pytest.approx(0.5 * 0.2 + 0.4 + 0.9)


def test_expected_delivery_is_rounded_up() -> None:
    services = [{"id": "s", "cost": "1.25", "transit_days": {"1": 0.5, "2": 0.5}}]
    found = told(scenario(PEOPLE, shipping=shipping(services=services)), TEAM[0])
    assert line(found, "x").expected_delivery == date(2027, 3, 9)
    certain = told(scenario(PEOPLE), TEAM[0])
    assert line(certain, "x").expected_delivery == MARCH_8


def test_amounts_of_lines_and_totals() -> None:
    services = [{"id": "s", "cost": "1.25", "transit_days": {"1": 1.0}}]
    found = told(scenario(PEOPLE, shipping=shipping(services=services)), *TEAM)
    paid = line(found, "z")
    assert (paid.product, paid.shipping, paid.fee, paid.cost) == ("10.00", "1.25", "6.50", "17.75")
    totals = found.totals
    assert (totals.product, totals.shipping, totals.fees, totals.cost) == ("30.00", "3.75", "6.50", "40.25")
    assert (found.cost_minor, found.embeddedness) == (4025, 0.75)
    assert (totals.gifts, totals.paid) == (2, 1)
    assert (line(found, "x").embeddedness, line(found, "y").embeddedness) == (0.25, None)


def test_cash_falls_in_the_month_of_shipping_and_fees_where_the_window_ends() -> None:
    late = activation(start_earliest="2027-03-29", start_latest="2027-03-29", delivery={"before_days": 7})
    start = date(2027, 3, 29)
    found = told(scenario(PEOPLE, late), "x a gift 03-28", "z a paid 03-27", starts={"a": start})
    assert [(each.month, each.product, each.fees, each.total) for each in found.cash] == [
        ("2027-03", "20.00", "0.00", "20.00"),
        ("2027-04", "0.00", "6.50", "6.50"),
    ]
    free = told(scenario(PEOPLE, late, products=[{"id": "p", "unit_cost": 0}]), "x a gift 03-28", starts={"a": start})
    assert free.cash == []


def test_lines_come_by_activation_day_and_creator() -> None:
    given = scenario(PEOPLE, activation("b"), activation())
    starts = {"a": MARCH_8, "b": MARCH_8}
    found = told(given, "y a gift 03-06", "z a gift 03-05", "x a gift 03-06", "z b gift 03-07", starts=starts)
    assert [(each.activation, each.creator) for each in found.assignments] == [
        ("b", "z"),
        ("a", "z"),
        ("a", "x"),
        ("a", "y"),
    ]
    assert [result.activation for result in found.activations] == ["b", "a"]


def test_currencies_without_decimals() -> None:
    found = told(scenario(PEOPLE[:2], currency="JPY", products=[{"id": "p", "unit_cost": 1200}]), TEAM[0])
    assert (found.totals.cost, line(found, "x").cost) == ("1200", "1200")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"posting.organic_rate": {"low": 0.05, "high": 0.55}},
        {"posting.organic_rate": {"model": "worst_case"}},
        {"posting.organic_rate": {"low": 0.2, "high": 0.4, "model": "independent"}},
        {"posting.gift_lag": {"median_days": 2, "p90_days": 60}, "posting.brief_compliance": 0.3},
        {"shipping.holiday_calendar": None, "shipping.delivery_weekdays": ["tue", "sat"]},
        {"currency": "JPY", "products.1.unit_cost": "13", "products.0.unit_cost": "28", "shipping.services": None},
    ],
)
def test_figures_agree_with_the_independent_verifier(changes: dict[str, Any]) -> None:
    document = builder.edited(builder.DOCUMENT, changes)
    given = Scenario.model_validate(document)
    if "currency" in changes:
        given = Scenario.model_validate(builder.edited(document, {"creators.1.service": None}))
    lines = builder.lines(given, builder.CHOICES)
    decisions = [Decision(each.creator.id, each.wave.id, each.mode, each.ship_on) for each in lines]
    found = figures(given, decisions, {each.wave.id: each.window.start for each in lines})
    stated = restate(Premises(given), lines)
    by_name = {(each.creator, each.activation): each for each in stated.assignments}
    assert (found.value, found.cash) == (stated.value, stated.cash)
    assert found.embeddedness == pytest.approx(stated.embeddedness, abs=1e-12)
    for mine, other in [
        (found.totals, stated.totals),
        *zip(found.activations, stated.activations, strict=True),
        *((each, by_name[each.creator, each.activation]) for each in found.assignments),
    ]:
        assert close(mine.model_dump(), other.model_dump())


def close(mine: object, other: object) -> bool:
    """Whether two figures are equal, floats up to rounding."""
    if isinstance(mine, dict) and isinstance(other, dict):
        return mine.keys() == other.keys() and all(close(mine[name], other[name]) for name in mine)
    if isinstance(mine, list) and isinstance(other, list):
        return len(mine) == len(other) and all(map(close, mine, other))
    if isinstance(mine, float) and isinstance(other, float):
        return math.isclose(mine, other, rel_tol=0, abs_tol=1e-9)
    return mine == other
