"""The state of a search: incumbent and certified bounds. They never get worse; the listener hears of each change."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from optimizer.derive.instance import Instance
from optimizer.model.selection import Selection
from optimizer.money import exact
from optimizer.solve.control import Control, Progress
from optimizer.solve.cpsat.feasibility import failing, keeps_checked_rules


@dataclass
class SearchState:
    """Incumbent and certified bounds of one solve.

    Attributes
    ----------
    incumbent
        Cheapest selection of the highest value so far; it holds exactly.
    value_bound
        No plan has more value.
    cost_bounds
        Per value v: no plan of value ≥ v costs less (minor units).
    infeasible
        Proven: no plan at all.
    on_selection
        Called with every selection that holds and secures what must be: value, cost, selection, paid for or not.
    on_incumbent
        Called after each change of the incumbent, by the thread that found it, which holds the state meanwhile.
    """

    instance: Instance
    control: Control
    gap: float
    incumbent: Selection | None = None
    value: int = -1
    cost: int = 0
    value_bound: int = field(init=False)
    cost_bounds: dict[int, int] = field(default_factory=dict)
    infeasible: bool = False
    phase: str = "reading"
    on_selection: Callable[[int, int, Selection], None] | None = None
    on_incumbent: Callable[[], None] | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def __post_init__(self) -> None:
        self.value_bound = int(self.instance.value.sum())

    def value_of(self, selection: Selection) -> int:
        """Return the total value of a selection's secured activations."""
        return int(sum(self.instance.value[a] for a in selection.windows))

    def cost_of(self, selection: Selection) -> int:
        """Return the cost of a selection in minor units."""
        return int(self.instance.options.cost_minor[np.array(selection.options, dtype=np.int64)].sum())

    def try_improve(self, selection: Selection | None) -> bool:
        """Make a selection the incumbent if it keeps all rules, holds, is paid for and better; return whether it is."""
        if selection is None or failing(self.instance, selection, selection.windows):
            return False
        must = np.flatnonzero(self.instance.must_secure)
        if not set(must.tolist()) <= set(selection.windows):
            return False
        if not keeps_checked_rules(self.instance, selection):
            return False
        value, cost = self.value_of(selection), self.cost_of(selection)
        if self.on_selection is not None:
            self.on_selection(value, cost, selection)
        budget = self.instance.limits.budget_minor
        if budget is not None and cost > budget:
            return False
        with self._lock:
            if self.incumbent is not None and (value, -cost) <= (self.value, -self.cost):
                return False
            self.incumbent, self.value, self.cost = selection, value, cost
            self.report()
            if self.on_incumbent is not None:
                self.on_incumbent()
        return True

    def tighten_value_bound(self, bound: int) -> None:
        """Record that no plan has more value than `bound`."""
        with self._lock:
            if bound < self.value_bound:
                self.value_bound = bound
                self.report()

    def tighten_cost_bound(self, value: int, bound: int) -> None:
        """Record that no plan of at least this value costs less than `bound`."""
        with self._lock:
            if bound > self.cost_bounds.get(value, -1):
                self.cost_bounds[value] = bound
                self.report()

    @property
    def value_proven(self) -> bool:
        """Whether the best plan has the highest value there is."""
        return self.incumbent is not None and self.value >= self.value_bound

    @property
    def cost_bound(self) -> int | None:
        """The best certified bound on the cost at the incumbent's value; None until the value is proven."""
        if not self.value_proven:
            return None
        bounds = [bound for value, bound in self.cost_bounds.items() if value <= self.value]
        return min(self.cost, max(bounds, default=0))

    @property
    def cost_target(self) -> int | None:
        """The highest cost c that is within the gap: c · (1 − gap) ≤ bound, in exact fractions.

        None until the value is proven.
        """
        bound, within = self.cost_bound, 1 - exact(self.gap)
        if bound is None:
            return None
        return math.floor(bound / within) if within > 0 else self.cost

    @property
    def closed(self) -> bool:
        """Whether value and cost are proven within the gap asked for."""
        target = self.cost_target
        return target is not None and self.cost <= target

    def set_phase(self, phase: str) -> None:
        """Name what is being worked on."""
        self.phase = phase
        self.report()

    def report(self) -> None:
        """Tell the listener, if there is one."""
        if self.control.listener is None:
            return
        has_plan, bound = self.incumbent is not None, self.cost_bound
        value_gap = (self.value_bound - self.value) / max(1, self.value_bound) if has_plan else None
        cost_gap = None if bound is None else (self.cost - bound) / max(1, self.cost)
        self.control.listener(
            Progress(
                self.phase,
                self.value if has_plan else None,
                self.value_bound,
                self.cost if has_plan else None,
                bound,
                value_gap or cost_gap,
                self.control.elapsed,
            )
        )
