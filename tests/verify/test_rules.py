"""Every rule on decisions: just permitted, just forbidden; and what is forbidden breaks that rule alone."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from optimizer.verify.rules import RULES
from tests.verify.builder import CHOICES, DOCUMENT, SECURED, Choice, altered, broken, build, edited, judge, scenario

RULE_IDS = [
    "scenario",
    "references",
    "horizon",
    "window",
    "ship_days",
    "delivery",
    "membership",
    "embeddedness_floor",
    "accepts",
    "availability",
    "once",
    "density",
    "required",
    "locks",
    "paid_share",
    "min_paid",
    "tier_mix",
    "budget_total",
    "budget_month",
    "stock",
    "daily_capacity",
    "rest_days",
    "max_activations",
    "community_gap",
    "money",
    "probabilities",
    "counts",
    "objective",
]

PERMITTED: list[dict[str, Any]] = [
    {"horizon.start": "2027-03-09"},
    {"activations.0.start_weekday": "any"},
    {"activations.0.start_latest": "2027-03-15", "activations.0.start_earliest": "2027-03-15"},
    {"shipping.closed_dates": ["2027-03-08", "2027-03-10"]},
    {"shipping.ship_weekdays": ["tue"]},
    {"activations.0.delivery": {"before_days": 5, "after_days": 0}},
    {"communities.1.min_embeddedness": 0.4},
    {"creators.3.accepts": ["paid"]},
    {"creators.0.accepts": ["gift"]},
    {"creators.0.unavailable": [{"start": "2027-03-29", "end": "2027-04-11"}]},
    {"communities.0.max_paid_share": 0.25, "communities.1.max_paid_share": 0.34},
    {"activations.0.min_paid": 1},
    {"activations.0.tier_mix": {"nano": {"min": 2, "max": 2}, "established": {"min": 1}}},
    {"budget.total": "539.30"},
    {"budget.monthly": {"2027-03": "355.30", "2027-04": "184.00", "2027-05": "0"}},
    {"products.0.stock": [{"on": "2027-03-09", "units": 4}, {"on": "2027-04-06", "units": 3}]},
    {"shipping.daily_capacity": 4},
    {"rotation.max_activations_per_creator": 3},
    {"communities.0.min_gap_days": 14},
    {"activations.0.required": True, "activations.2.required": True},
    {"locks": [{"creator": "ana", "activation": "trail-a", "mode": "gift", "ship_on": "2027-03-09"}]},
    {"locks": [{"creator": "dan", "activation": "trail-a", "mode": "paid"}]},
    {"locks": [{"creator": "gil", "activation": "trail-a", "mode": "skip"}]},
]

FORBIDDEN: list[tuple[str, dict[str, Any]]] = [
    ("horizon", {"horizon.start": "2027-03-10"}),
    ("window", {"activations.0.start_weekday": "tue"}),
    ("window", {"activations.0.start_latest": "2027-03-14"}),
    ("window", {"activations.0.start_earliest": "2027-03-16"}),
    ("ship_days", {"shipping.closed_dates": ["2027-03-09"]}),
    ("ship_days", {"shipping.ship_weekdays": ["mon", "wed", "thu", "fri"]}),
    ("delivery", {"activations.0.delivery": {"before_days": 4, "after_days": 0}}),
    ("membership", {"creators.0.communities": ["bread"]}),
    ("embeddedness_floor", {"communities.1.min_embeddedness": 0.41}),
    ("embeddedness_floor", {"communities.1.min_embeddedness": 0.1, "creators.4.embeddedness": None}),
    ("accepts", {"creators.3.accepts": ["gift"]}),
    ("accepts", {"creators.3.paid_fee": None}),
    ("accepts", {"creators.0.accepts": []}),
    ("availability", {"creators.0.unavailable": [{"start": "2027-03-01", "end": "2027-03-15"}]}),
    ("availability", {"creators.0.unavailable": [{"start": "2027-03-28", "end": "2027-03-28"}]}),
    ("paid_share", {"communities.0.max_paid_share": 0.2499}),
    ("paid_share", {"communities.1.authenticity": "high"}),
    ("min_paid", {"activations.0.min_paid": 2}),
    ("tier_mix", {"activations.0.tier_mix": {"nano": {"min": 3}}}),
    ("tier_mix", {"activations.0.tier_mix": {"nano": {"max": 1}}}),
    ("budget_total", {"budget.total": "539.29"}),
    ("budget_month", {"budget.monthly": {"2027-03": "355.29"}}),
    ("budget_month", {"budget.monthly": {"2027-04": "183.99"}}),
    ("stock", {"products.0.stock": [{"on": "2027-03-10", "units": 7}]}),
    ("stock", {"products.0.stock": [{"on": "2027-03-09", "units": 3}, {"on": "2027-03-10", "units": 9}]}),
    ("stock", {"products.0.stock": [{"on": "2027-03-01", "units": 6}]}),
    ("daily_capacity", {"shipping.daily_capacity": 3}),
    ("rest_days", {"rotation.rest_days": 1}),
    ("max_activations", {"rotation.max_activations_per_creator": 2}),
    ("community_gap", {"communities.0.min_gap_days": 15}),
    ("required", {"activations.3.required": True}),
    ("required", {"objective.goal": "min_cost"}),
    ("locks", {"locks": [{"creator": "ana", "activation": "trail-a", "mode": "gift", "ship_on": "2027-03-08"}]}),
    ("locks", {"locks": [{"creator": "dan", "activation": "trail-a", "mode": "gift"}]}),
    ("locks", {"locks": [{"creator": "gil", "activation": "trail-a", "mode": "gift"}]}),
    ("locks", {"locks": [{"creator": "ana", "activation": "trail-a", "mode": "skip"}]}),
]

LIMITED: dict[str, Any] = {
    "communities.0.min_gap_days": 14,
    "communities.1.min_embeddedness": 0.4,
    "budget": {"total": "10000", "monthly": {"2027-03": "10000"}},
    "products.0.stock": [{"on": "2027-03-01", "units": 100}],
    "shipping.daily_capacity": 100,
    "rotation": {"rest_days": 0, "max_activations_per_creator": 9},
}


def test_all_rules_stand_in_the_report_once_in_order_under_their_ids() -> None:
    given = scenario()
    assert list(judge(given, build(given))) == [rule.__name__ for rule in RULES] == RULE_IDS


@pytest.mark.parametrize("changes", [{}, LIMITED, *PERMITTED], ids=str)
def test_permitted(changes: dict[str, Any]) -> None:
    given = scenario(changes)
    assert broken(given, build(given)) == set()


@pytest.mark.parametrize(("rule", "changes"), FORBIDDEN, ids=str)
def test_forbidden(rule: str, changes: dict[str, Any]) -> None:
    given = scenario(changes)
    assert broken(given, build(given)) == {rule}


def replaced(index: int, **changes: str) -> list[Choice]:
    choices = list(CHOICES)
    choices[index] = choices[index]._replace(**changes)
    return choices


@pytest.mark.parametrize(("end", "kept"), [("2027-04-25", True), ("2027-04-24", False)])
def test_windows_end_inside_the_horizon(end: str, kept: bool) -> None:
    """So they start early enough: the range of starts ends with the horizon."""
    given = scenario({"horizon.end": end})
    assert broken(given, build(given)) == (set() if kept else {"horizon", "window"})


@pytest.mark.parametrize("days", [13, 15])
def test_windows_have_the_length_asked_for(days: int) -> None:
    assert broken(scenario({"activations.0.window_days": days}), build(scenario())) == {"window"}


@pytest.mark.parametrize("day", ["2027-03-26", "2027-03-28", "2027-03-29"], ids=["holiday", "sunday", "easter monday"])
def test_no_parcels_leave_on_closed_days(day: str) -> None:
    given = scenario({"activations.2.delivery": {"before_days": 7, "after_days": 7}})
    found = judge(given, build(given, replaced(8, ship_on=day), secured=None))
    assert not found["ship_days"].ok
    assert f"eve in bread-a: no parcels leave on {day}" in found["ship_days"].detail


def test_the_warehouse_may_be_closed_on_a_day_on_which_parcels_arrive() -> None:
    given = scenario({"shipping.closed_dates": ["2027-03-10", "2027-03-11"]})
    assert build(given) == build(scenario())


def test_a_creator_takes_part_once() -> None:
    given = scenario()
    found = judge(given, build(given, [*CHOICES, CHOICES[0]]))
    assert [rule for rule, check in found.items() if not check.ok] == ["once"]
    assert found["once"].detail == "ana in trail-a: 2 times"


def test_windows_of_one_creator_must_not_overlap_even_without_rest_days() -> None:
    given = scenario({"activations.2.start_weekday": "any", "rotation.rest_days": 0})
    later = [c._replace(start="2027-03-28") if c.activation == "bread-a" else c for c in CHOICES]
    assert broken(given, build(given, later)) == {"rest_days"}


def test_windows_of_one_community_must_not_overlap_even_without_a_gap() -> None:
    given = scenario({"activations.1.start_weekday": "any"})
    people = [c for c in CHOICES if c.activation == "trail-a"]
    other = [Choice("gil", "trail-b", "gift", "2027-03-23", "2027-03-28")]
    assert broken(given, build(given, people + other, secured=["trail-a"])) >= {"community_gap"}
    apart = [Choice("gil", "trail-b", "gift", "2027-03-23", "2027-03-29")]
    assert "community_gap" not in broken(given, build(given, people + apart, secured=["trail-a"]))


@pytest.mark.parametrize(
    ("transit", "kept"),
    [({"1": 0.15, "2": 0.7, "3": 0.15}, True), ({"2": 0.99, "3": 0.01}, False), ({"1": 1e-12, "2": 1 - 1e-12}, False)],
)
def test_the_mean_delivery_day_is_compared_exactly(transit: dict[str, float], kept: bool) -> None:
    """0.15 + 1.4 + 0.45 is 1.9999999999999998 in floats, which would be a day too early."""
    given = scenario(
        {
            "shipping.services.0.transit_days": transit,
            "activations.0.start_weekday": "any",
            "activations.0.delivery": {"before_days": 0, "after_days": 0},
        }
    )
    choices = [Choice("ana", "trail-a", "gift", "2027-03-09", "2027-03-11")]
    assert judge(given, build(given, choices, secured=None))["delivery"].ok is kept


@pytest.mark.parametrize(("paid", "kept"), [(29, True), (30, False)])
def test_the_paid_share_is_compared_exactly(paid: int, kept: bool) -> None:
    """0.29 · 100 is 28.999999999999996 in floats, which would forbid the 29th."""
    crowd = [
        {"id": f"c{number}", "communities": ["trail"], "paid_fee": "1.00" if number < paid else None}
        for number in range(100)
    ]
    given = scenario({"creators": crowd, "communities.0.max_paid_share": 0.29})
    choices = [
        Choice(f"c{number}", "trail-a", "paid" if number < paid else "gift", "2027-03-09", "2027-03-15")
        for number in range(100)
    ]
    assert judge(given, build(given, choices, secured=["trail-a"]))["paid_share"].ok is kept


@pytest.mark.parametrize(("excess", "kept"), [(0.5e-6, True), (1.5e-6, False)])
def test_density_holds_to_a_millionth(excess: float, kept: bool) -> None:
    reached = build(scenario()).activations[0].probability
    given = scenario({"activations.0.confidence": reached + excess})
    found = judge(given, build(given))
    assert [rule for rule, check in found.items() if not check.ok] == ([] if kept else ["density"])
    assert kept or "trail-a: 4 creators reach 0.57943" in found["density"].detail


def test_an_unsecured_activation_has_nobody() -> None:
    given = scenario()
    found = judge(given, build(given, secured=["trail-a", "trail-b"]))
    assert [rule for rule, check in found.items() if not check.ok] == ["density"]
    assert "bread-a: not secured" in found["density"].detail


def test_an_unsecured_activation_has_nobody_even_without_a_window() -> None:
    given = scenario()
    plan = altered(build(given, secured=["trail-a", "trail-b"]), {"activations.2.window": None})
    assert not judge(given, plan)["density"].ok


def test_an_unsecured_activation_has_no_window() -> None:
    given = scenario()
    plan = altered(build(given), {"activations.3.window": {"start": "2027-05-03", "end": "2027-05-16"}})
    assert broken(given, plan) == {"density"}


def test_a_locked_creator_forces_the_activation() -> None:
    given = scenario({"locks": [{"creator": "gil", "activation": "quiet", "mode": "gift"}]})
    assert broken(given, build(given)) == {"locks", "required"}


def test_limits_of_a_team_do_not_bind_an_activation_that_is_not_planned() -> None:
    mix = {"established": {"min": 1}}
    given = scenario({"activations.3.min_paid": 2, "activations.3.tier_mix": mix, "creators.6.tier": None})
    assert broken(given, build(given)) == set()


def test_every_wave_of_a_repeated_activation_is_judged() -> None:
    repeat = {"times": 2, "every_days": 28, "flex_days": 0}
    base = edited(DOCUMENT, {})["activations"][1]
    wave = base | {"id": "trail", "start_earliest": "2027-03-15", "repeat": repeat}
    given = scenario({"activations": [wave]})
    choices = [
        Choice(who, f"trail-{number}", "gift", ship, start)
        for number, ship, start in ((1, "2027-03-09", "2027-03-15"), (2, "2027-04-06", "2027-04-12"))
        for who in ("ana", "ben", "cat")
    ]
    assert broken(given, build(given, choices, secured=["trail-1", "trail-2"])) == set()
    early = [c._replace(start="2027-04-05") if c.activation == "trail-2" else c for c in choices]
    assert "window" in broken(given, build(given, early, secured=["trail-1", "trail-2"]))


def test_the_first_offenders_are_named_and_the_rest_counted() -> None:
    given = scenario({"shipping.ship_weekdays": ["mon"]})
    detail = judge(given, build(given))["ship_days"].detail
    assert detail.startswith("ana in trail-a: no parcels leave on 2027-03-09 (tue); ben in trail-a")
    assert detail.endswith("; and 7 more")


def test_the_judge_imports_nothing_of_the_optimiser() -> None:
    package = Path(__file__).parents[2] / "optimizer" / "verify"
    allowed = ("errors", "money", "calendar", "wording", "scenario", "plan", "verify")
    for path in package.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            own = [name.split(".")[1] for name in names if name.startswith("optimizer.")]
            assert set(own) <= set(allowed), path.name


def test_secured_is_what_the_builder_assumes() -> None:
    plan = build(scenario(), secured=None)
    assert tuple(each.activation for each in plan.activations if each.secured) == SECURED
