"""The best plan so far of a run that is being solved is kept, to go on from and to fall back on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "incumbents",
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("incumbents_pk")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("incumbents_run_id_fk"), ondelete="CASCADE"),
    )


def downgrade() -> None:
    """Forget the plans; their runs begin from nothing."""
    op.drop_table("incumbents")
