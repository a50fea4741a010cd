"""Everything proven about what activations cost: one by one, together, and with prices for shared limits.

A plan that secures the set R costs at least::

    Σ_{a∈R} own_a                                    every activation alone
    Σ over disjoint bounded groups S ⊆ R of joint_S + Σ own of the rest
    Σ_{a∈R} size_a(parcels) + Σ over disjoint bounded pairs P ⊆ R of excess_P
    Σ_{a∈R} priced_a − constant                      for every set of prices (Lagrange)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from optimizer.derive.instance import INFEASIBLE_COST, Ints


@dataclass(frozen=True)
class LagrangianBounds:
    """Lower bounds on each activation's cost, prices included.

    Attributes
    ----------
    constant
        What the limits are worth (Σ σ·cap).
    charges
        What each option of the instance pays beside its cost (minor units); None where nobody asks again.
    """

    own: Mapping[int, int]
    constant: int
    charges: Ints | None = field(default=None, compare=False)


@dataclass(frozen=True)
class ParcelCountBound:
    """A selection in a window that has fewer parcels than the next larger size costs at least this (minor units).

    Attributes
    ----------
    parcels
        The fewest parcels for which this is the bound.
    spare
        A selection of this size that the core of its window need not serve costs at least this much more.
    """

    window: int
    parcels: int
    cost: int
    spare: int


def parcel_count_bounds_from(
    window: int, kept: Iterable[tuple[int, int]], aside: Sequence[tuple[int, int]]
) -> tuple[ParcelCountBound, ...]:
    """Return the sizes of a window, dearest last: fewer parcels only where they cost more.

    Parameters
    ----------
    kept, aside
        (parcels, cost): with this many parcels or more it costs at least this; what the core serves, and the rest.
    """
    counts: list[ParcelCountBound] = []
    for cost, parcels in sorted((cost, parcels) for parcels, cost in {*kept, *aside}):
        most = counts[-1].parcels - 1 if counts else None
        if most is None or parcels <= most:
            others = [own for count, own in aside if most is None or count <= most]
            counts.append(ParcelCountBound(window, parcels, cost, min(others, default=INFEASIBLE_COST) - cost))
    return tuple(counts)


@dataclass
class LowerBounds:
    """The bounds proven so far; they only rise.

    Attributes
    ----------
    own
        Per activation that can be secured at all: its least cost alone (minor units).
    joint
        Per group that is ordered by index: all of it together costs at least this.
    priced
        Bounds with prices.
    sizes
        Per window that was looked at so closely: what its numbers of parcels cost at least.
    excess
        Per pair that is ordered by index: together they cost at least this more than their sizes, those that spare as
        much.
    """

    own: dict[int, int]
    joint: dict[tuple[int, ...], int] = field(default_factory=dict)
    priced: list[LagrangianBounds] = field(default_factory=list)
    sizes: dict[int, tuple[ParcelCountBound, ...]] = field(default_factory=dict)
    excess: dict[tuple[int, ...], int] = field(default_factory=dict)

    def subset_costs(self, group: Sequence[int]) -> list[int]:
        """Return the best bound for every subset of a group, by bit mask over its members.

        The lowest member of a subset stands alone or in a bounded group; the rest is a smaller subset.
        """
        return _best_partition(group, [self.own[a] for a in group], self.joint)

    def subset_excess(self, group: Sequence[int]) -> list[int]:
        """Return what every subset of a group costs beyond its sizes, by bit mask over its members."""
        return _best_partition(group, [0] * len(group), self.excess)


def _best_partition(group: Sequence[int], single: Sequence[int], joint: Mapping[tuple[int, ...], int]) -> list[int]:
    """Return the largest total over partitions of every subset into single members and bounded sets, by bit mask."""
    place = {a: index for index, a in enumerate(group)}
    parts: list[list[tuple[int, int]]] = [[(1 << index, own)] for index, own in enumerate(single)]
    for members, lower_bound in joint.items():
        if all(a in place for a in members):
            mask = sum(1 << place[a] for a in members)
            parts[(mask & -mask).bit_length() - 1].append((mask, lower_bound))
    best = [0] * (1 << len(group))
    for mask in range(1, len(best)):
        lowest = (mask & -mask).bit_length() - 1
        best[mask] = max(lower_bound + best[mask ^ part] for part, lower_bound in parts[lowest] if part & mask == part)
    return best
