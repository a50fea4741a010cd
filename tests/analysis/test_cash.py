"""The cash view: every table comes to the plan's totals to the minor unit, and waste is what the formula says."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.analysis.cash import cash_view, half_up
from optimizer.answers.cash import CashView
from optimizer.errors import InputError
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario
from optimizer.verify.chance import mean_ratio, odds
from optimizer.verify.figures import cost
from optimizer.verify.premises import Premises
from tests.analysis.edits import edited, without_plan
from tests.analysis.plans import random_plan
from tests.cli.launch import decision, plan, scenario

PARTS = ("product", "shipping", "fees")


def total(rows: Iterable[Any], part: str) -> Decimal:
    return sum((Decimal(getattr(row, part)) for row in rows), Decimal(0))


def reconciles(view: CashView, of: Plan) -> None:
    sums = {part: Decimal(getattr(of.totals, part) or "") for part in PARTS}
    sums["total"] = Decimal(of.totals.cost or "")
    for rows in (view.entries, view.days, view.months, view.parts, view.communities, [view.totals]):
        assert {part: total(rows, part) for part in sums} == sums
        assert all(sum(Decimal(getattr(row, part)) for part in PARTS) == Decimal(row.total) for row in rows)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_table_of_every_plan_comes_to_its_totals(seed: int) -> None:
    case, found = random_plan(seed)
    view = cash_view(case, found)
    reconciles(view, found)
    assert [line.model_dump() for line in view.months] == [line.model_dump() for line in found.cash]
    assert not view.days or Decimal(view.days[-1].cumulative) == Decimal(found.totals.cost or "")
    assert [day.day for day in view.days] == sorted(day.day for day in view.days)
    totals = view.totals
    assert (totals.gifts, totals.paid) == (found.totals.gifts, found.totals.paid)
    assert totals.gifts == sum(item.gifts for item in view.communities)
    assert sum(day.parcels for day in view.days) == len(found.assignments)
    assert totals.expected_posts == pytest.approx(found.totals.expected_posts, abs=1e-12)
    assert total(view.communities, "waste") == Decimal(totals.waste)
    assert 0 <= Decimal(totals.waste) <= Decimal(totals.product) + Decimal(totals.shipping)
    assert 0 <= totals.silent_gifts <= totals.gifts
    for item in view.communities:
        month_by_month = [part for part in view.parts if part.community == item.community]
        assert total(month_by_month, "total") == Decimal(item.total)


def independent_waste(case: Scenario, found: Plan, community: str) -> float:
    """Return the formula in minor units, from the chances of the verifier."""
    premises = Premises(case)
    ratio = mean_ratio(case.posting.organic_rate)
    lines = [line for each in found.assignments if (line := premises.line(each))]
    gifts = [line for line in lines if line.mode == "gift" and line.wave.community == community]
    silent = [1 - ratio * (odds(premises, line).inside + odds(premises, line).outside) for line in gifts]
    goods = [cost(premises, line).product + cost(premises, line).shipping for line in gifts]
    return sum(chance * amount for chance, amount in zip(silent, goods, strict=True))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_waste_is_the_price_of_gifts_that_lead_to_no_post_at_all(seed: int) -> None:
    case, found = random_plan(seed)
    for item in cash_view(case, found).communities:
        minor = int(Decimal(item.waste) * 100)
        assert abs(minor - independent_waste(case, found, item.community)) <= 0.5 + 1e-6


@pytest.mark.parametrize(("exact", "rounded"), [("2.5", 3), ("2.49", 2), ("3.5", 4), ("0", 0), ("0.5", 1)])
def test_halves_are_rounded_up(exact: str, rounded: int) -> None:
    assert half_up(Fraction(exact)) == rounded


def test_paid_creators_cause_no_waste() -> None:
    view = cash_view(scenario(), plan([decision("cat", "paid", "2027-03-10")]))
    assert (view.totals.waste, view.totals.silent_gifts, view.totals.fees) == ("0.00", 0.0, "60.00")


def test_goods_go_on_ship_days_and_fees_when_windows_end() -> None:
    view = cash_view(scenario(), plan())
    assert [(f"{day.day}", day.event, day.parcels, day.total, day.cumulative) for day in view.days] == [
        ("2027-03-10", "parcels shipped", 1, "31.95", "31.95"),
        ("2027-03-11", "parcels shipped", 1, "31.95", "63.90"),
        ("2027-03-28", "windows end", 0, "60.00", "123.90"),
    ]
    assert [(item.community, item.name, item.total) for item in view.communities] == [
        ("trail-running", "Trail running", "123.90")
    ]


def test_a_month_shows_its_budget() -> None:
    capped: dict[str, Any] = {"budget": {"monthly": {"2027-03": "200"}}}
    (month,) = cash_view(scenario(**capped), plan(**capped)).months
    assert month.cap == "200.00"
    (month,) = cash_view(scenario(), plan()).months
    assert month.cap is None


def test_cost_per_post_is_null_where_no_post_is_expected() -> None:
    view = cash_view(scenario(), plan([]))
    assert (view.totals.total, view.totals.cost_per_expected_post, view.days) == ("0.00", None, [])
    each = cash_view(scenario(), plan()).totals
    posts = Fraction(each.expected_posts)
    assert Decimal(each.cost_per_expected_post or "") == Decimal(half_up(12390 / posts)) / 100


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (plan(name="Other"), "other_scenario"),
        (without_plan(plan(), "infeasible"), "no_plan"),
        (without_plan(plan(), "unknown"), "no_plan"),
        (edited(plan(), totals__fees="0.00"), "does_not_add_up"),
        (edited(plan(), assignments__0__creator="nobody"), "unknown_reference"),
    ],
)
def test_what_has_no_cash_view_is_refused(wrong: Plan, code: str) -> None:
    with pytest.raises(InputError) as refused:
        cash_view(scenario(), wrong)
    assert refused.value.problems[0].code == code
