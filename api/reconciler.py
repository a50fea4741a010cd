"""Polls what no call reports: news from other servers, and runs that no executor has started.

The database is asked once a second for the last events of all runs that are followed here: one statement on the primary
key. LISTEN/NOTIFY would take a connection of its own, which needs supervision as well, loses what was sent while it was
broken, and makes all transactions that notify wait for each other as they end.
"""

from __future__ import annotations

import threading
import time
from datetime import timedelta

from api.jobs import Jobs
from api.logs import log
from api.notifier import Notifier
from api.store import Store, StoreError

NEWS_SECONDS = 1.0
OPEN_RUNS_SECONDS = 5.0
OLD_RUNS_SECONDS = 60.0


class Reconciler:
    """A thread that polls until the service stops.

    Parameters
    ----------
    follow
        Whether other servers may have news.
    keep_days
        How long runs are kept once they have ended; 0: for ever.
    """

    def __init__(self, store: Store, notifier: Notifier, jobs: Jobs, *, follow: bool, keep_days: float = 0.0):
        self._store = store
        self._notifier = notifier
        self._jobs = jobs
        self._follow = follow
        self._keep = timedelta(days=keep_days)
        self._old_are_due = 0.0
        self._latest: dict[str, int] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go, name="reconciler", daemon=True)

    def begin(self) -> None:
        """Start polling."""
        self._thread.start()

    def end(self) -> None:
        """Poll no more, and wait for the last poll to end."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def look_for_news(self) -> None:
        """Wake the streams of every run whose last event changed since the previous poll, or that is gone."""
        followed = self._notifier.followed()
        latest = self._store.last_numbers(followed) if followed else {}
        for key in followed:
            if key not in latest or latest[key] != self._latest.get(key):
                self._notifier.notify(key)
        self._latest = latest

    def erase_old(self) -> None:
        """Erase what has been kept for long enough, a part at a time; and keep room for erasing more."""
        if time.monotonic() < self._old_are_due:
            return
        if not (self._keep and self._jobs.expire(self._keep)):
            self._old_are_due = time.monotonic() + OLD_RUNS_SECONDS
            if self._store.reserve is not None:
                self._store.keep_reserve()

    def _go(self) -> None:
        due = time.monotonic() + OPEN_RUNS_SECONDS
        while not self._over.wait(NEWS_SECONDS) and not self._notifier.stopping:
            try:
                if self._follow:
                    self.look_for_news()
                if time.monotonic() >= due:
                    due = time.monotonic() + OPEN_RUNS_SECONDS
                    self._jobs.take_up()
                self.erase_old()
            except StoreError as error:
                log.warning("no news: %s", error)
            except Exception:  # noqa: BLE001
                # Whatever makes one poll fail must not end the thread: streams would hear nothing any more.
                log.exception("a poll for news failed")
