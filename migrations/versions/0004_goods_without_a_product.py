"""goods without a product

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-22 08:11:23.533103
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from engine.store import db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unmapped_products",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("outer_id", sa.Text(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("product_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("seen_at", db.Moment(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unmapped_products")),
    )
    with op.batch_alter_table("unmapped_products", schema=None) as batch_op:
        batch_op.create_index(
            "ix_unmapped_products_tenant_state", ["tenant", "state", "event_id", "id"], unique=False
        )

    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.add_column(sa.Column("archived_at", db.Moment(), nullable=True))

    # A row that is written again finds room on its own page.
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE runs SET (fillfactor = 75)")
        op.execute("ALTER TABLE customers SET (fillfactor = 80)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE runs RESET (fillfactor)")
        op.execute("ALTER TABLE customers RESET (fillfactor)")

    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.drop_column("archived_at")

    with op.batch_alter_table("unmapped_products", schema=None) as batch_op:
        batch_op.drop_index("ix_unmapped_products_tenant_state")

    op.drop_table("unmapped_products")
