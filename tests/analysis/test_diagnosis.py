"""What stands in the way, and that every way out really is one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analysis.cases import (
    POST,
    Document,
    activation,
    blocking,
    creators,
    diagnosed,
    document,
    edited,
    helps,
    securable,
    two,
    way,
)

BOTH = ("a", "b")


def test_a_budget_is_raised_to_the_least_sufficient_amount() -> None:
    given = two(budget={"total": "80.00"})
    found = diagnosed(given)
    assert blocking(found) == {("b", "budget_total"): "96.00"}
    assert "£80.00 now; £96.00 suffices, no smaller change does." in found.blocked[0].detail
    assert "it could take the place of a" in found.blocked[0].detail
    budget = way(found, "/budget/total")
    assert (budget.from_, budget.to) == ("80.00", "96.00")
    assert "£96.00 in all" in budget.effect
    assert helps(given, budget, BOTH)
    assert not securable(edited(given, "/budget/total", "95.99"), BOTH)


def test_confidence_is_lowered_no_further_than_it_has_to_be() -> None:
    given = two(budget={"total": "80.00"})
    confidence = way(diagnosed(given), "/activations/1/confidence")
    assert helps(given, confidence, BOTH)
    assert isinstance(confidence.to, float)
    higher = edited(given, "/activations/1/confidence", round(confidence.to + 0.01, 2))
    assert not securable(higher, BOTH)


def test_a_community_that_is_too_small_is_told_what_it_reaches() -> None:
    given = document([activation("a", "x", min_posts=3)], creators("x", 6))
    found = diagnosed(given)
    ((limit, attainable),) = [(item.limit, item.attainable) for item in found.blocked]
    assert limit == "network"
    assert isinstance(attainable, float)
    assert 0.1 < attainable < 0.6
    assert "about 7 more typical creators would be needed" in found.blocked[0].detail
    assert len(found.ways_out) == 2
    assert way(found, "/activations/0/confidence").to == int(attainable * 100) / 100
    assert all(helps(given, item, ("a",)) for item in found.ways_out)
    assert not securable(edited(given, "/activations/0/confidence", int(attainable * 100) / 100 + 0.01), ("a",))


def test_as_many_creators_more_as_said_are_enough_and_one_fewer_not() -> None:
    def with_more(more: int) -> Document:
        return document([activation("a", "x", min_posts=3)], creators("x", 6 + more))

    assert securable(with_more(7), ("a",))
    assert not securable(with_more(6), ("a",))


def test_capacity_is_raised_by_the_least_that_works() -> None:
    shipping = {"daily_capacity": 2, "ship_weekdays": ["fri"], "services": [POST]}
    given = document([activation("a", "x")], creators("x", 4), shipping=shipping, objective={"goal": "min_cost"})
    found = diagnosed(given)
    assert blocking(found)["a", "daily_capacity"] == 4
    capacity = way(found, "/shipping/daily_capacity")
    assert (capacity.from_, capacity.to) == (2, 4)
    assert helps(given, capacity, ("a",))
    assert not securable(edited(given, capacity.pointer, 3), ("a",))


def test_another_goal_is_a_way_out_of_having_to_secure_everything() -> None:
    given = two(budget={"total": "80.00"}, objective={"goal": "min_cost"})
    found = diagnosed(given)
    assert blocking(found) == {(None, "budget_total"): "96.00"}
    goal = way(found, "/objective/goal")
    assert (goal.from_, goal.to, goal.verified) == ("min_cost", "activate_most", True)
    assert (goal.subject, goal.change) == ("Goal", "secure everything → secure as much as possible")
    assert goal.effect == "1 of 2 activations can be secured (a), for £48.00."


def test_stock_that_comes_too_late_has_to_come_earlier() -> None:
    late = [{"id": "socks", "unit_cost": "10.00", "stock": [{"on": "2027-03-29", "units": 9}]}]
    given = document([activation("a", "x", required=True)], creators("x", 4), products=late)
    found = diagnosed(given)
    assert blocking(found)["a", "stock"] == "2027-03-26"
    earlier = way(found, "/products/0/stock/0/on")
    assert helps(given, earlier, ("a",))
    assert not securable(edited(given, earlier.pointer, "2027-03-27"), ("a",))
    required = way(found, "/activations/0/required")
    assert (required.to, required.subject, required.change) == (False, "Whether a is required", "yes → no")
    assert not [item for item in found.ways_out if item.pointer.endswith("units")]


def test_stock_that_is_too_little_needs_more_units() -> None:
    given = two(products=[{"id": "socks", "unit_cost": "10.00", "stock": [{"on": "2027-03-01", "units": 6}]}])
    found = diagnosed(given)
    assert blocking(found) == {("b", "stock"): 8}
    assert helps(given, way(found, "/products/0/stock/0/units"), BOTH)


def test_a_paid_share_that_is_too_low() -> None:
    paid = [{**item, "paid_fee": "50.00", "id": f"p{item['id']}"} for item in creators("x", 4)]
    communities = [{"id": "x", "max_paid_share": 0.2}]
    wanted = [activation("a", "x", min_posts=2, confidence=0.85)]
    given = document(wanted, [*creators("x", 3), *paid], communities=communities)
    found = diagnosed(given)
    share = way(found, "/communities/0/max_paid_share")
    assert blocking(found)["a", "paid_share"] == share.to == 0.29
    assert (share.subject, share.change) == ("Largest paid share of x", "20% → 29%")
    assert any("Largest paid share of x: 20% now; 29% suffices" in item.detail for item in found.blocked)
    assert "with a chance of 80.5%, where 85% is asked for" in found.blocked[0].detail
    assert helps(given, share, ("a",))
    assert not securable(edited(given, share.pointer, 0.28), ("a",))


def test_locks_that_leave_too_few() -> None:
    skips = [{"creator": f"x-{number}", "activation": "a", "mode": "skip"} for number in (1, 2)]
    given = document([activation("a", "x")], creators("x", 5), locks=skips)
    found = diagnosed(given)
    assert ("a", "locks") in blocking(found)
    lock = way(found, "/locks/1")
    assert (lock.from_, lock.to) == ("skip", None)
    assert (lock.subject, lock.change) == ("Lock of x-2 in a", "skip → none")
    assert helps(given, lock, ("a",))


def test_a_lock_that_cannot_be_kept_makes_everything_impossible() -> None:
    lock = {"creator": "x-1", "activation": "a", "mode": "gift", "ship_on": "2027-03-28"}
    given = document([activation("a", "x")], creators("x", 5), locks=[lock])
    found = diagnosed(given)
    assert ("a", "locks") in blocking(found)
    assert helps(given, way(found, "/locks/0"), ("a",))


def rotating(**fields: Any) -> Document:
    """Return two activations with a week between them, whose community has just enough creators for one at a time."""
    later = {"start_earliest": "2027-04-12", "start_latest": "2027-04-12"}
    return document(
        [activation("a", "x", window_days=7), activation("b", "x", window_days=7, **later)],
        creators("x", 5),
        **{"horizon": {"start": "2027-03-22", "end": "2027-04-18"}, **fields},
    )


def test_rest_that_is_too_long() -> None:
    given = rotating(rotation={"rest_days": 9})
    found = diagnosed(given)
    assert blocking(found)["b", "rest_days"] == 7
    rest = way(found, "/rotation/rest_days")
    assert (rest.from_, rest.to) == (9, 7)
    assert helps(given, rest, BOTH)


def test_one_activation_per_creator_is_too_few() -> None:
    given = rotating(rotation={"max_activations_per_creator": 1})
    found = diagnosed(given)
    assert blocking(found)["b", "max_activations"] == 2
    assert helps(given, way(found, "/rotation/max_activations_per_creator"), BOTH)


def test_a_gap_between_windows_that_is_too_long() -> None:
    given = rotating(communities=[{"id": "x", "authenticity": "low", "min_gap_days": 9}])
    found = diagnosed(given)
    gap = way(found, "/communities/0/min_gap_days")
    assert blocking(found)["b", "community_gap"] == gap.to == 7
    assert helps(given, gap, BOTH)


def test_a_month_with_too_little_money() -> None:
    given = two(budget={"monthly": {"2027-03": "80.00"}})
    found = diagnosed(given)
    month = way(found, "/budget/monthly/2027-03")
    assert blocking(found)["b", "budget_month"] == month.to == "96.00"
    assert helps(given, month, BOTH)


@pytest.mark.parametrize(
    ("limit", "pointer", "fields"),
    [
        ("min_paid", "/activations/0/min_paid", {"min_paid": 1}),
        ("tier_mix", "/activations/0/tier_mix/nano/min", {"tier_mix": {"nano": {"min": 1}}}),
        ("tier_mix", "/activations/0/tier_mix/emerging/max", {"tier_mix": {"emerging": {"max": 3}}}),
        ("delivery", "/activations/0/delivery/after_days", {"delivery": {"before_days": 0}, "start_weekday": "any"}),
    ],
)
def test_rules_of_the_activation_itself(limit: str, pointer: str, fields: Document) -> None:
    given = document(
        [activation("a", "x", **fields)],
        creators("x", 5, tier="emerging"),
        shipping={"ship_weekdays": ["mon"], "services": [POST]},
    )
    found = diagnosed(given)
    assert ("a", limit) in blocking(found)
    assert helps(given, way(found, pointer), ("a",))


def test_an_embeddedness_floor_that_is_too_high() -> None:
    known = [{**item, "embeddedness": number / 10} for number, item in enumerate(creators("x", 5))]
    communities = [{"id": "x", "min_embeddedness": 0.25}]
    given = document([activation("a", "x")], known, communities=communities)
    found = diagnosed(given)
    floor = way(found, "/communities/0/min_embeddedness")
    assert blocking(found)["a", "embeddedness_floor"] == floor.to == 0.1
    assert helps(given, floor, ("a",))
    assert not securable(edited(given, floor.pointer, 0.15), ("a",))


def test_creators_who_are_away() -> None:
    away = [{"start": "2027-04-01", "end": "2027-04-02"}]
    given = document([activation("a", "x")], [*creators("x", 3), {**creators("x", 4)[3], "unavailable": away}])
    found = diagnosed(given)
    assert ("a", "availability") in blocking(found)
    absence = way(found, "/creators/3/unavailable")
    assert (absence.from_, absence.to) == ("2027-04-01 to 2027-04-02", None)
    assert helps(given, absence, ("a",))


def test_limits_that_stand_in_the_way_only_together() -> None:
    stock = [{"id": "socks", "unit_cost": "10.00", "stock": [{"on": "2027-03-01", "units": 5}]}]
    found = diagnosed(two(budget={"total": "60.00"}, products=stock, objective={"goal": "min_cost"}))
    assert blocking(found) == {(None, "budget_total"): "96.00", (None, "stock"): 8}
    assert all("only if all of them are eased" in item.detail for item in found.blocked)


def test_what_helps_one_activation_alone_says_so() -> None:
    given = document(
        [activation("a", "x", required=True), activation("b", "y", required=True)],
        [*creators("x", 3), *creators("y", 3)],
    )
    found = diagnosed(given)
    assert set(blocking(found)) == {("a", "network"), ("b", "network")}
    lowered = way(found, "/activations/0/confidence")
    assert "a can be secured on its own" in lowered.effect
    assert not helps(given, lowered, BOTH)


def test_creators_who_do_not_suffice_for_both_are_no_limit_to_ease() -> None:
    given = document([activation("a", "x", value=2), activation("b", "x")], creators("x", 5))
    found = diagnosed(given)
    assert [(item.activation, item.limit) for item in found.blocked] == [("b", "network")]
    assert "there are too few usable creators" in found.blocked[0].detail
    assert all(helps(given, item, BOTH) for item in found.ways_out)


def test_waves_are_named_where_they_are_written() -> None:
    repeat = {"times": 2, "every_days": 14, "flex_days": 0}
    wave = activation("a", "x", window_days=7, repeat=repeat, start_latest="2027-04-12")
    given = document(
        [wave], creators("x", 5), rotation={"rest_days": 9}, horizon={"start": "2027-03-22", "end": "2027-04-18"}
    )
    found = diagnosed(given)
    assert len({item.activation for item in found.blocked}) == 1
    rest = way(found, "/rotation/rest_days")
    assert (rest.to, rest.verified) == (7, True)


def test_activations_left_out_are_named_as_if_written() -> None:
    given = document([], creators("x", 12))
    del given["activations"]
    posts = way(diagnosed(given), "/activations/0/min_posts")
    assert (posts.from_, posts.to, posts.verified) == (None, 1, True)
    assert posts.change == "5 (default) → 1"


def test_every_activation_that_is_missing_has_an_entry() -> None:
    names = [f"a{number}" for number in range(4)]
    wanted = [activation(name, name, value=4 - number) for number, name in enumerate(names)]
    people = [person for name in names for person in creators(name, 4)]
    given = document(wanted, people, budget={"total": "100.00"})
    found = diagnosed(given)
    assert [item.activation for item in found.blocked] == ["a2", "a3"]
    assert all(helps(given, item, ("a0", "a1")) for item in found.ways_out)


@pytest.mark.parametrize(
    ("people", "words"),
    [
        (
            creators("x", 1),
            "The only usable creator of x reaches the posts needed with a chance of 0%,",
        ),
        (creators("x", 2), "All 2 usable creators of x together reach the posts needed with a chance of 0%,"),
        (creators("x", 1, accepts=["paid"]), "x has 1 creator, of whom none can be used in any window."),
    ],
)
def test_few_creators_are_counted_in_good_grammar(people: list[Document], words: str) -> None:
    found = diagnosed(document([activation("a", "x", min_posts=3)], people))
    assert found.blocked[0].detail.startswith(words)
