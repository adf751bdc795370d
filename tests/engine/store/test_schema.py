"""Migrations and the tables in code are one schema, on both databases."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from engine.store.db import Database, metadata
from engine.store.lanes import count_lanes
from engine.store.schema import migrate, newest, revision


def test_migrations_end_in_the_schema_of_the_code(database_url: str) -> None:
    db = Database(database_url)
    migrate(db, lanes_wanted=8)
    with db.engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
    db.dispose()


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    db = Database(database_url)
    assert migrate(db, lanes_wanted=8) == newest()
    assert migrate(db, lanes_wanted=16) == newest() == revision(db)
    with db.reading() as conn:
        assert count_lanes(conn) == 8
    db.dispose()
