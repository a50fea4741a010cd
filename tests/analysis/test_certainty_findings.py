"""What the searches for the price of certainty found, read together: never falling, and no contradiction unnoticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.analysis.certainty import Finding, together
from optimizer.errors import VerificationError
from optimizer.plan import Plan
from tests.analysis import cases

PLAN = cases.solved(cases.two()).plan


def plan(cost: int, probability: float) -> Plan:
    (first, *_) = PLAN.activations
    return PLAN.model_copy(
        update={
            "totals": PLAN.totals.model_copy(update={"cost": f"{cost // 100}.{cost % 100:02d}"}),
            "activations": [first.model_copy(update={"probability": probability})],
        }
    )


@st.composite
def curves(draw: st.DrawFn) -> list[Finding]:
    """Draw searches that do not contradict each other: the truth never falls, plans cost no less, bounds no more."""
    steps = draw(st.lists(st.integers(0, 300), min_size=1, max_size=6))
    ends = draw(st.integers(0, len(steps)))
    found, truth = [], 1000
    for index, step in enumerate(steps):
        truth, confidence = truth + step, 0.3 + 0.1 * index
        dear = draw(st.none() | st.integers(0, 500)) if index < ends else None
        made = None if dear is None else plan(truth + dear, confidence + 0.01)
        low = draw(st.none() | st.integers(0, 500)) if index < ends else None
        impossible = index >= ends and draw(st.booleans())
        found.append(Finding(confidence, made, None if low is None else truth - low, impossible))
    return found


@given(curves())
def test_cost_and_bound_never_fall(findings: list[Finding]) -> None:
    known = [together(findings, finding.confidence, 2) for finding in findings]
    with_cost = [item.cost_minor for item in known if item.cost_minor is not None]
    with_bound = [item.bound_minor for item in known if item.bound_minor is not None]
    assert with_cost == sorted(with_cost)
    assert with_bound == sorted(with_bound)
    statuses = [item.status(0.0) for item in known]
    assert statuses == sorted(statuses, key=lambda status: status == "infeasible")
    for finding, item in zip(findings, known, strict=True):
        assert finding.plan is None or item.cost_minor is not None
        assert item.bound_minor is None or item.cost_minor is None or item.bound_minor <= item.cost_minor


def test_a_cheaper_plan_found_higher_replaces_a_dearer_one_lower() -> None:
    findings = [Finding(0.5, plan(900, 0.51), 600, False), Finding(0.8, plan(700, 0.81), 650, False)]
    assert [together(findings, at, 2).cost_minor for at in (0.5, 0.8)] == [700, 700]
    assert [together(findings, at, 2).bound_minor for at in (0.5, 0.8)] == [600, 650]


def test_a_plan_serves_every_confidence_that_its_probability_reaches_and_no_other() -> None:
    findings = [Finding(0.5, plan(900, 0.8), 900, False)]
    assert [together(findings, at, 2).status(0.0) for at in (0.5, 0.8, 0.81)] == ["optimal", "optimal", "unknown"]


@pytest.mark.parametrize(
    "findings",
    [
        [Finding(0.5, plan(900, 0.5), 901, False)],
        [Finding(0.5, None, 901, False), Finding(0.8, plan(900, 0.8), None, False)],
        [Finding(0.5, None, None, True), Finding(0.8, plan(900, 0.8), None, False)],
    ],
)
def test_a_bound_above_a_verified_plan_is_a_bug(findings: list[Finding]) -> None:
    with pytest.raises(VerificationError, match=r"yet a verified plan costs 9\.00"):
        together(findings, findings[-1].confidence, 2)
