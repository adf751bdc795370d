"""Orders are found by platform and number, and quickly in a table that has just grown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event

from engine.store.bulk import insert_many
from engine.store.db import Database
from engine.store.events import events
from engine.store.orders import find_orders, orders, orders_of_customer, orders_paid

AT = datetime(2026, 11, 11, 10, 0, tzinfo=UTC)


def order(number: str, platform: str = "douyin", tenant: str = "main") -> dict[str, Any]:
    return {
        "id": f"ord_{tenant}_{platform}_{number}", "tenant": tenant, "platform": platform,
        "external_id": number, "owner": "customer:cus_1", "customer_id": "cus_1",
        "event_id": "evt_1", "time": AT,
    }  # fmt: skip


def test_a_number_counts_on_its_own_platform_and_of_its_own_tenant(db: Database) -> None:
    with db.begin() as conn:
        insert_many(conn, orders, [order("1"), order("2", "tmall"), order("2", tenant="other")])
        found = find_orders(conn, "main", [("douyin", "1"), ("tmall", "1"), ("douyin", "2")])
    assert {pair: row.id for pair, row in found.items()} == {("douyin", "1"): "ord_main_douyin_1"}
    assert found["douyin", "1"].time == AT


def test_a_table_without_statistics_is_not_read_through(db: Database) -> None:
    asked: list[tuple[str, Any]] = []
    with db.begin() as conn:
        insert_many(conn, orders, [order(str(number)) for number in range(300)])
        event.listen(conn, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
        find_orders(conn, "main", [("douyin", str(number)) for number in range(1000, 1100)])
        ((statement, values),) = asked
        explain = "EXPLAIN" if conn.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        plan = str(conn.exec_driver_sql(f"{explain} {statement}", values).all())
    assert "uq_orders_tenant_platform_external_id" in plan or "sqlite_autoindex_orders_2" in plan
    assert "ix_orders" not in plan


def test_orders_of_one_moment_come_in_the_same_order_each_time(db: Database) -> None:
    told = {
        "id": "evt_1", "tenant": "main", "source": "/tests", "external_id": "1",
        "type": "order.paid", "time": AT, "received_at": AT, "owner": "customer:cus_1", "lane": 0,
        "subject": "1", "data": {},
    }  # fmt: skip
    rows = [{**order(number), "paid_at": AT, "shop": ""} for number in ("2", "4", "1", "3")]
    with db.begin() as conn:
        insert_many(conn, events, [told])
        insert_many(conn, orders, rows)
        newest = orders_of_customer(conn, "main", "cus_1", AT, 3)
        paid = orders_paid(conn, "main", AT, AT + timedelta(seconds=1))
    assert [row.external_id for row in newest] == ["4", "3", "2"]
    assert [row.external_id for row in paid] == ["1", "2", "3", "4"]
