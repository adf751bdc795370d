"""The whole schema: every table, and how a database gets it.

`migrate` runs the migrations of `migrations/`; `create_all` makes the same tables at once, for
tests and scratch worlds. A test holds that both end in the same schema.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine.store import (  # noqa: F401  imported for their tables
    accounts,
    audit,
    calendars,
    connections,
    customers,
    effects,
    event_types,
    events,
    flows,
    idempotency,
    incidents,
    jobs,
    lanes,
    orders,
    org,
    parties,
    products,
    rate_cards,
    reconciliations,
    runs,
    scenes,
    sessions,
    settlement_accounts,
    settlement_adjustments,
    settlement_bookings,
    settlement_budgets,
    settlement_entries,
    settlement_locks,
    settlement_month,
    settlement_periods,
    settlement_sheets,
    settlement_statements,
    simulations,
    tasks,
)
from engine.store.db import Database, metadata
from engine.store.lanes import count_lanes, create_lanes

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def migrate(db: Database, lanes_wanted: int = 64) -> str:
    """Brings the database to the newest schema and returns its revision; safe to repeat.

    Lanes are made once: their number is part of where every owner's work lies.
    """
    config = _config(db)
    command.upgrade(config, "head")
    _make_lanes(db, lanes_wanted)
    return revision(db) or ""


def create_all(db: Database, lanes_wanted: int = 64) -> None:
    """Every table at once, without migrations."""
    metadata.create_all(db.engine)
    _make_lanes(db, lanes_wanted)


def revision(db: Database) -> str | None:
    """The schema's revision, None for an empty database."""
    with db.engine.connect() as conn:
        return MigrationContext.configure(conn).get_current_revision()


def newest() -> str | None:
    """The revision this code needs."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def _make_lanes(db: Database, wanted: int) -> None:
    with db.begin() as conn:
        if not count_lanes(conn):
            create_lanes(conn, wanted)


def _config(db: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    # In attributes, not in the file's options: a password may hold a percent sign.
    config.attributes["engine"] = db.engine
    return config
