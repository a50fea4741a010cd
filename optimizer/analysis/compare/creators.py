"""Whose part in an activation changes from one plan to the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal

from optimizer.answers.comparison import AssignmentSide, CreatorDifference
from optimizer.plan import Assignment, Plan

Change = Literal["joins", "leaves", "mode", "ship day", "cost"]
Pair = tuple[str, str]
"""Activation and creator."""


def creators(baseline: Plan, other: Plan, order: Iterable[str]) -> list[CreatorDifference]:
    """Return the assignments that change, by activation (in this order) and creator id."""
    before, after = _pairs(baseline), _pairs(other)
    ranks = {activation: rank for rank, activation in enumerate(order)}
    pairs = sorted(before.keys() | after.keys(), key=lambda pair: (ranks.get(pair[0], len(ranks)), pair))
    differences = []
    for pair in pairs:
        change = _change(before.get(pair), after.get(pair))
        if change is not None:
            differences.append(
                CreatorDifference(
                    activation=pair[0],
                    creator=pair[1],
                    change=change,
                    baseline=_side(before.get(pair)),
                    other=_side(after.get(pair)),
                )
            )
    return differences


def _pairs(plan: Plan) -> Mapping[Pair, Assignment]:
    return {(line.activation, line.creator): line for line in plan.assignments}


def _change(before: Assignment | None, after: Assignment | None) -> Change | None:
    """Return the first that applies, None where nothing changes."""
    if before is None or after is None:
        return "joins" if before is None else "leaves"
    if before.mode != after.mode:
        return "mode"
    if before.ship_on != after.ship_on:
        return "ship day"
    return "cost" if Decimal(before.cost) != Decimal(after.cost) else None


def _side(line: Assignment | None) -> AssignmentSide | None:
    return None if line is None else AssignmentSide(mode=line.mode, ship_on=line.ship_on, cost=line.cost)
