"""Workspaces, keys, scenarios, runs, plans and events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, each after those it refers to."""
    _workspaces()
    _keys()
    _scenarios()
    _runs()
    _indexes()
    _plans()
    _events()


def downgrade() -> None:
    """Drop the tables and all they hold."""
    for table in ("events", "plans", "runs", "scenarios", "keys", "workspaces"):
        op.drop_table(table)


def _workspaces() -> None:
    op.create_table(
        "workspaces",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("workspaces_pk")),
        sa.UniqueConstraint("name", name=op.f("workspaces_name_unique")),
    )


def _keys() -> None:
    op.create_table(
        "keys",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT),
        sa.Column("last_used_at", MOMENT),
        sa.CheckConstraint("scope IN ('read', 'run', 'admin')", name=op.f("keys_scope_check")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("keys_workspace_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("keys_pk")),
        sa.UniqueConstraint("hash", name=op.f("keys_hash_unique")),
    )


def _scenarios() -> None:
    op.create_table(
        "scenarios",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("body_sha256", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("scenarios_workspace_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("scenarios_pk")),
        sa.UniqueConstraint("workspace_id", "body_sha256", name=op.f("scenarios_workspace_id_body_sha256_unique")),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("scenario_id", sa.Text, nullable=False),
        sa.Column("label", sa.Text),
        sa.Column("from_run", sa.Text),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("phase", sa.Text),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("attempts", sa.Integer, nullable=False),
        *(sa.Column(name, sa.BigInteger) for name in ("value", "value_bound", "cost_minor", "cost_bound_minor")),
        sa.Column("gap", sa.Float),
        sa.Column("elapsed_seconds", sa.Float),
        *(sa.Column(name, sa.Text) for name in ("plan_status", "failure_code", "failure_detail", "finish_asked")),
        sa.Column("idempotency_key", sa.Text),
        sa.Column("idempotency_hash", sa.Text),
        sa.Column("last_sequence", sa.Integer, nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("runs_state_check")
        ),
        sa.CheckConstraint("finish_asked IN ('request', 'shutdown')", name=op.f("runs_finish_asked_check")),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenarios.id"], name=op.f("runs_scenario_id_fk")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("runs_workspace_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("runs_pk")),
        sa.UniqueConstraint("workspace_id", "idempotency_key", name=op.f("runs_workspace_id_idempotency_key_unique")),
    )


def _indexes() -> None:
    for columns in (
        ["workspace_id", "created_at", "id"],
        ["workspace_id", "label", "created_at", "id"],
        ["workspace_id", "state", "created_at", "id"],
        ["state", "created_at", "id"],
        ["scenario_id"],
    ):
        op.create_index(op.f("runs_" + "_".join(columns)), "runs", columns)


def _plans() -> None:
    op.create_table(
        "plans",
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("plans_run_id_fk"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", name=op.f("plans_pk")),
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("events_run_id_fk"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "sequence", name=op.f("events_pk")),
    )
