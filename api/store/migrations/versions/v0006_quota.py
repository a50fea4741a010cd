"""What is stored is counted, for the quota of a workspace, and runs are found by when they ended, to expire."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_INDEXES = (
    ("scenarios", "workspace_id", "bytes"),
    ("scenarios", "bytes"),
    ("runs", "workspace_id", "bytes"),
    ("runs", "ended_at"),
)


def upgrade() -> None:
    """Count the texts that are there; the events of before are small and left out."""
    for table in ("scenarios", "runs"):
        op.add_column(table, sa.Column("bytes", sa.BigInteger, nullable=False, server_default="0"))
    sqlite = op.get_bind().dialect.name == "sqlite"
    size = "length(CAST(body AS BLOB))" if sqlite else "octet_length(body)"
    op.execute(f"UPDATE scenarios SET bytes = {size}")
    op.execute(f"UPDATE runs SET bytes = coalesce((SELECT {size} FROM plans WHERE plans.run_id = runs.id), 0)")
    for table, *columns in _INDEXES:
        op.create_index(op.f("_".join((table, *columns))), table, columns)


def downgrade() -> None:
    """Count nothing."""
    for table, *columns in _INDEXES:
        op.drop_index(op.f("_".join((table, *columns))), table)
    for table in ("scenarios", "runs"):
        op.drop_column(table, "bytes")
