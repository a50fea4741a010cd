"""Scenarios of the families W and WW, cut down until enumeration is possible: the same optimum, and no false claim.

`python -m tests.campaigns.tiny_wide` compares thousands of them.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import pytest

from optimizer.scenario.families.table import WIDE, WideName
from optimizer.scenario.loading import scenario_from_data
from tests.brute_force import Enumeration
from tests.seeds import seeds
from tests.solve.enumerated import check_no_false_claim, check_optimum
from tests.tiny_wide import Document, enumeration, tiny_wide


@lru_cache(maxsize=200)
def everything_in(family: WideName, seed: int) -> Enumeration:
    return enumeration(family, seed)


@pytest.mark.parametrize("family", WIDE)
@pytest.mark.parametrize("seed", seeds(8, 80))
def test_the_optimum_is_the_one_enumeration_finds(family: WideName, seed: int) -> None:
    check_optimum(everything_in(family, seed))


@pytest.mark.parametrize("family", WIDE)
@pytest.mark.parametrize("seed", seeds(103, 130, first=100))
def test_nothing_false_is_claimed_when_time_is_short(family: WideName, seed: int) -> None:
    check_no_false_claim(everything_in(family, seed))


@pytest.mark.parametrize("family", WIDE)
def test_many_have_a_plan_worth_making_and_some_have_none(family: WideName) -> None:
    found = [everything_in(family, seed).best for seed in range(40)]
    assert sum(best is not None and best.value > 0 for best in found) >= 12
    assert sum(best is None for best in found) >= 4


def test_every_field_of_the_families_gets_its_turn() -> None:
    drawn = Counter(name for family in WIDE for seed in range(40) for name in fields(tiny_wide(family, seed)))
    wanted = {
        *("budget.total", "budget.monthly", "daily_capacity", "stock", "rest_days", "max_activations_per_creator"),
        *("locks", "tier_mix", "min_paid", "required", "repeat", "delivery", "start_weekday", "max_paid_share"),
        *("min_embeddedness", "min_gap_days", "paid_reliability", "unavailable", "accepts", "hold_decay_per_day"),
        *("min_cost", "activate_most", "shared", "independent", "worst_case", "two communities", "closed_dates"),
    }
    assert {name for name in wanted if drawn[name] < 2} == set()


def fields(document: Document) -> set[str]:
    """Return what a document makes use of."""
    found = {f"budget.{name}" for name in document.get("budget", {})}
    records = [*document["products"], *document["communities"], *document["activations"], *document["creators"]]
    found |= {name for record in records for name in record}
    found |= {*document["shipping"], *document["posting"], *document.get("rotation", {})}
    found |= {document["objective"]["goal"], document["posting"]["organic_rate"]["model"]}
    if document["locks"]:
        found.add("locks")
    if any(len(creator["communities"]) > 1 for creator in document["creators"]):
        found.add("two communities")
    return found


def test_the_same_seed_makes_the_same_scenario() -> None:
    assert tiny_wide("W", 5) == tiny_wide("W", 5)
    assert tiny_wide("W", 5) != tiny_wide("WW", 5)
    assert scenario_from_data(tiny_wide("W", 5)).creators
