"""One window as arrays: who could be gifted or paid, on which days, at what cost and probability; and its quotas.

The core of a window is those of its creators who suffice for a best team.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.derive.instance import INFEASIBLE_COST, Flags, Floats, Instance, Ints
from optimizer.model.rules import exchange_classes


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
    held
        Whether a lock holds the creator in the team, shape (rows,).
    """

    creator: Ints
    cost: Ints
    probability: Floats
    option: Ints
    priced: Ints
    held: Flags

    def __len__(self) -> int:
        return len(self.creator)


@dataclass(frozen=True)
class Candidates:
    """Gifts and payers of one window over the same ship days.

    `whole`: everybody whom a lock holds in the team is among them; else there is no team.
    """

    activation: int
    window: int
    days: Ints
    gifts: ModeCandidates
    payers: ModeCandidates
    whole: bool

    def held(self, payers: Ints, gifts: Ints) -> bool:
        """Return whether these rows hold everybody whom a lock holds in the team."""
        chosen = int(self.payers.held[payers].sum()) + int(self.gifts.held[gifts].sum())
        return self.whole and chosen == int(self.payers.held.sum()) + int(self.gifts.held.sum())


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
    activation = int(instance.windows.activation[window])
    locked = [(choice.creator, choice.paid) for choice in instance.locks if choice.activation == activation]
    gifts = _mode(instance, options[~paid], cost[~paid], days, [creator for creator, pays in locked if not pays])
    payers = _mode(instance, options[paid], cost[paid], days, [creator for creator, pays in locked if pays])
    whole = int(gifts.held.sum()) + int(payers.held.sum()) == len(locked)
    return Candidates(activation, window, days, gifts, payers, whole)


def _mode(instance: Instance, options: Ints, cost: Ints, days: Ints, locked: list[int]) -> ModeCandidates:
    table = instance.options
    creator, row = np.unique(table.creator[options], return_inverse=True)
    column = np.searchsorted(days, table.ship_day[options])
    shape = (len(creator), len(days))
    probability, option = np.zeros(shape), np.full(shape, -1, dtype=np.int64)
    priced = np.full(shape, INFEASIBLE_COST, dtype=np.int64)
    probability[row, column] = table.probability[options]
    option[row, column] = options
    priced[row, column] = cost
    least = priced.min(axis=1, initial=INFEASIBLE_COST)
    return ModeCandidates(creator, least, probability, option, priced, np.isin(creator, locked))


def best_days(instance: Instance, options: Ints, cost: Ints) -> Ints:
    """Return the options no other day of the same creator, mode and window beats in cost and probability.

    Parameters
    ----------
    options
        Options to choose from, sorted as in the instance.
    cost
        Per option of `options`: prices included (minor units).
    """
    table = instance.options
    if not len(options):
        return options
    window, creator, paid = table.window[options], table.creator[options], table.paid[options]
    probability = table.probability[options]
    order = np.lexsort((table.ship_day[options], -probability, cost, paid, creator, window))
    keys = np.stack([window[order], creator[order], paid[order]])
    starts = np.concatenate([[True], np.any(keys[:, 1:] != keys[:, :-1], axis=0)])
    # Groups are set apart by steps of 2 so that one running maximum serves them all: probabilities are at most 1.
    raised = probability[order] + 2.0 * np.cumsum(starts)
    before = np.concatenate([[-np.inf], np.maximum.accumulate(raised)[:-1]])
    kept: Ints = np.sort(options[order[starts | (raised > before)]])
    return kept


def core(instance: Instance, options: Ints, *, gifts: int, paid: int, others: int = 0) -> Ints:
    """Return the options of the creators of one window that suffice for at most `gifts` gifts and `paid` paid creators.

    Parameters
    ----------
    options
        Options of one window of one activation, sorted as in the instance.
    gifts, paid
        Largest numbers n and m.
    others
        How many people activations coupled to this one use at most.
    """
    table = instance.options
    activation = int(instance.windows.activation[table.window[options[0]]]) if len(options) else 0
    locked = {choice.creator for choice in instance.locks if choice.activation == activation}
    classes = exchange_classes(instance, activation)
    if classes is None:
        return options
    spare = gifts + paid + others
    is_paid = table.paid[options]
    givers = _strongest(instance, options[~is_paid], classes, spare)
    takers = _payers(instance, options[is_paid], classes, paid + others, givers)
    stays = np.isin(table.creator[options], list(locked))
    kept = stays | np.where(is_paid, np.isin(table.creator[options], takers), np.isin(table.creator[options], givers))
    chosen: Ints = options[kept]
    return chosen


def _strongest(instance: Instance, options: Ints, classes: Ints, count: int) -> Ints:
    """Return the first `count` creators of each class by probability; a class shares parcel cost and days."""
    table = instance.options
    creator = np.unique(table.creator[options])
    if len(creator) <= count:
        return creator
    probability = np.zeros(len(creator))
    position = np.searchsorted(creator, table.creator[options])
    np.maximum.at(probability, position, table.probability[options])
    label = classes[creator]
    order = np.lexsort((creator, -probability, label))
    rank = rank_within(label[order])
    chosen: Ints = np.sort(creator[order[rank < count]])
    return chosen


def _payers(instance: Instance, options: Ints, classes: Ints, count: int, givers: Ints) -> Ints:
    """Return the payers for whom fewer than `count` others outside the gift core are no dearer and no less reliable."""
    table = instance.options
    creator, first = np.unique(table.creator[options], return_index=True)
    if len(creator) <= count:
        return creator
    probability = np.zeros(len(creator))
    np.maximum.at(probability, np.searchsorted(creator, table.creator[options]), table.probability[options])
    fee = table.fee_minor[options[first]]
    label = classes[creator]
    order = np.lexsort((creator, -probability, fee, label))
    outside = ~np.isin(creator[order], givers)
    beaten = _beaten_by(label[order], probability[order], outside)
    chosen: Ints = np.sort(creator[order[beaten < count]])
    return chosen


def _beaten_by(label: Ints, probability: np.ndarray, outside: Flags) -> Ints:
    """Return for each payer, sorted by class and cost, how many before them in the class are as likely and outside."""
    earlier = np.tri(len(label), k=-1, dtype=bool)
    better = (label[None] == label[:, None]) & (probability[None] >= probability[:, None]) & earlier & outside[None]
    counted: Ints = better.sum(axis=1, dtype=np.int64)
    return counted


def rank_within(label: Ints) -> Ints:
    """Return the position of each entry within its run of equal labels."""
    starts = np.concatenate([[True], label[1:] != label[:-1]])
    index = np.arange(len(label))
    rank: Ints = index - np.maximum.accumulate(np.where(starts, index, 0))
    return rank
