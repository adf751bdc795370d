"""Leases, the fence, and the order of work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.store import lanes as lane_store
from engine.store.db import Database

AT = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)
LONG = timedelta(seconds=30)
OVER = timedelta(seconds=-1)


def put(db: Database, *lanes: int) -> None:
    rows = [
        {"lane": lane, "tenant": "main", "kind": "event", "ref": f"e{n}", "at": AT, "payload": {}}
        for n, lane in enumerate(lanes)
    ]
    with db.begin() as conn:
        lane_store.put_work(conn, rows)


def lease(db: Database, who: str, limit: int = 8, lasts: timedelta = LONG) -> dict[int, int]:
    with db.begin() as conn:
        return lane_store.lease(conn, who, limit, lasts)


def fence(db: Database, held: dict[int, int]) -> bool:
    with db.begin() as conn:
        return lane_store.fence(conn, held, LONG)


def test_only_free_lanes_with_work_are_leased_oldest_first(db: Database) -> None:
    put(db, 5, 2, 7)
    assert lease(db, "a", 2).keys() == {5, 2}
    assert lease(db, "b").keys() == {7}
    assert lease(db, "c") == {}


def test_a_lease_that_is_over_can_be_taken_and_its_holder_is_fenced_out(db: Database) -> None:
    put(db, 1, 2)
    old = lease(db, "a", lasts=OVER)
    new = lease(db, "b", 1)
    assert not fence(db, old)
    assert fence(db, new)
    with db.begin() as conn:
        lane_store.release(conn, old)  # gives back the one that is still its own
    assert fence(db, new)
    assert lease(db, "c").keys() == {2}


def test_the_fence_renews(db: Database) -> None:
    put(db, 1)
    held = lease(db, "a", lasts=OVER)
    assert fence(db, held)
    assert lease(db, "b") == {}


def test_lanes_can_be_leased_any_number_of_times(db: Database) -> None:
    put(db, 3)
    with db.begin() as conn:
        conn.execute(lane_store.lanes.update().values(epoch=2_000_000_000))
    held = lease(db, "a")
    assert held == {3: 2_000_000_001}
    assert fence(db, held)
    with db.begin() as conn:
        lane_store.release(conn, held)
    assert lease(db, "b") == {3: 2_000_000_002}


def test_work_is_claimed_in_order_and_gone_when_finished(db: Database) -> None:
    put(db, 1, 2, 1, 3, 2, 1)
    with db.reading() as conn:
        rows = lane_store.claim(conn, [1, 2], 4)
    assert [row.ref for row in rows] == ["e0", "e1", "e2", "e4"]
    with db.begin() as conn:
        lane_store.finish(conn, [rows[0].id, rows[2].id])
    with db.reading() as conn:
        left = [row.ref for row in lane_store.claim(conn, [1, 2, 3], 10)]
        assert lane_store.backlog(conn) == (4, AT)
    assert left == ["e1", "e3", "e4", "e5"]


def test_work_nobody_holds_is_seen(db: Database) -> None:
    put(db, 1)
    with db.reading() as conn:
        assert lane_store.has_free_work(conn)
    lease(db, "a")
    with db.reading() as conn:
        assert not lane_store.has_free_work(conn)
        assert lane_store.lanes_with_work(conn) == 1
