"""entries in sheets

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-22 11:26:20.586459
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store import db

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SIDES = ("from", "to")


def upgrade() -> None:
    op.create_table(
        "settlement_sheets",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("from_account", sa.Text(), nullable=False),
        sa.Column("to_account", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("earned_in", sa.Text(), nullable=False),
        sa.Column("posted_in", sa.Text(), nullable=False),
        sa.Column("version", db.Whole, nullable=False),
        sa.Column("since", db.Moment(), nullable=False),
        sa.Column("until", db.Moment(), nullable=False),
        sa.Column("size", db.Whole, nullable=False),
        sa.Column("minor", db.Whole, nullable=False),
        sa.Column("before", db.Json, nullable=False),
        sa.Column("spans", db.Json, nullable=False),
        sa.Column("lines", db.Json, nullable=False),
        sa.Column("posted_at", db.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "key", name=op.f("pk_settlement_sheets")),
    )
    with op.batch_alter_table("settlement_sheets", schema=None) as batch_op:
        batch_op.create_index("ix_settlement_sheets_tenant_account", ["tenant", "account"])
        for side in _SIDES:
            where = sa.text(f"{side}_account <> 'brand'")
            batch_op.create_index(
                f"ix_settlement_sheets_{side}",
                [f"{side}_account", "posted_in", "tenant"],
                postgresql_where=where,
                sqlite_where=where,
            )

    with op.batch_alter_table("settlement_unposted", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lines", db.Whole, server_default="0", nullable=False))

    # Packing them tighter would take three times as long as storing them.
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE settlement_sheets ALTER COLUMN lines SET STORAGE EXTERNAL")

    op.execute(
        "UPDATE settlement_unposted SET lines = (SELECT count(*) FROM settlement_bookings AS b "
        "WHERE b.tenant = settlement_unposted.tenant AND b.account = settlement_unposted.account "
        "AND b.in_bulk AND b.state <> 'moved')"
    )


def downgrade() -> None:
    if op.get_bind().execute(sa.text("SELECT 1 FROM settlement_sheets LIMIT 1")).first():
        raise RuntimeError("the ledger has entries in sheets, which the schema before cannot hold")

    with op.batch_alter_table("settlement_unposted", schema=None) as batch_op:
        batch_op.drop_column("lines")

    with op.batch_alter_table("settlement_sheets", schema=None) as batch_op:
        for side in _SIDES:
            batch_op.drop_index(f"ix_settlement_sheets_{side}")
        batch_op.drop_index("ix_settlement_sheets_tenant_account")

    op.drop_table("settlement_sheets")
