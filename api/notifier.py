"""Wakes event streams that wait for news of a run, so that they need not ask the database again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Notifier:
    """Notified from any thread, waited for in the event loop.

    Another server may have news, too, so a stream that waits looks at the database now and then all the same; the
    notifier makes it prompt.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self.stopping = False

    def attach(self) -> None:
        """Notify in the running event loop from now on."""
        self._loop = asyncio.get_running_loop()

    def notify(self, key: str) -> None:
        """Wake all that wait for news of `key`."""
        self.soon(lambda: self._wake(key))

    def stop(self) -> None:
        """Wake all for good: the service is stopping."""
        self.stopping = True
        self.soon(self._wake_all)

    def followed(self) -> tuple[str, ...]:
        """Return the keys that are waited for; from any thread, as a dictionary is copied in one step."""
        return tuple(self._waiting)

    @contextmanager
    def listening(self, key: str) -> Iterator[asyncio.Event]:
        """Hold an event that news of `key` sets; the one who waits clears it."""
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
