"""The odds with recourse, before the decision day: what offers will add, weighed over all that may be seen by then.

On the decision day's morning j more posts have been seen in the window. For every j the fewest offers, down a list by
fee and id, that bring P(density | j) to the confidence, or as near as they go; who has posted is skipped. The table is
carried out exactly: given the rate, each creator is seen, lost, asked or left, independently, and all is summed over
(seen, later, asked). Evidence × chance stays linear in r for each, so the nodes stay exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from optimizer.chance.tail import SECURE_TOLERANCE
from optimizer.derive.instance import Floats
from optimizer.track.posterior import Posterior
from optimizer.track.prospects import Prospect, Prospects


@dataclass(frozen=True)
class Turn:
    """What may become of one creator, at every node: chances that sum to at most 1, the rest is nothing.

    Attributes
    ----------
    seen
        Posts in the window before the decision day.
    later
        Posts in the window from that day on, if not asked.
    silent
        Has not posted anywhere by that day, so that an offer can be made.
    paid
        That, and posts if asked.
    """

    seen: Floats
    later: Floats
    silent: Floats
    paid: Floats


def turn_of(prospect: Prospect, prospects: Prospects, posterior: Posterior, decide_on: date) -> Turn:
    """Return what may become of a creator until and after the decision day, given what was seen so far."""
    ratio, nothing = posterior.ratio, np.zeros_like(posterior.ratio)
    if prospect.line.mode != "gift" or prospect.is_converted or not prospect.is_open:
        return Turn(nothing, prospect.chance(ratio), nothing, nothing)
    then, gained = prospects.later(prospect, decide_on)
    now = 1 - ratio * prospect.silence

    def given(part: Floats) -> Floats:
        return np.divide(part, now, out=np.zeros_like(part), where=now > 0)

    silent = 1 - ratio * then.silence
    return Turn(
        seen=given(ratio * gained),
        later=given(ratio * then.late),
        silent=given(silent),
        paid=given(then.reliability * (then.timely - ratio * then.timely_silence)),
    )


def odds_with_table(
    posterior: Posterior, need: int, confidence: float, others: Sequence[Turn], listed: Sequence[Turn], most: int
) -> float:
    """Return the chance of density with the best table carried out.

    Parameters
    ----------
    need
        Posts still missing.
    others, listed
        Who is never asked, and who is, in the list's order.
    most
        Most offers that the paid share allows.
    """
    if need <= 0:
        return 1.0
    start = np.zeros((len(posterior.ratio), need + 1, need + 1))
    start[:, 0, 0] = 1.0
    for turn in others:
        start = _moved(start, turn.seen, axis=1) + _moved(start, turn.later, axis=2) + _rest(start, turn)
    best = np.zeros(need + 1)
    for offers in range(min(most, len(listed)) + 1):
        after = _asked(start, listed, offers)
        states = np.tensordot(posterior.weight, after, axes=1)
        seen = states.sum(axis=1)
        density = np.array([states[j, max(0, need - j) :].sum() for j in range(need + 1)])
        short = best < (confidence - SECURE_TOLERANCE) * seen
        best = np.where(short & (density > best), density, best) if offers else density
    return float(np.clip(best.sum(), 0.0, 1.0))


def _asked(start: Floats, listed: Sequence[Turn], offers: int) -> Floats:
    """Return the states (node, seen, later) after the list, with at most so many offers."""
    states = np.zeros((offers + 1, *start.shape))
    states[0] = start
    for turn in listed:
        after = np.empty_like(states)
        for asked in range(offers + 1):
            own = states[asked]
            if asked < offers:
                after[asked] = _moved(own, turn.seen, axis=1) + own * _column(1 - turn.seen - turn.silent)
            else:
                after[asked] = _moved(own, turn.seen, axis=1) + _moved(own, turn.later, axis=2) + _rest(own, turn)
            if asked:
                before = states[asked - 1]
                after[asked] += _moved(before, turn.paid, axis=2) + before * _column(turn.silent - turn.paid)
        states = after
    summed: Floats = states.sum(axis=0)
    return summed


def _column(chance: Floats) -> Floats:
    return chance[:, None, None]


def _rest(states: Floats, turn: Turn) -> Floats:
    return states * _column(1 - turn.seen - turn.later)


def _moved(states: Floats, chance: Floats, axis: int) -> Floats:
    """Return the states one step along an axis, the last of which stands for itself and more."""
    moved = np.zeros_like(states)
    into, out = [slice(None)] * 3, [slice(None)] * 3
    into[axis], out[axis] = slice(1, None), slice(None, -1)
    moved[tuple(into)] = states[tuple(out)]
    last = [slice(None)] * 3
    last[axis] = slice(-1, None)
    moved[tuple(last)] += states[tuple(last)]
    return moved * _column(chance)
