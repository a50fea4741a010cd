"""API keys and the workspaces they open."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, insert, or_, select, update

from api.store.base import Base, hash_of, new_id
from api.store.engine import again_if_raced, reading, writing
from api.store.errors import DatabaseUnavailable
from api.store.patience import waiting_at_most
from api.store.records import KeyRecord, Scope, WorkspaceRecord
from api.store.tables import keys, workspaces

PREFIX = "gs_"
SECRET_BYTES = 32
COARSE = timedelta(hours=1)
DEFAULT_WORKSPACE = "default"


class Keys(Base):
    """Makes, lists, revokes and recognises keys.

    Only the SHA-256 of a secret is kept. A slow, salted hash protects passwords because people choose guessable ones;
    a secret of 256 random bits cannot be guessed, however fast the hash. It is looked up by that hash through an
    index, never compared: the time it takes reveals something of the hash at most, nothing about the secret.
    """

    def create_key(self, workspace_name: str, name: str, scope: Scope) -> tuple[KeyRecord, str]:
        """Make a key for a workspace, and the workspace if it is new; return it with its secret, shown only here."""
        return again_if_raced(lambda: self._create_key(workspace_name, name, scope))

    def _create_key(self, workspace_name: str, name: str, scope: Scope) -> tuple[KeyRecord, str]:
        secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        with writing(self.engine) as connection:
            workspace = self._workspace(connection, workspace_name)
            key = KeyRecord(new_id(), workspace.id, workspace.name, name, scope, self.now(), None, None)
            row = {"id": key.id, "workspace_id": workspace.id, "name": name, "hash": hash_of(secret)}
            connection.execute(insert(keys).values(**row, scope=scope.value, created_at=key.created_at))
        return key, secret

    def keys(self) -> list[KeyRecord]:
        """Return all keys, revoked ones too, oldest first."""
        with reading(self.engine) as connection:
            return [_key(row) for row in connection.execute(_KEYS.order_by(keys.c.created_at, keys.c.id))]

    def revoke_key(self, key_id: str) -> bool:
        """Make a key useless from now on; return False if there is none with this id, or it was revoked before."""
        revoked = update(keys).where(keys.c.id == key_id, keys.c.revoked_at.is_(None)).values(revoked_at=self.now())
        with writing(self.engine) as connection:
            return connection.execute(revoked).rowcount == 1

    def stands(self, key_id: str) -> bool:
        """Return whether there is such a key and it is not revoked."""
        with reading(self.engine) as connection:
            return bool(connection.scalar(select(exists().where(keys.c.id == key_id, keys.c.revoked_at.is_(None)))))

    def has_keys(self) -> bool:
        """Return whether a key was ever made: once there was one, revoking the last must not open the door."""
        with reading(self.engine) as connection:
            return bool(connection.scalar(select(exists(select(keys.c.id)))))

    def identify(self, secret: str) -> KeyRecord | None:
        """Return the key with this secret unless it is revoked or unknown; note that it was used, now and then.

        Noting every use would make each request a write, hence at most once in `COARSE`.
        """
        wanted = _KEYS.where(keys.c.hash == hash_of(secret), keys.c.revoked_at.is_(None))
        with reading(self.engine) as connection:
            row = connection.execute(wanted).first()
        if row is None:
            return None
        key = _key(row)
        now = self.now()
        if key.last_used_at is None or now - key.last_used_at >= COARSE:
            stale = or_(keys.c.last_used_at.is_(None), keys.c.last_used_at <= now - COARSE)
            # A failed note of the time is no reason to refuse a caller, nor to keep one waiting.
            with suppress(DatabaseUnavailable), waiting_at_most(0.0), writing(self.engine) as connection:
                connection.execute(update(keys).where(keys.c.id == key.id, stale).values(last_used_at=now))
        return key

    def default_workspace(self) -> WorkspaceRecord:
        """Return the workspace of callers without a key; it is made on first use."""
        return again_if_raced(self._default_workspace)

    def _default_workspace(self) -> WorkspaceRecord:
        named = select(workspaces).where(workspaces.c.name == DEFAULT_WORKSPACE)
        with reading(self.engine) as connection:
            row = connection.execute(named).first()
        if row is not None:
            return WorkspaceRecord(*row)
        with writing(self.engine) as connection:
            return self._workspace(connection, DEFAULT_WORKSPACE)

    def _workspace(self, connection: Connection, name: str) -> WorkspaceRecord:
        row = connection.execute(select(workspaces).where(workspaces.c.name == name)).first()
        if row is not None:
            return WorkspaceRecord(*row)
        made = WorkspaceRecord(new_id(), name, self.now())
        connection.execute(insert(workspaces).values(id=made.id, name=made.name, created_at=made.created_at))
        return made


_KEYS: Select[Any] = select(
    keys.c.id,
    keys.c.workspace_id,
    workspaces.c.name.label("workspace"),
    keys.c.name,
    keys.c.scope,
    keys.c.created_at,
    keys.c.revoked_at,
    keys.c.last_used_at,
).join(workspaces, keys.c.workspace_id == workspaces.c.id)


def _key(row: Row[Any]) -> KeyRecord:
    fields = row._asdict()
    return KeyRecord(**fields | {"scope": Scope(fields["scope"])})
