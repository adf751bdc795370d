"""Waits, timers and tasks in great number."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.store import runs as run_store
from engine.store.bulk import insert_many
from engine.store.db import Database

AT = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)
PAIRS = [(f"run_{number % 7}", f"root/w#1.{number}") for number in range(3_000)]


def test_thousands_of_waits_are_dropped_at_once_and_no_others(db: Database) -> None:
    rows = [
        {
            "run_id": run, "token": token, "tenant": "main", "lane": 1, "type": "order.paid",
            "key": "customer:1", "since": AT,
        }
        for run, token in PAIRS
    ]  # fmt: skip
    with db.begin() as conn:
        insert_many(conn, run_store.waits, rows)
        # The same runs and the same tokens, in other pairs.
        run_store.drop(conn, run_store.waits, [*PAIRS[2:], (PAIRS[0][0], PAIRS[1][1])])
        left = run_store.waits_for(conn, "main", ["customer:1"], ["order.*", "order.paid"])
        assert run_store.waits_for(conn, "main", ["customer:1"], ["refund.*"]) == []
    assert sorted((row.run_id, row.token) for row in left) == sorted(PAIRS[:2])


def test_due_timers_are_taken_once_in_order_and_no_more_than_asked(db: Database) -> None:
    rows = [
        {"run_id": run, "token": token, "tenant": "main", "lane": 1, "due_at": AT}
        for run, token in PAIRS[:50]
    ]
    with db.begin() as conn:
        insert_many(conn, run_store.timers, rows)
        first = run_store.due_timers(conn, AT, 30)
        second = run_store.due_timers(conn, AT, 30)
        assert run_store.due_timers(conn, AT, 30) == []
    taken = [(row.run_id, row.token) for row in [*first, *second]]
    assert (len(first), len(second)) == (30, 20)
    assert sorted(taken) == sorted(PAIRS[:50])
    assert first[0].due_at == AT
