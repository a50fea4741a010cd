"""How long a transaction waits for others that write: less where a client waits than where a result would be lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_patience: ContextVar[float | None] = ContextVar("patience", default=None)


def wait_at_most(seconds: float) -> None:
    """Wait no longer in this task, or thread, and in the threads that it calls."""
    _patience.set(seconds)


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """Wait no longer for as long as the block runs."""
    token = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(token)


def patience(otherwise: float) -> float:
    """Return how long to wait (seconds)."""
    chosen = _patience.get()
    return otherwise if chosen is None else chosen
