"""Small flows, events and looks at the store that the tests of this room share."""

from __future__ import annotations

from typing import Any

from engine.core.event import Event
from engine.runtime.world import World
from engine.store import customers as customer_store
from engine.store import runs as run_store
from tests.engine.runtime.conftest import START, TENANT


def flow(key: str, nodes: list[dict[str, Any]], lines: list[str], **more: Any) -> dict[str, Any]:
    """A flow from nodes and lines written "a>b" or "a.port>b"."""
    edges = []
    for number, line in enumerate(lines):
        start, end = line.split(">")
        source, _, port = start.partition(".")
        edges.append({"id": f"e{number}", "from": source, "to": end, "port": port or "out"})
    return {
        "format": "jimu.flow/1",
        "key": key,
        "name": key,
        "nodes": nodes,
        "edges": edges,
        **more,
    }


PAID = {"id": "t", "type": "event", "config": {"type": "order.paid"}}


def tag(id_: str, *tags: str) -> dict[str, Any]:
    return {"id": id_, "type": "tag_customer", "config": {"add": list(tags)}}


def runs_of(world: World, **where: Any) -> list[Any]:
    with world.db.reading() as conn:
        return run_store.list_runs(conn, TENANT, limit=500, **where)


def customer_of(world: World, run: Any) -> Any:
    id_ = run.owner.removeprefix("customer:")
    with world.db.reading() as conn:
        return customer_store.load_customers(conn, TENANT, [id_])[id_]


def waiting_flow(timeout: str = "P7D") -> dict[str, Any]:
    return flow(
        "wait",
        [
            PAID,
            {
                "id": "w",
                "type": "wait_for_event",
                "config": {
                    "type": "refund.*",
                    "condition": "incoming.refund.order_id == order.external_id",
                    "timeout": timeout,
                },
            },
            tag("a", "退款客户"),
            tag("b", "无退款"),
        ],
        ["t>w", "w.event>a", "w.timeout>b"],
    )


def refund_event(number: str, order: str, person: str = "p1") -> Event:
    return Event(
        id=f"refund/{number}",
        source="/tests",
        type="refund.requested",
        time=START,
        data={
            "refund": {
                "platform": "douyin",
                "shop": "shop-1",
                "external_id": number,
                "order_id": order,
                "status": "requested",
                "amount": "10.00",
                "requested_at": "2026-11-11T02:00:00Z",
                "identities": [{"kind": "douyin_open_id", "value": person}],
            }
        },
    )


def cap_flow() -> dict[str, Any]:
    return flow(
        "cap",
        [
            PAID,
            {
                "id": "c",
                "type": "frequency_cap",
                "config": {"cap": "gift", "limit": 2, "within": "P30D"},
            },
            {
                "id": "a",
                "type": "set_fields",
                "config": {"fields": [{"name": "gift", "value": "yes"}]},
            },
        ],
        ["t>c", "c.allowed>a"],
    )


def calling_flow(**node: Any) -> dict[str, Any]:
    return flow(
        "call",
        [
            PAID,
            {
                "id": "c",
                "type": "call",
                "config": {
                    "connection": "erp",
                    "action": "post",
                    "args": {"url": "https://erp.example/orders"},
                },
                **node,
            },
            tag("ok", "已同步"),
            tag("bad", "同步失败"),
        ],
        ["t>c", "c>ok", "c.error>bad"],
    )
