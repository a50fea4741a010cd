"""Runs are numbered as they come, so that a clock that is set back does not list them in another order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BEFORE: tuple[tuple[str, ...], ...] = (
    ("workspace_id",),
    ("workspace_id", "label"),
    ("workspace_id", "state"),
    ("state",),
)
_NUMBERED = """
UPDATE runs SET number = ranked.number
FROM (SELECT id, row_number() OVER (ORDER BY created_at, id) AS number FROM runs) AS ranked
WHERE ranked.id = runs.id
"""


def upgrade() -> None:
    """Number what is there by its time, which is all that is known of it."""
    op.add_column("runs", sa.Column("number", sa.BigInteger, nullable=False, server_default="0"))
    op.execute(_NUMBERED)
    for first in _BEFORE:
        _drop_index(*first, "created_at", "id")
    for first in ((), *_BEFORE):
        _create_index(*first, "number")


def downgrade() -> None:
    """Order by time again."""
    for first in ((), *_BEFORE):
        _drop_index(*first, "number")
    for first in _BEFORE:
        _create_index(*first, "created_at", "id")
    op.drop_column("runs", "number")


def _create_index(*columns: str) -> None:
    op.create_index(op.f("runs_" + "_".join(columns)), "runs", columns)


def _drop_index(*columns: str) -> None:
    op.drop_index(op.f("runs_" + "_".join(columns)), "runs")
