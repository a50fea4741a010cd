"""Ruin and recreate: take a few neighbours off the partial plan, put them back in another order, keep what is better.

Better means more value, then less cost. Neighbours share ship days or people. Every draw comes from one seeded
generator and every pass ends after a fixed number of failed attempts, so the same seed takes the same path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import numpy as np

from optimizer.derive.instance import Ints
from optimizer.solve.heuristics.insertion import Charges, insert_greedily
from optimizer.solve.heuristics.partial_plan import PartialPlan
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.search_state import SearchState
from optimizer.solve.windows.greedy_team import Team


@dataclass
class RuinRecreate:
    """Ruin and recreate on one partial plan.

    Attributes
    ----------
    wanted
        Activations to place, in order of preference.
    lower_bounds
        Lower bound on the cost of each (minor units).
    proposals
        Teams that go well with those of coupled activations, by activation.
    """

    problem: SearchProblem
    partial: PartialPlan
    wanted: Sequence[int]
    lower_bounds: Mapping[int, int]
    charges: Charges
    seed: int
    proposals: Mapping[int, Sequence[Team]] = field(default_factory=dict)
    rng: Random = field(init=False)
    days: dict[int, frozenset[int]] = field(init=False)
    partners: dict[int, frozenset[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)
        table = self.problem.instance.options
        self.days = {
            a: frozenset(np.unique(table.ship_day[self.problem.core_of(self.problem.windows_of(a))]).tolist())
            for a in self.wanted
        }
        self.partners = {a: frozenset(group) for group in self.problem.coupled for a in group}

    def fill(self) -> None:
        """Insert the wanted activations that are missing, hardest first."""
        for activation in self.wanted:
            if activation not in self.partial.windows and not self.problem.control.stopped:
                self._place(activation, self.proposals.get(activation, ()))

    def _place(self, activation: int, proposals: Sequence[Team] = (), reserved: frozenset[int] = frozenset()) -> bool:
        return insert_greedily(
            self.problem, self.partial, activation, charges=self.charges, proposals=proposals, reserved=reserved
        )

    def run(self, state: SearchState, tries: int) -> None:
        """Improve the partial plan until `tries` attempts in a row failed, the gap is closed, or time is up."""
        in_vain = 0
        state.try_improve(self.partial.within_budget())
        while in_vain < tries and not state.closed and not self.problem.control.stopped:
            if self._attempt():
                in_vain = 0 if state.try_improve(self.partial.within_budget()) else in_vain + 1
            else:
                in_vain += 1

    def _attempt(self) -> bool:
        """Remove some, put them back with some that were missing; undo it if the partial plan got worse.

        Return whether it got better.
        """
        before = (self.partial.value(), -self.partial.cost)
        centre = self._centre()
        if centre is None:
            return False
        removed, missing = self._around(centre)
        kept = {a: (self.partial.windows[a], self.partial.teams[a]) for a in removed}
        for activation in removed:
            self.partial.remove(activation)
        order = [*missing, *removed] if self.rng.random() < 0.7 else [*removed, *missing]
        if self.rng.random() < 0.5:
            self.rng.shuffle(order)
        added = [a for index, a in enumerate(order) if self._put_back(a, order[index + 1 :])]
        after = (self.partial.value(), -self.partial.cost)
        if after < before:
            for activation in added:
                self.partial.remove(activation)
            for activation, (window, team) in kept.items():
                self.partial.insert(activation, window, team)
        return after > before

    def _put_back(self, activation: int, later: Sequence[int]) -> bool:
        """Insert an activation: at times as a proposed team, at times leaving a team's people to a coupled one."""
        proposals: Sequence[Team] = ()
        reserved: frozenset[int] = frozenset()
        if self.proposals and self.rng.random() < PARAMETERS.reserving:
            creators = self.problem.instance.options.creator
            waiting = [b for b in later if b in self.proposals and b in self.partners.get(activation, ())]
            if waiting:
                team = self.rng.choice(list(self.proposals[self.rng.choice(waiting)]))
                reserved = frozenset(creators[list(team.options)].tolist())
            elif activation in self.proposals:
                proposals = [self.rng.choice(list(self.proposals[activation]))]
        return self._place(activation, proposals, reserved)

    def _centre(self) -> int | None:
        """Return what to work around: one that is missing, or one that costs too much."""
        missing = [a for a in self.wanted if a not in self.partial.windows]
        placed = [a for a in self.partial.windows if a in self.days]
        if missing and (not placed or self.rng.random() < PARAMETERS.missing_first):
            return self.rng.choices(missing, [1.0 / (2 + rank) for rank in range(len(missing))])[0]
        return self.rng.choices(placed, [max(1, self._excess(a)) for a in placed])[0] if placed else None

    def _around(self, centre: int) -> tuple[list[int], list[int]]:
        """Return neighbours of an activation to remove, itself included where it stands, and missing ones to try."""
        fixed = centre in self.partial.windows
        near = [a for a in self.partial.windows if a != centre and a in self.days and self._related(a, centre)]
        most = PARAMETERS.most_removed - fixed
        removed = self.rng.sample(near, min(len(near), self.rng.randint(1 - fixed, most)))
        absent = [a for a in self.wanted if a not in self.partial.windows and a != centre]
        missing = self.rng.sample(absent, min(len(absent), self.rng.randint(0, PARAMETERS.most_missing_tried)))
        return ([centre, *removed] if fixed else removed), ([] if fixed else [centre]) + missing

    def _excess(self, activation: int) -> int:
        cost = int(self.problem.instance.options.cost_minor[self.partial.teams[activation]].sum())
        return cost - self.lower_bounds.get(activation, 0)

    def _related(self, first: int, second: int) -> bool:
        return second in self.partners.get(first, ()) or bool(self.days[first] & self.days[second])


def scarcity(problem: SearchProblem, wanted: Sequence[int]) -> Charges:
    """Return a small charge per option for using a day that many of the wanted activations could ship on."""
    table, limits = problem.instance.options, problem.instance.limits
    charges: Ints = np.zeros(len(table), dtype=np.int64)
    if limits.daily_capacity is None or not len(table):
        return charges
    demand = np.zeros(len(limits.ship_month))
    for activation in wanted:
        window_data = [problem.window_data[int(w)] for w in problem.windows_of(activation)]
        days = np.unique(
            np.concatenate([np.zeros(0, dtype=np.int64), *(table.ship_day[e.options] for e in window_data)])
        )
        people = min((len(e.team.options) for e in window_data if e.team is not None), default=0)
        if len(days):
            demand[days] += people / len(days)
    price = PARAMETERS.scarcity_charge * float(np.median(table.cost_minor)) * demand / max(1.0, demand.max())
    charges += np.rint(price).astype(np.int64)[table.ship_day]
    return charges
