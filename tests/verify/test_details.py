"""What the judge says it compared, in words for planners."""

from __future__ import annotations

from typing import Any

import pytest

from tests.verify.builder import build, judge, scenario


@pytest.mark.parametrize(
    ("changes", "rule", "said"),
    [
        ({"budget.total": "539.30"}, "budget_total", "£539.30 of £539.30"),
        ({}, "budget_total", "£539.30 spent, no total budget is given"),
        ({}, "budget_month", "no month has a budget of its own"),
        ({}, "stock", "no product has a limited stock"),
        (
            {"products.0.stock": [{"on": "2027-03-01", "units": 9}]},
            "stock",
            "7 of 9 units of socks leave, never more than have arrived",
        ),
        ({"activations.0.min_paid": 1}, "min_paid", "1 paid in trail-a, at least 1"),
        (
            {"activations.0.tier_mix": {"nano": {"min": 2, "max": 2}, "established": {"min": 1}}},
            "tier_mix",
            "trail-a has 2 nano (2 to 2), 1 established (at least 1)",
        ),
        ({}, "paid_share", "1 of 3 creators paid in bread-a, at most 50% of them may be; more room in the others"),
        ({}, "density", "3 of 4 activations secured; the nearest to its limit is"),
        ({}, "horizon", "every ship day and window lies within 2027-03-01 to 2027-05-30"),
    ],
)
def test_what_was_compared_is_said_of_a_rule_that_is_kept(changes: dict[str, Any], rule: str, said: str) -> None:
    given = scenario(changes)
    found = judge(given, build(given))[rule]
    assert found.ok
    assert said in found.detail
