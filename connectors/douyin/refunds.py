"""After-sale cases of the platform as canonical refunds, and the events they prove.

Source: platform document "afterSale.List". A refund counts as completed only when the money has
gone back: refund_status 3. aftersale_status 12 alone says that both sides agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from connectors.douyin.values import (
    Unreadable,
    count,
    filled,
    inner,
    items,
    moment,
    money,
    number,
    whole,
    words,
)
from engine.core.event import Event
from engine.core.text import text

KINDS = {
    0: "return",
    1: "refund_only",  # already shipped
    2: "refund_only",  # not yet shipped
    3: "exchange",
    6: "price_difference",
    7: "reship",
    8: "repair",
}
NO_MONEY = {"exchange", "reship", "repair"}
REFUNDED = 3  # refund_status: 1 to do, 2 on its way, 3 done, 4 failed, 5 recovered
STATUS = {
    0: "requested",
    6: "requested",
    7: "approved",  # the buyer has to send it back
    8: "approved",  # the shop has to send again
    11: "shipped_back",
    3: "received",  # exchanged goods are on their way to the buyer
    13: "received",
    12: "approved",  # agreed; completed once the money is back
    14: "completed",
    27: "rejected",
    29: "rejected",
    28: "cancelled",
    51: "cancelled",
    53: "completed",
}


def read_refund(raw: Mapping[str, Any], shop: str) -> dict[str, Any]:
    """An item of afterSale.List as a canonical refund; Unreadable without ids, status or time."""
    case, order, said = (
        inner(raw, "aftersale_info"),
        inner(raw, "order_info"),
        inner(raw, "text_part"),
    )
    refund_id, order_id = number(case, "aftersale_id"), number(order, "shop_order_id")
    requested_at = moment(whole(case, "apply_time") or whole(case, "create_time"))
    if not refund_id or not order_id or requested_at is None:
        raise Unreadable(
            text("缺少售后单号、订单号或申请时间", "has no refund number, order or time")
        )
    kind, status = _kind(case), _status(case)
    updated_at = moment(whole(case, "update_time"))
    ended_at = moment(whole(case, "aftersale_status_to_final_time")) or updated_at
    reasons = [words(one, "name") for one in items(case, "reason_second_labels")]
    found = {
        "platform": "douyin",
        "shop": shop,
        "external_id": refund_id,
        "order_id": order_id,
        "kind": kind,
        "status": status,
        "amount": money(case, "refund_amount"),
        "freight_amount": money(case, "refund_post_amount"),
        "reason": words(said, "reason_text") or "、".join(filter(None, reasons))[:200],
        "note": words(case, "remark", 10_000),
        "requested_at": requested_at,
        "completed_at": ended_at if status == "completed" else None,
        "updated_at": updated_at,
        "tracking_number": words(case, "return_logistics_code"),
        "lines": [_line(line) for line in items(order, "related_order_info")],
        "fields": filled(
            {
                "platform_status": whole(case, "aftersale_status"),
                "status_text": words(said, "aftersale_status_text"),
            }
        ),
    }
    return filled(found)


def pushed_refund(message: Mapping[str, Any]) -> dict[str, Any]:
    """A refund from nothing but a push of tag 200: the only one that has all that must be known."""
    requested_at = moment(whole(message, "apply_time"))
    refund_id, order_id = number(message, "aftersale_id"), number(message, "p_id")
    if requested_at is None or not refund_id or not order_id:
        raise Unreadable(text("推送缺少售后单号或申请时间", "has no refund number or time"))
    line = number(message, "s_id")
    return filled(
        {
            "platform": "douyin",
            "shop": number(message, "shop_id"),
            "external_id": refund_id,
            "order_id": order_id,
            "kind": KINDS.get(whole(message, "aftersale_type"), "refund_only"),
            "status": "requested",
            "amount": money(message, "refund_amount"),
            "freight_amount": money(message, "refund_post_amount"),
            "requested_at": requested_at,
            "lines": [{"line": line, "amount": money(message, "refund_amount")}] if line else None,
        }
    )


def refund_events(
    record: Mapping[str, Any], connection: str, since: datetime | None = None
) -> Iterator[Event]:
    """The request, and the status it has now, from `since` on."""
    times = {"requested": record["requested_at"]}
    times[record["status"]] = (
        record["requested_at"]
        if record["status"] == "requested"
        else record.get("completed_at") or record.get("updated_at") or record["requested_at"]
    )
    for what, at in times.items():
        if since is None or datetime.fromisoformat(at) >= since:
            yield refund_event(record, what, datetime.fromisoformat(at), connection)


def refund_event(
    record: Mapping[str, Any],
    what: str,
    at: datetime,
    connection: str,
    order: Mapping[str, Any] | None = None,
    id_: str = "",
) -> Event:
    """The event "refund.<what>"; its id names case and status, so that it comes once.

    A shop may refuse twice, before and after the goods came back: those are two.
    """
    refused = (record.get("fields") or {}).get("platform_status") if what == "rejected" else None
    data: dict[str, Any] = {"refund": {**record, "status": what}}
    if order is not None:
        data["order"] = order
        if order.get("identities"):
            data["refund"]["identities"] = order["identities"]
    return Event(
        id=id_ or f"refund:{record['external_id']}:{what}{f':{refused}' if refused else ''}",
        source=f"douyin:{record['shop']}",
        type=f"refund.{what}",
        time=at,
        data=data,
        subject=str(record["external_id"]),
        connection=connection,
    )


def _kind(case: Mapping[str, Any]) -> str:
    code = whole(case, "aftersale_type")
    if code not in KINDS:
        raise Unreadable(text(f"未知的售后类型 {code}", f"unknown kind of refund {code}"))
    return KINDS[code]


def _status(case: Mapping[str, Any]) -> str:
    code, money_back = whole(case, "aftersale_status"), whole(case, "refund_status") == REFUNDED
    if code not in STATUS:
        raise Unreadable(text(f"未知的售后状态 {code}", f"unknown refund status {code}"))
    if code == 12 and (money_back or _kind(case) in NO_MONEY):
        return "completed"
    return STATUS[code]


def _line(raw: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        "line": number(raw, "sku_order_id"),
        "outer_id": words(raw, "shop_sku_code"),
        "product_id": number(raw, "product_id"),
        "name": words(raw, "product_name"),
        "quantity": count(raw, "aftersale_item_num"),
        "amount": money(raw, "aftersale_pay_amount"),
    }
    return filled(found)
