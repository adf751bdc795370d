"""orders found by number

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-22 18:45:00.000000
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # An index that begins with the tenant was taken for orders' numbers while the table grew, and
    # read through. A customer's id is of one tenant anyway.
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index("ix_orders_tenant_customer_id")
        batch_op.create_index("ix_orders_customer_id_time", ["customer_id", "time"])


def downgrade() -> None:
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index("ix_orders_customer_id_time")
        batch_op.create_index("ix_orders_tenant_customer_id", ["tenant", "customer_id", "time"])
