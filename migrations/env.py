"""Runs migrations on the engine it is handed (engine/store/schema.py)."""

from __future__ import annotations

from alembic import context
from sqlalchemy.engine import Connection, Engine

import engine.store.schema  # noqa: F401  every table
from engine.store.db import metadata


def compare_type(*_args: object) -> bool | None:
    """Alembic's own comparison knows nothing of what a type is on each dialect."""
    return False


def run(conn: Connection) -> None:
    context.configure(
        connection=conn,
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=compare_type,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


found: Engine = context.config.attributes["engine"]
with found.connect() as connection:
    run(connection)
    connection.commit()
