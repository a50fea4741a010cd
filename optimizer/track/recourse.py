"""The odds with recourse, before the decision day: what offers will add, weighed over all that may be seen by then.

On the decision day's morning j more posts have been seen in the window. For every j the fewest offers, down a list by
fee and id, that bring P(density | j) to the confidence, or as near as they go; who has posted is skipped. The table is
carried out exactly: given the rate, each creator is seen, lost, asked or left, independently, and all is summed over
(seen, later, asked). Evidence × chance stays linear in r for each, so the nodes stay exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from optimizer.chance.tail import SECURE_TOLERANCE
from optimizer.derive.instance import Flags, Floats
from optimizer.track.posterior import Posterior
from optimizer.track.prospects import Prospect, Prospects

NEGLIGIBLE = 1e-16
"""Nodes of less weight, relative to the largest, change no figure."""


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
    counts = posterior.weight > NEGLIGIBLE * posterior.weight.max()
    start = np.zeros((1, int(counts.sum()), need + 1, need + 1))
    start[..., 0, 0] = 1.0
    for turn in others:
        seen, later = turn.seen[counts], turn.later[counts]
        start = _stepped(start, seen, later, 1 - seen - later)
    best = np.zeros(need + 1)
    for offers, states in enumerate(_carried_out(start, listed, min(most, len(listed)), counts)):
        mean = np.tensordot(posterior.weight[counts], states, axes=1)
        share = mean.sum(axis=1)
        density = np.array([mean[j, max(0, need - j) :].sum() for j in range(need + 1)])
        short = best < (confidence - SECURE_TOLERANCE) * share
        best = np.where(short & (density > best), density, best) if offers else density
    return float(np.clip(best.sum(), 0.0, 1.0))


def _carried_out(start: Floats, listed: Sequence[Turn], most: int, counts: Flags) -> Iterator[Floats]:
    """Yield the states (node, seen, later) after the list with at most 0, 1, … `most` offers.

    While offers are left everybody silent is asked: these states, by the number asked, are the same whatever the most.
    Whoever is asked last moves into the states without any left.
    """
    asking = np.zeros((most, *start.shape[1:]))
    spent = np.zeros((most + 1, *start.shape[1:]))
    asking[:1] = spent[:1] = start
    for turn in listed:
        seen, later, silent, paid = (part[counts] for part in (turn.seen, turn.later, turn.silent, turn.paid))
        asked = _stepped(asking, None, paid, silent - paid)
        spent = _stepped(spent, seen, later, 1 - seen - later)
        spent[1:] += asked
        asking = _stepped(asking, seen, None, 1 - seen - silent)
        asking[1:] += asked[:-1]
    left = np.zeros(start.shape[1:])
    for offers in range(most + 1):
        yield spent[offers] + left
        if offers < most:
            left = left + asking[offers]


def _stepped(states: Floats, seen: Floats | None, later: Floats | None, rest: Floats) -> Floats:
    """Return states (…, node, seen, later) after one more; the last of an axis stands for itself and more."""
    after: Floats = states * rest[:, None, None]
    if seen is not None:
        moved = states * seen[:, None, None]
        after[..., 1:, :] += moved[..., :-1, :]
        after[..., -1, :] += moved[..., -1, :]
    if later is not None:
        moved = states * later[:, None, None]
        after[..., 1:] += moved[..., :-1]
        after[..., -1] += moved[..., -1]
    return after
