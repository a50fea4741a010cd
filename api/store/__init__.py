"""Workspaces, keys, scenarios, runs, plans and events, in SQLite or PostgreSQL."""

from __future__ import annotations

from api.store.engine import make_engine
from api.store.errors import DatabaseInUse, KeyReused, StoreError, TooManyOpen
from api.store.exclusive_migration import upgrade_exclusively
from api.store.lock import holding
from api.store.migrate import is_current, upgrade
from api.store.records import (
    Cancelled,
    Cursor,
    Ending,
    EventKind,
    EventRecord,
    Failure,
    Figures,
    FinishAsker,
    KeyRecord,
    NewRun,
    NewScenario,
    Planned,
    RunRecord,
    Scope,
    WorkspaceRecord,
)
from api.store.repository import Store
from api.store.states import OPEN, State

__all__ = [
    "OPEN",
    "Cancelled",
    "Cursor",
    "DatabaseInUse",
    "Ending",
    "EventKind",
    "EventRecord",
    "Failure",
    "Figures",
    "FinishAsker",
    "KeyRecord",
    "KeyReused",
    "NewRun",
    "NewScenario",
    "Planned",
    "RunRecord",
    "Scope",
    "State",
    "Store",
    "StoreError",
    "TooManyOpen",
    "WorkspaceRecord",
    "holding",
    "is_current",
    "make_engine",
    "upgrade",
    "upgrade_exclusively",
]
