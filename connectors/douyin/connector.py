"""A Douyin shop (抖店): its orders and refunds, pushed and pulled, and a few things to do there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from connectors.douyin.acting import (
    add_remark,
    get_order,
    list_carriers,
    list_refunds,
    ship_order,
    test,
)
from connectors.douyin.calls import ERRORS
from connectors.douyin.forms import (
    AddRemark,
    DouyinCredentials,
    DouyinSettings,
    GetOrder,
    ListCarriers,
    ListRefunds,
    ShipOrder,
)
from connectors.douyin.pulling import pull
from connectors.douyin.receiving import receive
from engine.core.connector import Action, ConnectorType, EventSource, Limits, Sample
from engine.core.text import text

_ORDER: dict[str, Any] = {
    "platform": "douyin",
    "shop": "4463798",
    "external_id": "6921001100230045",
    "status": "paid",
    "amount": "528.00",
    "goods_amount": "620.00",
    "discount_amount": "100.00",
    "freight_amount": "8.00",
    "created_at": "2026-11-11T12:00:05Z",
    "paid_at": "2026-11-11T12:01:10Z",
    "channel": "精选联盟",
    "scene": "直播间",
    "promoter": {"kind": "creator", "id": "50600701", "name": "阿宁的护肤间"},
    "identities": [{"kind": "douyin_open_id", "value": "1@#QingheBuyer0001"}],
    "lines": [
        {
            "id": "6921001100230046",
            "sku": "1768220011001",
            "outer_id": "QH-EYE-15",
            "name": "青禾紧致眼霜 15g",
            "quantity": 2,
            "price": "310.00",
            "amount": "528.00",
        }
    ],
    "adjustments": [
        {"type": "shop_coupon", "amount": "60.00", "bearer": "shop"},
        {"type": "platform_coupon", "amount": "40.00", "bearer": "platform"},
        {"type": "freight", "amount": "8.00", "bearer": "buyer"},
    ],
}
_REFUND: dict[str, Any] = {
    "platform": "douyin",
    "shop": "4463798",
    "external_id": "146701382803677771",
    "order_id": "6921001100230045",
    "kind": "return",
    "status": "requested",
    "amount": "264.00",
    "reason": "不想要了",
    "requested_at": "2026-11-15T01:30:00Z",
    "lines": [
        {"line": "6921001100230046", "outer_id": "QH-EYE-15", "quantity": 1, "amount": "264.00"}
    ],
}
_LOGISTICS = {
    "platform": "douyin",
    "shop": "4463798",
    "order_id": "6921001100230045",
    "tracking_number": "SF1400056781234",
    "carrier": "shunfeng",
    "status": "moving",
    "updated_at": "2026-11-12T03:00:00Z",
}
_SHIPPED = {**_ORDER, "status": "shipped", "shipped_at": "2026-11-12T02:20:00Z"}
_CASE_CLOSED = {**_REFUND, "status": "completed", "completed_at": "2026-11-17T08:00:00Z"}

_EVENTS: tuple[tuple[str, str, str, Mapping[str, Any]], ...] = (
    ("order.created", "订单已创建", "Order created", {"order": {**_ORDER, "status": "created"}}),
    ("order.paid", "订单已付款", "Order paid", {"order": _ORDER}),
    ("order.shipped", "订单已发货", "Order shipped", {"order": _SHIPPED}),
    ("order.delivered", "订单已签收", "Order delivered", {
        "order": {**_SHIPPED, "status": "delivered", "delivered_at": "2026-11-14T07:00:00Z"}
    }),
    ("order.completed", "订单交易完成", "Order completed", {
        "order": {**_SHIPPED, "status": "completed", "completed_at": "2026-11-24T07:00:00Z"}
    }),
    ("order.closed", "订单已关闭", "Order closed", {
        "order": {**_ORDER, "status": "closed", "closed_at": "2026-11-11T12:30:00Z"}
    }),
    ("logistics.updated", "物流有更新", "Logistics updated", {"logistics": _LOGISTICS}),
    ("refund.requested", "买家申请售后", "Refund requested", {"refund": _REFUND}),
    ("refund.approved", "售后已同意", "Refund approved", {
        "refund": {**_REFUND, "status": "approved"}
    }),
    ("refund.rejected", "售后已拒绝", "Refund rejected", {
        "refund": {**_REFUND, "status": "rejected"}
    }),
    ("refund.shipped_back", "买家已寄回", "Goods sent back", {
        "refund": {**_REFUND, "status": "shipped_back", "tracking_number": "YT8800123"}
    }),
    ("refund.received", "已收到退货", "Returned goods received", {
        "refund": {**_REFUND, "kind": "exchange", "status": "received"}
    }),
    ("refund.completed", "退款完成", "Refund completed", {"refund": _CASE_CLOSED}),
    ("refund.cancelled", "售后已撤销", "Refund cancelled", {
        "refund": {**_REFUND, "status": "cancelled"}
    }),
)  # fmt: skip

_REFUSED = Sample(
    text("平台拒绝", "Refused"),
    error="isv.business-failed",
    message=text("抖店返回：订单状态不允许", "Douyin answered: not in this state"),
)
_OBJECT_OR_NULL = {"type": ["object", "null"]}
_OBJECTS = {"type": "array", "items": {"type": "object"}}


def _output(**properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


CONNECTOR = ConnectorType(
    label=text("抖店", "Douyin shop"),
    summary=text(
        "接收和拉取抖店的订单与售后，写备注、发货",
        "Orders and refunds of a Douyin shop; remarks and shipments",
    ),
    credentials=DouyinCredentials,
    settings=DouyinSettings,
    test=test,
    receive=receive,
    pull=pull,
    group="platform",
    platform="douyin",
    limits=Limits(rate=50, per=timedelta(seconds=1), concurrent=4, timeout=timedelta(seconds=10)),
    events=tuple(EventSource(type_, text(zh, en), data) for type_, zh, en, data in _EVENTS),
    actions=(
        Action(
            key="get_order",
            label=text("查询订单", "Get an order"),
            summary=text("按订单号查询完整订单", "Reads a whole order by its number"),
            effect_class="read",
            input=GetOrder,
            output=_output(order=_OBJECT_OR_NULL),
            run=get_order,
            samples={
                "ok": Sample(text("查到订单", "Found"), {"order": _ORDER}),
                "empty": Sample(text("没有这个订单", "No such order"), {"order": None}),
                "error": _REFUSED,
            },
            errors=ERRORS,
        ),
        Action(
            key="list_refunds",
            label=text("查询售后", "List refunds"),
            summary=text("查询一个订单的全部售后单", "Reads all after-sale cases of an order"),
            effect_class="read",
            input=ListRefunds,
            output=_output(refunds=_OBJECTS),
            run=list_refunds,
            samples={
                "ok": Sample(text("有售后", "Some"), {"refunds": [_REFUND]}),
                "empty": Sample(text("没有售后", "None"), {"refunds": []}),
                "error": _REFUSED,
            },
            errors=ERRORS,
        ),
        Action(
            key="add_remark",
            label=text("写卖家备注", "Write a remark"),
            summary=text("写订单的卖家备注，可插旗", "Writes the seller's remark of an order"),
            effect_class="write",
            input=AddRemark,
            output=_output(done={"type": "boolean"}),
            run=add_remark,
            samples={"ok": Sample(text("已写入", "Written"), {"done": True}), "error": _REFUSED},
            errors=ERRORS,
            subject_from="order_id",
        ),
        Action(
            key="ship_order",
            label=text("发货", "Ship an order"),
            summary=text("用一个运单号发货", "Ships an order in one parcel"),
            effect_class="write",
            input=ShipOrder,
            output=_output(parcel={"type": "string"}),
            run=ship_order,
            samples={
                "ok": Sample(text("已发货", "Shipped"), {"parcel": "7438525010135810342"}),
                "error": _REFUSED,
            },
            takes_key=True,
            errors={
                **ERRORS,
                "nothing_to_ship": text("没有可发货的商品", "nothing is left to ship"),
            },
            subject_from="order_id",
        ),
        Action(
            key="list_carriers",
            label=text("查询快递公司", "List carriers"),
            summary=text("查询发货可用的快递公司编码", "Reads the carriers and their codes"),
            effect_class="read",
            input=ListCarriers,
            output=_output(carriers=_OBJECTS),
            run=list_carriers,
            samples={
                "ok": Sample(
                    text("有结果", "Some"), {"carriers": [{"code": "shunfeng", "name": "顺丰速运"}]}
                ),
                "empty": Sample(text("没有结果", "None"), {"carriers": []}),
                "error": _REFUSED,
            },
            errors=ERRORS,
        ),
    ),
)
