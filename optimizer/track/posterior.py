"""The campaign's rate after everything that was seen: nodes that are exact, and what to say about it.

Under `shared` every probability of a campaign in progress is a ratio of two integrals over the relative rate r:
evidence times chance over evidence. Both are polynomials whose degree is the number of gifted creators, all activations
together, as they share the rate. So ⌈(n + 1)/2⌉ Gauss–Legendre nodes are exact (one more degree for the mean).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from optimizer.chance.tail import exact_count, nodes
from optimizer.derive.instance import Floats, RateModel
from optimizer.track.prospects import Prospect

TENTH = 0.1
"""Of the posterior lies below `low`, and above `high`."""
MOST_NODES = 160
"""Of larger campaigns the evidence is narrow, so that so many nodes where it stands out err by less than rounding."""
_GRID, _NEGLIGIBLE = 513, 45.0
_PANELS, _NODES_A_PANEL = 64, 12
_HALVINGS = 50


@dataclass(frozen=True)
class Posterior:
    """The unknown relative rate, given posts and silence.

    Attributes
    ----------
    node_factor
        Nodes are this many times what is exact; 1 but in tests.
    """

    rates: RateModel
    prospects: Sequence[Prospect]
    node_factor: int = 1

    @cached_property
    def ratio(self) -> Floats:
        """The relative rates at the nodes."""
        return self._nodes[0]

    @cached_property
    def weight(self) -> Floats:
        """The posterior weights of the nodes, summing to 1."""
        weighed: Floats = self._nodes[1] * self._evidence(self.ratio)
        total = weighed.sum()
        return weighed / total if total > 0 else self._nodes[1]

    @cached_property
    def _nodes(self) -> tuple[Floats, Floats]:
        count = exact_count(1 + sum(prospect.line.mode == "gift" for prospect in self.prospects))
        if self.rates.kind == "point" or count <= MOST_NODES:
            return nodes(self.rates, self.node_factor * count)
        low, high = self._support
        points, weights = nodes(RateModel("shared", 0.0, 1.0), self.node_factor * MOST_NODES)
        return low + (high - low) * points, weights

    @cached_property
    def _support(self) -> tuple[float, float]:
        """The relative rates with any evidence to speak of: an interval, as its logarithm is concave."""
        grid = np.linspace(self.rates.low, self.rates.high, _GRID)
        held = np.flatnonzero(self._log_evidence(grid) >= self._most - _NEGLIGIBLE)
        if not len(held):
            return self.rates.low, self.rates.high
        return float(grid[max(0, held[0] - 1)]), float(grid[min(_GRID - 1, held[-1] + 1)])

    def mean(self, values: Floats) -> float:
        """Return the posterior mean of values at the nodes, a probability."""
        return float(np.clip(self.weight @ values, 0.0, 1.0))

    def interval(self) -> tuple[float, float, float]:
        """Return mean, lower and upper tenth of the relative rate."""
        if self.rates.kind == "point":
            return self.rates.low, self.rates.low, self.rates.low
        edges = np.linspace(self.rates.low, self.rates.high, _PANELS + 1)
        panels = np.array([self._mass(low, high) for low, high in pairwise(edges)])
        total = panels.sum()
        mean = float(self.weight @ self.ratio)
        return mean, self._quantile(TENTH * total, edges, panels), self._quantile((1 - TENTH) * total, edges, panels)

    def _quantile(self, mass: float, edges: Floats, panels: Floats) -> float:
        below = np.concatenate([[0.0], np.cumsum(panels)])
        panel = int(np.clip(np.searchsorted(below, mass, side="right") - 1, 0, len(panels) - 1))
        low, high = float(edges[panel]), float(edges[panel + 1])
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if below[panel] + self._mass(float(edges[panel]), middle) < mass:
                low = middle
            else:
                high = middle
        return (low + high) / 2

    def _mass(self, low: float, high: float) -> float:
        """Return the evidence between two relative rates, up to a common factor."""
        points, weights = nodes(RateModel("shared", 0.0, 1.0), _NODES_A_PANEL)
        return float(weights @ self._evidence(low + (high - low) * points)) * (high - low)

    def _evidence(self, ratio: Floats) -> Floats:
        """Return the evidence at relative rates, up to a common factor."""
        logs = self._log_evidence(ratio)
        return np.exp(logs - self._most) if np.isfinite(self._most) else np.zeros_like(ratio)

    def _log_evidence(self, ratio: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            logs = self._posts * np.log(ratio) if self._posts else np.zeros_like(ratio)
            lost: Floats = np.log1p(-np.minimum(1.0, np.outer(ratio, self._silences))).sum(axis=1)
        return logs + lost

    @cached_property
    def _posts(self) -> int:
        return sum(prospect.posted for prospect in self.prospects)

    @cached_property
    def _silences(self) -> Floats:
        return np.array([prospect.silence for prospect in self.prospects if prospect.silence > 0])

    @cached_property
    def _most(self) -> float:
        """The largest logarithm of the evidence on a grid, so that products of many chances do not vanish."""
        return float(self._log_evidence(np.linspace(self.rates.low, self.rates.high, _GRID)).max())
