"""What is looked after again and again, because nobody tells of it: news from other servers, runs nobody has taken up.

Other servers' news are asked of the database, once a second for all runs that somebody follows here: one statement on
the primary key. Being told of them (LISTEN/NOTIFY) would take a connection of its own, which has to be looked after as
well, loses what was told while it was broken, and makes all transactions that tell wait for each other as they end.
"""

from __future__ import annotations

import threading
import time

from api.bell import Bell
from api.jobs import Jobs
from api.logs import log
from api.store import Store, StoreError

NEWS_SECONDS = 1.0
OPEN_RUNS_SECONDS = 5.0


class Rounds:
    """A thread that makes its rounds until the service stops.

    Parameters
    ----------
    follow
        Whether other servers may have news.
    """

    def __init__(self, store: Store, bell: Bell, jobs: Jobs, *, follow: bool):
        self._store = store
        self._bell = bell
        self._jobs = jobs
        self._follow = follow
        self._known: dict[str, int] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go, name="rounds", daemon=True)

    def begin(self) -> None:
        """Begin the first round."""
        self._thread.start()

    def end(self) -> None:
        """Make no further round, and wait for the last to be over."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def look_for_news(self) -> None:
        """Wake whoever follows a run that has another last event than a round ago, or is gone."""
        followed = self._bell.followed()
        found = self._store.last_numbers(followed) if followed else {}
        for key in followed:
            if key not in found or found[key] != self._known.get(key):
                self._bell.ring(key)
        self._known = found

    def _go(self) -> None:
        due = time.monotonic() + OPEN_RUNS_SECONDS
        while not self._over.wait(NEWS_SECONDS) and not self._bell.stopping:
            try:
                if self._follow:
                    self.look_for_news()
                if time.monotonic() >= due:
                    due = time.monotonic() + OPEN_RUNS_SECONDS
                    self._jobs.take_up()
            except StoreError as error:
                log.warning("no news: %s", error)
            except Exception:  # noqa: BLE001
                log.exception("a round failed")
