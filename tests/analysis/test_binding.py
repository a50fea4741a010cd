"""Limits that a plan uses up, and those it does not."""

from __future__ import annotations

from datetime import date
from typing import Any

from optimizer.analysis.binding import binding
from optimizer.analysis.evaluate import evaluate
from optimizer.analysis.report import Decision
from tests.analysis.cases import POST, Document, activation, checked, creators, document, solved, two

FRIDAY, MONDAY = date(2027, 3, 26), date(2027, 3, 22)
START = date(2027, 3, 29)


def bound(given: Document, *lines: tuple[str, str, str, date]) -> list[tuple[str, str, str]]:
    """Return (limit, where, detail) of a plan made by hand, every window on its one start."""
    scenario = checked(given)
    decisions = [
        Decision(creator, wave, "paid" if mode == "paid" else "gift", day) for creator, wave, mode, day in lines
    ]
    starts = {decision.activation: START for decision in decisions}
    plan = evaluate(scenario, decisions, starts, draws=0)
    return [(item.limit, item.where, item.detail) for item in binding(scenario, plan)]


def gifts(wave: str, community: str, count: int, day: date = FRIDAY) -> list[tuple[str, str, str, date]]:
    return [(f"{community}-{number + 1}", wave, "gift", day) for number in range(count)]


def test_no_limit_in_use_binds_nothing() -> None:
    assert bound(two(), *gifts("a", "x", 4), *gifts("b", "y", 4)) == []


def test_the_budget_binds_when_no_parcel_can_be_paid_any_more() -> None:
    four = gifts("a", "x", 4)
    assert bound(two(budget={"total": "59.99"}), *four) == [("budget_total", "total", "£48.00 of £59.99")]
    assert bound(two(budget={"total": "60.00"}), *four) == []


def test_creators_who_can_only_be_paid_are_no_cheap_parcels() -> None:
    paid = [{**item, "accepts": ["paid"], "paid_fee": "100.00"} for item in creators("x", 2)]
    line = ("x-1", "a", "paid", FRIDAY)

    def limits(total: str) -> list[tuple[str, str, str]]:
        return bound(document([activation("a", "x")], paid, budget={"total": total}), line)

    assert [limit for limit, _, _ in limits("223.99")] == ["budget_total"]
    assert limits("224.00") == []


def test_a_month_binds_like_the_total() -> None:
    four = gifts("a", "x", 4)
    assert bound(two(budget={"monthly": {"2027-03": "55.00", "2027-04": "1.00"}}), *four) == [
        ("budget_month", "2027-03", "£48.00 of £55.00")
    ]
    assert bound(two(budget={"monthly": {"2027-03": "60.00"}}), *four) == []


def test_full_ship_days_stand_in_one_line() -> None:
    given = two(shipping={"daily_capacity": 2, "services": [POST]})
    mixed = [*gifts("a", "x", 2, FRIDAY), *gifts("b", "y", 2, MONDAY), ("x-3", "a", "gift", date(2027, 3, 24))]
    days = "2027-03-22, 2027-03-26"
    assert bound(given, *mixed) == [("daily_capacity", days, f"full (2 parcels) on 2 of 3 ship days: {days}")]
    assert bound(given, *gifts("a", "x", 2)) == [("daily_capacity", "2027-03-26", "2 of 2 parcels on 2027-03-26")]
    assert bound(given, *gifts("a", "x", 1)) == []


def test_stock_binds_before_an_arrival_and_at_the_end() -> None:
    lots = [{"on": "2027-03-20", "units": 2}, {"on": "2027-03-24", "units": 1}]
    given = two(products=[{"id": "socks", "unit_cost": "10.00", "stock": lots}])
    early = gifts("a", "x", 2, MONDAY)
    waits = "2 of 2 units shipped by 2027-03-22, the next arrive on 2027-03-24"
    assert bound(given, *early) == [("stock", "socks", waits)]
    everything = [*early, ("x-3", "a", "gift", FRIDAY)]
    assert bound(given, *everything) == [("stock", "socks", f"{waits}; 3 of 3 units shipped by 2027-03-26")]
    assert bound(given, *gifts("a", "x", 2, FRIDAY)) == []
    assert bound(given, ("x-1", "a", "gift", MONDAY), ("x-2", "a", "gift", date(2027, 3, 24))) == []


def paid_case(share: float, **fields: Any) -> Document:
    people = [*creators("x", 4), {"id": "p", "communities": ["x"], "paid_fee": "9.00"}]
    return document([activation("a", "x", **fields)], people, communities=[{"id": "x", "max_paid_share": share}])


def test_a_paid_share_binds_when_one_more_would_break_it() -> None:
    team = [*gifts("a", "x", 3), ("p", "a", "paid", FRIDAY)]
    assert bound(paid_case(0.39), *team) == [("paid_share", "a", "1 of 4 creators paid, at most 39% of them may be")]
    assert bound(paid_case(0.4), *team) == []


def test_minimum_and_mix_bind_at_their_ends() -> None:
    team = [*gifts("a", "x", 3), ("p", "a", "paid", FRIDAY)]
    assert bound(paid_case(1.0, min_paid=1), *team) == [("min_paid", "a", "1 paid, at least 1")]
    mix = {"nano": {"min": 1, "max": 4}, "emerging": {"max": 3}}
    tiers = ["nano", "nano", "emerging", "emerging", "emerging"]
    people = [{**item, "tier": tier} for item, tier in zip(creators("x", 5), tiers, strict=True)]
    given = document([activation("a", "x", tier_mix=mix)], people)
    assert bound(given, *gifts("a", "x", 5)) == [("tier_mix", "a", "3 emerging, at most 3")]
    assert bound(given, *gifts("a", "x", 5)[1:]) == [
        ("tier_mix", "a", "1 nano, at least 1"),
        ("tier_mix", "a", "3 emerging, at most 3"),
    ]


def test_creators_at_their_most_activations_share_a_line() -> None:
    later = {"start_earliest": "2027-03-29", "start_latest": "2027-03-29"}
    wanted = [activation("a", "x", window_days=5), activation("b", "x", window_days=5, **later)]
    given = document(wanted, creators("x", 4), rotation={"max_activations_per_creator": 2})
    twice = [*gifts("a", "x", 4), *gifts("b", "x", 3)]
    detail = "3 of 4 creators in use take part in 2"
    assert bound(given, *twice) == [("max_activations", "x-1, x-2, x-3", detail)]
    assert bound(given, *gifts("a", "x", 4)) == []


def test_many_places_share_a_line() -> None:
    names = ["k1", "k2", "k3", "k4"]
    people = [{**item, "paid_fee": "50.00"} for name in names for item in creators(name, 4)]
    communities = [{"id": name, "max_paid_share": 0.1} for name in names]
    given = document([activation(name, name) for name in names], people, communities=communities)
    lines = [line for name in names for line in gifts(name, name, 4)]
    assert bound(given, *lines) == [("paid_share", "k1, k2, k3, …", "at its limit in 4 of 4 activations")]


def test_a_plan_of_ours_says_what_it_uses_up() -> None:
    limits = solved(two(budget={"total": "100.00"})).plan.binding
    assert [(item.limit, item.detail) for item in limits] == [("budget_total", "£96.00 of £100.00")]
