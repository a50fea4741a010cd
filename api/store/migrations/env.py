"""Alembic's way in: runs steps on the connection it is handed, in that connection's transaction."""

from __future__ import annotations

from alembic import context

from api.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite cannot alter most things in place; this has Alembic build the table anew.
    render_as_batch=True,
)
context.run_migrations()
