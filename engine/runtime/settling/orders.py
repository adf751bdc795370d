"""An event of an order or a refund goes to the order's own lane, where settlement takes it.

Only where a rate card is published: for everybody else this is one look at a flag.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.core.ids import lane_of
from engine.runtime.batch import Batch
from engine.runtime.world import World
from engine.settlement.sale import order_key
from engine.store.lanes import Plain

BOOK, REFUND, DUE, MOVE, SETTLED = (
    "settlement.book",
    "settlement.refund",
    "settlement.due",
    "settlement.move",
    "settlement.settled",
)
REFUNDED = "refund.completed"


def lane_owner(order: str) -> str:
    """Whose lane takes an order: all that is known of it has one writer."""
    return f"sale:{order}"


def name_of(order: str) -> tuple[str, str]:
    """(platform, number) of an order's key, as orders are found by."""
    platform, _, rest = order.partition("/")
    return platform, rest.rpartition("/")[2]


def order_of(type_: str, data: Mapping[str, Any]) -> str | None:
    """The key of the order that an event is about, where settlement counts it."""
    if type_.startswith("order."):
        record, number = data.get("order"), "external_id"
    elif type_ == REFUNDED:
        record, number = data.get("refund"), "order_id"
    else:
        return None
    if not isinstance(record, dict):
        return None
    for name in ("platform", "shop", number):
        if not isinstance(record.get(name), str):
            return None
    return order_key(record, number)


def note(batch: Batch, tenant: str, row: Any) -> None:
    """Hands an event that settlement counts to the order's lane."""
    order = order_of(row.type, row.data)
    if order is not None:
        ask(batch, tenant, REFUND if row.type == REFUNDED else BOOK, order, {"event": row.id})


def ask(batch: Batch, tenant: str, kind: str, order: str, args: dict[str, Any]) -> None:
    """A piece of work for an order's lane, when the batch is committed."""
    batch.work.append(work_row(batch.world, tenant, kind, order, args, batch.now))


def work_row(
    world: World,
    tenant: str,
    kind: str,
    order: str,
    args: dict[str, Any],
    at: datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """The same as a row of work; `key` names it where it is more than one thing of this kind."""
    owner = lane_owner(order)
    return {
        "lane": lane_of(tenant, owner, world.lanes),
        "tenant": tenant,
        "kind": "effect",
        "ref": owner,
        "at": at,
        "payload": Plain(kind=kind, args={"order": order, **args}, key=key or f"{kind}/{order}"),
    }
