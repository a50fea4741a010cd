"""Plans by hand may say anything: every rule is still judged, and nothing falls over."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.verify.rules import RULES
from optimizer.verify.simulate import agrees, simulate
from tests.verify.builder import CHOICES, SECURED, altered, broken, build, judge, scenario

GIVEN = scenario({"budget.total": "5000", "rotation.rest_days": 3, "shipping.daily_capacity": 9})
PLAN = build(GIVEN)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"assignments.0.creator": "nobody"}, {"references", "money", "probabilities"}),
        ({"assignments.0.activation": "nothing"}, {"references", "money", "probabilities"}),
        ({"activations.0.activation": "nothing"}, {"references"}),
        ({"assignments.0.mode": "paid"}, {"accepts"}),
        ({"assignments.0.ship_on": "2027-03-07"}, {"ship_days"}),
        ({"assignments.0.ship_on": "0001-01-01"}, {"horizon", "delivery"}),
        ({"assignments.0.ship_on": "9999-12-31"}, {"horizon", "delivery"}),
        ({"assignments.0.window": {"start": "9999-12-31", "end": "0001-01-01"}}, {"horizon", "window", "delivery"}),
        ({"activations.0.window": {"start": "9999-12-31", "end": "9999-12-31"}}, {"horizon", "window"}),
        ({"activations": []}, {"references"}),
        ({"assignments": []}, {"density", "money", "counts"}),
        ({"activations.3.secured": True}, {"density", "probabilities", "objective"}),
    ],
    ids=lambda value: str(sorted(value)) if isinstance(value, set) else str(value),
)
def test_weird_plans_are_judged_by_every_rule(changes: dict[str, Any], expected: set[str]) -> None:
    plan = altered(PLAN, changes)
    found = judge(GIVEN, plan)
    assert list(found) == [rule.__name__ for rule in RULES]
    assert expected <= broken(GIVEN, plan)
    assert simulate(GIVEN, plan, draws=10, seed=1).draws == 10


def test_unknown_names_are_told() -> None:
    changes = {"assignments.0.creator": "nobody", "assignments.1.activation": "nothing"}
    detail = judge(GIVEN, altered(PLAN, changes))["references"].detail
    assert "creator nobody does not exist" in detail
    assert "activation nothing of ben does not exist" in detail


def test_a_repeated_activation_is_simulated_once() -> None:
    plan = PLAN.model_copy(update={"activations": [*PLAN.activations, PLAN.activations[0]]})
    simulation = simulate(GIVEN, plan, draws=2000, seed=1)
    assert [each.activation for each in simulation.activations] == list(SECURED)
    assert agrees(simulation, plan).ok


DAYS = st.sampled_from(
    ["0001-01-01", "2027-02-28", "2027-03-07", "2027-03-09", "2027-04-12", "2027-06-01", "9999-12-31"]
)
ASSIGNMENT = st.fixed_dictionaries(
    {
        "creator": st.sampled_from(["ana", "dan", "gil", "nobody"]),
        "activation": st.sampled_from(["trail-a", "bread-a", "quiet", "nothing"]),
        "mode": st.sampled_from(["gift", "paid"]),
        "ship_on": DAYS,
        "expected_delivery": DAYS,
        "window": st.fixed_dictionaries({"start": DAYS, "end": DAYS}),
        "cost": st.sampled_from(["0", "31.95", "99999999999999999999.999"]),
    }
)
RESULT = st.fixed_dictionaries(
    {
        "activation": st.sampled_from(["trail-a", "bread-a", "quiet", "nothing"]),
        "secured": st.booleans(),
        "window": st.none() | st.fixed_dictionaries({"start": DAYS, "end": DAYS}),
        "post_distribution": st.lists(st.floats(0, 1), max_size=3),
    }
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(ASSIGNMENT, max_size=6),
    st.lists(RESULT, max_size=4),
    st.sampled_from(["optimal", "feasible", "infeasible", "unknown"]),
)
def test_nothing_falls_over(assignments: list[dict[str, Any]], results: list[dict[str, Any]], status: str) -> None:
    line, result = (part[0].model_dump(mode="json") for part in (PLAN.assignments, PLAN.activations))
    plan = altered(
        PLAN,
        {
            "assignments": [line | each for each in assignments],
            "activations": [result | each for each in results],
            "status": status,
        },
    )
    found = judge(GIVEN, plan)
    assert list(found) == [rule.__name__ for rule in RULES]
    assert all(check.detail for check in found.values())
    assert simulate(GIVEN, plan, draws=5, seed=1).draws == 5


def test_a_hand_made_plan_below_its_confidence_is_scored_and_named() -> None:
    thin = [choice for choice in CHOICES if choice.creator != "dan"]
    plan = build(GIVEN, thin, secured=None)
    assert not plan.activations[0].secured
    assert plan.activations[0].window is not None
    found = judge(GIVEN, plan)
    assert [rule for rule, check in found.items() if not check.ok] == ["density", "rest_days"]
    assert "trail-a: not secured" in found["density"].detail
