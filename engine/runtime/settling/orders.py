"""An event of an order or a refund goes to the order's own lane, where settlement takes it.

Only where a rate card is published: for everybody else this is one look at a flag.
"""

from __future__ import annotations

from typing import Any

from engine.runtime.batch import Batch
from engine.settlement.sale import order_key

BOOK, REFUND, DUE, MOVE, SETTLED = (
    "settlement.book",
    "settlement.refund",
    "settlement.due",
    "settlement.move",
    "settlement.settled",
)


def lane_owner(order: str) -> str:
    """Whose lane takes an order: all that is known of it has one writer."""
    return f"sale:{order}"


def note(batch: Batch, tenant: str, row: Any) -> None:
    """Hands an event that settlement counts to the order's lane."""
    if row.type.startswith("order."):
        kind, record, number = BOOK, row.data.get("order"), "external_id"
    elif row.type == "refund.completed":
        kind, record, number = REFUND, row.data.get("refund"), "order_id"
    else:
        return
    names = ("platform", "shop", number)
    if isinstance(record, dict) and all(isinstance(record.get(name), str) for name in names):
        ask(batch, tenant, kind, order_key(record, number), {"event": row.id})


def ask(batch: Batch, tenant: str, kind: str, order: str, args: dict[str, Any]) -> None:
    """A piece of work for an order's lane, when the batch is committed."""
    owner = lane_owner(order)
    payload = {"kind": kind, "args": {"order": order, **args}, "key": f"{kind}/{order}"}
    batch.put(tenant, batch.lane(tenant, owner), "effect", owner, batch.now, payload)
