"""Bulk helpers, transactions and the tenant guard: the same on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from engine.core.errors import Conflict, InvalidInput
from engine.store.accounts import users
from engine.store.among import among
from engine.store.bulk import delete_many, insert_many, insert_new, update_many
from engine.store.customers import caps, customers, identities
from engine.store.db import Database, all_tenants, dump_json
from engine.store.flows import bump, create_tenant, tenants
from engine.store.orders import products
from engine.store.runs import journal, runs

AT = datetime(2026, 11, 11, 10, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))


def product(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"prd_{number}", "tenant": "main", "sku": f"sku-{number}", "name": "积木",
        "cost": Decimal("12.34000001"), "consumed_in_days": 30, "attributes": {"色": ["红", None]},
        **more,
    }  # fmt: skip


def cap(number: int, **more: Any) -> dict[str, Any]:
    owner = f"customer:cus_{number}"
    return {"tenant": "main", "owner": owner, "cap": "gift", "at": AT, "key": f"k{number}", **more}


def test_values_come_back_as_they_went_in(db: Database) -> None:
    with db.begin() as conn:
        insert_many(conn, products, [product(1), product(2, cost=None, consumed_in_days=None)])
        insert_many(conn, caps, [cap(1)])
        insert_many(
            conn,
            journal,
            [{"run_id": "run_1", "seq": 1, "tenant": "main", "at": AT, "entry": b"\x00\xff"}],
        )
    with db.reading() as conn:
        first, second = conn.execute(
            select(products).where(products.c.tenant == "main").order_by(products.c.id)
        )
        taken = conn.execute(select(caps).where(caps.c.tenant == "main")).one()
        entry = conn.execute(select(journal).where(journal.c.tenant == "main")).one()
    assert first.cost == Decimal("12.34000001")
    assert first.attributes == {"色": ["红", None]}
    assert (first.consumed_in_days, second.consumed_in_days, second.cost) == (30, None, None)
    assert taken.at == AT
    assert taken.at.tzinfo is UTC
    assert entry.entry == b"\x00\xff"


def test_what_must_be_there_is_refused_when_missing(db: Database) -> None:
    with pytest.raises(IntegrityError), db.begin() as conn:
        insert_many(conn, products, [product(1), product(2, name=None)])
    with db.reading() as conn:
        assert conn.execute(select(products).where(products.c.tenant == "main")).all() == []


def test_a_time_without_zone_is_refused(db: Database) -> None:
    naive = AT.replace(tzinfo=None)
    with pytest.raises(ValueError, match="zone"), db.begin() as conn:
        insert_many(conn, caps, [cap(1, at=naive)])
    with pytest.raises(ValueError, match="zone"), db.begin() as conn:
        update_many(conn, caps, [{"key": "k1", "at": naive}], ("key",))


def test_only_what_is_new_is_inserted_and_named(db: Database) -> None:
    with db.begin() as conn:
        assert insert_new(conn, caps, [cap(1)], ("key",)) == [("k1",)]
        found = insert_new(conn, caps, [cap(2), cap(1, cap="other"), cap(2, cap="late")], ("key",))
    assert found == [("k2",)]
    with db.reading() as conn:
        rows = conn.execute(select(caps.c.key, caps.c.cap).where(caps.c.tenant == "main")).all()
    assert sorted(tuple(row) for row in rows) == [("k1", "gift"), ("k2", "gift")]


def test_keys_of_several_columns_in_great_number(db: Database) -> None:
    rows = [
        {"tenant": "main", "kind": "x", "value": f"v{number}", "customer_id": "c", "seen_at": AT}
        for number in range(900)
    ]
    key = ("tenant", "kind", "value")
    with db.begin() as conn:
        assert len(insert_new(conn, identities, rows[:600], key)) == 600
        assert len(insert_new(conn, identities, rows, key)) == 300


def test_rows_are_updated_and_deleted_by_key(db: Database) -> None:
    with db.begin() as conn:
        insert_many(conn, caps, [cap(number) for number in range(3)])
        update_many(conn, caps, [{"key": "k1", "cap": "x", "at": AT}], ("key",))
        ids = conn.execute(select(caps.c.id).where(caps.c.tenant == "main").order_by(caps.c.key))
        first, *_ = [row.id for row in ids]
        delete_many(conn, caps, "id", [first])
        rows = conn.execute(select(caps.c.key, caps.c.cap).where(caps.c.tenant == "main")).all()
    assert sorted(tuple(row) for row in rows) == [("k1", "x"), ("k2", "gift")]


@pytest.mark.parametrize("own", [(), ("attributes",), ("name", "cost"), ("consumed_in_days",)])
def test_what_rows_set_alike_and_what_each_sets_is_stored(
    db: Database, own: tuple[str, ...]
) -> None:
    alike = {
        "name": r"\u0000 '", "cost": Decimal("7.1"), "consumed_in_days": None,
        "attributes": {"a": 1},
    }  # fmt: skip
    each = {
        "name": ["x", "y"], "cost": [None, Decimal("1.50")], "consumed_in_days": [None, 3],
        "attributes": [{"a": 1}, {"a": True}],
    }  # fmt: skip
    rows = [
        {"id": f"prd_{at + 1}", **alike, **{name: each[name][at] for name in own}} for at in (0, 1)
    ]
    names = [products.c[name] for name in rows[0]]
    with db.begin() as conn:
        insert_many(conn, products, [product(number) for number in (1, 2, 3)])
        update_many(conn, products, rows, ("id",))
    with db.reading() as conn:
        where = products.c.tenant == "main"
        found = conn.execute(select(*names).where(where).order_by(products.c.id)).all()
    assert [dict(row._mapping) for row in found[:2]] == rows
    assert dump_json(found[1].attributes) == dump_json(rows[1]["attributes"])  # 1 is not true
    assert found[2].name == "积木"


def test_an_empty_list_matches_nothing(db: Database) -> None:
    with db.begin() as conn:
        insert_many(conn, caps, [cap(1)])
        where = (caps.c.tenant == "main", among(caps.c.key, []))
        assert conn.execute(select(caps).where(*where)).all() == []


def test_no_update_is_lost_between_two_threads(db: Database) -> None:
    with db.begin() as conn:
        create_tenant(conn, "main", "品牌", AT)
    both = threading.Barrier(2)

    def add() -> None:
        both.wait()
        for _ in range(20):
            with db.begin() as conn:
                bump(conn, "main")

    def read_then_write() -> None:
        both.wait()
        for _ in range(20):
            with db.begin() as conn:
                # On SQLite the transaction has the write lock already; PostgreSQL takes it here.
                found = conn.execute(
                    select(tenants.c.generation).where(tenants.c.id == "main").with_for_update()
                ).scalar_one()
                conn.execute(
                    tenants.update().where(tenants.c.id == "main").values(generation=found + 1)
                )

    threads = [threading.Thread(target=add), threading.Thread(target=read_then_write)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.reading() as conn:
        assert conn.execute(select(tenants.c.generation)).scalar_one() == 41


def test_a_transaction_that_fails_leaves_nothing(db: Database) -> None:
    def twice() -> None:
        with db.begin() as conn:
            insert_many(conn, caps, [cap(1)])
            insert_many(conn, caps, [cap(1)])

    with pytest.raises(Conflict):
        twice()
    with db.reading() as conn:
        assert conn.execute(select(caps).where(caps.c.tenant == "main")).all() == []


@pytest.mark.parametrize(
    "statement",
    [
        select(customers),
        select(customers).where(customers.c.id == "cus_1"),
        customers.update().values(name="x"),
        customers.delete(),
        select(runs.c.id).join(users, users.c.id == runs.c.owner).where(runs.c.tenant == "main"),
    ],
)
def test_a_statement_that_forgets_the_tenant_is_refused(db: Database, statement: Any) -> None:
    with pytest.raises(RuntimeError, match="does not name the tenant"), db.begin() as conn:
        conn.execute(statement)
    with db.begin() as conn:
        conn.execute(all_tenants(statement))


def test_a_fault_does_not_tell_people_s_data(db: Database) -> None:
    row = {"kind": "phone", "customer_id": "c", "seen_at": AT, "tenant": None}
    with pytest.raises(IntegrityError) as refused, db.begin() as conn:
        conn.execute(identities.insert().values(value="13900001234", **row))
    assert "hidden" in str(refused.value)


@pytest.mark.parametrize("path", ["/1/name", "/1/attributes/note", "/1/attributes"])
def test_the_character_no_postgresql_can_store_is_refused_with_its_place(
    db: Database, path: str
) -> None:
    bad: dict[str, Any] = {
        "/1/name": {"name": "a\x00b"},
        "/1/attributes/note": {"attributes": {"note": "\x00"}},
        "/1/attributes": {"attributes": {"no\x00te": "x"}},
    }[path]
    with pytest.raises(InvalidInput) as refused, db.begin() as conn:
        insert_many(conn, products, [product(1), product(2, **bad)])
    assert [(one.path, one.code) for one in refused.value.problems] == [(path, "nul")]
    with db.begin() as conn:
        insert_many(conn, products, [product(1)])
    with pytest.raises(InvalidInput), db.begin() as conn:
        update_many(conn, products, [{"id": "prd_1", **bad}], ("id",))
    with db.reading() as conn:
        kept = conn.execute(select(products).where(products.c.tenant == "main")).all()
    assert len(kept) == 1


def test_a_text_that_only_looks_like_that_character_is_stored(db: Database) -> None:
    with db.begin() as conn:
        insert_many(conn, products, [product(1, name=r"\u0000", attributes={r"\u0000": r"\u0000"})])
    with db.reading() as conn:
        row = conn.execute(select(products).where(products.c.tenant == "main")).one()
    assert (row.name, row.attributes) == (r"\u0000", {r"\u0000": r"\u0000"})
