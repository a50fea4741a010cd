"""Relaxable parameters: single fields of a scenario and the values each may take, from the least change up."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from optimizer.analysis.diagnosis.documents import Patch, Scalar
from optimizer.plan import Plan
from optimizer.wording import per_cent

NO_END = 10**9
"""Levels of a limit that can be raised without end."""
TAKEN_AWAY = "none"
"""Said for the value of a field that is taken away."""


@dataclass(frozen=True)
class Relaxable:
    """One field and the levels it may be set to; a higher level allows everything that a lower one does.

    Attributes
    ----------
    pointer
        Where the field stands.
    subject
        What it is, for people, with a capital, before a colon.
    current
        Value in force, also where the field is not given.
    levels
        Number of values.
    value
        The value of a level, counted from 0.
    size
        How big a change one level is, as a share of what is given: it ranks ways out.
    extreme
        Value that allows most; None takes the field away.
    enough
        Lowest level under which a plan, made with the extreme, keeps the limit; None where that cannot be read off a
        plan.
    first_likely
        The first level is the least change that may suffice, and worth trying before all others.
    priced
        The cheapest plan made with the extreme needs the lowest level there is.
    spoken
        How a value is said to people.
    """

    pointer: str
    subject: str
    current: Scalar
    levels: int
    value: Callable[[int], Scalar]
    size: float
    extreme: Scalar
    enough: Callable[[Plan], int] | None = None
    first_likely: bool = False
    priced: bool = False
    spoken: Callable[[Scalar], str] = str

    def words(self, value: Scalar) -> str:
        """Return a value for people; None takes the field away."""
        return TAKEN_AWAY if value is None else self.spoken(value)

    def patch(self, level: int) -> Patch:
        """Return the change to a level."""
        return Patch(self.pointer, self.value(level))

    @property
    def removal(self) -> Patch:
        """The change to the extreme."""
        return Patch(self.pointer, self.extreme)


def raised(
    pointer: str,
    subject: str,
    current: int,
    use: Callable[[Plan], int],
    *,
    show: Callable[[int], Scalar] = int,
    spoken: Callable[[Scalar], str] = str,
    priced: bool = False,
) -> Relaxable:
    """Return the relaxable of an upper limit in whole units, of which a plan uses `use`; it may be taken away."""
    return Relaxable(
        pointer,
        subject,
        show(current),
        NO_END,
        lambda level: show(current + 1 + level),
        1 / max(1, current),
        None,
        enough=lambda plan: max(0, use(plan) - current - 1),
        priced=priced,
        spoken=spoken,
    )


def steps(pointer: str, subject: str, current: int, last: int, *, size: float | None = None) -> Relaxable:
    """Return the relaxable of a whole number that goes from next to `current` to `last`, up or down."""
    way = 1 if last > current else -1
    return Relaxable(
        pointer,
        subject,
        current,
        abs(last - current),
        lambda level: current + way * (level + 1),
        1 / max(1, current) if size is None else size,
        last,
    )


def hundredths(
    pointer: str,
    subject: str,
    current: float,
    span: tuple[int, int],
    *,
    enough: Callable[[Plan], int] | None = None,
    first_likely: bool = False,
) -> Relaxable:
    """Return the relaxable of a share or probability that goes from the first to the last of a span of hundredths."""
    first, last = span
    way = 1 if last >= first else -1
    return Relaxable(
        pointer,
        subject,
        current,
        abs(last - first) + 1,
        lambda level: (first + way * level) / 100,
        0.01,
        last / 100,
        enough=enough,
        first_likely=first_likely,
        spoken=_in_per_cent,
    )


def listed_values(pointer: str, subject: str, current: Scalar, values: Sequence[Scalar], *, size: float) -> Relaxable:
    """Return the relaxable of a field with these values, from the least change to the greatest."""
    return Relaxable(pointer, subject, current, len(values), values.__getitem__, size, values[-1])


def _in_per_cent(value: Scalar) -> str:
    return per_cent(float(value or 0))


def above(share: float) -> int:
    """Return the fewest hundredths above a share (rounding noise of 1e-9 aside)."""
    return math.floor(share * 100 + 1e-7) + 1


def below(share: float) -> int:
    """Return the most hundredths below a share (rounding noise of 1e-9 aside)."""
    return math.ceil(share * 100 - 1e-7) - 1
