"""Value and cost by the cell master, then people on the windows that it takes.

Value goes down by feasibility: the master looks for plans of at least a given value, and proves quickly where there
is none. Where it has a solution, cuts at the prices of its own linear program are added until none is violated; then
CP-SAT, or HiGHS where places a day run short, chooses people on these windows. Windows on which nobody can be chosen
are forbidden together, as few as do it; windows whose cost is computed are forbidden at that cost.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from optimizer.derive.instance import INFEASIBLE_COST, Floats
from optimizer.model import objective, rules
from optimizer.model.rules import add_rules
from optimizer.model.selection import Selection
from optimizer.model.variables import Approximation, Variables, part_of
from optimizer.solve.bounds.cell_master import CellMaster
from optimizer.solve.bounds.cell_windows import Prices, WindowGroup, groups_of
from optimizer.solve.bounds.lower_bounds import LowerBounds
from optimizer.solve.cpsat.cut_loop import CutLoopResult, solve_with_cuts
from optimizer.solve.cpsat.mip import beyond_doubt, engine_of
from optimizer.solve.cpsat.solve_model import CallLimits
from optimizer.solve.heuristics.window_teams import place_window_teams
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.search_state import SearchState

Taken = frozenset[int]
"""Positions of window groups in the master."""


def search_by_cells(problem: SearchProblem, state: SearchState, lower_bounds: LowerBounds) -> None:
    """Bound value and cost by the cell master and improve the incumbent, where activations share what runs short."""
    if not problem.instance.limits.share_supplies:
        return
    control = problem.control
    share = control.deadline - (1 - PARAMETERS.cell_search_share) * control.remaining
    part = problem.under(problem.instance, replace(control, deadline=share))
    groups = groups_of(part, list(lower_bounds.own), PARAMETERS.master_worth)
    if groups and sum(len(group.cells) for group in groups) <= PARAMETERS.master_cells:
        _CellSearch(part, state, CellMaster(problem.instance, groups, lower_bounds.own)).run()


@dataclass
class _CellSearch:
    """The loop of master and people.

    Attributes
    ----------
    dead
        Sets of groups that no plan takes all of.
    done
        Sets whose cost at the value in question is computed or bounded.
    lowest
        The least cost, or bound on it, over `done`.
    """

    problem: SearchProblem
    state: SearchState
    master: CellMaster
    dead: list[Taken] = field(default_factory=list)
    done: list[Taken] = field(default_factory=list)
    lowest: int = INFEASIBLE_COST

    @property
    def over(self) -> bool:
        """Whether there is nothing left to prove or no time left."""
        return self.state.closed or self.state.infeasible or self.problem.control.stopped

    def run(self) -> None:
        """Lower the value until the master has a plan, then raise the cost until people meet it."""
        self._seed()
        everything = bool(self.problem.instance.must_secure.all())
        proven = self.state.value_proven
        while not self.over:
            if self.state.value_proven and not proven:
                # Sets bounded while the value was open were bounded roughly: they are looked at again for the cost.
                proven, self.done, self.lowest = True, [], INFEASIBLE_COST
            target = self.state.value_bound
            least = None if everything else target
            self._tighten(least)
            solved = self._integer(least)
            if solved is None:
                return
            bound, taken = solved
            if taken is None and self.done:
                # Every plan that reaches the value takes windows of `done`, whose cost is bounded.
                self.state.tighten_cost_bound(target, self.lowest)
                return
            if taken is None:
                self._lower(target, everything=everything)
                continue
            self.state.tighten_cost_bound(target, min(bound, self.lowest))
            if not self.over:
                self._people(taken, bound)

    def _lower(self, target: int, *, everything: bool) -> None:
        """Record that no plan has the value, and go one lower."""
        if everything or target <= 0:
            self.state.infeasible = True
        else:
            self.state.tighten_value_bound(target - 1)

    def _seed(self) -> None:
        """Add a few cuts at prices that could matter."""
        limits = self.problem.instance.limits
        for place, group in enumerate(self.master.groups):
            self.master.add_cut(place, {}, 1.0)
            for month in limits.month_caps:
                if month == group.month or np.any(group.classes[0] == month):
                    for price in (0.3, 2.0):
                        self.master.add_cut(place, {("month", int(month), 0): price}, 1.0)
            if limits.daily_capacity is not None or limits.arrivals:
                median = float(np.median(group.least_goods))
                product = int(self.problem.instance.product[group.activation])
                for price in (0.3, 1.0):
                    self.master.add_cut(place, {("lot", product, len(limits.ship_month)): price * median}, 1.0)

    def _tighten(self, least: int | None) -> None:
        """Add the cuts that solutions of the linear relaxation violate."""
        for _ in range(PARAMETERS.master_rounds):
            if self.over:
                return
            relaxed = self.master.relax(least)
            if relaxed is None or not self._cut(*relaxed, range(len(self.master.groups))):
                return

    def _cut(self, x: Floats, prices: Prices, places: Sequence[int]) -> bool:
        taken = [place for place in places if x[self.master.columns[place].cells].sum() > 1e-6]
        return bool(sum(self.master.add_cut(place, prices, 1.0, x) for place in taken))

    def _integer(self, least: int | None) -> tuple[int, Taken | None] | None:
        """Return a bound and the groups of the best whole solution, no cut violated; no groups where there is none."""
        bound, taken = 0, None
        # Until a plan has the value, it is people who decide, not the last percent of cost.
        gap = PARAMETERS.master_gap if self.state.value_proven else PARAMETERS.master_first_gap
        for _ in range(2 * PARAMETERS.master_rounds):
            if self.over:
                return None
            seconds = min(PARAMETERS.master_seconds, self.problem.control.remaining)
            answer, x = self.master.solve(seconds, least_value=least, without=[*self.dead, *self.done], gap=gap)
            if answer.infeasible:
                return 0, None
            bound = max(bound, answer.bound or 0)
            if answer.taken is None or x is None:
                return None
            taken = answer.taken
            relaxed = self.master.relax(least, fixed=x)
            if relaxed is None or not self._cut(*relaxed, sorted(taken)):
                break
        return None if taken is None else (bound, taken)

    def _people(self, taken: Taken, bound: int) -> None:
        """Choose people on these windows: a plan, then what it costs at least."""
        groups = [self.master.groups[place] for place in sorted(taken)]
        if not self.state.value_proven and not self._reaches(taken, groups):
            return
        below = self.state.cost - 1 if self.state.value_proven else None
        v = self._model(groups, Approximation.INNER, below)
        limits = self._limits(PARAMETERS.master_people_effort)
        chosen = engine_of(limits)(v, objective.cost(v), self.problem.control, seed=self.problem.seed, limits=limits)
        self._improve(chosen.selection)
        if self.over:
            return
        below = self.state.cost - 1 if self.state.value_proven else None
        result = self._exactly(groups, below, self._limits(PARAMETERS.master_proof_effort))
        self._improve(result.selection)
        if result.infeasible and below is None:
            self.dead.append(self._smallest(taken))
            return
        self.done.append(taken)
        bound_here = below + 1 if result.infeasible and below is not None else max(bound, result.bound or 0)
        self.lowest = min(self.lowest, bound_here)

    def _reaches(self, taken: Taken, groups: Sequence[WindowGroup]) -> bool:
        """Return whether people may reach the value on these windows; the first who do are the incumbent."""
        first = self._exactly(groups, None, replace(self._limits(PARAMETERS.master_people_effort), gap=1.0))
        self._improve(first.selection)
        if first.infeasible:
            self.dead.append(self._smallest(taken))
        return not first.infeasible and not self.over

    def _improve(self, selection: Selection | None) -> None:
        """Offer a selection, and where it is the incumbent then the windows' teams that fit beside the rest of it."""
        if self.state.try_improve(selection):
            place_window_teams(self.problem, self.state)

    def _limits(self, effort: float) -> CallLimits:
        """Return the limits of a call: sharing out few places a day is for HiGHS, all else quicker by CP-SAT."""
        nodes = None if self.problem.instance.limits.daily_capacity is None else int(effort * PARAMETERS.mip_nodes)
        seconds = math.inf if nodes is None else PARAMETERS.mip_seconds
        return CallLimits(self.problem.gap / 2, effort, seconds, PARAMETERS.window_cut_rounds, nodes)

    def _exactly(self, groups: Sequence[WindowGroup], below: int | None, limits: CallLimits) -> CutLoopResult:
        if below is not None and limits.nodes is not None:
            below = beyond_doubt(below)
        v, problem = self._model(groups, Approximation.OUTER, below), self.problem
        return solve_with_cuts(
            v, objective.cost(v), problem.control, seed=problem.seed, limits=limits, pool=problem.dominance
        )

    def _smallest(self, taken: Taken) -> Taken:
        """Return a small part of a set of groups that is impossible by itself."""
        kept = sorted(taken)
        for place in sorted(taken):
            rest = [other for other in kept if other != place]
            if not rest or self.over:
                break
            groups = [self.master.groups[other] for other in rest]
            # Whether there are people at all is asked, not at what cost: the first who hold are an answer.
            if self._exactly(groups, None, replace(self._limits(PARAMETERS.master_people_effort), gap=1.0)).infeasible:
                kept = rest
        return frozenset(kept)

    def _model(self, groups: Sequence[WindowGroup], approximation: Approximation, below: int | None) -> Variables:
        """Return the model of all activations of some groups, secured in their windows."""
        instance = self.problem.instance
        activations = [group.activation for group in groups]
        part = part_of(
            instance,
            {activation: self.problem.covers[activation] for activation in activations},
            approximation,
            activations=activations,
            windows=sorted(member.index for group in groups for member in group.members),
        )
        v = Variables(part, approximation)
        # A rule of no declared scope may look at everything that is planned, so it says nothing of some activations.
        add_rules(v, without=frozenset(rule.id for rule in rules.RULES if rule.scope is None))
        for activation in activations:
            v.model.add(v.secured[activation] == 1)
        if below is not None:
            v.model.add(objective.cost(v) <= below)
        return v
