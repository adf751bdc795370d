"""The chain of the audit trail shows what was altered, removed or put in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.store import audit as audit_store
from engine.store.audit import audit
from engine.store.db import Database

AT = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)


def note(db: Database, count: int, tenant: str = "main") -> None:
    with db.begin() as conn:
        for number in range(count):
            audit_store.note(
                conn,
                {
                    "tenant": tenant, "at": AT, "who": "usr_1", "act": "flows.edit",
                    "target": f"flow:{number}", "detail": {"金额": "1.00"}, "address": None,
                },
            )  # fmt: skip


def seal(db: Database, tenant: str = "main", limit: int = 1000) -> int:
    with db.begin() as conn:
        return audit_store.seal(conn, tenant, limit)


def verify(db: Database, tenant: str = "main") -> int | None:
    with db.reading() as conn:
        return audit_store.verify(conn, tenant)


def test_a_chain_holds_and_goes_on(db: Database) -> None:
    note(db, 3)
    note(db, 2, "other")
    assert (seal(db, limit=2), seal(db), seal(db)) == (2, 1, 0)
    note(db, 2)
    assert seal(db) == 2
    assert seal(db, "other") == 2
    assert verify(db) is None
    assert verify(db, "other") is None
    note(db, 1)
    with db.reading() as conn:
        head = audit_store.head(conn, "main")
    assert (head.number, head.unsealed) == (5, 1)


@pytest.mark.parametrize(
    "change", [{"who": "usr_2"}, {"detail": {}}, {"target": "flow:x"}, {"number": 9}]
)
def test_an_altered_row_is_found(db: Database, change: dict[str, Any]) -> None:
    note(db, 4)
    seal(db)
    with db.begin() as conn:
        conn.execute(
            audit.update().where(audit.c.tenant == "main", audit.c.number == 3).values(**change)
        )
    assert verify(db) == 3


def test_a_removed_row_is_found(db: Database) -> None:
    note(db, 4)
    seal(db)
    with db.begin() as conn:
        conn.execute(audit.delete().where(audit.c.tenant == "main", audit.c.number == 2))
    assert verify(db) == 2
