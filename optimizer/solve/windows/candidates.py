"""One window as arrays: who could be gifted or paid, on which days, at what cost and probability; and its quotas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.derive.instance import INFEASIBLE_COST, Floats, Instance, Ints
from optimizer.model.rules import quotas_of


@dataclass(frozen=True)
class ModeCandidates:
    """One mode of one window: rows are creators, columns the ship days of the candidates.

    Attributes
    ----------
    creator
        Creator per row.
    cost
        What the creator costs on their cheapest day, prices included (minor units), shape (rows,).
    probability
        In-window probability by day, 0 where there is no option, shape (rows, days).
    option
        Option index by day, -1 where there is none, shape (rows, days).
    priced
        Cost by day, prices included, shape (rows, days).
    """

    creator: Ints
    cost: Ints
    probability: Floats
    option: Ints
    priced: Ints

    def __len__(self) -> int:
        return len(self.creator)


@dataclass(frozen=True)
class Candidates:
    """Gifts and payers of one window over the same ship days."""

    activation: int
    window: int
    days: Ints
    gifts: ModeCandidates
    payers: ModeCandidates


def candidates_of(instance: Instance, window: int, options: Ints, cost: Ints) -> Candidates:
    """Return the candidates of a window.

    Parameters
    ----------
    options
        Options of the window that may be used.
    cost
        Per option of `options`: prices included (minor units).
    """
    table = instance.options
    days = np.unique(table.ship_day[options])
    paid = table.paid[options]
    return Candidates(
        int(instance.windows.activation[window]),
        window,
        days,
        _mode(instance, options[~paid], cost[~paid], days),
        _mode(instance, options[paid], cost[paid], days),
    )


def _mode(instance: Instance, options: Ints, cost: Ints, days: Ints) -> ModeCandidates:
    table = instance.options
    creator, row = np.unique(table.creator[options], return_inverse=True)
    column = np.searchsorted(days, table.ship_day[options])
    shape = (len(creator), len(days))
    probability, option = np.zeros(shape), np.full(shape, -1, dtype=np.int64)
    priced = np.full(shape, INFEASIBLE_COST, dtype=np.int64)
    probability[row, column] = table.probability[options]
    option[row, column] = options
    priced[row, column] = cost
    return ModeCandidates(creator, priced.min(axis=1, initial=INFEASIBLE_COST), probability, option, priced)


@dataclass(frozen=True)
class _Quota:
    """One rule's quotas: class per row of gifts and payers, least and most people by class."""

    gifts: Ints
    payers: Ints
    least: dict[int, int]
    most: dict[int, int]


@dataclass(frozen=True)
class Quotas:
    """The quotas of one window's activation; rows are those of its `Candidates`."""

    quotas: tuple[_Quota, ...]

    @classmethod
    def of(cls, instance: Instance, people: Candidates) -> Quotas | None:
        """Return the quotas of a window's activation; None where no rule sets any."""
        quotas = tuple(
            _Quota(
                classes[people.gifts.creator],
                classes[people.payers.creator],
                {kind: least for kind, (least, _) in ranges.items()},
                {kind: most for kind, (_, most) in ranges.items() if most is not None},
            )
            for classes, ranges in quotas_of(instance, people.activation)
        )
        return cls(quotas) if quotas else None

    def payers(self, order: Ints, count: int) -> Ints:
        """Return the first `count` payers of `order` for whom the classes have room, or fewer."""
        return self._pick(order, [quota.payers for quota in self.quotas], count, [{} for _ in self.quotas], owed=False)

    def gifts(self, order: Ints, count: int, payers: Ints) -> Ints:
        """Return `count` gifts of `order`, or fewer: first those that a class needs, then the next that have room."""
        taken = [_counts(quota.payers[payers]) for quota in self.quotas]
        return self._pick(order, [quota.gifts for quota in self.quotas], count, taken, owed=True)

    def short(self, payers: Ints, gifts: Ints) -> bool:
        """Return whether some class has too few among these rows of payers and gifts."""
        for quota in self.quotas:
            classes = np.concatenate([quota.payers[payers], quota.gifts[gifts]])
            if any(np.count_nonzero(classes == kind) < least for kind, least in quota.least.items()):
                return True
        return False

    def _pick(
        self, order: Ints, classes: Sequence[Ints], count: int, counts: list[dict[int, int]], *, owed: bool
    ) -> Ints:
        taken: list[int] = []

        def take(row: int) -> None:
            """Take a row if every rule has room for it."""
            kinds = [int(own[row]) for own in classes]
            full = (
                have.get(kind, 0) >= quota.most.get(kind, len(order) + have.get(kind, 0) + 1)
                for quota, have, kind in zip(self.quotas, counts, kinds, strict=True)
            )
            if row not in taken and not any(full):
                taken.append(row)
                for have, kind in zip(counts, kinds, strict=True):
                    have[kind] = have.get(kind, 0) + 1

        for quota, own, have in zip(self.quotas, classes, counts, strict=True) if owed else ():
            for kind, least in quota.least.items():
                for row in order[own[order] == kind].tolist():
                    if have.get(kind, 0) >= least:
                        break
                    take(row)
        for row in order.tolist():
            if len(taken) >= count:
                break
            take(row)
        return np.array(taken, dtype=np.int64)


def _counts(classes: Ints) -> dict[int, int]:
    """Return how often each class occurs."""
    kinds, times = np.unique(classes, return_counts=True)
    return dict(zip(kinds.tolist(), times.tolist(), strict=True))
