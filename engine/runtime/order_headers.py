"""Headers of orders: what the newest event says of an order, kept beside the events."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.runtime.batch import Batch
from engine.store.db import dump_json


def note_order(batch: Batch, tenant: str, row: Any) -> None:
    """Keeps an order's header up to date: a change counts only if its event is newer."""
    if not row.type.startswith("order."):
        return
    order = row.data.get("order")
    if not isinstance(order, dict):
        return
    platform, number = order.get("platform"), order.get("external_id")
    if not isinstance(platform, str) or not isinstance(number, str):
        return
    held = batch.orders.get((tenant, platform, number))
    if held is not None and held["time"] > row.time:
        return
    values = {
        "status": _text(order.get("status")),
        "amount": _amount(order.get("amount")),
        "currency": _text(order.get("currency", "CNY")),
        "paid_at": _moment(order.get("paid_at")),
        "event_id": row.id,
        "time": row.time,
    }
    if held is None:
        # Named after the event that told of it first, which tells of no other order.
        owner, id_ = row.owner, f"ord{row.id[3:]}"
        found = {
            "id": id_,
            "tenant": tenant,
            "platform": platform,
            "external_id": number,
            "shop": _text(order.get("shop")),
            "owner": owner,
            "customer_id": owner[9:] if owner.startswith("customer:") else None,
            **values,
        }
        batch.orders[tenant, platform, number] = batch.new_orders[id_] = found
    else:
        held.update(values)
        if held["id"] not in batch.new_orders:
            batch.changed_orders[held["id"]] = {"id": held["id"], **values}


def _text(value: Any) -> str | None:
    """A tenant's own type may have anything here."""
    return value if value is None or isinstance(value, str) else dump_json(value)


def _amount(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)) if value is not None else None
    except InvalidOperation:
        return None


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else None
