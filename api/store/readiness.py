"""Whether the database takes what a run needs to be recorded."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import exists, select

from api.store.base import Base
from api.store.engine import writing
from api.store.patience import waiting_at_most
from api.store.sqlite_file import check_disk
from api.store.tables import keys

READY_WITHIN_SECONDS = 0.8


class Readiness(Base):
    """Looks at the database the way a run that is accepted will use it."""

    def check_ready(self) -> None:
        """Return if the database can be written; nothing is.

        Raises
        ------
        DatabaseUnavailable
            With the reason: away, held by another program, full, read-only, removed, or replaced.
        """
        with waiting_at_most(READY_WITHIN_SECONDS), writing(self.engine) as connection:
            connection.execute(select(exists(select(keys.c.id))))
        if self.engine.dialect.name == "sqlite":
            check_disk(Path(self.engine.url.database or ""))
