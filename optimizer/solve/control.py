"""Deadline, cancellation and progress of a solve."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

HEARTBEAT_SECONDS = 0.05


@dataclass(frozen=True)
class Progress:
    """A moment of a solve.

    Attributes
    ----------
    phase
        What is being worked on, for people.
    value, value_bound
        Total value secured by the incumbent and the certified bound; None while unknown.
    cost_minor, cost_bound_minor
        Cost of the incumbent and the certified bound in minor units; None while unknown.
    gap
        As in the plan; None while there is no incumbent or no bound.
    elapsed_seconds
        Since the solve began.
    status
        Of the plan that is coming, once nothing changes it any more: the verdict, which the diagnosis follows.
    """

    phase: str
    value: int | None
    value_bound: int | None
    cost_minor: int | None
    cost_bound_minor: int | None
    gap: float | None
    elapsed_seconds: float
    status: str | None = None


class Stoppable(Protocol):
    """A search that can be asked to stop."""

    def stop_search(self) -> None:
        """Ask for an early end; may be ignored before the search has begun."""


@dataclass
class Control:
    """Deadline, cancellation and progress of one solve.

    A stop request that reaches a solver before its search has begun is lost, so it is repeated every
    `HEARTBEAT_SECONDS` until the solver returns.
    """

    deadline: float
    cancel: threading.Event
    listener: Callable[[Progress], None] | None = None
    began: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> float:
        """Seconds since the solve began."""
        return time.monotonic() - self.began

    @property
    def remaining(self) -> float:
        """Seconds until the deadline, never negative; 0 once cancelled."""
        return 0.0 if self.cancel.is_set() else max(0.0, self.deadline - time.monotonic())

    @property
    def stopped(self) -> bool:
        """Whether no more work should begin."""
        return self.remaining <= 0.0

    @contextmanager
    def watching(self, solver: Stoppable) -> Iterator[None]:
        """Stop `solver` when cancelled, for as long as the block runs."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(HEARTBEAT_SECONDS):
                if self.cancel.is_set():
                    solver.stop_search()

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
