"""Everything proven about what activations cost: one by one, together, and with prices for shared limits.

A plan that secures the set R costs at least::

    Σ_{a∈R} own_a                                    every activation alone
    Σ over disjoint known groups S ⊆ R of joint_S + Σ own of the rest
    Σ_{a∈R} priced_a − constant                      for every set of prices (Lagrange)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

LARGEST_GROUP = 10
"""Tied groups up to this size are bounded subset by subset."""


@dataclass(frozen=True)
class PricedFloors:
    """Lower bounds on each activation's cost, prices included; `constant` is what the limits are worth (Σ σ·cap)."""

    own: Mapping[int, int]
    constant: int


@dataclass
class Floors:
    """What is proven so far; it only grows.

    Attributes
    ----------
    own
        Per activation that can be secured at all: its least cost alone (minor units).
    joint
        Per group that is ordered by index: all of it together costs at least this.
    priced
        Bounds with prices.
    """

    own: dict[int, int]
    joint: dict[tuple[int, ...], int] = field(default_factory=dict)
    priced: list[PricedFloors] = field(default_factory=list)

    def subset_costs(self, group: Sequence[int]) -> list[int]:
        """Return the best bound for every subset of a group, by bit mask over its members.

        The lowest member of a subset stands alone or in a known group; what is left is a smaller subset.
        """
        place = {a: index for index, a in enumerate(group)}
        known: list[list[tuple[int, int]]] = [[(1 << index, self.own[a])] for index, a in enumerate(group)]
        for members, floor in self.joint.items():
            if all(a in place for a in members):
                mask = sum(1 << place[a] for a in members)
                known[(mask & -mask).bit_length() - 1].append((mask, floor))
        best = [0] * (1 << len(group))
        for mask in range(1, len(best)):
            lowest = (mask & -mask).bit_length() - 1
            best[mask] = max(floor + best[mask ^ part] for part, floor in known[lowest] if part & mask == part)
        return best
