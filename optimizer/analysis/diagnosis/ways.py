"""The least change of one field that helps, found by solving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from optimizer.analysis.diagnosis.documents import Patch
from optimizer.analysis.diagnosis.knobs import Knob
from optimizer.analysis.diagnosis.questions import Answer

MOST_PROBES = 12


@dataclass(frozen=True)
class Rung:
    """The lowest rung of a knob found to suffice, and the answer that shows it."""

    number: int
    answer: Answer


def least_rung(knob: Knob, ask: Callable[[Patch], Answer], at_extreme: Answer | None = None) -> Rung | None:
    """Return the lowest rung that suffices, by bisection; None where not even the extreme does.

    Parameters
    ----------
    ask
        Whether what is wanted is possible under a change; an answer that time did not give counts as no.
    at_extreme
        The answer at the knob's extreme, where it is known.
    """
    fails, best = -1, None
    if knob.first_likely:
        best = _reached(knob, 0, ask(knob.patch(0)), 0)
        fails = 0
    if best is None:
        best = _reached(knob, knob.rungs - 1, at_extreme or ask(knob.removal), fails + 1)
    if best is None or knob.priced:
        return best
    for _ in range(MOST_PROBES):
        if best.number - fails <= 1:
            break
        probe = (fails + best.number) // 2
        reached = _reached(knob, probe, ask(knob.patch(probe)), fails + 1)
        best, fails = (best, probe) if reached is None else (reached, fails)
    return best


def _reached(knob: Knob, number: int, answer: Answer, least: int) -> Rung | None:
    """Return the rung that an answer shows to suffice: the one it was asked for, or the lowest its plan keeps."""
    if not answer.possible or answer.plan is None:
        return None
    enough = number if knob.enough is None else min(number, knob.enough(answer.plan))
    return Rung(max(enough, least), answer)
