"""Single records by number, as the actions and the pushes need them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.douyin.calls import ask
from connectors.douyin.orders import read_order
from connectors.douyin.refunds import read_refund
from connectors.douyin.values import Unreadable, items
from engine.core.connector import Link
from engine.core.errors import GiveUp


def fetch_raw_order(link: Link, order_id: str) -> Mapping[str, Any] | None:
    """order.orderDetail as the platform gives it; None when there is none."""
    data = ask(link, "order.orderDetail", {"shop_order_id": order_id})
    found = data.get("shop_order_detail") if isinstance(data, Mapping) else None
    return found if isinstance(found, Mapping) and found.get("order_id") else None


def fetch_order(link: Link, order_id: str) -> dict[str, Any] | None:
    """An order, canonical; None when there is none, GiveUp "bad_answer" when it cannot be read."""
    raw = fetch_raw_order(link, order_id)
    if raw is None:
        return None
    try:
        # The detail leaves the shop out where the list names it.
        return read_order({"shop_id": link.credentials.shop_id, **raw})
    except Unreadable as fault:
        raise GiveUp(fault.reason, code="bad_answer") from None


def fetch_refunds(link: Link, **by: str) -> list[dict[str, Any]]:
    """After-sale cases of an order (`order_id`) or one by number (`aftersale_id`)."""
    data = ask(link, "afterSale.List", {**by, "page": 0, "size": 100})
    try:
        return [
            read_refund(item, link.credentials.shop_id)
            for item in items(data if isinstance(data, Mapping) else {}, "items")
        ]
    except Unreadable as fault:
        raise GiveUp(fault.reason, code="bad_answer") from None
