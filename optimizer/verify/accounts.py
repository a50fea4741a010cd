"""What a plan costs, in minor units: per line, per sum of lines and per month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from optimizer.verify.premises import Line, Premises


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
