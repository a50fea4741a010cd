"""Change the tables of a database that several servers may serve: only while none of them does."""

from __future__ import annotations

import time

from api.store.engine import make_engine
from api.store.errors import DatabaseInUse
from api.store.lock import holding
from api.store.migrate import is_current, upgrade

PATIENCE_SECONDS = 10.0
PAUSE_SECONDS = 0.2
SERVED = (
    "Servers of an earlier version use this database, and this version has to change its tables first. "
    "Stop them all, then start this one; what is open is solved on."
)


def upgrade_exclusively(url: str) -> None:
    """Bring a database to the tables of this version, alone; where another server is just doing so, wait for it.

    Raises
    ------
    DatabaseInUse
        If servers of an earlier version go on using it.
    UnknownSchema
        If a later version has written it.
    """
    engine = make_engine(url)
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while not is_current(engine):
            try:
                with holding(url):
                    upgrade(engine)
            except DatabaseInUse:
                if time.monotonic() > deadline:
                    raise DatabaseInUse(SERVED) from None
                time.sleep(PAUSE_SECONDS)
    finally:
        engine.dispose()
