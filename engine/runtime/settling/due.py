"""What time brings to settlement: lines that are earned now, refunds whose order never came."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine.core.ids import new_id
from engine.core.text import text
from engine.runtime.announce import announce_incidents
from engine.runtime.settling.orders import DUE, name_of, work_row
from engine.runtime.world import World
from engine.store import lanes as lane_store
from engine.store import orders as order_store
from engine.store import settlement_bookings as booking_store
from engine.store.bulk import insert_many
from engine.store.db import Connection
from engine.store.incidents import incidents

MOST = 500
REFUNDS_WAIT = timedelta(days=7)


def earn_due(world: World) -> int:
    """Orders with lines whose earning moment has come, into their lanes; how many."""
    done = 0
    while True:
        now = world.now()
        with world.db.reading() as conn:
            if not booking_store.has_due(conn, now):
                break
        with world.db.begin() as conn:
            pairs = booking_store.take_due(conn, now, MOST)
            rows = [work_row(world, tenant, DUE, order, {}, now) for tenant, order in pairs]
            lane_store.put_work(conn, rows)
        done += len(pairs)
    if done:
        world.queue.wake("lanes")
    return done


def tell_lost_refunds(world: World) -> int:
    """An incident for each refund whose order has not come for days; once. Of an order that came,
    and in which nothing is owed to anybody, there is nothing to take back.
    """
    now = world.now()
    with world.db.reading() as conn:
        if not booking_store.has_overdue_refunds(conn, now - REFUNDS_WAIT):
            return 0
    with world.db.begin() as conn:
        found = booking_store.take_overdue_refunds(conn, now - REFUNDS_WAIT, now)
        lost = [row for row in found if not _is_known(conn, row)]
        rows = [
            {
                "id": new_id("inc", now),
                "tenant": row.tenant,
                "kind": "event",
                "ref": row.order_key,
                "run_id": None,
                "flow_id": None,
                "code": "settlement_refund_without_order",
                "message": text(
                    f"退款 {row.refund} 对应的订单 {row.order_key} 一直没有收到，佣金无法追回",
                    f"the order {row.order_key} of refund {row.refund} never came: "
                    "nothing could be taken back",
                ),
                "status": "open",
                "created_at": now,
            }
            for row in lost
        ]
        insert_many(conn, incidents, rows)
    announce_incidents(world, rows)
    return len(rows)


def _is_known(conn: Connection, row: Any) -> bool:
    name = name_of(row.order_key)
    return name in order_store.find_orders(conn, row.tenant, [name])
