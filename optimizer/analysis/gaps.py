"""How far a cost is from its bound, decided in exact numbers as the search decides it."""

from __future__ import annotations

from optimizer.money import exact


def cost_gap(cost_minor: int | None, bound_minor: int | None) -> float | None:
    """Return (cost − bound) / cost as in a plan, 0 where nothing is spent; None without one of them."""
    if cost_minor is None or bound_minor is None:
        return None
    return (cost_minor - bound_minor) / cost_minor if cost_minor else 0.0


def closes(cost_minor: int, bound_minor: int | None, gap: float) -> bool:
    """Return whether a bound proves a cost within a gap: cost · (1 − gap) ≤ bound."""
    return bound_minor is not None and cost_minor * (1 - exact(gap)) <= bound_minor
