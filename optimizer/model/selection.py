"""A selection: the decisions of a plan, or of part of one, by index.

It lives beside the model and not in `solve`, because the model extracts selections from solutions and takes them as
hints and as fixed decisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from optimizer.derive.instance import Instance, Ints


@dataclass(frozen=True)
class Selection:
    """Options chosen (indices into `Instance.options`), and the window of each secured activation."""

    options: tuple[int, ...]
    windows: Mapping[int, int]

    def indices(self) -> Ints:
        """Return the options as an array, shape (options,); empty where nothing is chosen."""
        return np.array(self.options, dtype=np.int64)

    def cost(self, instance: Instance) -> int:
        """Return the cost in minor units."""
        return int(instance.options.cost_minor[self.indices()].sum())

    def value(self, instance: Instance) -> int:
        """Return the total value of the secured activations."""
        return int(sum(instance.value[a] for a in self.windows))

    def options_of(self, instance: Instance, activation: int) -> Ints:
        """Return the options of one activation, in order; empty where it is not secured."""
        chosen = self.indices()
        mine: Ints = chosen[instance.options.activation[chosen] == activation]
        return mine

    def only(self, instance: Instance, activation: int) -> Selection:
        """Return the part of the selection that belongs to one secured activation."""
        return Selection(tuple(self.options_of(instance, activation).tolist()), {activation: self.windows[activation]})

    def without(self, instance: Instance, activations: Iterable[int]) -> Selection:
        """Return the selection less some activations."""
        gone = set(activations)
        kept = tuple(o for o in self.options if int(instance.options.activation[o]) not in gone)
        return Selection(kept, {a: w for a, w in self.windows.items() if a not in gone})

    def union(self, other: Selection) -> Selection:
        """Return this selection and one of other activations as one."""
        options = tuple(sorted({*self.options, *other.options}))
        return Selection(options, dict(sorted({**self.windows, **other.windows}.items())))


EMPTY = Selection((), {})
