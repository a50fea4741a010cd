"""No-good cuts: a large set of people that fails together, for the peers that branch on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.chance.tail import SECURE_TOLERANCE, tail
from optimizer.derive.instance import Instance, Ints


@dataclass(frozen=True)
class NoGoodCut:
    """Creators who cannot reach the confidence together: per (creator, paid), the highest probability covered.

    No selection of options of `activation` with at most these probabilities holds, in whatever window.
    """

    activation: int
    highest: dict[tuple[int, bool], float]


def no_good_cut(instance: Instance, activation: int, options: Ints) -> NoGoodCut:
    """Return a large failing set around a selection that fails.

    Starts from the selection, then lets in further creators, the weakest first, with all they can do, while even the
    best of everything still fails. A paid creator's gift is covered too where it is never the better of the two.
    """
    table, wave = instance.options, instance.waves[activation]
    target = wave.confidence - SECURE_TOLERANCE
    best: dict[tuple[int, bool], float] = {
        (int(table.creator[o]), bool(table.paid[o])): float(table.probability[o]) for o in options
    }
    used = {creator for creator, _ in best}
    everyone = _strongest(instance, activation)

    def reaches(members: dict[tuple[int, bool], float]) -> bool:
        gifts = [p for (_, paid), p in members.items() if not paid]
        payers = [p for (_, paid), p in members.items() if paid]
        return tail(gifts, payers, wave.min_posts, instance.rates) >= target

    if reaches(best):
        raise ValueError("a selection that holds has no failing set")
    for creator, (paid, p) in sorted(everyone.items(), key=lambda item: (item[1][1], item[0])):
        if creator in used:
            continue
        wider = {**best, (creator, paid): p}
        if reaches(wider):
            break
        best = wider
    return NoGoodCut(activation, _with_weaker_gifts(instance, activation, best))


def _strongest(instance: Instance, activation: int) -> dict[int, tuple[bool, float]]:
    """Return each creator's strongest mode and probability; a mode that is not surely the stronger is not offered."""
    table = instance.options
    mine = np.flatnonzero(table.activation == activation)
    top: dict[int, dict[bool, float]] = {}
    for option in mine:
        modes = top.setdefault(int(table.creator[option]), {})
        paid = bool(table.paid[option])
        modes[paid] = max(modes.get(paid, 0.0), float(table.probability[option]))
    strongest = {}
    for creator, modes in top.items():
        if len(modes) == 1:
            strongest[creator] = next(iter(modes.items()))
        elif modes[True] >= modes[False] * instance.rates.high:
            strongest[creator] = (True, modes[True])
    return strongest


def _with_weaker_gifts(
    instance: Instance, activation: int, members: dict[tuple[int, bool], float]
) -> dict[tuple[int, bool], float]:
    table = instance.options
    mine = np.flatnonzero((table.activation == activation) & ~table.paid)
    gifts: dict[int, float] = {}
    for option in mine:
        creator = int(table.creator[option])
        gifts[creator] = max(gifts.get(creator, 0.0), float(table.probability[option]))
    covered = dict(members)
    for (creator, paid), p in members.items():
        if paid and creator in gifts and gifts[creator] * instance.rates.high <= p:
            covered[(creator, False)] = gifts[creator]
    return covered
