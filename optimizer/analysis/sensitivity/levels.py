"""The best plan and the bounds of a scenario, and of scenarios that are the same with one limit looser.

A plan of the scenario keeps every rule of a looser one, so the looser scenario's best is never worse; what no plan of a
looser scenario can do, none of the scenario's own can.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from optimizer.analysis.gaps import closes, cost_gap
from optimizer.errors import VerificationError
from optimizer.money import from_minor, to_minor
from optimizer.plan import Plan, Status


@dataclass(frozen=True)
class Best:
    """A verified plan by what decides: more value is better, then less cost (minor units)."""

    value: int
    cost_minor: int
    secured: frozenset[str]

    def beats(self, other: Best | None) -> bool:
        """Return whether this plan is better than another, or the other is none."""
        return other is None or (self.value, -self.cost_minor) > (other.value, -other.cost_minor)


@dataclass(frozen=True)
class Bounds:
    """Bounds on all plans of a scenario.

    Attributes
    ----------
    value
        No plan has more value; None where nothing is proven.
    cost_minor
        No plan of at least the value `at_value` costs less; None where nothing is proven.
    """

    value: int | None = None
    cost_minor: int | None = None
    at_value: int = 0

    def cost_of(self, best: Best) -> int | None:
        """Return what no plan of the value of `best` costs less than; None until that value is proven."""
        return self.cost_minor if best.value == self.value and self.at_value <= best.value else None

    def gap(self, best: Best) -> float | None:
        """Return the gap of `best` as in a plan: of the value where it is not proven, else of the cost."""
        if self.value is None:
            return None
        value_gap = (self.value - best.value) / max(1, self.value)
        return value_gap or cost_gap(best.cost_minor, self.cost_of(best))

    def status(self, best: Best, gap: float) -> Status:
        """Return what the bounds prove `best` to be, given the gap at which a plan counts as optimal."""
        return "optimal" if closes(best.cost_minor, self.cost_of(best), gap) else "feasible"

    def tightened(self, others: Iterable[Bounds], best: Best) -> Bounds:
        """Return these bounds with those of looser scenarios, which hold here as well, where they bound `best`."""
        every = [self, *others]
        value = min((item.value for item in every if item.value is not None), default=None)
        apt = [item for item in every if item.cost_minor is not None and item.at_value <= best.value]
        tightest = max(apt, key=lambda item: item.cost_minor or 0, default=None)
        if tightest is None:
            return Bounds(value)
        return replace(tightest, value=value)

    def check(self, best: Best, name: str, digits: int) -> None:
        """Raise VerificationError where a verified plan beats a proven bound."""
        if self.value is not None and self.value < best.value:
            stated = f"bound: no plan of {name} is to have more value than {self.value}"
            raise VerificationError([f"{stated}, yet a verified one has {best.value}"])
        cost = self.cost_of(best)
        if cost is not None and cost > best.cost_minor:
            least, actual = from_minor(cost, digits), from_minor(best.cost_minor, digits)
            raise VerificationError([f"bound: {name} is to cost at least {least}, yet a verified plan costs {actual}"])


def best_of(plan: Plan, digits: int) -> Best | None:
    """Return a plan by what decides; None where it holds no plan.

    Its cost is the stated least cost, which may be below that of the people chosen in the end.
    """
    stated = plan.objective
    if stated.value is None or stated.least_cost is None:
        return None
    secured = frozenset(item.activation for item in plan.activations if item.secured)
    return Best(stated.value, to_minor(Decimal(stated.least_cost), digits), secured)


def bounds_of(plan: Plan, digits: int) -> Bounds:
    """Return what a plan says is proven of all plans of its scenario."""
    stated = plan.objective
    if stated.cost_bound is None or stated.value is None:
        return Bounds(stated.value_bound)
    return Bounds(stated.value_bound, to_minor(Decimal(stated.cost_bound), digits), stated.value)
