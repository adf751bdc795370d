"""The busiest tables of a scratch database lie in memory; who asks by SQL sees no difference."""

from __future__ import annotations

import gc
import weakref
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.sql.compiler import SQLCompiler

from engine.store.bulk import insert_new
from engine.store.customers import customers, load_customers, save_customers, store_customers
from engine.store.lanes import Plain, claim, finish, put_work
from engine.store.runs import drop, due_timers, timers
from engine.store.scratch import open_empty
from engine.store.scratch.database import ScratchDatabase, as_bytes, from_bytes
from engine.store.scratch.seen import entries_posted, mark_ledger
from engine.store.scratch.shelves import shelves_of
from engine.store.settlement_bookings import (
    bookings_of,
    exceptions_of,
    refunds_of,
    save_bookings,
    settlement_bookings,
    store_bookings,
    store_refunds,
)
from engine.store.settlement_entries import move_entries, store_entries

NOW = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)


@pytest.fixture
def scratch() -> Any:
    db = open_empty(None)
    db.keep_in_memory(None)
    yield db
    db.dispose()


def _person(number: int, **more: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("phone", "level", "owner_user", "merged_into"))
    return {
        "id": f"cus_{number}", "tenant": "main", "name": f"n{number}", "tags": [], "fields": {},
        "consent": {}, "revision": 1, "created_at": NOW, "updated_at": NOW, **empty, **more,
    }  # fmt: skip


def _names(db: ScratchDatabase, *ids: str) -> dict[str, str]:
    with db.reading() as conn:
        return {id_: row.name for id_, row in load_customers(conn, "main", ids).items()}


def _stored(db: ScratchDatabase) -> int:
    with db.reading() as conn:
        count = select(func.count()).select_from(customers).where(customers.c.tenant == "main")
        return int(conn.execute(count).scalar_one())


def test_what_lies_in_memory_is_found_by_sql_and_what_sql_changed_in_memory(
    scratch: ScratchDatabase,
) -> None:
    with scratch.begin() as conn:
        store_customers(conn, [_person(1), _person(2)])
        save_customers(conn, [{"id": "cus_1", "name": "one"}])
    assert _stored(scratch) == 2
    with scratch.begin() as conn:
        where = (customers.c.tenant == "main", customers.c.name == "one")
        conn.execute(customers.update().where(*where).values(name="changed"))
    assert _names(scratch, "cus_1", "cus_2", "cus_3") == {"cus_1": "changed", "cus_2": "n2"}


@pytest.mark.parametrize("by_sql", [False, True], ids=["memory", "sql"])
def test_a_transaction_that_fails_is_taken_back_on_the_shelves_too(
    scratch: ScratchDatabase, by_sql: bool
) -> None:
    def change() -> None:
        with scratch.begin() as conn:
            store_customers(conn, [_person(2)])
            save_customers(conn, [{"id": "cus_1", "name": "one"}])
            put_work(conn, [_work("b")])
            if by_sql:
                where = customers.c.tenant == "main"
                conn.execute(customers.update().where(where).values(level="gold"))
            raise RuntimeError

    with scratch.begin() as conn:
        store_customers(conn, [_person(1)])
        put_work(conn, [_work("a")])
    with pytest.raises(RuntimeError):
        change()
    assert _names(scratch, "cus_1", "cus_2") == {"cus_1": "n1"}
    assert _stored(scratch) == 1
    with scratch.begin() as conn:
        rows = claim(conn, [0], 10)
        assert [row.ref for row in rows] == ["a"]
        finish(conn, [row.id for row in rows])
        assert claim(conn, [0], 10) == []


def _work(ref: str) -> dict[str, Any]:
    return {
        "lane": 0, "tenant": "main", "kind": "event", "ref": ref, "at": NOW, "payload": None,
    }  # fmt: skip


def test_more_rows_than_a_shelf_holds_are_all_found_again(scratch: ScratchDatabase) -> None:
    assert scratch.shelves is not None
    scratch.shelves.customers.most = 10
    for start in range(0, 100, 7):
        with scratch.begin() as conn:
            store_customers(conn, [_person(number) for number in range(start, start + 7)])
            save_customers(conn, [{"id": f"cus_{start // 2}", "name": "again"}])
        assert len(scratch.shelves.customers.rows) <= 10
    found = _names(scratch, *(f"cus_{number}" for number in range(120)))
    assert len(found) == _stored(scratch) == 105
    assert (found["cus_3"], found["cus_4"], found["cus_49"]) == ("again", "n4", "again")


def _booked(order: int, line: str, **more: Any) -> dict[str, Any]:
    empty = {column.name: None for column in settlement_bookings.c}
    texts = ("account", "sub", "card", "term", "other", "counts", "period_kind", "zone", "platform")
    numbers = ("version", "paid", "base", "count", "back_paid", "back_base", "back_count")
    amounts = {"pieces": Decimal(1), "back_pieces": Decimal(0)}
    return {
        **empty, **dict.fromkeys((*texts, "shop", "currency"), "x"), **dict.fromkeys(numbers, 0),
        **amounts, "takes_refunds": True, "in_bulk": False, "state": "earned", "rate_at": NOW,
        "tenant": "main", "order_key": f"o{order}", "line": line, **more,
    }  # fmt: skip


def test_rows_of_one_order_are_found_together_wherever_they_lie(scratch: ScratchDatabase) -> None:
    def lines(*orders: int) -> list[tuple[str, str, str]]:
        with scratch.reading() as conn:
            found = bookings_of(conn, "main", [f"o{order}" for order in orders])
            return [(row.order_key, row.line, row.state) for row in found]

    def fail() -> None:
        with scratch.begin() as conn:
            store_bookings(conn, [_booked(1, "c"), _booked(9, "a")])
            save_bookings(conn, [_booked(1, "a", state="estimated")])
            raise RuntimeError

    with scratch.begin() as conn:
        shelves_of(conn).bookings.most = 8
        store_bookings(conn, [_booked(1, "a"), _booked(1, "b")])
    with pytest.raises(RuntimeError):
        fail()
    first = [("o1", "a", "earned"), ("o1", "b", "earned")]
    assert lines(1, 9) == first
    for order in range(2, 8):  # until the first order is no longer in memory
        with scratch.begin() as conn:
            store_bookings(conn, [_booked(order, "a"), _booked(order, "b")])
    with scratch.begin() as conn:
        assert ("main", "o1") not in shelves_of(conn).bookings.groups
        store_bookings(conn, [_booked(1, "c")])
    assert lines(1, 7) == [*first, ("o1", "c", "earned"), *[("o7", one, "earned") for one in "ab"]]
    with scratch.begin() as conn:
        save_bookings(conn, [_booked(1, "b", state="moved")])
    assert lines(1) == [first[0], ("o1", "c", "earned")]


def _posted(number: int, **more: Any) -> dict[str, Any]:
    texts = ("account", "sub", "kind", "from_account", "to_account", "currency", "earned_in")
    return {
        **dict.fromkeys((*texts, "posted_in"), "x"), "tenant": "main", "key": f"e{number}",
        "order_key": f"o{number}", "line": "a", "minor": number, "state": "estimated",
        "figures": [], "posted_at": NOW, **more,
    }  # fmt: skip


def test_entries_are_told_as_they_are_by_now_wherever_they_lie(scratch: ScratchDatabase) -> None:
    shelves = scratch.shelves
    assert shelves is not None
    with scratch.begin() as conn:
        store_entries(conn, [_posted(0)])
        shelves.entries.write(conn)
        mark = mark_ledger(conn)
    shelves.entries.most = shelves.bookings.most = 4
    for number in range(1, 8):
        with scratch.begin() as conn:
            lines = [_booked(number, "a", channel="shop")] if number != 2 else []
            store_bookings(conn, lines)
            store_entries(conn, [_posted(number)])
    shelves.entries.most = shelves.bookings.most = 100
    with scratch.begin() as conn:
        for number in (0, 1, 7):
            moved = {"state": "pending", "earned_in": "y", "posted_in": "y"}
            move_entries(conn, [{"tenant": "main", "key": f"e{number}", **moved}])
        save_bookings(conn, [_booked(3, "a", channel="live")])
    left = list(shelves.entries.fresh)
    assert 0 < len(left) < 7
    with scratch.reading() as conn:
        found = [
            (row.key, row.state, line.channel if line is not None else None)
            for page in entries_posted(conn, mark)
            for row, line in page
        ]
    states, channels = {1: "pending", 7: "pending"}, {2: None, 3: "live"}
    assert sorted(found) == [
        (f"e{number}", states.get(number, "estimated"), channels.get(number, "shop"))
        for number in range(1, 8)
    ]
    assert list(shelves.entries.fresh) == left


def test_rows_are_let_go_with_their_database(scratch: ScratchDatabase) -> None:
    with scratch.begin() as conn:
        store_customers(conn, [_person(1)])
    assert scratch.shelves is not None
    row = weakref.ref(scratch.shelves.customers.rows["cus_1"])
    gc.disable()  # nobody looks for rings
    try:
        scratch.dispose()
        assert row() is None
    finally:
        gc.enable()


def test_timers_come_in_order_of_time_however_they_were_set_and_dropped(
    scratch: ScratchDatabase,
) -> None:
    assert scratch.shelves is not None
    scratch.shelves.timers._owners_of = lambda conn, ids: dict.fromkeys(ids, "customer:cus_1")

    def due(minutes: int) -> dict[str, Any]:
        at = NOW + timedelta(minutes=minutes)
        return {"run_id": "run_1", "token": str(minutes), "tenant": "main", "lane": 0, "due_at": at}

    with scratch.begin() as conn:
        for minutes in (40, 10, 30, 20, 50):
            insert_new(conn, timers, [due(minutes)], ("run_id", "token"))
        assert [row.token for row in due_timers(conn, NOW + timedelta(minutes=20), 500)] == [
            "10",
            "20",
        ]
        drop(conn, timers, [("run_1", "30")])
        insert_new(conn, timers, [due(35), due(30)], ("run_id", "token"))
        left = due_timers(conn, NOW + timedelta(hours=1), 500)
        assert [row.token for row in left] == ["30", "35", "40", "50"]


def test_a_table_nobody_wrote_into_is_not_asked_and_what_is_written_is_found(
    scratch: ScratchDatabase,
) -> None:
    kept = {
        "tenant": "main", "order_key": "douyin/s/1", "refund": "r1", "record": {"amount": "1.00"},
        "status": "kept", "kept_at": NOW, "told_at": None,
    }  # fmt: skip
    with scratch.begin() as conn:
        assert refunds_of(conn, "main", ["douyin/s/1"]) == []
        store_refunds(conn, [kept])
        assert [row.refund for row in refunds_of(conn, "main", ["douyin/s/1"])] == ["r1"]
        assert exceptions_of(conn, "main", ["douyin/s/1"]) == []
    again = from_bytes(as_bytes(conn))
    again.keep_in_memory(None)
    with again.reading() as other:
        assert [row.refund for row in refunds_of(other, "main", ["douyin/s/1"])] == ["r1"]
    again.dispose()


def test_work_is_handed_on_as_the_database_would_give_it_back(scratch: ScratchDatabase) -> None:
    plain = Plain(kind="settlement.book", args={"order": "douyin/s/1"})
    payloads = [{"amount": Decimal("1.20"), "at": NOW, "tags": ("a",)}, plain]
    with scratch.begin() as conn:
        put_work(conn, [
            {"lane": 0, "tenant": "main", "kind": "effect", "ref": "r", "at": NOW, "payload": one}
            for one in payloads
        ])  # fmt: skip
        found = [row.payload for row in claim(conn, {0: 1}, 10)]
    assert found == [{"amount": "1.20", "at": "2026-11-11T02:00:00+00:00", "tags": ["a"]}, plain]


def test_statements_of_one_scratch_database_are_compiled_for_all(
    scratch: ScratchDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _stored(scratch) == 0
    other = open_empty(None)
    other.keep_in_memory(None)
    monkeypatch.setattr(SQLCompiler, "visit_select", _fails)
    with other.begin() as conn:
        store_customers(conn, [_person(1)])
    assert (_stored(other), _stored(scratch)) == (1, 0)
    other.dispose()


def _fails(*args: Any, **kwargs: Any) -> str:
    raise AssertionError("compiled anew")
