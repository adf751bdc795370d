"""Many new rows by COPY: the same values, the same refusals as by INSERT, on both databases."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from engine.core.errors import Conflict, InvalidInput
from engine.store.copying import WORTH_IT, IsThere, copy_many, copy_new
from engine.store.customers import customers
from engine.store.db import Database
from engine.store.orders import orders, store_orders
from engine.store.runs import runs

AT = datetime(2026, 11, 11, 10, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
MANY = WORTH_IT + 2


def run(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"run_{number:03d}", "tenant": "main", "flow_id": "flo_1", "version_id": "ver_1",
        "event_id": "evt_1", "owner": "customer:cus_1", "lane": number, "mode_key": None,
        "trigger": "paid", "status": "succeeded", "seq": 1, "started_at": AT, "updated_at": AT,
        "ended_at": None if number % 2 else AT, "output": {"结果": ["好", None]}, "error": None,
        "parent": None, "state": b"\x00\xff" if number else None, **more,
    }  # fmt: skip


def stored(db: Database) -> list[Any]:
    with db.reading() as conn:
        return list(conn.execute(select(runs).where(runs.c.tenant == "main").order_by(runs.c.id)))


@pytest.mark.parametrize("count", [1, MANY])
def test_values_come_back_as_they_went_in(db: Database, count: int) -> None:
    rows = [run(number) for number in range(count)]
    with db.begin() as conn:
        copy_many(conn, runs, rows)
    assert [dict(row._mapping) for row in stored(db)] == rows
    assert stored(db)[0].started_at.tzinfo is UTC


def test_exact_amounts_and_what_is_searched_in_json_come_back_too(db: Database) -> None:
    order = {"tenant": "main", "platform": "douyin", "owner": "x", "event_id": "e", "time": AT}
    person = {"tenant": "main", "consent": {}, "revision": 1, "created_at": AT, "updated_at": AT}
    with db.begin() as conn:
        copy_many(conn, orders, [
            {"id": f"o{at}", "external_id": str(at), "amount": Decimal(f"{at}.10000001"), **order}
            for at in range(MANY)
        ])  # fmt: skip
        copy_many(conn, customers, [
            {"id": f"c{at}", "tags": ["红", r"\u0000"], "fields": {"n": at}, **person}
            for at in range(MANY)
        ])  # fmt: skip
    with db.reading() as conn:
        sums = conn.execute(select(orders.c.amount).where(orders.c.tenant == "main")).scalars()
        assert sorted(sums) == [Decimal(f"{at}.10000001") for at in range(MANY)]
        people = conn.execute(select(customers).where(customers.c.tenant == "main")).all()
    assert all(one.tags == ["红", r"\u0000"] for one in people)
    assert sorted(one.fields["n"] for one in people) == list(range(MANY))


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        ({"id": "run_000"}, Conflict),
        ({"status": None}, IntegrityError),
        ({"started_at": AT.replace(tzinfo=None)}, ValueError),
    ],
    ids=["a key that is taken", "a value that is missing", "a time without zone"],
)
def test_what_is_refused_leaves_nothing_and_the_database_goes_on(
    db: Database, bad: dict[str, Any], fault: type[Exception]
) -> None:
    with pytest.raises(fault), db.begin() as conn:
        copy_many(conn, runs, [*(run(number) for number in range(MANY)), run(MANY, **bad)])
    assert stored(db) == []
    with db.begin() as conn:
        copy_many(conn, runs, [run(number) for number in range(MANY)])
    assert len(stored(db)) == MANY


@pytest.mark.parametrize(
    ("bad", "path"),
    [({"owner": "a\x00"}, "/3/owner"), ({"output": {"n": "\x00"}}, "/3/output/n")],
    ids=["text", "json"],
)
def test_the_character_no_postgresql_can_store_is_refused_with_its_place(
    db: Database, bad: dict[str, Any], path: str
) -> None:
    rows = [run(number, **(bad if number == 3 else {})) for number in range(MANY)]
    with pytest.raises(InvalidInput) as refused, db.begin() as conn:
        copy_many(conn, runs, rows)
    assert [(one.path, one.code) for one in refused.value.problems] == [(path, "nul")]
    assert stored(db) == []


def test_an_order_that_came_from_another_lane_is_left_alone_at_the_latest_in_a_small_batch(
    db: Database,
) -> None:
    one = {"tenant": "main", "platform": "douyin", "owner": "x", "event_id": "e", "time": AT}
    rows = [{"id": f"o{at}", "external_id": str(at), **one} for at in range(MANY)]
    with db.begin() as conn:
        store_orders(conn, [rows[0] | {"id": "first"}])
    with contextlib.suppress(Conflict), db.begin() as conn:
        store_orders(conn, rows)
    with db.begin() as conn:
        store_orders(conn, rows[: WORTH_IT - 1])
    with db.reading() as conn:
        ids = set(conn.execute(select(orders.c.id).where(orders.c.tenant == "main")).scalars())
    assert {"first", "o1"} <= ids
    assert "o0" not in ids


def cut_off(db: Database) -> None:
    """Copies on a connection the server has just ended."""
    with db.begin() as conn:
        pid = conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with db.begin() as other:
            other.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
        copy_many(conn, runs, [run(number) for number in range(MANY)])


def test_a_connection_that_is_cut_off_is_a_fault_of_the_database(db: Database) -> None:
    """Whoever repeats on such a fault knows no driver."""
    if db.is_sqlite:
        return
    with pytest.raises(OperationalError):
        cut_off(db)
    with db.begin() as conn:
        copy_many(conn, runs, [run(number) for number in range(MANY)])
    assert len(stored(db)) == MANY


@pytest.mark.parametrize("count", [2, MANY], ids=["few", "many"])
def test_rows_thought_to_be_new_are_stored_all_or_none(db: Database, count: int) -> None:
    rows = [run(number) for number in range(count)]
    with db.begin() as conn:
        assert copy_new(conn, runs, [*rows, rows[0]], ("id",)) == {(row["id"],) for row in rows}
    with pytest.raises(IsThere), db.begin() as conn:
        copy_new(conn, runs, [run(number) for number in range(1, count + 1)], ("id",))
    assert len(stored(db)) == count
