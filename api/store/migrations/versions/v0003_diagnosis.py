"""Runs that are done know until when a fuller diagnosis may come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; no fuller diagnosis is awaited of what was done before."""
    op.add_column("runs", sa.Column("diagnosis_until", sa.DateTime(timezone=True)))
    op.create_index(op.f("runs_diagnosis_until"), "runs", ["diagnosis_until"])


def downgrade() -> None:
    """Await none; a plan keeps the diagnosis it has."""
    op.drop_index(op.f("runs_diagnosis_until"), "runs")
    op.drop_column("runs", "diagnosis_until")
