"""How many people of each class a team may have: the quotas of rules such as the tier mix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.derive.instance import Instance, Ints
from optimizer.model.rules import quotas_of
from optimizer.solve.windows.candidates import Candidates


@dataclass(frozen=True)
class _Quota:
    """One rule's quotas: class per row of gifts and payers, least and most people by class."""

    gifts: Ints
    payers: Ints
    least: dict[int, int]
    most: dict[int, int]

    def sets(self, orders: Ints, count: int, payers: Ints) -> Ints:
        """Return what `Quotas.sets` returns where this rule alone sets quotas: by everybody's rank in their class."""
        kinds, have = self.gifts[orders], _counts(self.payers[payers])
        owing, allowed = np.zeros(orders.shape, dtype=bool), np.ones(orders.shape, dtype=bool)
        for kind in {*self.least, *self.most}:
            mine = kinds == kind
            rank = np.cumsum(mine, axis=1)
            if kind in self.most:
                allowed &= ~mine | (rank <= self.most[kind] - have.get(kind, 0))
            owing |= mine & (rank <= self.least.get(kind, 0) - have.get(kind, 0))
        others = allowed & ~owing
        room = count - owing.sum(axis=1)
        chosen = owing | (others & (np.cumsum(others, axis=1) <= room[:, None]))
        whole = chosen.sum(axis=1) == count
        for kind, least in self.least.items():
            whole &= (chosen & (kinds == kind)).sum(axis=1) + have.get(kind, 0) >= least
        return np.asarray(orders[whole][chosen[whole]].reshape(int(whole.sum()), count))


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

    def sets(self, orders: Ints, count: int, payers: Ints) -> Ints:
        """Return what `gifts` gives for every order, a row each, without those that are too few or leave a class short.

        Parameters
        ----------
        orders
            Rows of gifts, everybody in each: shape (orders, gifts).
        """
        if len(self.quotas) == 1:
            return self.quotas[0].sets(orders, count, payers)
        chosen = [self.gifts(order, count, payers) for order in orders]
        kept = [gifts for gifts in chosen if len(gifts) == count and not self.short(payers, gifts)]
        return np.array(kept, dtype=np.int64).reshape(len(kept), count)

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
