"""Long work that a signal ends in good order: once for the best result so far, twice for at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

T = TypeVar("T")
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def interruptible(work: Callable[[threading.Event], T], on_interrupt: Callable[[], None]) -> tuple[T, bool]:
    """Run `work` in a thread of its own and wait for it in the main thread, which alone receives signals.

    Parameters
    ----------
    work
        Is handed the event that asks it to end early; it then returns the best it has.
    on_interrupt
        Called once, on the first signal.

    Returns
    -------
    The result, and whether there was a signal.

    Raises
    ------
    KeyboardInterrupt
        On the second signal; the work is still under way then, so the process has to be left by ``os._exit``.
    """
    cancel = threading.Event()

    def interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        if cancel.is_set():
            raise KeyboardInterrupt
        cancel.set()
        on_interrupt()

    executor = ThreadPoolExecutor(max_workers=1)
    with _handling(interrupt):
        result = executor.submit(work, cancel).result()
    return result, cancel.is_set()


@contextmanager
def _handling(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in SIGNALS}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
