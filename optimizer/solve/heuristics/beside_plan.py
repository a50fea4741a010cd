"""What an activation costs beside a plan once some shared limits are dropped, and which of them its teams would break.

Measured with greedy teams: what is found is a team that holds, so every difference shown is one that was seen. How much
is looked at is counted, and a clock guards it: the rest is said from the teams of the windows.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from optimizer.derive.instance import INFEASIBLE_COST, Instance
from optimizer.model.selection import Selection
from optimizer.solve.heuristics.insertion import greedy_team_beside
from optimizer.solve.heuristics.partial_plan import Breach, PartialPlan
from optimizer.solve.problem import SearchProblem
from optimizer.solve.windows.greedy_team import Team

Limit = tuple[str, int]
"""A shared limit: rule id, and the month, product or community it is of (0 where there is one limit for all)."""


def limit_of(breach: Breach) -> Limit:
    """Return the limit that a breach is of."""
    return breach.rule, breach.subject


def without(instance: Instance, gone: Iterable[Limit]) -> Instance:
    """Return an instance without some shared limits."""
    dropped = set(gone)
    rules, limits = {rule for rule, _ in dropped}, instance.limits
    # Windows that need not be apart may lie on each other: free days as far below 0 as any window is long.
    everywhere = -len(limits.ship_month)
    eased = replace(
        limits,
        budget_minor=None if "budget_total" in rules else limits.budget_minor,
        month_caps={month: cap for month, cap in limits.month_caps.items() if ("budget_month", month) not in dropped},
        daily_capacity=None if "daily_capacity" in rules else limits.daily_capacity,
        arrivals={product: lots for product, lots in limits.arrivals.items() if ("stock", product) not in dropped},
        rest_days=everywhere if "rest_days" in rules else limits.rest_days,
        max_activations=None if "max_activations" in rules else limits.max_activations,
    )
    apart = [c for rule, c in dropped if rule == "community_gap"]
    gaps = np.where(np.isin(instance.community, apart), everywhere, instance.gap_days)
    return replace(instance, limits=eased, gap_days=gaps)


@dataclass(frozen=True)
class Found:
    """A team of one window, and the shared limits that it would break beside the plan."""

    team: Team
    window: int
    breaches: tuple[Breach, ...]


@dataclass
class BesidePlan:
    """One plan, and teams of activations beside it.

    Attributes
    ----------
    most
        Greedy teams that may be made.
    until
        Moment (monotonic seconds) after which no more are made all the same.
    """

    problem: SearchProblem
    plan: Selection
    most: int
    until: float
    made: int = 0
    _partials: dict[frozenset[Limit], PartialPlan] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether no more teams are made."""
        return self.made >= self.most or time.monotonic() >= self.until

    def known(self, activation: int, below: int = INFEASIBLE_COST) -> list[Found]:
        """Return the teams known of an activation alone that cost less than `below`, the cheapest first."""
        partial = self._beside(activation, frozenset())
        teams = [
            (item.team.cost, item.window, item.team)
            for item in (self.problem.window_data[int(w)] for w in self.problem.windows_of(activation))
            if item.team is not None and item.team.cost < below
        ]
        return [
            Found(team, window, self._breaches(partial, activation, window, team))
            for _, window, team in sorted(teams, key=lambda entry: entry[:2])
        ]

    def cheapest(self, activation: int, gone: Iterable[Limit], below: int = INFEASIBLE_COST) -> Found | None:
        """Return the cheapest team found without some limits; None where none costs less than `below`."""
        partial, best = self._beside(activation, frozenset(gone)), None
        windows = [int(w) for w in self.problem.windows_of(activation)]
        for window in sorted(windows, key=lambda w: (self.problem.window_data[w].least, w)):
            if self.over or self.problem.window_data[window].least >= below:
                break
            if not partial.dates_allow(activation, window):
                continue
            self.made += 1
            team = greedy_team_beside(self.problem, partial, window, below=below)
            if team is not None:
                best, below = (window, team), team.cost
        if best is None:
            return None
        full = self._beside(activation, frozenset())
        return Found(best[1], best[0], self._breaches(full, activation, *best))

    def _breaches(self, partial: PartialPlan, activation: int, window: int, team: Team) -> tuple[Breach, ...]:
        return tuple(partial.breaches(activation, window, np.array(team.options, dtype=np.int64)))

    def _beside(self, activation: int, gone: frozenset[Limit]) -> PartialPlan:
        """Return the rest of the plan under the limits that are left."""
        if gone not in self._partials:
            self._partials[gone] = PartialPlan(without(self.problem.instance, gone), self.plan)
        partial = self._partials[gone]
        for other, window in self.plan.windows.items():
            if other != activation and other not in partial.windows:
                partial.insert(other, window, self.plan.options_of(self.problem.instance, other))
        if activation in partial.windows:
            partial.remove(activation)
        return partial
