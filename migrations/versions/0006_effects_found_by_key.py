"""effects found by key

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-22 15:00:00.000000
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The key begins as the run's id does: one index less for each effect that is made or settled.
    with op.batch_alter_table("effects", schema=None) as batch_op:
        batch_op.drop_index("ix_effects_run_id")


def downgrade() -> None:
    with op.batch_alter_table("effects", schema=None) as batch_op:
        batch_op.create_index("ix_effects_run_id", ["run_id"])
