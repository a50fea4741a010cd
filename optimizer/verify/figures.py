"""Every figure of a plan, recomputed from its decisions alone.

A figure says what would happen if the plan were carried out as written, also where it breaks a rule. Density counts
*distinct* creators: a second line of one creator in one activation costs money but adds no post.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from optimizer.plan import ActivationResult, Assignment, CashLine, Totals
from optimizer.scenario.semantics import Wave, embeddedness
from optimizer.verify.chance import (
    SECURED_TOLERANCE,
    Posters,
    mean_ratio,
    odds,
    post_distribution,
    probability,
    secured_distribution,
)
from optimizer.verify.premises import Line, Premises, teams


@dataclass(frozen=True)
class Cost:
    """An amount by kind, in minor units."""

    product: int = 0
    shipping: int = 0
    fees: int = 0

    @property
    def total(self) -> int:
        """Return product + shipping + fees."""
        return self.product + self.shipping + self.fees

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.product + other.product, self.shipping + other.shipping, self.fees + other.fees)


def cost(premises: Premises, line: Line) -> Cost:
    """Return what one line costs: product unit + shipping, and the fee where paid (a missing fee counts 0)."""
    fee = line.creator.paid_fee if line.mode == "paid" else None
    return Cost(
        product=premises.minor(premises.products[line.wave.product].unit_cost),
        shipping=premises.minor(premises.service(line.creator).cost),
        fees=0 if fee is None else premises.minor(fee),
    )


def total_cost(premises: Premises, lines: Iterable[Line]) -> Cost:
    """Return what some lines cost together."""
    return sum((cost(premises, line) for line in lines), Cost())


def monthly_cost(premises: Premises, lines: Iterable[Line]) -> dict[str, Cost]:
    """Return the cost of every month with spend, in order.

    A month carries product and shipping of the parcels shipped in it and the fees of the windows that end in it.
    """
    months: defaultdict[str, Cost] = defaultdict(Cost)
    for line in lines:
        parts = cost(premises, line)
        months[line.ship_on.isoformat()[:7]] += Cost(parts.product, parts.shipping)
        months[line.window.end.isoformat()[:7]] += Cost(fees=parts.fees)
    return {month: months[month] for month in sorted(months) if months[month].total > 0}


@dataclass(frozen=True)
class Statement:
    """All figures of a plan.

    Attributes
    ----------
    assignments
        One per line, in the order of the lines.
    activations
        One per activation of the scenario, in its order.
    totals, cash
        As in the plan.
    value
        Total value of the secured activations.
    embeddedness
        Sum over the lines; unknown counts 0.
    """

    assignments: list[Assignment]
    activations: list[ActivationResult]
    totals: Totals
    cash: list[CashLine]
    value: int
    embeddedness: float


def restate(premises: Premises, lines: Sequence[Line], secured: Collection[str] | None = None) -> Statement:
    """Compute every figure of the plan made of `lines`.

    Parameters
    ----------
    premises
        The scenario.
    lines
        The decisions.
    secured
        Ids of the activations to count as secured; None counts those that reach their confidence.
    """
    members = teams(premises, lines)
    activations = [activation_figures(premises, wave, members[wave.id]) for wave in premises.waves.values()]
    if secured is not None:
        activations = [each.model_copy(update={"secured": each.activation in secured}) for each in activations]
    return Statement(
        assignments=[assignment_figures(premises, line) for line in lines],
        activations=activations,
        totals=_totals(premises, lines, activations),
        cash=_cash(premises, lines),
        value=sum(premises.waves[each.activation].value for each in activations if each.secured),
        embeddedness=math.fsum(embeddedness(line.creator) or 0.0 for line in lines),
    )


def assignment_figures(premises: Premises, line: Line) -> Assignment:
    """Return one line with its figures."""
    parts = cost(premises, line)
    return Assignment(
        creator=line.creator.id,
        activation=line.wave.id,
        mode=line.mode,
        ship_on=line.ship_on,
        expected_delivery=expected_delivery(premises, line),
        window=line.window,
        post_probability=odds(premises, line).inside,
        embeddedness=embeddedness(line.creator),
        product=premises.amount(parts.product),
        shipping=premises.amount(parts.shipping),
        fee=premises.amount(parts.fees),
        cost=premises.amount(parts.total),
    )


def expected_delivery(premises: Premises, line: Line) -> date:
    """Return ship day + mean transit, rounded up to a whole day."""
    mean = premises.timing.mean_delivery(line.ship_on, premises.service(line.creator))
    return date.fromordinal(math.ceil(mean))


def activation_figures(premises: Premises, wave: Wave, lines: Sequence[Line]) -> ActivationResult:
    """Return what becomes of one activation that is given these lines.

    It counts as secured when it has lines and P(N ≥ min_posts) ≥ confidence − 1e-6. Expected posts are means under
    the rate model: Σ over gifted of π·E[ρ]/mid + Σ over paid of π, inside and outside the window alike.
    """
    rate, members = premises.scenario.posting.organic_rate, _team(premises, wave, lines)
    reached = probability(members, rate)
    return ActivationResult(
        activation=wave.id,
        community=wave.community,
        secured=bool(lines) and reached >= wave.confidence - SECURED_TOLERANCE,
        window=lines[0].window if lines else None,
        min_posts=wave.min_posts,
        confidence=wave.confidence,
        probability=reached,
        expected_posts=mean_ratio(rate) * float(members.gifted.sum()) + float(members.paid.sum()),
        expected_posts_outside=_expected_outside(premises, lines),
        post_distribution=post_distribution(members, rate),
        gifts=_count(lines, "gift"),
        paid=_count(lines, "paid"),
        cost=premises.amount(total_cost(premises, lines).total),
    )


def _distinct(lines: Sequence[Line]) -> list[Line]:
    """Return the first line of every creator."""
    first: dict[str, Line] = {}
    for line in lines:
        first.setdefault(line.creator.id, line)
    return list(first.values())


def _team(premises: Premises, wave: Wave, lines: Sequence[Line]) -> Posters:
    members = _distinct(lines)
    return Posters(
        gifted=np.array([odds(premises, line).inside for line in members if line.mode == "gift"]),
        paid=np.array([odds(premises, line).inside for line in members if line.mode == "paid"]),
        min_posts=wave.min_posts,
    )


def _expected_outside(premises: Premises, lines: Sequence[Line]) -> float:
    scale = {"gift": mean_ratio(premises.scenario.posting.organic_rate), "paid": 1.0}
    return math.fsum(scale[line.mode] * odds(premises, line).outside for line in _distinct(lines))


def _count(lines: Sequence[Line], mode: str) -> int:
    return sum(line.mode == mode for line in lines)


def _totals(premises: Premises, lines: Sequence[Line], activations: Sequence[ActivationResult]) -> Totals:
    parts = total_cost(premises, lines)
    members = teams(premises, lines)
    secured = [premises.waves[each.activation] for each in activations if each.secured]
    reached = secured_distribution(
        [_team(premises, wave, members[wave.id]) for wave in secured], premises.scenario.posting.organic_rate
    )
    return Totals(
        cost=premises.amount(parts.total),
        product=premises.amount(parts.product),
        shipping=premises.amount(parts.shipping),
        fees=premises.amount(parts.fees),
        budget=_limit(premises, premises.scenario.budget.total),
        left=_left(premises, parts.total),
        gifts=_count(lines, "gift"),
        paid=_count(lines, "paid"),
        expected_posts=math.fsum(each.expected_posts for each in activations),
        probability_all=reached[-1] if secured else None,
        secured_distribution=reached,
    )


def _limit(premises: Premises, amount: Decimal | None) -> str | None:
    return None if amount is None else premises.amount(premises.minor(amount))


def _left(premises: Premises, spent: int) -> str | None:
    total = premises.scenario.budget.total
    return None if total is None else premises.amount(premises.minor(total) - spent)


def _cash(premises: Premises, lines: Sequence[Line]) -> list[CashLine]:
    return [
        CashLine(
            month=month,
            product=premises.amount(parts.product),
            shipping=premises.amount(parts.shipping),
            fees=premises.amount(parts.fees),
            total=premises.amount(parts.total),
            cap=_limit(premises, (premises.scenario.budget.monthly or {}).get(month)),
        )
        for month, parts in monthly_cost(premises, lines).items()
    ]
