"""Bring a database to the tables of this version."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from api.store.engine import migrating, reading
from api.store.errors import UnknownSchema


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
    known = {script.revision for script in scripts.walk_revisions()}
    current = MigrationContext.configure(connection).get_current_heads()
    if unknown := set(current) - known:
        raise UnknownSchema(
            f"The database is at version {', '.join(sorted(unknown))}, which this groundswell does not know; "
            "a later one has written it."
        )
