"""Migrations and the tables in code are one schema, on both databases."""

from __future__ import annotations

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from engine.store.bulk import insert_many
from engine.store.db import Database, metadata
from engine.store.lanes import count_lanes
from engine.store.orders import order_adjustments, orders
from engine.store.schema import MIGRATIONS, migrate, newest, revision
from tests.engine.store.test_orders import order


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


def test_a_table_that_rows_refer_to_is_changed_with_all_its_rows(database_url: str) -> None:
    """SQLite makes such a table anew, which its references must not forbid."""
    db = Database(database_url)
    migrate(db, lanes_wanted=8)
    coupon = {"order_id": order("1")["id"], "tenant": "main", "type": "shop_coupon"}
    with db.begin() as conn:
        insert_many(conn, orders, [order("1")])
        insert_many(conn, order_adjustments, [{**coupon, "amount": 1, "bearer": "shop"}])
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = db.engine
    command.downgrade(config, "0002")
    migrate(db, lanes_wanted=8)
    with db.reading() as conn:
        assert len(conn.execute(orders.select().where(orders.c.tenant == "main")).all()) == 1
        kept = order_adjustments.select().where(order_adjustments.c.tenant == "main")
        assert len(conn.execute(kept).all()) == 1
        if conn.dialect.name == "sqlite":
            assert conn.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    db.dispose()
