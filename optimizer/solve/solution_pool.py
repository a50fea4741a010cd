"""Plans and bounds that hold under any total budget: per value, the cheapest plan and the least cost of all plans.

One budget's search serves the others. A plan fits every budget that pays for it. And a proof under a
budget b holds, in part, for every plan, as those beyond b cost more than b::

    no plan within b has more value than v       ⇒  every plan of value ≥ v + 1 costs at least b + 1
    plans within b of value ≥ v cost at least c  ⇒  every plan of value ≥ v costs at least min(c, b + 1)
"""

from __future__ import annotations

from dataclasses import dataclass, field

from optimizer.derive.instance import INFEASIBLE_COST
from optimizer.model.selection import Selection
from optimizer.solve.search_state import SearchState


@dataclass
class Pool:
    """Plans and bounds of one instance, all of its limits kept but the total budget.

    Attributes
    ----------
    plans
        Per value: the cheapest selection so far and its cost (minor units).
    least
        Per value v: every plan of value ≥ v costs at least this (minor units).
    most
        No plan costs more than this, whatever the total budget (minor units).
    """

    most: int = INFEASIBLE_COST - 1
    plans: dict[int, tuple[int, Selection]] = field(default_factory=dict)
    least: dict[int, int] = field(default_factory=dict)

    def note(self, value: int, cost: int, selection: Selection) -> None:
        """Keep a selection that keeps every rule but perhaps the budget, where none as cheap has its value."""
        best = self.plans.get(value)
        if best is None or cost < best[0]:
            self.plans[value] = (cost, selection)

    def prove(self, value: int, cost: int) -> None:
        """Record that every plan of at least this value costs at least `cost`."""
        self.least[value] = max(cost, self.least.get(value, 0))

    def learn(self, state: SearchState) -> None:
        """Keep what a search under its budget has proven."""
        budget = state.instance.limits.budget_minor
        beyond = INFEASIBLE_COST if budget is None or budget >= self.most else budget + 1
        self.prove(0 if state.infeasible else state.value_bound + 1, beyond)
        for value, bound in state.cost_bounds.items():
            self.prove(value, min(bound, beyond))

    def teach(self, state: SearchState) -> None:
        """Give a state the best plan and the bounds that apply within its budget."""
        budget = state.instance.limits.budget_minor
        most = self.most if budget is None else min(budget, self.most)
        out_of_reach = min((value for value, least in self.least.items() if least > most), default=None)
        if out_of_reach is not None and out_of_reach <= 0:
            state.infeasible = True
            return
        if out_of_reach is not None:
            state.tighten_value_bound(out_of_reach - 1)
        for value, least in self.least.items():
            if least <= most:
                state.tighten_cost_bound(value, least)
        for value, (cost, selection) in sorted(self.plans.items(), reverse=True):
            if cost <= most and value > state.value:
                state.try_improve(selection)

    def next_step(self, value: int) -> tuple[int, int] | None:
        """Return cost and value of the cheapest plan of more value; of equally cheap ones the most value."""
        steps = [(cost, -more) for more, (cost, _) in self.plans.items() if more > value]
        if not steps:
            return None
        cost, more = min(steps)
        return cost, -more

    def least_for(self, value: int) -> int:
        """Return what every plan of at least this value is proven to cost at least (minor units)."""
        return max((least for other, least in self.least.items() if other <= value), default=0)
