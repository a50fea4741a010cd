"""Plans side by side: every difference is other − baseline, and the way from cost to cost is exact."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.analysis.compare.comparing import Candidate, compare_plans
from optimizer.analysis.compare.names import distinct_names
from optimizer.answers.comparison import Comparison, Difference
from optimizer.errors import InputError
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario
from tests.analysis.edits import edited, without_plan
from tests.analysis.plans import random_plan
from tests.cli.launch import decision, plan, scenario

MONEY = ("cost", "product", "shipping", "fees")


def compared(*plans: Plan, scenarios: tuple[Scenario | None, ...] = ()) -> Comparison:
    known = (*scenarios, *[None] * len(plans))
    return compare_plans([Candidate(f"p{place}", each, known[place]) for place, each in enumerate(plans)])


def difference(baseline: Plan, other: Plan, **scenarios: Any) -> Difference:
    (found,) = compared(baseline, other, **scenarios).differences
    return found


def changes(found: Difference) -> dict[str, str]:
    return {item.activation: item.change for item in found.activations}


def people(found: Difference) -> list[tuple[str, str]]:
    return [(item.creator, item.change) for item in found.creators]


CAT, ANA = decision("cat", "paid", "2027-03-10"), decision("ana", "gift", "2027-03-11")


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), other=st.integers(0, 10_000))
def test_differences_add_up(seed: int, other: int) -> None:
    _, before = random_plan(seed)
    _, after = random_plan(seed, dice=Random(other))
    found = difference(before, after)
    for part in MONEY:
        here, there = (Decimal(getattr(each.totals, part) or "") for each in (after, before))
        assert Decimal(getattr(found, part)) == here - there
    levels = [Decimal(step.after) for step in found.waterfall]
    bars = [Decimal(step.change) for step in found.waterfall]
    assert [step.step for step in found.waterfall] == ["baseline", "product", "shipping", "fees", "other"]
    assert levels == [sum(bars[:1]), sum(bars[:2]), sum(bars[:3]), sum(bars[:4]), bars[4]]
    assert levels[3] == levels[4] == Decimal(after.totals.cost or "")
    cost = Decimal(found.cost or "")
    assert sum(Decimal(month.change) for month in found.cash) == cost
    assert sum(Decimal(item.cost_change or "") for item in found.activations) == cost
    parts = [(item.other, item.baseline) for item in found.creators]
    assert sum(Decimal(new.cost if new else 0) - Decimal(old.cost if old else 0) for new, old in parts) == cost
    assert found.gifts + found.paid == sum((new is not None) - (old is not None) for new, old in parts)
    assert found.secured == sum((item.change == "gained") - (item.change == "lost") for item in found.activations)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_plan_does_not_differ_from_itself(seed: int) -> None:
    _, same = random_plan(seed)
    found = difference(same, same)
    assert {Decimal(getattr(found, part)) for part in MONEY} == {Decimal(0)}
    assert set(changes(found).values()) == {"same"}
    assert found.creators == []
    assert (found.value, found.secured, found.gifts, found.paid, found.expected_posts) == (0, 0, 0, 0, 0.0)
    assert (found.scenario, found.scenario_known) == ([], True)


@pytest.mark.parametrize(
    ("before", "after", "change", "who"),
    [
        ([], [CAT], "gained", [("cat", "joins")]),
        ([CAT], [], "lost", [("cat", "leaves")]),
        ([CAT], [CAT, ANA], "other people", [("ana", "joins")]),
        ([CAT], [decision("cat", "gift", "2027-03-10")], "lost", [("cat", "mode")]),
        ([CAT], [decision("cat", "paid", "2027-03-11")], "other people", [("cat", "ship day")]),
        ([], [ANA], "other people", [("ana", "joins")]),
        ([CAT], [CAT], "same", []),
    ],
)
def test_what_happens_to_an_activation_and_its_people(
    before: Any, after: Any, change: str, who: list[tuple[str, str]]
) -> None:
    found = difference(plan(before), plan(after))
    assert changes(found) == {"trail": change, "bread": "same"}
    assert people(found) == who


def test_another_window_is_a_move() -> None:
    later = edited(
        plan(),
        activations__0__window={"start": "2027-03-22", "end": "2027-04-04"},
        assignments__0__window={"start": "2027-03-15", "end": "2027-03-28"},
    )
    assert changes(difference(plan(), later))["trail"] == "moved"


def test_dearer_goods_change_what_the_same_people_cost() -> None:
    dear = [{"id": "socks", "unit_cost": "30.00", "stock": [{"on": "2027-03-01", "units": 50}]}]
    found = difference(plan(), plan(products=dear), scenarios=(scenario(), scenario(products=dear)))
    assert changes(found) == {"trail": "same", "bread": "same"}
    assert people(found) == [("ana", "cost"), ("cat", "cost")]
    assert [field.pointer for field in found.scenario] == ["/products/socks/unit_cost"]
    assert (found.product, found.cost) == ("4.00", "4.00")


def test_probabilities_are_compared_where_both_plans_have_the_activation() -> None:
    found = difference(plan([ANA]), plan())
    trail = found.activations[0]
    assert trail.probability_change == pytest.approx(plan().activations[0].probability - 0.245, abs=0.01)
    extra = edited(plan(), activations=[plan().activations[0].model_dump(mode="json")])
    only_before = difference(plan(), extra).activations[1]
    assert (only_before.activation, only_before.other, only_before.probability_change) == ("bread", None, None)
    only_after = difference(extra, plan()).activations
    assert [item.activation for item in only_after] == ["trail", "bread"]
    assert only_after[1].baseline is None


@pytest.mark.parametrize("status", ["infeasible", "unknown"])
def test_plans_that_are_none_are_compared_without_money(status: str) -> None:
    nothing = without_plan(plan(), status)
    for pair in ((plan(), nothing), (nothing, plan()), (nothing, nothing)):
        comparison = compared(*pair)
        (found,) = comparison.differences
        assert {getattr(found, part) for part in (*MONEY, "value", "embeddedness")} == {None}
        assert (found.waterfall, found.cash) == ([], [])
        assert comparison.plans[1].status == pair[1].status
    assert changes(difference(plan(), nothing))["trail"] == "lost"


def test_key_figures_are_those_of_the_plan() -> None:
    late = plan([decision("cat", "paid", "2027-03-28"), ANA])
    good, bad = compared(plan(), late).plans
    assert (good.secured, good.planned, good.activations, good.cost, good.verified) == (1, 1, 2, "123.90", True)
    assert (good.name, good.broken) == ("p0", [])
    assert (bad.verified, bad.broken) == (False, ["ship_days", "delivery", "density"])
    assert bad.embeddedness == late.objective.embeddedness


def test_different_scenarios_without_the_files_are_known_to_differ_and_no_more() -> None:
    other = plan(name="Other")
    for known in ((), (scenario(),), (None, scenario(name="Other"))):
        found = difference(plan(), other, scenarios=known)
        assert (found.scenario, found.scenario_known) == ([], False)
    found = difference(plan(), other, scenarios=(scenario(), scenario(name="Other")))
    assert found.scenario_known
    assert [field.pointer for field in found.scenario] == ["/name"]


def test_mixed_currencies_and_bad_sums_are_told_with_the_names_of_the_plans() -> None:
    with pytest.raises(InputError) as refused:
        compared(plan(), plan(currency="EUR"), edited(plan(), totals__fees="1.00"), plan(currency="USD"))
    problems = [(problem.code, problem.detail[:3]) for problem in refused.value.problems]
    assert problems == [("mixed_currencies", "p1:"), ("does_not_add_up", "p2:"), ("mixed_currencies", "p3:")]
    assert "EUR" in refused.value.problems[0].detail
    assert "GBP" in refused.value.problems[0].detail


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["sheet.json", "out/plan.json"], ["sheet", "plan"]),
        (["a/plan.json", "b/plan.json", "c.json"], ["a/plan.json", "b/plan.json", "c"]),
        (["plan.json", "plan.json", "plan.json"], ["plan.json", "plan.json (2)", "plan.json (3)"]),
    ],
)
def test_names_are_short_and_differ(files: list[str], names: list[str]) -> None:
    assert distinct_names([Path(file) for file in files]) == names


def test_beside_the_baseline_one_plan_is_held_at_a_time() -> None:
    made_by_hand, held = plan(), list[weakref.ref[Plan]]()

    def made() -> Iterator[Candidate]:
        for number in range(5):
            assert sum(one() is not None for one in held) <= min(number, 1)
            copied = made_by_hand.model_copy(deep=True)
            held.append(weakref.ref(copied))
            yield Candidate(f"p{number}", copied)
            del copied

    assert len(compare_plans(made()).differences) == 4
