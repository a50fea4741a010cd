"""The states of a run and the steps between them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a run stands; from a final state nothing leads on."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether the run has ended."""
        return not TRANSITIONS[self]


TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.RUNNING, State.CANCELLED, State.FAILED}),
    # A server that was restarted submits again what it was solving, hence the way back into the queue.
    State.RUNNING: frozenset({State.DONE, State.FAILED, State.CANCELLED, State.QUEUED}),
    State.DONE: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}

OPEN = tuple(state for state in State if not state.final)


def may_become(before: State, after: State) -> bool:
    """Return whether a run in state `before` may be put into state `after`; staying where it is is no step."""
    return after in TRANSITIONS[before]


def predecessors(after: State) -> tuple[State, ...]:
    """Return the states from which a run may be put into state `after`."""
    return tuple(before for before in State if may_become(before, after))
