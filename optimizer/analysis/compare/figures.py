"""A plan in its key figures."""

from __future__ import annotations

from optimizer.analysis.searched import is_searched
from optimizer.answers.comparison import KeyFigures
from optimizer.plan import Plan


def key_figures(name: str, plan: Plan) -> KeyFigures:
    """Return the figures of a plan that are compared, as they stand in it."""
    totals = plan.totals
    return KeyFigures(
        name=name,
        scenario=plan.scenario,
        status=plan.status,
        searched=is_searched(plan),
        verified=plan.certificate.verified,
        broken=[check.rule for check in plan.certificate.checks if not check.ok],
        value=plan.objective.value,
        secured=sum(item.secured for item in plan.activations),
        planned=sum(item.window is not None for item in plan.activations),
        activations=len(plan.activations),
        cost=totals.cost,
        product=totals.product,
        shipping=totals.shipping,
        fees=totals.fees,
        budget=totals.budget,
        left=totals.left,
        gifts=totals.gifts,
        paid=totals.paid,
        expected_posts=totals.expected_posts,
        probability_all=totals.probability_all,
        embeddedness=plan.objective.embeddedness,
        gap=plan.objective.gap,
    )
