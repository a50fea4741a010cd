"""What all parts of the store stand on."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, select

from api.store.errors import UnknownWorkspace
from api.store.tables import workspaces

if TYPE_CHECKING:
    from api.store.reserve import Reserve


def utc_now() -> datetime:
    """Return the time, aware of its zone."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return an id that nobody can guess: 122 random bits."""
    return uuid.uuid4().hex


def hash_of(text: str) -> str:
    """Return the SHA-256 of `text` in UTF-8, hexadecimal."""
    return sha256(text.encode()).hexdigest()


class Base:
    """An engine and a clock; holds nothing else, so any thread may use it and any number may share a database."""

    def __init__(self, engine: Engine, now: Callable[[], datetime] = utc_now):
        self.engine = engine
        self.now = now
        self.reserve: Reserve | None = None


def lock_workspace(connection: Connection, workspace_id: str) -> None:
    """Wait until no other transaction holds the workspace, and hold it to the end of this one.

    Whatever counts or compares rows of a workspace before it writes needs this, or two would count the same and both
    write. On PostgreSQL it is the weaker of the row's exclusive locks, which lets rows that refer to it be inserted;
    on SQLite a transaction that writes holds the whole database anyway.

    Raises
    ------
    UnknownWorkspace
        If there is none.
    """
    held = select(workspaces.c.id).where(workspaces.c.id == workspace_id).with_for_update(key_share=True)
    if connection.execute(held).first() is None:
        raise UnknownWorkspace("There is no such workspace.")
