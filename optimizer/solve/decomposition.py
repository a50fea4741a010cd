"""One decomposed search: the bounds on its parts, what to secure by them, and how a plan is made of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from optimizer.solve.bounds.activation import best_set, cost_bound, value_bound
from optimizer.solve.bounds.contested import ContestedSearch
from optimizer.solve.bounds.lower_bounds import LagrangianBounds, LowerBounds
from optimizer.solve.heuristics.partial_plan import PartialPlan
from optimizer.solve.heuristics.ruin_recreate import RuinRecreate, scarcity
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search_state import SearchState
from optimizer.solve.windows.greedy_team import Team


@dataclass
class Decomposition:
    """One decomposed search.

    Attributes
    ----------
    wanted
        Activations to secure by the bounds of now, hardest to insert first.
    proposals
        Teams that go well with those of coupled activations, by activation.
    rotation
        The best prices for participations, which teams are charged; None where they add nothing.
    contested
        Branching on contested creators as far as it has come, by the activations that contest them.
    """

    problem: SearchProblem
    state: SearchState
    lower_bounds: LowerBounds
    window_bounds: dict[int, int]
    wanted: list[int] = field(default_factory=list)
    proposals: dict[int, list[Team]] = field(default_factory=dict)
    rotation: LagrangianBounds | None = None
    contested: dict[tuple[int, ...], ContestedSearch] = field(default_factory=dict)
    draws: int = 0

    @property
    def done(self) -> bool:
        """Whether there is nothing left to find or no time left."""
        return self.state.closed or self.state.infeasible or self.problem.control.stopped

    def bound(self) -> None:
        """Bound value and cost by the lower bounds and choose what to secure."""
        instance, coupled = self.problem.instance, self.problem.coupled
        value = value_bound(instance, self.lower_bounds, coupled)
        if value is None:
            self.state.infeasible = True
            return
        self.state.tighten_value_bound(value)
        target = self.state.value_bound
        bound = cost_bound(instance, self.lower_bounds, target, coupled)
        if bound is not None:
            self.state.tighten_cost_bound(target, bound)
        chosen = best_set(instance, self.lower_bounds, coupled)
        self.wanted = self.in_order(chosen or ())

    def in_order(self, activations: Sequence[int]) -> list[int]:
        """Return activations in the order of insertion: required, then few windows, then high cost."""
        must, lower_bounds = self.problem.instance.must_secure, self.lower_bounds.own
        choices = {a: len(self.problem.windows_of(a)) for a in activations}
        return sorted(activations, key=lambda a: (not must[a], choices[a], -lower_bounds[a], a))

    def rebuild(
        self,
        wanted: Sequence[int],
        tries: int,
        partial: PartialPlan | None = None,
        *,
        over_budget: bool,
        share: float = 1.0,
    ) -> None:
        """Fill a partial plan with the wanted activations and improve it by ruin and recreate.

        `share`: of the time left, at most.
        """
        if partial is None:
            # The first plan of all is not built upon: its teams were made before any bound on their cost.
            built = self.state.incumbent if self.draws else None
            partial = PartialPlan(self.problem.instance, built, over_budget=over_budget)
            for activation in [a for a in partial.windows if a not in wanted]:
                partial.remove(activation)
        self.draws += 1
        charges = scarcity(self.problem, wanted)
        if self.rotation is not None and self.rotation.charges is not None:
            charges = charges + self.rotation.charges
        control = self.problem.control
        ends = control.deadline - (1 - share) * control.remaining
        builder = RuinRecreate(
            self.problem.under(self.problem.instance, replace(control, deadline=ends)),
            partial,
            wanted,
            self.lower_bounds.own,
            charges,
            self.problem.seed + self.draws,
            self.proposals,
        )
        builder.fill()
        builder.run(self.state, tries)

    def everything(self) -> list[int]:
        """Return all activations, those wanted first, the others by what a unit of value costs."""
        value = self.problem.instance.value
        others = [a for a in self.lower_bounds.own if a not in self.wanted]
        return [*self.wanted, *sorted(others, key=lambda a: (self.lower_bounds.own[a] / value[a], a))]
