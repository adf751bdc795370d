"""An invented event of every type: the first example a person meets in the designer.

青禾 is a brand that does not exist, and nobody in here does either.
"""

from __future__ import annotations

import copy
from typing import Any

_WHO = [
    {"kind": "phone", "value": "+8613900001234"},
    {"kind": "wecom_external_userid", "value": "wmQingheLinWanqiu0001"},
]
_SHOP = {"platform": "douyin", "shop": "青禾旗舰店"}

_ORDER: dict[str, Any] = {
    **_SHOP,
    "external_id": "6921001100230045",
    "status": "created",
    "kind": "normal",
    "currency": "CNY",
    "amount": "528.00",
    "goods_amount": "620.00",
    "discount_amount": "100.00",
    "freight_amount": "8.00",
    "created_at": "2026-11-11T20:00:05+08:00",
    "channel": "直播",
    "campaign": "双11",
    "promoter": {"kind": "creator", "id": "dr_aning", "name": "阿宁的护肤间"},
    "identities": _WHO,
    "buyer_nick": "晚秋",
    "receiver": {"name": "林晚秋", "province": "浙江省", "city": "杭州市", "district": "西湖区"},
    "lines": [
        {
            "id": "6921001100230046",
            "sku": "QH-EYE-15",
            "outer_id": "QH-EYE-15",
            "name": "青禾紧致眼霜 15g",
            "category": "眼霜",
            "quantity": 2,
            "price": "210.00",
            "amount": "352.00",
        },
        {
            "id": "6921001100230047",
            "sku": "QH-MASK-10",
            "outer_id": "QH-MASK-10",
            "name": "青禾补水面膜 10 片",
            "category": "面膜",
            "quantity": 1,
            "price": "200.00",
            "amount": "168.00",
        },
    ],
    "adjustments": [
        {"type": "shop_coupon", "code": "QH1111", "amount": "60.00", "bearer": "shop"},
        {"type": "platform_coupon", "amount": "40.00", "bearer": "platform"},
        {"type": "freight", "amount": "8.00", "bearer": "buyer"},
    ],
    "fees": [
        {"type": "platform_commission", "amount": "26.40", "estimated": True},
        {"type": "creator_commission", "amount": "79.20", "estimated": True},
    ],
}
_STEPS = {
    "paid": ("paid_at", "2026-11-11T20:01:10+08:00"),
    "shipped": ("shipped_at", "2026-11-12T10:20:00+08:00"),
    "delivered": ("delivered_at", "2026-11-14T15:02:00+08:00"),
    "completed": ("completed_at", "2026-11-24T15:02:00+08:00"),
}
_REFUND: dict[str, Any] = {
    **_SHOP,
    "external_id": "7180022003300440",
    "order_id": "6921001100230045",
    "kind": "return",
    "status": "requested",
    "currency": "CNY",
    "amount": "168.00",
    "reason": "不想要了",
    "requested_at": "2026-11-15T09:30:00+08:00",
    "identities": _WHO,
    "lines": [
        {
            "line": "6921001100230047",
            "sku": "QH-MASK-10",
            "name": "青禾补水面膜 10 片",
            "category": "面膜",
            "quantity": 1,
            "amount": "168.00",
        }
    ],
}
_REFUND_TIMES = {
    "approved": "approved_at",
    "shipped_back": "shipped_back_at",
    "received": "received_at",
    "completed": "completed_at",
}
_CUSTOMER: dict[str, Any] = {
    "name": "林晚秋",
    "gender": "female",
    "city": "杭州市",
    "level": "银卡",
    "tags": ["敏感肌", "老客"],
    "source": "渠道活码",
    "identities": _WHO,
}
_CUSTOMER_MORE: dict[str, dict[str, Any]] = {
    "updated": {"changes": [{"field": "level", "old": "银卡", "new": "金卡"}]},
    "tagged": {"added": ["高意向"], "removed": []},
    "merged": {"merged_from": ["cus_other"]},
}
_COUPON: dict[str, Any] = {
    **_SHOP,
    "external_id": "QH1111-0001",
    "batch": "QH1111",
    "name": "双11 满 500 减 60",
    "kind": "amount",
    "status": "issued",
    "amount": "60.00",
    "threshold_amount": "500.00",
    "bearer": "shop",
    "issued_at": "2026-11-10T10:00:00+08:00",
    "expires_at": "2026-11-12T00:00:00+08:00",
    "identities": _WHO,
}
_TICKET: dict[str, Any] = {
    "id": "tkt_sample",
    "title": "面膜少发一盒",
    "queue": "售后",
    "status": "open",
    "priority": "high",
    "assignee": "周可",
    "due_at": "2026-11-15T18:00:00+08:00",
    "order_id": "6921001100230045",
    "identities": _WHO,
}
_SETTLEMENT: dict[str, Any] = {
    "id": "budget_1111",
    "name": "双11 达人佣金预算",
    "party": "阿宁的护肤间",
    "campaign": "双11",
    "period": "2026-11",
    "amount": "500320.00",
    "limit_amount": "500000.00",
}
_FLOW: dict[str, Any] = {"key": "vip_upgrade", "name": "满 500 升级 VIP", "version": 3}

_PLAIN: dict[str, Any] = {
    "payment": {
        **_SHOP,
        "external_id": "4200002026111100017",
        "order_id": "6921001100230045",
        "method": "微信支付",
        "amount": "528.00",
        "fee_amount": "3.17",
        "paid_at": "2026-11-11T20:01:10+08:00",
        "identities": _WHO,
    },
    "logistics": {
        **_SHOP,
        "order_id": "6921001100230045",
        "tracking_number": "SF0000000012345",
        "carrier": "顺丰速运",
        "status": "delivering",
        "place": "杭州西湖营业点",
        "updated_at": "2026-11-14T08:40:00+08:00",
        "identities": _WHO,
    },
    "cart": {
        "platform": "own",
        "shop": "青禾小程序商城",
        "amount": "398.00",
        "lines": [
            {"sku": "QH-CREAM-50", "name": "青禾修护面霜 50g", "quantity": 1, "amount": "398.00"}
        ],
        "updated_at": "2026-11-10T21:15:00+08:00",
        "abandoned_at": "2026-11-10T21:45:00+08:00",
        "identities": _WHO,
    },
    "product": {
        **_SHOP,
        "external_id": "3500010002",
        "outer_id": "QH-CREAM-50",
        "name": "青禾修护面霜 50g",
        "category": "面霜",
        "price": "398.00",
        "stock": 1200,
        "listed_at": "2026-11-01T10:00:00+08:00",
    },
    "message": {
        "platform": "wecom",
        "external_id": "msg_000001",
        "channel": "企业微信",
        "direction": "in",
        "kind": "text",
        "text": "面膜少了一盒，能补发吗？",
        "sent_at": "2026-11-15T09:12:00+08:00",
        "agent": "周可",
        "identities": _WHO,
    },
    "page": {
        "url": "https://shop.example.com/p/QH-EYE-15",
        "title": "青禾紧致眼霜",
        "product_id": "3500010001",
        "category": "眼霜",
        "channel": "公众号",
        "seconds": 42,
        "viewed_at": "2026-11-09T22:03:00+08:00",
        "identities": _WHO,
    },
    "link": {
        "url": "https://shop.example.com/1111",
        "code": "q1111",
        "channel": "短信",
        "campaign": "双11",
        "clicked_at": "2026-11-11T19:58:00+08:00",
        "identities": _WHO,
    },
    "qrcode": {
        "code": "hz_west_lake_01",
        "name": "杭州西湖店导购码",
        "channel": "门店",
        "owner_user": "zhouke",
        "store": "杭州西湖店",
        "is_first": True,
        "scanned_at": "2026-10-02T14:20:00+08:00",
        "identities": _WHO,
    },
    "review": {
        **_SHOP,
        "order_id": "6921001100230045",
        "sku": "QH-EYE-15",
        "score": 2,
        "text": "用了两天有点刺痛。",
        "posted_at": "2026-11-16T20:00:00+08:00",
        "identities": _WHO,
    },
    "interaction": {
        "platform": "douyin",
        "account": "青禾官方",
        "content_id": "live_20261111",
        "content_title": "双11 专场",
        "text": "这款敏感肌能用吗",
        "seconds": 600,
        "happened_at": "2026-11-11T19:40:00+08:00",
        "identities": _WHO,
    },
    "stock": {
        "id": "part_pump",
        "name": "按压泵头",
        "site": "杭州总仓",
        "quantity": 12,
        "threshold": 20,
    },
    "connector": {
        "connection": "douyin_main",
        "connector": "douyin",
        "state": "degraded",
        "reason": "连续 5 次超时",
        "failures": 5,
        "since": "2026-11-11T20:10:00+08:00",
    },
}


_FLOW_RUN = {"run": "run_sample", "status": "failed", "error": "平台拒绝", "code": "failed"}
_FLOW_MORE: dict[str, dict[str, Any]] = {
    "disabled": {"by": "周可", "status": "paused"},
    "finished": {"run": "run_sample", "status": "succeeded"},
    "failed": _FLOW_RUN,
    "incident": {**_FLOW_RUN, "incident": "inc_sample"},
}


def sample_data(type_: str) -> dict[str, Any]:
    """The `data` of an invented event of a known type; {} for a type nobody knows."""
    record, _, what = type_.partition(".")
    return copy.deepcopy(_sample(record, what))


def _sample(record: str, what: str) -> dict[str, Any]:
    if record == "order":
        return {"order": _order(what)}
    if record == "refund":
        at = _REFUND_TIMES.get(what)
        at_times = {at: "2026-11-17T16:00:00+08:00"} if at else {}
        return {"refund": {**_REFUND, **at_times, "status": what}}
    if record == "customer":
        return {"customer": _CUSTOMER, **_CUSTOMER_MORE.get(what, {})}
    if record == "coupon":
        used = {"redeemed_at": "2026-11-11T20:01:10+08:00", "order_id": "6921001100230045"}
        return {"coupon": {**_COUPON, "status": what, **(used if what == "redeemed" else {})}}
    if record == "ticket":
        reason = {"reason": "超过解决时限"} if what.startswith("sla") else {}
        score = {"score": 5} if what == "rated" else {}
        return {"ticket": {**_TICKET, **reason, **score}}
    if record == "settlement":
        return {"settlement": _SETTLEMENT}
    if what == "unmapped":  # what an order's line tells of it, and no more
        told = ("platform", "shop", "external_id", "outer_id", "name", "category")
        return {"product": {name: _PLAIN["product"][name] for name in told}}
    if record == "flow":
        return {"flow": {**_FLOW, **_FLOW_MORE.get(what, {"by": "周可"})}}
    return {record: _PLAIN[record]} if record in _PLAIN else {}


def _order(what: str) -> dict[str, Any]:
    if what == "unpaid":
        return _ORDER
    if what == "settled":  # no status of its own: the order is completed
        return {**_order("completed"), "settled_at": "2026-11-27T02:00:00+08:00"}
    found = {**_ORDER, "status": what}
    if what == "closed":
        found.update(closed_at="2026-11-11T20:30:05+08:00", close_reason="超时未付款")
    for status, (field, at) in _STEPS.items():
        if what not in _STEPS:
            break
        found[field] = at
        if status == what:
            break
    return found
