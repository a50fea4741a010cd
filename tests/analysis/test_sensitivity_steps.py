"""Which limits are loosened for a plan, how far, and which are not."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.analysis.diagnosis.documents import value_at
from optimizer.analysis.sensitivity.steps import looser_limits
from tests.analysis.cases import POST, Document, activation, checked, creators, document, solved, two

Step = tuple[str, Any, Any]


def loosened(given: Document) -> dict[str, Step]:
    """Return (rule, from, to) by pointer of what is loosened for the best plan."""
    found = looser_limits(checked(given), solved(given).plan)
    return {item.to.pointer: (item.rule, item.relaxable.current, item.to.value) for item in found}


def one(count: int = 4, **fields: Any) -> Document:
    return document([activation("a", "x")], creators("x", count), **fields)


def test_no_limit_in_use_is_loosened() -> None:
    assert loosened(two()) == {}
    idle = one(budget={"total": "900.00", "monthly": {"2027-03": "900.00"}}, shipping={"daily_capacity": 9})
    assert loosened(idle) == {}


@pytest.mark.parametrize(
    ("total", "to"), [("48.00", "52.80"), ("48.05", "52.86"), ("55.00", "60.50"), ("59.99", "65.99")]
)
def test_a_budget_gets_a_tenth_more(total: str, to: str) -> None:
    assert loosened(one(budget={"total": total})) == {"/budget/total": ("budget_total", total, to)}
    month = {"/budget/monthly/2027-03": ("budget_month", total, to)}
    assert loosened(one(budget={"monthly": {"2027-03": total}})) == month


def test_only_the_months_in_use_are_loosened() -> None:
    assert list(loosened(one(budget={"monthly": {"2027-03": "48.00", "2027-04": "1.00"}}))) == [
        "/budget/monthly/2027-03"
    ]


def test_a_day_gets_a_tenth_more_parcels_at_least_one() -> None:
    def parcels(most: int) -> dict[str, Step]:
        return loosened(one(shipping={"daily_capacity": most, "services": [POST], "ship_weekdays": ["wed"]}, count=30))

    assert parcels(4) == {"/shipping/daily_capacity": ("daily_capacity", 4, 5)}
    given = document(
        [activation("a", "x", min_posts=3, confidence=0.5)],
        creators("x", 30),
        shipping={"daily_capacity": 11, "services": [POST], "ship_weekdays": ["wed"]},
    )
    assert loosened(given)["/shipping/daily_capacity"] == ("daily_capacity", 11, 13)


def test_lots_get_a_tenth_more_units_the_first_and_the_last() -> None:
    lots = [{"on": "2027-03-01", "units": 2}, {"on": "2027-03-23", "units": 0}, {"on": "2027-03-24", "units": 2}]
    stocked = [{"id": "socks", "unit_cost": "10.00", "stock": lots}, {"id": "tea", "unit_cost": "1.00", "stock": []}]
    given = document([activation("a", "x", product="socks")], creators("x", 4), products=stocked)
    assert loosened(given) == {
        "/products/0/stock/0/units": ("stock", 2, 3),
        "/products/0/stock/2/units": ("stock", 2, 3),
    }


def test_shared_limits_are_loosened_where_anything_is_left_out_own_ones_are_not() -> None:
    given = two(budget={"total": "90.00"}, shipping={"daily_capacity": 40, "services": [POST]})
    given["communities"][1]["max_paid_share"] = 0.1
    assert loosened(given) == {
        "/budget/total": ("budget_total", "90.00", "99.00"),
        "/shipping/daily_capacity": ("daily_capacity", 40, 44),
    }
    why = {item.rule: item.why for item in looser_limits(checked(given), solved(given).plan)}
    assert why["daily_capacity"] == "not used up, but 1 activation is left out"


def paying(share: float | None = None, **fields: Any) -> Document:
    people = [{**item, "paid_fee": "3.00"} for item in creators("x", 4, tier="nano")]
    community = {"id": "x", "authenticity": "low"} | ({} if share is None else {"max_paid_share": share})
    return document([activation("a", "x", **fields)], people, communities=[community])


@pytest.mark.parametrize(("share", "to"), [(1 / 3, 0.43), (0.45, 0.55), (0.5, 0.6)])
def test_a_paid_share_gets_ten_hundredths_more(share: float, to: float) -> None:
    given = paying(share, confidence=0.9)
    assert loosened(given) == {"/communities/0/max_paid_share": ("paid_share", share, to)}


def test_a_paid_share_stays_a_share() -> None:
    given = paying(0.95)
    plan = solved(given).plan
    team = plan.activations[0].model_copy(update={"paid": 19, "gifts": 1})
    (found,) = looser_limits(checked(given), plan.model_copy(update={"activations": [team]}))
    assert found.to.value == 1.0


def test_a_paid_share_left_at_its_default_is_loosened_from_there() -> None:
    given = paying(confidence=0.5)
    given["communities"][0]["authenticity"] = "high"
    given["creators"].pop()
    assert loosened(given) == {"/communities/0/max_paid_share": ("paid_share", 0.2, 0.3)}
    assert value_at(given, "/communities/0/max_paid_share") is None


def test_minimum_and_mix_give_way_by_one_at_the_end_that_is_met() -> None:
    assert loosened(paying(min_paid=2)) == {"/activations/0/min_paid": ("min_paid", 2, 1)}
    mix = {"nano": {"min": 1, "max": 1}}
    assert loosened(paying(tier_mix=mix, confidence=0.9)) == {"/activations/0/tier_mix/nano/min": ("tier_mix", 1, 0)}
    emerging = [{**item, "tier": "emerging"} for item in creators("x", 4)]
    given = document([activation("a", "x", confidence=0.4, tier_mix={"emerging": {"max": 2}})], emerging)
    assert loosened(given) == {"/activations/0/tier_mix/emerging/max": ("tier_mix", 2, 3)}


def test_limits_of_waves_written_as_one_are_loosened_once() -> None:
    waves = activation("a", "x", window_days=5, min_paid=1, repeat={"times": 2, "every_days": 7, "flex_days": 0})
    waves["start_latest"] = "2027-04-05"
    people = [{**item, "paid_fee": "3.00"} for item in creators("x", 8)]
    assert loosened(document([waves], people)) == {"/activations/0/min_paid": ("min_paid", 1, 0)}


def row_of_waves(second: str = "x", people: str = "x", **rotation: Any) -> Document:
    """Two activations whose windows leave two free days between them."""
    later = {"start_earliest": "2027-04-05", "start_latest": "2027-04-05"}
    wanted = [activation("a", "x", window_days=5), activation("b", second, window_days=5, **later)]
    crowd = creators("x", 9) + ([] if second == "x" else [*creators(second, 9), *_both(people)])
    return document(wanted, crowd, rotation=rotation)


def _both(people: str) -> list[Document]:
    return [{"id": "both", "communities": ["x", "y"]}] if people == "both" else []


@pytest.mark.parametrize(("rest", "to"), [(3, 0), (9, 2), (10, None), (2, None), (0, None)])
def test_rest_is_loosened_where_it_could_let_somebody_serve_twice(rest: int, to: int | None) -> None:
    found = loosened(row_of_waves(rest_days=rest))
    assert found == ({} if to is None else {"/rotation/rest_days": ("rest_days", rest, to)})


def test_rest_is_loosened_only_where_activations_share_people() -> None:
    assert loosened(row_of_waves(second="y", people="apart", rest_days=3)) == {}
    assert list(loosened(row_of_waves(second="y", people="both", rest_days=3))) == ["/rotation/rest_days"]


def test_gaps_of_a_community_like_rest() -> None:
    given = row_of_waves()
    given["communities"][0]["min_gap_days"] = 2
    assert loosened(given) == {}
    given["activations"][1]["start_latest"] = "2027-04-06"
    given["activations"][1]["start_weekday"] = "any"
    given["communities"][0]["min_gap_days"] = 3
    assert loosened(given) == {"/communities/0/min_gap_days": ("community_gap", 3, 0)}


def test_the_most_activations_of_a_creator_rise_by_one() -> None:
    given = row_of_waves(max_activations_per_creator=1)
    assert loosened(given) == {"/rotation/max_activations_per_creator": ("max_activations", 1, 2)}
    assert loosened(row_of_waves(max_activations_per_creator=2)).keys() <= {"/rotation/max_activations_per_creator"}
