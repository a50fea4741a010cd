"""The tables as they are now; `migrations` holds the steps that lead here, and a test holds the two together.

Long texts stand last in their rows: SQLite reads a row from its beginning, so that what is asked of the columns
before them never touches their pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, get_args

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

from api.store.records import FinishAsker, Scope
from api.store.states import State

METADATA = MetaData(
    # Names of our own, since a migration can only change a constraint that it can name.
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
        "uq": "%(table_name)s_%(column_0_N_name)s_unique",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "ix": "%(table_name)s_%(column_0_N_name)s",
    }
)


class UtcTime(TypeDecorator[datetime]):
    """A moment to the microsecond, in UTC and aware of it on every database; SQLite itself keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse a moment without a zone, since it could mean any."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"A moment without a time zone cannot be stored: {value}.")
        return value if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Say that what was read is UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class RunId(TypeDecorator[str]):
    """The id of a run, as a client sent it.

    PostgreSQL refuses a text with a NUL, and no driver takes half of a surrogate pair; no generated id has either, so
    that asking for one finds nothing instead of failing.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Put a sign in the place of what no database takes."""
        return value if value is None else value.replace("\0", "?").encode("utf-8", "replace").decode()


def _one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


workspaces = Table(
    "workspaces",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("created_at", UtcTime, nullable=False),
)

keys = Table(
    "keys",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    Column("scope", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
    Column("last_used_at", UtcTime),
    _one_of("scope", [scope.value for scope in Scope]),
)

scenarios = Table(
    "scenarios",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    # Of the text as it came, byte for byte, which is what makes two the same here ...
    Column("body_sha256", Text, nullable=False),
    # ... and of its content whatever its spelling, which is what plans refer to.
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("currency", Text, nullable=False),
    # Of the text below, counted once and for all: to measure it would be to read it.
    Column("bytes", BigInteger, nullable=False, server_default="0"),
    Column("body", Text, nullable=False),
    UniqueConstraint("workspace_id", "body_sha256"),
    Index(None, "workspace_id", "bytes"),
    Index(None, "bytes"),
)

runs = Table(
    "runs",
    METADATA,
    Column("id", RunId, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("scenario_id", ForeignKey("scenarios.id"), nullable=False),
    Column("label", Text),
    # No foreign key: the origin of a run outlives that run.
    Column("from_run", Text),
    Column("settings", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("phase", Text),
    # Counted up as runs are added: the order they came in, whatever the clock said.
    Column("number", BigInteger, nullable=False, server_default="0"),
    Column("created_at", UtcTime, nullable=False),
    Column("started_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("attempts", Integer, nullable=False),
    # Number of the latest start, counted by the executor: the same number again, from another server or repeated for
    # want of an answer, is no new start.
    Column("attempt", BigInteger, nullable=False, server_default="0"),
    Column("value", BigInteger),
    Column("value_bound", BigInteger),
    Column("cost_minor", BigInteger),
    Column("cost_bound_minor", BigInteger),
    Column("gap", Float),
    Column("elapsed_seconds", Float),
    Column("plan_status", Text),
    Column("failure_code", Text),
    Column("failure_detail", Text),
    Column("finish_asked", Text),
    # Until when a fuller diagnosis of a run that is done may come; null where none is awaited.
    Column("diagnosis_until", UtcTime),
    Column("idempotency_key", Text),
    Column("idempotency_hash", Text),
    # Counted up in the statement that changes the run, so that the numbers of its events have no holes.
    Column("last_sequence", Integer, nullable=False),
    # Of its plan and its events, once it has ended.
    Column("bytes", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("workspace_id", "idempotency_key"),
    _one_of("state", [state.value for state in State]),
    _one_of("finish_asked", get_args(FinishAsker)),
    Index(None, "number"),
    Index(None, "workspace_id", "number"),
    Index(None, "workspace_id", "label", "number"),
    Index(None, "workspace_id", "state", "number"),
    Index(None, "state", "number"),
    Index(None, "scenario_id"),
    Index(None, "diagnosis_until"),
    Index(None, "workspace_id", "bytes"),
    Index(None, "ended_at"),
)

plans = Table(
    "plans",
    METADATA,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("body", Text, nullable=False),
)

incumbents = Table(
    "incumbents",
    METADATA,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("body", Text, nullable=False),
)

events = Table(
    "events",
    METADATA,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", JSON, nullable=False),
)
