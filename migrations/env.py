"""Runs migrations on the engine it is handed (engine/store/schema.py)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Literal

from alembic import context
from sqlalchemy.engine import Connection, Engine

import engine.store.schema  # noqa: F401  every table
from engine.store import db
from engine.store.db import metadata

_NAMED = {id(db.Json): "db.Json", id(db.JsonB): "db.JsonB", id(db.Whole): "db.Whole"}


def render_item(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """Our own types by their names: each means something else on SQLite and PostgreSQL."""
    if kind != "type":
        return False
    named = _NAMED.get(id(item))
    if named is None and isinstance(item, db.Moment | db.Amount):
        named = f"db.{type(item).__name__}()"
    if named is None:
        return False
    autogen.imports.add("from engine.store import db")
    return named


def compare_type(*_args: object) -> bool | None:
    """Alembic's own comparison knows nothing of what a type is on each dialect."""
    return False


def run(conn: Connection) -> None:
    context.configure(
        connection=conn,
        target_metadata=metadata,
        render_as_batch=True,
        render_item=render_item,
        compare_type=compare_type,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


@contextlib.contextmanager
def without_references(conn: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew: what refers to its rows is checked at the end."""
    if conn.dialect.name != "sqlite":
        yield
        return
    # On the driver's connection: inside a transaction the pragma does nothing.
    driver: Any = conn.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        if lost := driver.execute("PRAGMA foreign_key_check").fetchall():
            raise RuntimeError(f"rows that refer to nothing, the first in {lost[0][0]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


found: Engine = context.config.attributes["engine"]
with found.connect() as connection, without_references(connection):
    run(connection)
    connection.commit()
