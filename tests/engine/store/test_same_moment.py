"""Rows of one moment come in the same order each time, however they lie in the store."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from engine.store import flows as flow_store
from engine.store import runs as run_store
from engine.store import settlement_bookings as booking_store
from engine.store.bulk import insert_many
from engine.store.db import Database

AT = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)
STORED = ("2", "4", "1", "3")


def test_schedules_that_are_due_at_once_fire_in_order(db: Database) -> None:
    def flow(number: str) -> dict[str, Any]:
        return {
            "id": f"flow_{number}", "tenant": "main", "key": f"f{number}", "name": number,
            "draft": {}, "status": "live", "revision": 1, "created_at": AT, "updated_at": AT,
        }  # fmt: skip

    due = {"node": "t", "version_id": "fv_1", "due_at": AT, "paused": False}
    with db.begin() as conn:
        insert_many(conn, flow_store.flows, [flow(number) for number in STORED])
        for number in STORED:
            flow_store.set_schedules(conn, "main", f"flow_{number}", [due])
        found = flow_store.due_schedules(conn, AT)
    assert [row.flow_id for row in found] == ["flow_1", "flow_2", "flow_3", "flow_4"]


def test_runs_that_wait_for_one_event_go_on_in_order(db: Database) -> None:
    wait = {
        "token": "root/w", "tenant": "main", "lane": 1, "type": "order.paid", "key": "customer:1",
        "since": AT,
    }  # fmt: skip
    with db.begin() as conn:
        rows = [{**wait, "run_id": f"run_{number}"} for number in STORED]
        insert_many(conn, run_store.waits, rows)
        found = run_store.waits_for(conn, "main", ["customer:1"])
    assert [row.run_id for row in found] == ["run_1", "run_2", "run_3", "run_4"]


def test_lines_without_a_rate_are_listed_in_order(db: Database) -> None:
    line = {
        "tenant": "main", "line": "#1", "card": "c", "term": "t", "kind": "unpriced", "name": "x",
        "path": "", "message": None, "at": AT,
    }  # fmt: skip
    with db.begin() as conn:
        rows = [{**line, "order_key": f"own/s/{number}"} for number in STORED]
        booking_store.store_exceptions(conn, rows)
        found = booking_store.list_exceptions(conn, "main", limit=3)
    assert [row.order_key for row in found] == ["own/s/1", "own/s/2", "own/s/3"]
