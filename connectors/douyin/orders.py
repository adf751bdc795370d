"""Orders of the platform as canonical orders, and the events they prove.

Sources: platform documents "order.searchList" and "order.orderDetail" (fields, both alike).
Amounts are cents. What the buyer paid is pay_amount − promotion_pay_amount: the latter is what the
payment channel took over. Discounts already contain red packets of their side, so those are not
counted again; platform_cost_amount = only_platform_cost_amount + author_cost_amount.
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
from engine.core.records import write_cents
from engine.core.text import text

# main_status, which is finer than order_status; see "order.searchList".
STATUS = {
    1: "created",
    103: "created",  # deposit paid, balance not
    105: "paid",  # paid and held back for a risk check
    2: "paid",
    101: "shipped",  # in part
    3: "shipped",
    5: "completed",
    4: "closed",
    21: "closed",  # refunded before shipping
    22: "closed",  # refunded after shipping
    39: "closed",  # refunded after receipt
}
PARTLY_SHIPPED = 101
_PAID_BY = {
    0: "货到付款",
    1: "微信",
    2: "支付宝",
    3: "小程序",
    4: "银行卡",
    5: "余额",
    7: "无需支付",
    8: "DOU分期",
    9: "新卡支付",
}
# Which moment of the record proves which event.
MILESTONES = {
    "created": "created_at",
    "paid": "paid_at",
    "shipped": "shipped_at",
    "delivered": "delivered_at",
    "completed": "completed_at",
    "closed": "closed_at",
}


def read_order(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A platform order as a canonical one; Unreadable without number, shop, status or time."""
    order_id, shop = number(raw, "order_id"), number(raw, "shop_id")
    code = whole(raw, "main_status") or whole(raw, "order_status")
    status, created_at = STATUS.get(code), moment(whole(raw, "create_time"))
    if not order_id or not shop or created_at is None:
        raise Unreadable(text("缺少订单号、店铺或下单时间", "has no number, shop or time of order"))
    if status is None:
        raise Unreadable(text(f"未知的订单状态 {code}", f"unknown order status {code}"))
    lines = items(raw, "sku_order_list")
    updated = whole(raw, "update_time")
    # Nothing says when it was closed; the last change is the closest there is.
    ended = whole(raw, "finish_time") or _latest(lines, "confirm_receipt_time") or updated
    first = lines[0] if lines else {}
    found = {
        "platform": "douyin",
        "shop": shop,
        "external_id": order_id,
        "status": status,
        "kind": _kind(raw, first),
        "amount": write_cents(_paid(raw)),
        "goods_amount": write_cents(sum(whole(line, "sum_amount") for line in lines))
        if lines
        else None,
        "discount_amount": write_cents(
            whole(raw, "promotion_amount") + whole(raw, "promotion_pay_amount")
        ),
        "freight_amount": money(raw, "post_amount"),
        "created_at": created_at,
        "paid_at": moment(whole(raw, "pay_time")),
        "shipped_at": moment(whole(raw, "ship_time") or _latest(lines, "ship_time")),
        "delivered_at": moment(_latest(lines, "logistics_receipt_time")),
        "completed_at": moment(ended) if status == "completed" else None,
        "closed_at": moment(updated or ended) if status == "closed" else None,
        "updated_at": moment(updated),
        "close_reason": (words(raw, "cancel_reason") or words(raw, "main_status_desc"))
        if status == "closed"
        else None,
        "payment_method": _PAID_BY.get(whole(raw, "pay_type")) if raw.get("pay_time") else None,
        "channel": words(first, "c_biz_desc"),
        "scene": words(first, "theme_type_desc"),
        "content_id": number(first, "room_id_str")
        or number(first, "room_id")
        or number(first, "video_id")
        or number(first, "content_id"),
        "promoter": _promoter(lines),
        "identities": _identities(raw),
        "buyer_note": words(raw, "buyer_words", 10_000),
        "seller_note": words(raw, "seller_words", 10_000),
        "receiver": _receiver(raw),
        "lines": [_line(line) for line in lines],
        "adjustments": _adjustments(raw),
        "fees": _fees(raw),
        "fields": filled(
            {
                "shop_name": words(raw, "shop_name"),
                "star": whole(raw, "seller_remark_stars") or None,
                "partly_shipped": code == PARTLY_SHIPPED or None,
                "platform_status": words(raw, "main_status_desc"),
            }
        ),
    }
    return filled(found)


def order_events(
    record: Mapping[str, Any], connection: str, since: datetime | None = None
) -> Iterator[Event]:
    """One event for each milestone the order has passed, from `since` on.

    Its id names order and milestone, so that a push and a pull of one change are one event.
    """
    for what, name in MILESTONES.items():
        at = record.get(name)
        if at is not None and (since is None or datetime.fromisoformat(at) >= since):
            yield order_event(record, what, datetime.fromisoformat(at), connection)


def order_event(
    record: Mapping[str, Any], what: str, at: datetime, connection: str, partly: bool = False
) -> Event:
    """The event "order.<what>" with the whole order, whose status is the one it had then."""
    fields = record.get("fields") or {}
    partly = partly or (what == "shipped" and bool(fields.get("partly_shipped")))
    return Event(
        id=f"order:{record['external_id']}:{what}{':partly' if partly else ''}",
        source=f"douyin:{record['shop']}",
        type=f"order.{what}",
        time=at,
        data={"order": {**record, "status": what}},
        subject=str(record["external_id"]),
        connection=connection,
    )


def _paid(raw: Mapping[str, Any]) -> int:
    return whole(raw, "pay_amount") - whole(raw, "promotion_pay_amount")


def _latest(lines: list[Mapping[str, Any]], name: str) -> int:
    return max((whole(line, name) for line in lines), default=0)


def _kind(raw: Mapping[str, Any], line: Mapping[str, Any]) -> str:
    """The kind by trade_type of the line; that of the order is withdrawn."""
    trade = whole(line, "trade_type") or whole(raw, "trade_type")
    if trade in (2, 3) or whole(raw, "order_type") == 1 or whole(line, "pre_sale_type") == 1:
        return "presale"
    return {1: "group_buy", 10: "sample", 12: "sample"}.get(trade, "normal")


def _promoter(lines: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The creator of all lines that have one, or None where they differ."""
    found = {number(line, "author_id"): words(line, "author_name") for line in lines}
    found.pop("", None)
    if len(found) != 1:
        return None
    ((id_, name),) = found.items()
    return filled({"kind": "creator", "id": id_, "name": name})


def _identities(raw: Mapping[str, Any]) -> list[dict[str, str]]:
    # Names and phones come encrypted; the shop's own id of the buyer is the only handle.
    open_id = words(raw, "doudian_open_id")
    return [{"kind": "douyin_open_id", "value": open_id}] if open_id else []


def _receiver(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Where it goes, as far as the platform shows it; what is encrypted stays out."""
    address = inner(raw, "mask_post_addr") or inner(raw, "post_addr")
    return filled(
        {
            "name": words(raw, "mask_post_receiver"),
            "phone": words(raw, "mask_post_tel"),
            "province": words(inner(address, "province"), "name"),
            "city": words(inner(address, "city"), "name"),
            "district": words(inner(address, "town"), "name"),
            "address": words(inner(raw, "mask_post_addr"), "detail"),
        }
    )


def _line(raw: Mapping[str, Any]) -> dict[str, Any]:
    spec = "、".join(
        f"{words(one, 'name') or ''}:{words(one, 'value') or ''}" for one in items(raw, "spec")
    )
    author = number(raw, "author_id")
    found = {
        "id": number(raw, "order_id"),
        "sku": number(raw, "sku_id"),
        "outer_id": words(raw, "out_sku_id") or words(raw, "code") or words(raw, "out_product_id"),
        "product_id": number(raw, "product_id_str") or number(raw, "product_id"),
        "name": words(raw, "product_name") or "",
        "spec": spec[:200],
        "price": money(raw, "origin_amount"),
        "amount": write_cents(_paid(raw)),
        "list_amount": money(raw, "sum_amount"),
        "promoter": filled({"kind": "creator", "id": author, "name": words(raw, "author_name")})
        if author
        else None,
        "is_gift": raw.get("given_product_type") == "FREE",
    }
    return {"name": found["name"], **filled(found), "quantity": count(raw, "item_num")}


def _adjustments(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What changed the price, by who bears it; nothing of zero."""
    found = list(_discounts(raw))
    # modify_amount is the change of the price: negative when the seller made it cheaper.
    found.append(("price_change", -whole(raw, "modify_amount"), "shop"))
    found.append(("platform_subsidy", whole(raw, "promotion_pay_amount"), "platform"))
    found.append(("freight", whole(raw, "post_amount"), "buyer"))
    found += [
        ("deposit" if whole(phase, "current_phase") == 1 else "balance", cents, "buyer")
        for phase in items(raw, "order_phase_list")
        if phase.get("pay_success") and (cents := whole(phase, "phase_pay_amount"))
    ]
    return [
        {"type": type_, "amount": write_cents(cents), "bearer": bearer}
        for type_, cents, bearer in found
        if cents
    ]


def _discounts(raw: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    """Coupons and campaigns by whose they are, split where somebody else bears a part.

    1. Each side bears its own discounts as far as its share of the cost goes.
    2. What is left of the costs goes to what is left of the discounts, in the same order.
    Where the costs do not add up to the discounts, each side bears its own.
    """
    left = {
        "shop": whole(raw, "promotion_shop_amount"),
        "platform": whole(raw, "promotion_platform_amount"),
        "promoter": whole(raw, "promotion_talent_amount"),
    }
    types = {"shop": "shop_coupon", "platform": "platform_coupon", "promoter": "creator_coupon"}
    creator = whole(raw, "author_cost_amount")
    costs = {
        "shop": whole(raw, "shop_cost_amount"),
        "platform": whole(raw, "platform_cost_amount") - creator,
        "promoter": creator,
    }
    if sum(costs.values()) != sum(left.values()) or min(*costs.values(), *left.values()) < 0:
        costs = dict(left)
    pairs = [(side, side) for side in types]
    pairs += [(side, bearer) for side in types for bearer in types if side != bearer]
    for side, bearer in pairs:
        cents = min(left[side], costs[bearer])
        left[side] -= cents
        costs[bearer] -= cents
        if cents:
            yield types[side], cents, bearer


def _fees(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    cents = whole(raw, "post_insurance_amount")
    return [{"type": "freight_insurance", "amount": write_cents(cents)}] if cents else []
