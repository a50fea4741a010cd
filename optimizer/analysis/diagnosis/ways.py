"""The least change of one field that helps, by solving with one level after another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from optimizer.analysis.diagnosis.documents import Patch
from optimizer.analysis.diagnosis.questions import Answer
from optimizer.analysis.diagnosis.relaxable import Relaxable

MOST_PROBES = 12


@dataclass(frozen=True)
class Level:
    """The lowest level of a relaxable that is shown to suffice, and the answer that shows it."""

    number: int
    answer: Answer


def least_level(relaxable: Relaxable, ask: Callable[[Patch], Answer], at_extreme: Answer | None = None) -> Level | None:
    """Return the lowest level that suffices, by bisection; None where not even the extreme does.

    Parameters
    ----------
    ask
        Whether the goal is possible under a change; an answer that comes too late counts as no.
    at_extreme
        The answer at the relaxable's extreme, where it has been put already.
    """
    fails, best = -1, None
    if relaxable.first_likely:
        best = _reached(relaxable, 0, ask(relaxable.patch(0)), 0)
        fails = 0
    if best is None:
        best = _reached(relaxable, relaxable.levels - 1, at_extreme or ask(relaxable.removal), fails + 1)
    if best is None or relaxable.priced:
        return best
    for _ in range(MOST_PROBES):
        if best.number - fails <= 1:
            break
        probe = (fails + best.number) // 2
        reached = _reached(relaxable, probe, ask(relaxable.patch(probe)), fails + 1)
        best, fails = (best, probe) if reached is None else (reached, fails)
    return best


def _reached(relaxable: Relaxable, number: int, answer: Answer, least: int) -> Level | None:
    """Return the level that an answer shows to suffice: the one it was asked for, or the lowest its plan keeps."""
    if not answer.possible or answer.plan is None:
        return None
    enough = number if relaxable.enough is None else min(number, relaxable.enough(answer.plan))
    return Level(max(enough, least), answer)
