"""What becomes of every activation in two plans."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from optimizer.analysis.accounting import Accounts
from optimizer.answers.comparison import ActivationDifference, ActivationSide
from optimizer.money import to_minor
from optimizer.plan import ActivationResult, Plan

Change = Literal["gained", "lost", "moved", "other people", "same"]
Team = frozenset[tuple[str, str, str]]
"""Who takes part in an activation, how, and on which day the parcel leaves."""


def activations(baseline: Plan, other: Plan, accounts: Accounts) -> list[ActivationDifference]:
    """Return what becomes of every activation of either plan, in the baseline's order and then in the other's."""
    before, after = _results(baseline), _results(other)
    teams_before, teams_after = _teams(baseline), _teams(other)
    differences = []
    for name in dict.fromkeys([*before, *after]):
        here, there = after.get(name), before.get(name)
        same_people = teams_before.get(name) == teams_after.get(name)
        present = here or there
        differences.append(
            ActivationDifference(
                activation=name,
                community=present.community if present else "",
                change=_change(there, here, same_people=same_people),
                baseline=_side(there),
                other=_side(here),
                probability_change=None if here is None or there is None else here.probability - there.probability,
                cost_change=_cost_change(there, here, accounts),
            )
        )
    return differences


def _results(plan: Plan) -> Mapping[str, ActivationResult]:
    return {item.activation: item for item in plan.activations}


def _teams(plan: Plan) -> Mapping[str, Team]:
    members: dict[str, set[tuple[str, str, str]]] = {}
    for line in plan.assignments:
        members.setdefault(line.activation, set()).add((line.creator, line.mode, line.ship_on.isoformat()))
    return {activation: frozenset(team) for activation, team in members.items()}


def _change(before: ActivationResult | None, after: ActivationResult | None, *, same_people: bool) -> Change:
    """Return what happened; the first that applies."""
    was, now = (item is not None and item.secured for item in (before, after))
    if was != now:
        return "gained" if now else "lost"
    old, new = (None if item is None else item.window for item in (before, after))
    if old is not None and new is not None and old != new:
        return "moved"
    return "same" if same_people else "other people"


def _side(item: ActivationResult | None) -> ActivationSide | None:
    if item is None:
        return None
    return ActivationSide(
        secured=item.secured,
        window=item.window,
        probability=item.probability,
        gifts=item.gifts,
        paid=item.paid,
        cost=item.cost,
    )


def _cost_change(before: ActivationResult | None, after: ActivationResult | None, accounts: Accounts) -> str | None:
    """Return the cost here − there; null where one of the plans is none or its scenario lacks the activation."""
    if before is None or after is None or before.cost is None or after.cost is None:
        return None
    here, there = (to_minor(Decimal(item), accounts.digits) for item in (after.cost, before.cost))
    return accounts.text(here - there)
