"""The same search under one total budget after another: every plan and bound serves them all."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from optimizer.derive.instance import INFEASIBLE_COST, Instance
from optimizer.model.selection import EMPTY
from optimizer.money import exact
from optimizer.solve.bounds.activation import solve_knapsack
from optimizer.solve.control import Control, Progress
from optimizer.solve.decomposition import Decomposition
from optimizer.solve.phases import quick_pass, run_phases, start_decomposition
from optimizer.solve.problem import prepare
from optimizer.solve.search import Solution, status_of
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.search_state import SearchState
from optimizer.solve.settings import Settings
from optimizer.solve.solution_pool import Pool


@dataclass
class BudgetSearch:
    """Searches of one instance under any total budget.

    Attributes
    ----------
    instance
        With the goal to secure most value; its own total budget is not looked at.
    control
        Deadline of everything together, cancellation, and the listener.
    pool
        Plans and bounds that hold under any budget.
    """

    instance: Instance
    settings: Settings
    control: Control
    pool: Pool = field(default_factory=Pool)
    _search: Decomposition | None = None

    def __post_init__(self) -> None:
        """Prepare and price the parts: most of the work that does not depend on the budget."""
        self.pool.most = most_spent(self.instance)
        settings, state = self.settings, self._new_state(None, self.control)
        state.set_phase("preparing")
        problem = prepare(state.instance, self.control, seed=settings.seed, gap=settings.gap, workers=settings.workers)
        if not self.control.stopped:
            self._search = start_decomposition(problem, state)

    def run(self, budget: int | None, *, share: float = 1.0, name: str = "", thorough: bool = True) -> None:
        """Search under a budget (minor units; None for no limit) in this share of the time left."""
        within = replace(
            self.control,
            deadline=time.monotonic() + share * self.control.remaining,
            listener=self._named(name),
        )
        state = self._new_state(budget, within)
        if self._search is None or state.closed or state.infeasible or within.stopped:
            return
        problem = self._search.problem.under(state.instance, within)
        self._search = replace(self._search, problem=problem, state=state)
        (run_phases if thorough else quick_pass)(self._search)
        self.pool.learn(state)

    def run_all(self, budgets: Sequence[int]) -> None:
        """Search under each budget, the coarse picture first."""
        for number, budget in enumerate(coarse_to_fine(budgets)):
            share = min(1.0, max(PARAMETERS.largest_share, PARAMETERS.times_equal_share / (len(budgets) - number)))
            self.run(budget, share=share, name=f"budget {number + 1} of {len(budgets)}")

    def settle_steps(self, budgets: Sequence[int]) -> None:
        """Close in on the next step to more value beyond each budget: bound what it costs, try what the bound proposes.

        Where the pool has a plan of more value, only the quick steps run: a step that they do not settle stays a plan
        and a bound with a gap between them. Without such a plan, the search goes all the way.
        """
        for value in sorted({self._value_within(budget) for budget in budgets}):
            if self._search is None or self.control.stopped or self.pool.least_for(value + 1) >= INFEASIBLE_COST:
                return
            instance, problem = self._within(None), self._search.problem
            step = solve_knapsack(instance, self._search.lower_bounds, problem.coupled, least_value=value + 1)
            self.pool.prove(value + 1, INFEASIBLE_COST if step.impossible else step.bound or 0)
            if step.impossible:
                return
            step_known = self.pool.next_step(value)
            enough = math.ceil(self.pool.least_for(value + 1) * (1 + exact(self.settings.gap)))
            if step_known is None or step_known[0] > enough:
                self.run(enough, name="the next step", thorough=False)
            for budget in (enough, None):
                if self.pool.next_step(value) is None:
                    self.run(budget, name="the next step")

    def _value_within(self, budget: int) -> int:
        return max((value for value, (cost, _) in self.pool.plans.items() if cost <= budget), default=0)

    def span(self) -> tuple[int, int]:
        """Return what the cheapest activation costs, and what all that can be secured costs (minor units).

        The first is a lower bound. The second is the cost of the dearest plan where no plan has more value, else the
        larger of that and the cost of all activations alone; where nothing was priced, a cost that no plan exceeds.
        """
        dearest = max((cost for cost, _ in self.pool.plans.values()), default=0)
        if self._search is None:
            return 0, self.pool.most
        alone = self._search.lower_bounds.own.values()
        best = self.solution(None)
        proven = best.value is not None and best.value >= best.value_bound
        return min(alone, default=0), dearest if proven else max(dearest, sum(alone))

    def solution(self, budget: int | None) -> Solution:
        """Return the best plan and bounds under a budget: a larger one is never worse."""
        state = self._new_state(budget, self.control)
        has_plan = state.incumbent is not None
        return Solution(
            status_of(state),
            state.incumbent,
            state.value if has_plan else None,
            state.cost if has_plan else None,
            state.value_bound,
            state.cost_bound,
            {},
            "decomposed",
        )

    def _new_state(self, budget: int | None, control: Control) -> SearchState:
        """Return a state that knows what the pool knows within a budget."""
        silent = replace(control, listener=None)
        state = SearchState(self._within(budget), silent, self.settings.gap, on_selection=self.pool.note)
        if not self.instance.must_secure.any():
            state.try_improve(EMPTY)
        self.pool.teach(state)
        state.control = control
        return state

    def _within(self, budget: int | None) -> Instance:
        most = self.pool.most
        limit = most if budget is None else min(budget, most)
        return replace(self.instance, limits=replace(self.instance.limits, budget_minor=limit))

    def _named(self, name: str) -> Callable[[Progress], None] | None:
        """Return the listener; its phases name the budget at work as well."""
        listener = self.control.listener
        if listener is None:
            return None
        return lambda moment: listener(replace(moment, phase=f"{name}: {moment.phase}" if name else moment.phase))


def most_spent(instance: Instance) -> int:
    """Return what no plan costs more than: the sum of the months' caps where all are capped, else of all options."""
    caps, months = instance.limits.month_caps, {int(month) for month in instance.limits.ship_month}
    everything = int(instance.options.cost_minor.sum())
    return min(everything, sum(caps[month] for month in months)) if months <= set(caps) else everything


def coarse_to_fine(budgets: Sequence[int]) -> list[int]:
    """Return budgets in the order of search: the largest, the smallest, then ever the middle of the widest stretch.

    Examples
    --------
    >>> coarse_to_fine([1, 2, 3, 4, 5, 6])
    [6, 1, 3, 2, 4, 5]
    """
    ranked = sorted(budgets)
    ends = [ranked[-1], ranked[0]] if len(ranked) > 1 else ranked
    order, stretches = list(ends), deque([(0, len(ranked) - 1)])
    while stretches:
        first, last = stretches.popleft()
        middle = (first + last) // 2
        if first < middle < last:
            order.append(ranked[middle])
            stretches += [(first, middle), (middle, last)]
    return order
