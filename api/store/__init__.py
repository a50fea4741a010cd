"""Workspaces, keys, scenarios, runs, plans and events, in SQLite or PostgreSQL."""

from __future__ import annotations

from api.store.engine import make_engine
from api.store.errors import KeyReused, StoreError, TooManyOpen
from api.store.lock import exclusive
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
from api.store.states import State
from api.store.upgrading import upgrade

__all__ = [
    "Cancelled",
    "Cursor",
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
    "exclusive",
    "make_engine",
    "upgrade",
]
