"""settled orders, terms shared out, periods that drain

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-22 05:31:45.128392
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from engine.store import db

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
   
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.add_column(sa.Column('settled_at', db.Moment(), nullable=True))

    with op.batch_alter_table('review_records', schema=None) as batch_op:
        batch_op.create_index('ix_review_records_tenant_status', ['tenant', 'status', 'connection', 'id'], unique=False)

    with op.batch_alter_table('settlement_bookings', schema=None) as batch_op:
        batch_op.add_column(sa.Column('payees', db.Json, nullable=True))

    with op.batch_alter_table('settlement_entries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_settlement_entries_from'), postgresql_where="(from_account <> 'brand'::text)")
        batch_op.create_index('ix_settlement_entries_from', ['from_account', 'posted_in', 'tenant'], unique=False, postgresql_where=sa.text("from_account <> 'brand'"), sqlite_where=sa.text("from_account <> 'brand'"))
        batch_op.drop_index(batch_op.f('ix_settlement_entries_order'))
        batch_op.create_index('ix_settlement_entries_order', ['order_key'], unique=False, postgresql_using='hash', postgresql_where=sa.text("order_key <> ''"), sqlite_where=sa.text("order_key <> ''"))
        batch_op.drop_index(batch_op.f('ix_settlement_entries_to'), postgresql_where="(to_account <> 'brand'::text)")
        batch_op.create_index('ix_settlement_entries_to', ['to_account', 'posted_in', 'tenant'], unique=False, postgresql_where=sa.text("to_account <> 'brand'"), sqlite_where=sa.text("to_account <> 'brand'"))

    with op.batch_alter_table('settlement_periods', schema=None) as batch_op:
        batch_op.add_column(sa.Column('drained_at', db.Moment(), nullable=True))



def downgrade() -> None:
   
    with op.batch_alter_table('settlement_periods', schema=None) as batch_op:
        batch_op.drop_column('drained_at')

    with op.batch_alter_table('settlement_entries', schema=None) as batch_op:
        batch_op.drop_index('ix_settlement_entries_to', postgresql_where=sa.text("to_account <> 'brand'"), sqlite_where=sa.text("to_account <> 'brand'"))
        batch_op.create_index(batch_op.f('ix_settlement_entries_to'), ['tenant', 'to_account', 'posted_in'], unique=False, postgresql_where="(to_account <> 'brand'::text)")
        batch_op.drop_index('ix_settlement_entries_order', postgresql_using='hash', postgresql_where=sa.text("order_key <> ''"), sqlite_where=sa.text("order_key <> ''"))
        batch_op.create_index(batch_op.f('ix_settlement_entries_order'), ['tenant', 'order_key'], unique=False)
        batch_op.drop_index('ix_settlement_entries_from', postgresql_where=sa.text("from_account <> 'brand'"), sqlite_where=sa.text("from_account <> 'brand'"))
        batch_op.create_index(batch_op.f('ix_settlement_entries_from'), ['tenant', 'from_account', 'posted_in'], unique=False, postgresql_where="(from_account <> 'brand'::text)")

    with op.batch_alter_table('settlement_bookings', schema=None) as batch_op:
        batch_op.drop_column('payees')

    with op.batch_alter_table('review_records', schema=None) as batch_op:
        batch_op.drop_index('ix_review_records_tenant_status')

    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.drop_column('settled_at')

