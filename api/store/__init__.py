"""Workspaces, keys, scenarios, runs, plans and events, in SQLite or PostgreSQL."""

from __future__ import annotations

from api.store.diagnoses import Diagnoses, Fuller
from api.store.engine import make_engine
from api.store.errors import DatabaseInUse, DatabaseUnavailable, KeyReused, QuotaReached, StoreError, TooManyOpen
from api.store.events import Events
from api.store.incumbents import Incumbents
from api.store.keys import Keys
from api.store.lock import holding
from api.store.migrate import is_current, upgrade, upgrade_exclusively
from api.store.patience import wait_at_most
from api.store.readiness import Readiness
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
    Quota,
    RunRecord,
    Scope,
    WorkspaceRecord,
)
from api.store.reserve import Reserves
from api.store.retention import Retention
from api.store.runs import Runs
from api.store.states import OPEN, State
from api.store.transitions import Transitions

__all__ = [
    "OPEN",
    "Cancelled",
    "Cursor",
    "DatabaseInUse",
    "DatabaseUnavailable",
    "Ending",
    "EventKind",
    "EventRecord",
    "Failure",
    "Figures",
    "FinishAsker",
    "Fuller",
    "KeyRecord",
    "KeyReused",
    "NewRun",
    "NewScenario",
    "Planned",
    "Quota",
    "QuotaReached",
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
    "wait_at_most",
]


class Store(Keys, Runs, Transitions, Incumbents, Diagnoses, Events, Retention, Reserves, Readiness):
    """Workspaces, keys, runs, plans and events of one database.

    Every method is one transaction and safe to call from any thread and any server: what is returned was so at one
    moment, and what is written is written when the method returns. There are no locks here; the database's own
    transactions and constraints keep order.
    """

    def close(self) -> None:
        """Give up all connections."""
        self.engine.dispose()
