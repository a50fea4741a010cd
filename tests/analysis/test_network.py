"""What a community's network reaches, and how much is missing."""

from __future__ import annotations

from datetime import date

import pytest

from optimizer.analysis.network import CommunityNetwork, network
from optimizer.chance.covers import attainable, ceiling
from optimizer.derive.build import build_instance
from tests.analysis.cases import Document, activation, checked, creators, document, securable


def only(given: Document) -> CommunityNetwork:
    (found,) = network(checked(given))
    return found


def test_creators_are_counted_by_what_they_can_do() -> None:
    people: list[Document] = [
        {"id": "a", "communities": ["x"], "tier": "nano", "embeddedness": 0.5},
        {
            "id": "b",
            "communities": ["x"],
            "tier": "nano",
            "paid_fee": "50.00",
            "comments": {"sampled": 0, "substantive": 0, "creator_replies": 0},
        },
        {"id": "c", "communities": ["x"], "tier": "established", "paid_fee": "50.00", "accepts": ["paid"]},
        {"id": "d", "communities": ["x"], "accepts": []},
        {"id": "e", "communities": ["x"], "unavailable": [{"start": "2027-03-01", "end": "2027-05-01"}]},
        {"id": "f", "communities": ["y"]},
    ]
    found = only(document([activation("w", "x")], people))
    assert (found.activation, found.community, found.creators) == ("w", "x", 5)
    assert list(found.by_tier.items()) == [("nano", 2), ("established", 1), ("none", 2)]
    assert (found.usable, found.giftable, found.payable, found.unknown_embeddedness) == (3, 3, 2, 4)
    assert found.window is not None
    assert (found.window.start, found.window.end) == (date(2027, 3, 29), date(2027, 4, 11))


@pytest.mark.parametrize("count", [1, 3, 5])
def test_what_is_missing_is_exactly_enough(count: int) -> None:
    def case(more: int) -> Document:
        return document([activation("a", "x", min_posts=2)], creators("x", count + more))

    found = only(case(0))
    assert not found.suffices
    assert found.missing is not None
    assert only(case(found.missing)).suffices
    assert not only(case(found.missing - 1)).suffices
    assert securable(case(found.missing), ("a",))
    assert not securable(case(found.missing - 1), ("a",))


def test_a_network_that_suffices_misses_nobody() -> None:
    found = only(document([activation("a", "x")], creators("x", 4)))
    assert found.suffices
    assert found.missing == 0
    assert 0.6 <= found.attainable < 0.7


def test_a_network_nobody_can_be_used_of() -> None:
    found = only(document([activation("a", "x")], creators("x", 4, accepts=[])))
    assert (found.usable, found.attainable, found.window, found.missing) == (0, 0.0, None, None)
    assert not found.suffices


def test_the_best_window_is_the_one_with_most_people() -> None:
    away = {"unavailable": [{"start": "2027-03-29", "end": "2027-03-29"}]}
    wanted = activation("a", "x", window_days=7, start_latest="2027-04-05")
    found = only(document([wanted], [*creators("x", 2, **away), {"id": "z", "communities": ["x"]}]))
    assert found.window is not None
    assert found.window.start == date(2027, 4, 5)


def test_waves_are_told_one_by_one() -> None:
    wave = activation(
        "a", "x", window_days=5, start_latest="2027-04-05", repeat={"times": 2, "every_days": 7, "flex_days": 0}
    )
    found = network(checked(document([wave], creators("x", 3))))
    assert [item.activation for item in found] == ["a-1", "a-2"]


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 1.0])
@pytest.mark.parametrize("model", ["shared", "independent", "worst_case"])
def test_attainable_lies_below_the_ceiling_and_keeps_the_share(share: float, model: str) -> None:
    people = [*creators("x", 4), *({"id": f"p{n}", "communities": ["x"], "paid_fee": "9.00"} for n in range(3))]
    posting = {"organic_rate": {"low": 0.1, "high": 0.4, "model": model}}
    given = document(
        [activation("a", "x", min_posts=3)], people, posting=posting, communities=[{"id": "x", "max_paid_share": share}]
    )
    instance = build_instance(checked(given))
    reached = attainable(instance, 0, 0)
    assert reached <= ceiling(instance, 0, 0) + 1e-12
    confidence = int(reached * 10_000) / 10_000
    given["activations"][0]["confidence"] = confidence
    assert securable(given, ("a",))
    given["activations"][0]["confidence"] = confidence + 0.001
    assert not securable(given, ("a",))
