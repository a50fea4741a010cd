"""Runs know the number of their latest start, so that several servers that hear of it record it once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what is running was started before anybody counted."""
    op.add_column("runs", sa.Column("attempt", sa.BigInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    """Forget the numbers."""
    op.drop_column("runs", "attempt")
