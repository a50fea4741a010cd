"""The threads of an executor, which work for all its tasks in turn."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue

SIZE = 8

log = logging.getLogger(__name__)


class ThreadPool:
    """A few threads; daemons, so that a program that ends without `close` ends."""

    def __init__(self) -> None:
        self._work: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        for number in range(1, SIZE + 1):
            threading.Thread(target=self._serve, name=f"cluster {number}", daemon=True).start()

    def do(self, work: Callable[[], object]) -> None:
        """Have something done soon."""
        self._work.put(work)

    def dismiss(self) -> None:
        """End the threads once they have done what they were given."""
        for _ in range(SIZE):
            self._work.put(None)

    def _serve(self) -> None:
        while (work := self._work.get()) is not None:
            try:
                work()
            except Exception:
                # The threads are few and serve all tasks: none may end by what one piece of work raises.
                log.exception("The executor failed on something; it goes on.")


class SerialQueue:
    """Calls that a thread pool makes one after the other."""

    def __init__(self, threads: ThreadPool) -> None:
        self._threads = threads
        self._calls: deque[tuple[Callable[[], object], bool]] = deque()
        self._caller: int | None = None
        self._active = self._silent = False
        self._changed = threading.Condition()

    @property
    def silent(self) -> bool:
        """Whether no more calls are made."""
        return self._silent

    def post(self, call: Callable[[], object], *, newest: bool = False) -> None:
        """Have a call made; a `newest` one takes the place of another such that would have been the last."""
        with self._changed:
            if self._silent:
                return
            if newest and self._calls and self._calls[-1][1]:
                self._calls.pop()
            self._calls.append((call, newest))
            if self._active:
                return
            self._active = True
        self._threads.do(self._next)

    def silence(self) -> None:
        """Make no more calls."""
        with self._changed:
            self._silent = True
            self._calls.clear()

    def join(self) -> None:
        """Return when the call under way has returned, unless that is what calls this."""
        with self._changed:
            if self._caller != threading.get_ident():
                self._changed.wait_for(lambda: self._caller is None)

    def _next(self) -> None:
        """Make one call, then let others have their turn."""
        with self._changed:
            if not self._calls:
                self._active = False
                return
            call, _ = self._calls.popleft()
            self._caller = threading.get_ident()
        try:
            call()
        except Exception:
            # Calls are the listener's: whatever one raises, those after it are made, or the queue would stand still.
            log.exception("A call failed; those after it are made.")
        with self._changed:
            self._caller = None
            self._changed.notify_all()
        self._threads.do(self._next)
