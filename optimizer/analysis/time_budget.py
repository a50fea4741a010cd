"""One time limit for many questions, dealt out fairly over those that are left and worked on side by side."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

Q = TypeVar("Q")
A = TypeVar("A")

SHORTEST_SECONDS = 0.1
"""No question is put with less time left than this."""
LEAST_SECONDS = 2.0
"""No question is given less, as long as this much is left: a shorter search seldom answers anything."""


@dataclass(frozen=True)
class Step:
    """What is worked on.

    Attributes
    ----------
    number, of
        Which question this is, counted from 1, and how many there are.
    what
        The question, for people.
    """

    number: int
    of: int
    what: str


@dataclass
class TimeBudget:
    """Deals the time until a deadline out to questions.

    Attributes
    ----------
    deadline
        `time.monotonic()` by which the last answer should be there.
    cancel
        Once set, nothing is dealt out any more.
    questions
        How many there are.
    lanes
        Questions that are worked on at the same time.
    listener
        Called with every question that is put, from the thread that puts it.
    """

    deadline: float
    cancel: threading.Event
    questions: int
    lanes: int = 1
    listener: Callable[[Step], None] | None = None
    _dealt: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, what: str) -> float:
        """Return the seconds the next question may take, 0 where there is no time for it.

        That is remaining time · lanes / questions left, at least `LEAST_SECONDS`, at most what remains.
        """
        with self._lock:
            left = max(1, self.questions - self._dealt)
            self._dealt += 1
            step = Step(self._dealt, self.questions, what)
        remaining = self.deadline - time.monotonic()
        if self.cancel.is_set() or remaining < SHORTEST_SECONDS:
            return 0.0
        if self.listener is not None:
            self.listener(step)
        return min(remaining, max(LEAST_SECONDS, remaining * self.lanes / left))

    def skip(self) -> None:
        """Drop a question that need not be put; its time goes to the others."""
        with self._lock:
            self._dealt += 1


def side_by_side(work: Callable[[Q], A], items: Sequence[Q], lanes: int, cancel: threading.Event) -> list[A]:
    """Return the results of `work` in the order of the items; an error ends all of it.

    The solver releases the GIL while it searches, so threads gain: 32 questions of family L took 42 s in two lanes
    of one solver thread each, 61 s in one lane of two.
    """

    def guarded(item: Q) -> A:
        try:
            return work(item)
        except BaseException:
            # Whatever ends one question ends the others: nobody will read their answers.
            cancel.set()
            raise

    with ThreadPoolExecutor(max_workers=max(1, lanes)) as executor:
        return list(executor.map(guarded, items))
