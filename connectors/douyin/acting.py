"""What a flow can ask a Douyin shop to do, and the test of the credentials."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from connectors.douyin.calls import ask
from connectors.douyin.fetching import fetch_order, fetch_raw_order, fetch_refunds
from connectors.douyin.values import items, number, whole
from engine.core.connector import Call, Link
from engine.core.errors import GiveUp
from engine.core.text import Text, text

_NOTHING_LEFT = text("没有可发货的商品", "nothing is left to ship")
_WAITING = (1, 2, 101, 105)  # order_status of a line that is not wholly shipped


def get_order(link: Link, call: Call) -> dict[str, Any]:
    return {"order": fetch_order(link, call.args.order_id)}


def list_refunds(link: Link, call: Call) -> dict[str, Any]:
    return {"refunds": fetch_refunds(link, order_id=call.args.order_id)}


def add_remark(link: Link, call: Call) -> dict[str, Any]:
    """order.addOrderRemark; the platform takes every value as text."""
    params = {"order_id": call.args.order_id, "remark": call.args.remark}
    if call.args.star is not None:
        params |= {"is_add_star": "true", "star": str(call.args.star)}
    ask(link, "order.addOrderRemark", params)
    return {"done": True}


def ship_order(link: Link, call: Call) -> dict[str, Any]:
    """order.logisticsAddSinglePack: all lines in one parcel.

    `request_id` is the effect's key: the platform answers a repetition with the first result and
    ships nothing twice.
    """
    args = call.args
    lines = [(line.line, line.quantity) for line in args.lines] or _unshipped(link, args.order_id)
    params = {
        "order_id_list": [args.order_id],
        "shipped_order_info": [
            {"shipped_order_id": line, "shipped_num": quantity} for line, quantity in lines
        ],
        "company_code": args.company_code,
        "logistics_code": args.tracking_number,
        "request_id": call.key,
    }
    data = ask(link, "order.logisticsAddSinglePack", params)
    return {"parcel": number(data, "pack_id") if isinstance(data, Mapping) else ""}


def list_carriers(link: Link, call: Call) -> dict[str, Any]:
    data = ask(link, "order.logisticsCompanyList", {})
    found = items({"list": data}, "list")
    return {
        "carriers": [
            {"code": number(one, "code"), "name": number(one, "name")}
            for one in found
            if number(one, "code")
        ]
    }


def test(link: Link) -> Text:
    """Counts the orders changed during the last day: token, signature and permission at once."""
    end = link.now()
    start = end - timedelta(days=1)
    params = {
        "update_time_start": int(start.timestamp()),
        "update_time_end": int(end.timestamp()),
        "order_by": "update_time",
        "order_asc": True,
        "page": 0,
        "size": 1,
    }
    data = ask(link, "order.searchList", params)
    total = whole(data, "total") if isinstance(data, Mapping) else 0
    shop = link.credentials.shop_id
    return text(
        f"已连通店铺 {shop}，最近一天有 {total} 笔订单有变动。",
        f"Connected to shop {shop}; {total} orders changed during the last day.",
    )


def _unshipped(link: Link, order_id: str) -> list[tuple[str, int]]:
    raw = fetch_raw_order(link, order_id) or {}
    found = [
        (number(line, "order_id"), whole(line, "item_num"))
        for line in items(raw, "sku_order_list")
        if whole(line, "order_status") in _WAITING
    ]
    if not found:
        raise GiveUp(_NOTHING_LEFT, code="nothing_to_ship")
    return found
