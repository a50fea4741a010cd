"""Wakes whoever waits for news of a run, without asking the database again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Bell:
    """Rung from any thread, heard in the event loop.

    News may also come from elsewhere (another server), so whoever waits looks at the database now and then all the
    same; the bell only makes it prompt.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self.stopping = False

    def attach(self) -> None:
        """Ring in the running event loop from now on."""
        self._loop = asyncio.get_running_loop()

    def ring(self, key: str) -> None:
        """Wake everybody who waits for news of `key`."""
        self.soon(lambda: self._wake(key))

    def stop(self) -> None:
        """Wake everybody for good: the service is stopping."""
        self.stopping = True
        self.soon(self._wake_all)

    def followed(self) -> tuple[str, ...]:
        """Return what somebody waits for; from any thread, as a dictionary is copied in one step."""
        return tuple(self._waiting)

    @contextmanager
    def listening(self, key: str) -> Iterator[asyncio.Event]:
        """Hold an event that is set by news of `key`; whoever waits clears it."""
        event = asyncio.Event()
        self._waiting.setdefault(key, set()).add(event)
        try:
            yield event
        finally:
            others = self._waiting[key]
            others.discard(event)
            if not others:
                del self._waiting[key]

    def soon(self, call: Callable[[], None]) -> None:
        """Have the event loop make a call, if there is one; also from a signal's handler."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call)

    def _wake_all(self) -> None:
        for key in self._waiting:
            self._wake(key)

    def _wake(self, key: str) -> None:
        for event in self._waiting.get(key, ()):
            event.set()
