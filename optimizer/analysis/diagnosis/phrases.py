"""Findings as sentences for people."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from optimizer.analysis.diagnosis.documents import Scalar
from optimizer.analysis.diagnosis.relaxable import Relaxable
from optimizer.analysis.diagnosis.shared_limits import Limit
from optimizer.analysis.network import CommunityNetwork
from optimizer.plan import ActivationResult, Blocked, Plan

NAMED = 5


def names(ids: Sequence[str]) -> str:
    """Return ids joined for a sentence, the many cut short."""
    shown = ", ".join(ids[:NAMED])
    return shown if len(ids) <= NAMED else f"{shown} and {len(ids) - NAMED} more"


def network_limit(network: CommunityNetwork) -> Blocked:
    """Return the limit that a community which is too small is."""
    return Blocked(
        activation=network.activation, limit="network", detail=_short(network), attainable=_down(network.attainable)
    )


def _short(network: CommunityNetwork) -> str:
    if network.window is None:
        return f"None of the {network.creators} creators of {network.community} can be used in any window."
    if network.missing is None:
        more = "creators like the present ones would not do"
    else:
        more = f"about {network.missing} more like the median one would be needed"
    return (
        f"All {network.usable} usable creators of {network.community} together reach {_down(network.attainable):.4f} "
        f"of the {network.confidence:g} asked for (window of {network.window.start}); {more}."
    )


def _down(probability: float) -> float:
    """Return a probability cut, not rounded, to four decimals."""
    return int(probability * 10_000 + 1e-7) / 10_000


def limit_detail(limit: Limit, wanted: str, helpful: Sequence[tuple[Relaxable, Scalar]]) -> str:
    """Return how a limit stands in the way of the goal, given the relaxables that help and the values that do."""
    if not helpful:
        return f"Without {limit.words}, {wanted} could be secured; no single change that was tried suffices."
    return " Or: ".join(_change(relaxable, value) for relaxable, value in helpful)


def _change(relaxable: Relaxable, value: Scalar) -> str:
    if value is None:
        return f"{relaxable.subject} ({relaxable.current}): would have to go."
    return f"{relaxable.subject}: {relaxable.current} now, {value} would do."


def joint_detail(wanted: str, others: Sequence[Limit]) -> str:
    """Return how a limit stands in the way only together with others."""
    return (
        f"Only together with {names([other.words for other in others])}: if all of them gave way, {wanted} could be "
        "secured; one alone is not enough."
    )


def exhausted(wanted: str) -> str:
    """Return what to say where not even all limits together stand in the way."""
    return (
        f"Were every limit that was tried gone at once, {wanted} could still not be secured: the creators there are do "
        "not suffice."
    )


def overlooked(plan: Plan, currency: str) -> str:
    """Return what to say where a second look has a plan that the search lacked."""
    return (
        "No limit stands in the way: a second look found a plan with it and everything else that is secured, for "
        f"{plan.totals.cost} {currency} in all. Allow more time."
    )


def instead(plan: Plan, activation: str, budget: str, kept: Sequence[str]) -> str:
    """Return which activation would have to go for another one within the present budget.

    Parameters
    ----------
    plan
        A plan with both, dearer than the budget.
    kept
        Activations that must stay.
    """
    total = Decimal(plan.totals.cost or 0)
    enough = [
        item
        for item in plan.activations
        if item.activation not in {activation, *kept} and total - _cost(item) <= Decimal(budget)
    ]
    if not enough:
        return f" No other single activation makes room for it within {budget}."
    cheapest = min(enough, key=_cost)
    return f" Within {budget}, {cheapest.activation} would have to go instead."


def _cost(item: ActivationResult) -> Decimal:
    return Decimal(item.cost or 0)
