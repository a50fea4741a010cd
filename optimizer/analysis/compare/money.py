"""Money of two plans: differences, the way from one cost to the other, months."""

from __future__ import annotations

from itertools import accumulate
from typing import Literal

from optimizer.analysis.accounting import Accounts, Parts
from optimizer.answers.comparison import MonthDifference, WaterfallStep

Step = Literal["baseline", "product", "shipping", "fees", "other"]


def changes(baseline: Accounts, other: Accounts) -> dict[str, str | None]:
    """Return by how much cost, product, shipping and fees differ; null where one of the plans is none."""
    if baseline.totals is None or other.totals is None:
        return dict.fromkeys(("cost", "product", "shipping", "fees"))
    before, after = baseline.totals, other.totals
    return {
        "cost": other.text(after.total - before.total),
        "product": other.text(after.product - before.product),
        "shipping": other.text(after.shipping - before.shipping),
        "fees": other.text(after.fees - before.fees),
    }


def waterfall(baseline: Accounts, other: Accounts) -> list[WaterfallStep]:
    """Return the way from the baseline's cost to the other's: the changes of product, shipping and fees add up to it.

    In integers of the minor unit, so that the level after the last change is the other's cost exactly.
    """
    if baseline.totals is None or other.totals is None:
        return []
    before, after = baseline.totals, other.totals
    bars = (
        before.total,
        after.product - before.product,
        after.shipping - before.shipping,
        after.fees - before.fees,
    )
    names: tuple[Step, ...] = ("baseline", "product", "shipping", "fees")
    steps = [
        WaterfallStep(step=name, change=other.text(bar), after=other.text(level))
        for name, bar, level in zip(names, bars, accumulate(bars), strict=True)
    ]
    whole = other.text(after.total)
    return [*steps, WaterfallStep(step="other", change=whole, after=whole)]


def months(baseline: Accounts, other: Accounts) -> list[MonthDifference]:
    """Return what every month carries in both plans."""
    if baseline.totals is None or other.totals is None:
        return []
    differences = []
    for month in sorted(baseline.months.keys() | other.months.keys()):
        before, after = (accounts.months.get(month, Parts()).total for accounts in (baseline, other))
        differences.append(
            MonthDifference(
                month=month,
                baseline=other.text(before),
                other=other.text(after),
                change=other.text(after - before),
            )
        )
    return differences
