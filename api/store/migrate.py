"""Bring a database to the tables of this version; one that several servers may use, only while none of them does."""

from __future__ import annotations

import time

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from api.store.engine import make_engine, migrating, reading
from api.store.errors import DatabaseInUse, UnknownSchema
from api.store.lock import holding

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


def upgrade(engine: Engine) -> None:
    """Take every step that the database has not seen, all or none; harmless when there is none to take.

    Raises
    ------
    UnknownSchema
        If a later version of groundswell has written the database.
    """
    with migrating(engine) as connection:
        config = _config(connection)
        _refuse_unknown(connection, ScriptDirectory.from_config(config))
        command.upgrade(config, "head")


def is_current(engine: Engine) -> bool:
    """Return whether the database has seen every step, and none that this version does not know."""
    with reading(engine) as connection:
        scripts = ScriptDirectory.from_config(_config(connection))
        _refuse_unknown(connection, scripts)
        return set(MigrationContext.configure(connection).get_current_heads()) == set(scripts.get_heads())


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take back every step after `revision`, with what was stored by them."""
    with migrating(engine) as connection:
        command.downgrade(_config(connection), revision)


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "api.store:migrations")
    return config


def _refuse_unknown(connection: Connection, scripts: ScriptDirectory) -> None:
    revisions = {script.revision for script in scripts.walk_revisions()}
    current = MigrationContext.configure(connection).get_current_heads()
    if unknown := set(current) - revisions:
        raise UnknownSchema(
            f"The database is at version {', '.join(sorted(unknown))}, which this groundswell does not know; "
            "a later one has written it."
        )
