"""Findings as sentences for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from optimizer.analysis.diagnosis.documents import Scalar
from optimizer.analysis.diagnosis.relaxable import Relaxable
from optimizer.analysis.diagnosis.shared_limits import Limit
from optimizer.analysis.network import CommunityNetwork
from optimizer.plan import ActivationResult, Blocked, Plan
from optimizer.wording import chance, counted, money

NAMED = 5
ASK_LONGER = (
    "More time may tell: `solve` with a longer `--diagnose` and `--time-limit`, or for a service more "
    "GROUNDSWELL_DIAGNOSIS_SECONDS."
)
SMALLER_MAY_DO = "a smaller change may do"
"""Said of a value that suffices without proof that no smaller change does."""


@dataclass(frozen=True)
class Change:
    """A change that suffices.

    Attributes
    ----------
    value
        Of the field; None takes it away.
    least
        Whether it is proven that no smaller change of this field suffices.
    """

    relaxable: Relaxable
    value: Scalar
    least: bool


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
        members = counted(network.creators, "creator")
        return f"{network.community} has {members}, of whom none can be used in any window."
    if network.missing is None:
        more = "more creators like these would not be enough"
    else:
        more = f"about {counted(network.missing, 'more typical creator')} would be needed"
    people = "The only usable creator" if network.usable == 1 else f"All {network.usable:,} usable creators"
    reach = "reaches" if network.usable == 1 else "together reach"
    return (
        f"{people} of {network.community} {reach} the posts needed with a chance of "
        f"{chance(network.attainable)}, where {chance(network.confidence)} is asked for "
        f"(window of {network.window.start}); {more}."
    )


def _down(probability: float) -> float:
    """Return a probability cut, not rounded, to four decimals."""
    return int(probability * 10_000 + 1e-7) / 10_000


def limit_detail(limit: Limit, wanted: str, changes: Sequence[Change], *, settled: bool) -> str:
    """Return how a limit stands in the way of the goal, given the changes that suffice.

    Parameters
    ----------
    settled
        Whether the time sufficed to see that no other field suffices.
    """
    if changes:
        return " ".join(_change(change, first=change is changes[0]) for change in changes)
    freed = f"Without {limit.words}, {wanted} could be secured"
    if settled:
        return f"{freed}; no single change that was tried suffices."
    return f"{freed}. The time was too short to find out which single change suffices, if any does. {ASK_LONGER}"


def _change(change: Change, *, first: bool) -> str:
    relaxable, value = change.relaxable, change.value
    subject = relaxable.subject if first else f"Or {relaxable.subject[0].lower()}{relaxable.subject[1:]}"
    enough = "removing it" if value is None else relaxable.words(value)
    sufficient = f"{subject}: {relaxable.words(relaxable.current)} now; {enough} suffices"
    if relaxable.levels == 1:
        return f"{sufficient}."
    return f"{sufficient}, {'no smaller change does' if change.least else SMALLER_MAY_DO}."


def changed(relaxable: Relaxable, value: Scalar, *, given: bool) -> str:
    """Return a field's value now and the one that helps.

    Parameters
    ----------
    given
        Whether the scenario gives the field; else the value in force is a default.
    """
    now = relaxable.words(relaxable.current)
    return f"{now if given else f'{now} (default)'} → {relaxable.words(value)}"


def joint_detail(wanted: str, others: Sequence[Limit], *, settled: bool) -> str:
    """Return how a limit stands in the way only together with others.

    Parameters
    ----------
    settled
        Whether it is proven that none of them could stay.
    """
    named = names([other.words for other in others])
    if settled:
        return f"Not by itself, but together with {named}: only if all of them are eased can {wanted} be secured."
    return (
        f"Not by itself, but together with {named}: if all of them are eased, {wanted} can be secured. Fewer may do; "
        f"the time was too short to find out. {ASK_LONGER}"
    )


def exhausted(wanted: str) -> str:
    """Return what to say where not even all limits together stand in the way."""
    return f"Even without all limits that were tried, {wanted} could not be secured: there are too few usable creators."


def price(plan: Plan, currency: str) -> str:
    """Return the cost of a plan."""
    return money(plan.totals.cost or "0", currency)


def overlooked(plan: Plan, currency: str) -> str:
    """Return what to say where a second look has a plan that the search lacked."""
    return (
        "No limit stands in the way: the diagnosis found a plan that secures it besides everything that is secured "
        f"now, for {price(plan, currency)} in all. Allow the search more time (`--time-limit`)."
    )


def instead(plan: Plan, activation: str, budget: str, kept: Sequence[str], currency: str) -> str:
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
    within = money(budget, currency)
    if not enough:
        return f" Leaving out one other activation of that plan does not make room for it within {within}."
    cheapest = min(enough, key=_cost)
    return f" Within {within}, it could take the place of {cheapest.activation}."


def _cost(item: ActivationResult) -> Decimal:
    return Decimal(item.cost or 0)
