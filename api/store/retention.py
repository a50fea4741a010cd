"""What is stored of a workspace, and what has been kept for long enough."""

from __future__ import annotations

from datetime import datetime

from api.store.base import Base
from api.store.engine import reading
from api.store.quota import count_bytes
from api.store.records import RunRecord
from api.store.runs import SELECT_RUNS, run_record
from api.store.tables import runs


class Retention(Base):
    """Finds what may go, and measures what there is."""

    def expired(self, before: datetime, limit: int = 100) -> list[RunRecord]:
        """Return runs of all workspaces that ended before a moment and await no diagnosis, first to end first."""
        old = SELECT_RUNS.where(runs.c.ended_at < before, runs.c.diagnosis_until.is_(None))
        with reading(self.engine) as connection:
            return [run_record(row) for row in connection.execute(old.order_by(runs.c.ended_at).limit(limit))]

    def stored_bytes(self, workspace_id: str) -> int:
        """Return what counts against the quota of a workspace."""
        with reading(self.engine) as connection:
            return count_bytes(connection, workspace_id)
