"""How much a workspace may store."""

from __future__ import annotations

from sqlalchemy import Connection, Text, cast, func, select

from api.store.errors import QuotaReached
from api.store.records import Quota
from api.store.states import State
from api.store.tables import events, runs, scenarios

EVENT_BYTES = 100
"""Of an event, beside its data."""
REMEDY = "Erase runs that are not needed (DELETE /v1/runs/{run_id}), or ask whoever operates the service for more."
_ENDED = runs.c.state.in_([state.value for state in State if state.final])


def refuse_beyond(connection: Connection, workspace_id: str, quota: Quota, more: int) -> None:
    """Raise `QuotaReached` where a workspace may not store `more` bytes for a run; the workspace is held."""
    some = select(runs.c.id).where(runs.c.workspace_id == workspace_id, _ENDED).limit(quota.ended_runs).subquery("kept")
    if connection.scalars(select(func.count()).select_from(some)).one() >= quota.ended_runs:
        raise QuotaReached(f"The workspace keeps {quota.ended_runs:,} runs that have ended, and no more. {REMEDY}")
    stored = count_bytes(connection, workspace_id)
    if stored + more > quota.bytes:
        raise QuotaReached(
            f"The workspace stores {stored / 2**20:,.1f} MB, this run adds {more / 2**20:,.1f} MB, and "
            f"{quota.bytes / 2**20:,.1f} MB are the most. {REMEDY}"
        )


def event_bytes(connection: Connection, run_id: str) -> int:
    """Return about how much the events of a run take."""
    data = func.coalesce(func.sum(func.length(cast(events.c.data, Text)) + EVENT_BYTES), 0)
    return int(connection.scalars(select(data).where(events.c.run_id == run_id)).one())


def count_bytes(connection: Connection, workspace_id: str) -> int:
    """Return what counts against the quota of a workspace."""
    parts = (
        select(func.coalesce(func.sum(table.c.bytes), 0)).where(table.c.workspace_id == workspace_id)
        for table in (scenarios, runs)
    )
    return sum(int(connection.scalars(part).one()) for part in parts)
