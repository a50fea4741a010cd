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


@dataclass(frozen=True)
class Least:
    """What is known of the least level of a relaxable that suffices.

    Attributes
    ----------
    level
        The lowest level that is shown to suffice; None where none is.
    proven
        Whether no lower level suffices; without a level: whether none suffices at all. Else time did not tell.
    """

    level: Level | None
    proven: bool


def least_level(relaxable: Relaxable, ask: Callable[[Patch], Answer], at_extreme: Answer | None = None) -> Least:
    """Return the lowest level that suffices, by bisection; without a level where not even the extreme does.

    Parameters
    ----------
    ask
        Whether the goal is possible under a change; an answer that comes too late does not count as a yes.
    at_extreme
        The answer at the relaxable's extreme, where it has been put already.
    """
    # Levels up to `fails` are not looked at any more, levels up to `ruled_out` are proven not to suffice.
    fails, ruled_out, best = -1, -1, None
    if relaxable.first_likely:
        answer = ask(relaxable.patch(0))
        best = _reached(relaxable, 0, answer, 0)
        fails, ruled_out = 0, 0 if answer.possible is False else -1
    if best is None:
        answer = at_extreme or ask(relaxable.removal)
        best = _reached(relaxable, relaxable.levels - 1, answer, fails + 1)
        if best is None:
            return Least(None, answer.possible is False)
    if relaxable.priced:
        return Least(best, best.number == 0 or _cheapest(best.answer))
    for _ in range(MOST_PROBES):
        if best.number - fails <= 1:
            break
        probe = (fails + best.number) // 2
        answer = ask(relaxable.patch(probe))
        reached = _reached(relaxable, probe, answer, fails + 1)
        if reached is None:
            fails, ruled_out = probe, probe if answer.possible is False else ruled_out
        else:
            best = reached
    return Least(best, best.number - ruled_out <= 1)


def _cheapest(answer: Answer) -> bool:
    """Return whether it is proven that nothing costs less than the plan of an answer."""
    plan = answer.plan
    return plan is not None and plan.objective.cost_bound == plan.totals.cost


def _reached(relaxable: Relaxable, number: int, answer: Answer, least: int) -> Level | None:
    """Return the level that an answer shows to suffice: the one it was asked for, or the lowest its plan keeps."""
    if not answer.possible or answer.plan is None:
        return None
    enough = number if relaxable.enough is None else min(number, relaxable.enough(answer.plan))
    return Level(max(enough, least), answer)
