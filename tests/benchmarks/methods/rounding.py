"""Greedy that follows a fractional solution: the primal heuristic of methods whose solver knows nothing of the tail."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optimizer.analysis.baselines.greedy import Placing, exact_reach
from optimizer.analysis.baselines.usage import Usage
from optimizer.derive.instance import Instance, Ints
from optimizer.model.selection import Selection

HALF = 0.5
MOST_RESTARTS = 6


@dataclass(frozen=True)
class Rounding:
    """Values between 0 and 1 of activations, windows and options."""

    instance: Instance
    secured: Mapping[int, float]
    windows: Mapping[int, float]
    options: Mapping[int, float]

    def selection(self) -> Selection:
        """Return a plan of the activations taken by half or more: likeliest window first, options by value, then ratio.

        An activation for which no room is left goes to the front, a few times over.
        """
        order = [a for a in sorted(self.secured, key=lambda a: -self.secured[a]) if self.secured[a] > HALF]
        best = Selection((), {})
        for _ in range(MOST_RESTARTS):
            found, failed = self._plan(order)
            if len(found.windows) > len(best.windows):
                best = found
            if not failed:
                break
            order = failed + [activation for activation in order if activation not in failed]
        return best

    def _plan(self, order: list[int]) -> tuple[Selection, list[int]]:
        usage = Usage(self.instance, self.instance.options.cost_minor)
        windows: dict[int, int] = {}
        options: list[int] = []
        failed = []
        for activation in order:
            found = self._place(usage, activation)
            if found is None:
                failed.append(activation)
                continue
            windows[activation] = found[0]
            options += found[1]
            usage.open(found[0])
            for option in found[1]:
                usage.take(option)
        return Selection(tuple(sorted(options)), dict(sorted(windows.items()))), failed

    def _place(self, usage: Usage, activation: int) -> tuple[int, list[int]] | None:
        placing = Placing(self.instance, usage, exact_reach(self.instance), activation, exact=True)
        own = np.flatnonzero(self.instance.windows.activation == activation).tolist()
        for window in sorted(own, key=lambda window: -self.windows[window]):
            chosen = self._cheapest(placing, window) if usage.may_open(window) else []
            if chosen:
                return window, chosen
        return None

    def _cheapest(self, placing: Placing, window: int) -> list[int]:
        """Return the cheaper of two fillings: as many payers as the solution has, rounded down and up."""
        ranked = placing.ranked(window)
        taken = np.array([self.options[option] for option in ranked.tolist()])
        followed: Ints = ranked[np.argsort(-np.round(taken), kind="stable")]
        paid = float(taken[self.instance.options.paid[ranked]].sum())
        found: list[int] = []
        for most in range(math.floor(paid + 1e-6), math.floor(paid + 1e-6) + 2):
            cost = int(placing.usage.costs[found].sum()) if found else None
            chosen = placing.fill(followed, most, cost)
            if chosen and (cost is None or int(placing.usage.costs[chosen].sum()) < cost):
                found = chosen
        return found
