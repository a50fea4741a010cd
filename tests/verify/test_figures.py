"""The figures of the small plan, worked out by hand."""

from __future__ import annotations

import math

import pytest

from optimizer.verify.figures import activation_figures, restate
from optimizer.verify.premises import Premises
from tests.verify.builder import CHOICES, Choice, build, lines, scenario

GIVEN = scenario()
PLAN = build(GIVEN)


def test_amounts_by_hand() -> None:
    amounts = [(each.product, each.shipping, each.fee, each.cost) for each in PLAN.assignments]
    assert amounts[0] == ("28.00", "3.95", "0.00", "31.95")
    assert amounts[1] == ("28.00", "2.10", "0.00", "30.10")
    assert amounts[3] == ("28.00", "3.95", "180.00", "211.95")
    assert amounts[9] == ("12.50", "3.95", "90.00", "106.45")
    assert [each.cost for each in PLAN.activations] == ["305.95", "94.00", "139.35", "0.00"]
    totals = PLAN.totals
    assert (totals.cost, totals.product, totals.shipping, totals.fees) == ("539.30", "233.50", "35.80", "270.00")


def test_a_month_carries_its_parcels_and_the_windows_that_end_in_it() -> None:
    """The bread window runs from 29 March to 4 April: parcels in March, the fee in April."""
    found = [(line.month, line.product, line.shipping, line.fees, line.total) for line in PLAN.cash]
    assert found == [
        ("2027-03", "149.50", "25.80", "180.00", "355.30"),
        ("2027-04", "84.00", "10.00", "90.00", "184.00"),
    ]


def test_a_month_without_spend_is_left_out() -> None:
    """The bread window ends in April, but a gift brings no fee there; and what is free is no spend."""
    assert [line.month for line in build(GIVEN, CHOICES[7:9], secured=None).cash] == ["2027-03"]
    free = scenario({"products.0.unit_cost": 0, "shipping.services.0.cost": 0})
    assert build(free, CHOICES[:1], secured=None).cash == []


def test_a_gift_costs_no_fee() -> None:
    plan = build(GIVEN, [Choice("fay", "bread-a", "gift", "2027-03-23", "2027-03-29")], secured=None)
    assert (plan.assignments[0].fee, plan.totals.fees) == ("0.00", "0.00")


def test_counts_by_hand() -> None:
    assert [(each.gifts, each.paid) for each in PLAN.activations] == [(3, 1), (3, 0), (2, 1), (0, 0)]
    assert (PLAN.totals.gifts, PLAN.totals.paid) == (8, 2)
    assert [len(each.post_distribution) for each in PLAN.activations] == [5, 4, 4, 1]
    assert len(PLAN.totals.secured_distribution) == 4
    assert PLAN.objective.value == 6


def test_expected_delivery_is_rounded_up() -> None:
    """Tracked: 10 or 11 March, mean 10.5. Economy: 11, 12 or 15 March (the 14th is a Sunday), mean 11.45."""
    days = [each.expected_delivery.isoformat() for each in PLAN.assignments[:2]]
    assert days == ["2027-03-11", "2027-03-12"]
    sure = scenario({"shipping.services.0.transit_days": {"2": 1.0}})
    assert build(sure).assignments[0].expected_delivery.isoformat() == "2027-03-11"


def test_embeddedness_counts_unknown_as_nothing() -> None:
    ben = PLAN.assignments[1].embeddedness
    assert ben == pytest.approx(0.257168 * 0.85, abs=1e-6)  # lower Wilson bound of 120/400; 60 replies to 120 comments
    assert ben is not None
    known = [0.5, ben, 0.6, 0.0, 0.5, ben, 0.6, 0.6, 0.4, 0.7]
    assert PLAN.objective.embeddedness == pytest.approx(math.fsum(known))
    assert PLAN.assignments[3].embeddedness is None


def test_totals_of_chances_hang_together() -> None:
    totals = PLAN.totals
    assert totals.expected_posts == pytest.approx(math.fsum(each.expected_posts for each in PLAN.activations))
    assert totals.probability_all == totals.secured_distribution[-1]
    mean_secured = math.fsum(n * chance for n, chance in enumerate(totals.secured_distribution))
    assert mean_secured == pytest.approx(math.fsum(each.probability for each in PLAN.activations))


def test_posting_inside_is_quoted_at_the_middle_of_the_band_whatever_the_model() -> None:
    worst = build(scenario({"posting.organic_rate.model": "worst_case"}), secured=None)
    assert [each.post_probability for each in worst.assignments] == [each.post_probability for each in PLAN.assignments]
    low, middle = worst.activations[1], PLAN.activations[1]
    assert low.expected_posts == pytest.approx(middle.expected_posts * 2 / 3)
    assert low.expected_posts_outside == pytest.approx(middle.expected_posts_outside * 2 / 3)
    assert low.probability < middle.probability


def test_a_second_line_of_a_creator_costs_money_but_adds_no_post() -> None:
    premises = Premises(GIVEN)
    alone = lines(GIVEN, CHOICES[:4])
    double = activation_figures(premises, premises.waves["trail-a"], [*alone, alone[0]])
    single = activation_figures(premises, premises.waves["trail-a"], alone)
    assert (double.gifts, double.cost) == (4, "337.90")
    assert double.post_distribution == single.post_distribution
    assert double.expected_posts_outside == single.expected_posts_outside


def test_secured_is_what_reaches_its_confidence_unless_told() -> None:
    premises = Premises(GIVEN)
    weak = lines(GIVEN, [Choice("ana", "trail-b", "gift", "2027-04-06", "2027-04-12")])
    assert [each.secured for each in restate(premises, weak).activations] == [False] * 4
    nothing = restate(premises, weak).totals
    assert (nothing.probability_all, nothing.secured_distribution) == (None, [1.0])
    told = restate(premises, weak, secured=["trail-b"])
    assert told.value == 2
    assert told.totals.probability_all == pytest.approx(told.activations[1].probability)


def test_amounts_have_the_decimals_of_their_currency() -> None:
    whole = {"products.0.unit_cost": "28", "products.1.unit_cost": "12", "shipping.services": None}
    given = scenario({"currency": "JPY", "creators.1.service": None} | whole)
    assert build(given).totals.cost == str(7 * 28 + 3 * 12 + 270)
