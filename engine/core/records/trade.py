"""What follows an order or stands beside it: refund, payment, logistics, cart, product."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engine.core.records.order import Adjustments, Bearer, Fees, OrderLines
from engine.core.records.record import (
    PLATFORMS,
    Amount,
    Count,
    Currency,
    Identities,
    Link,
    Moment,
    Name,
    Number,
    Own,
    Record,
    Ref,
    Slug,
    Words,
    named,
)
from engine.core.text import text

REFUND_KINDS = {
    "refund_only": text("仅退款", "refund only"),
    "return": text("退货退款", "return and refund"),
    "exchange": text("换货", "exchange"),
    "reship": text("补发", "send again"),
    "repair": text("维修", "repair"),
    "price_difference": text("退差价", "price difference"),
}
REFUND_STATUS = {
    "requested": text("已申请", "requested"),
    "approved": text("已同意", "approved"),
    "rejected": text("已拒绝", "rejected"),
    "shipped_back": text("买家已退货", "sent back"),
    "received": text("已收到退货", "goods received"),
    "completed": text("退款完成", "completed"),
    "cancelled": text("已撤销", "cancelled"),
}


class RefundLine(Record):
    """What of which order line is refunded."""

    line: Ref | None = named("订单明细编号", "order line", None)
    sku: Name | None = named("SKU", "SKU", None)
    outer_id: Name | None = named("商家编码", "merchant code", None)
    product_id: Name | None = named("平台商品编号", "product id", None)
    name: Name | None = named("商品名称", "product name", None)
    category: Name | None = named("商品类目", "category", None)
    quantity: Number = named("退货数量", "quantity", 1)
    amount: Amount = named("退款金额", "amount refunded")


RefundLines = Annotated[list[RefundLine], Field(max_length=2_000)]


class Refund(Record):
    """An after-sale case; it belongs to the order with the same platform and shop."""

    id: Ref | None = named("系统售后编号", "id here", None)
    platform: Slug = named("平台", "platform", options=PLATFORMS)
    shop: Ref = named("店铺", "shop")
    external_id: Ref = named("平台售后单号", "refund number")
    order_id: Ref = named("平台订单号", "order number")
    kind: Literal["refund_only", "return", "exchange", "reship", "repair", "price_difference"] = (
        named("售后类型", "kind", "refund_only", options=REFUND_KINDS)
    )
    status: Literal[
        "requested", "approved", "rejected", "shipped_back", "received", "completed", "cancelled"
    ] = named("售后状态", "status", options=REFUND_STATUS)
    currency: Currency = named("币种", "currency", "CNY")
    amount: Amount = named("退款金额", "amount refunded")
    freight_amount: Amount | None = named("退运费", "freight refunded", None)
    reason: Name | None = named("退款原因", "reason", None)
    note: Words | None = named("退款说明", "note", None)
    at_fault: Bearer | None = named("责任方", "at fault", None)
    requested_at: Moment = named("申请时间", "requested at")
    approved_at: Moment | None = named("同意时间", "approved at", None)
    shipped_back_at: Moment | None = named("退货寄出时间", "sent back at", None)
    received_at: Moment | None = named("收到退货时间", "goods received at", None)
    completed_at: Moment | None = named("退款完成时间", "completed at", None)
    updated_at: Moment | None = named("平台更新时间", "updated at", None)
    tracking_number: Name | None = named("退货运单号", "tracking number", None)
    identities: Identities | None = named("客户身份", "customer identities", None)
    lines: RefundLines | None = named("退款明细", "lines", None)
    adjustments: Adjustments | None = named("退回的优惠", "adjustments given back", None)
    fees: Fees | None = named("费用", "fees", None)
    fields: Own | None = named("自定义字段", "own fields", None)


class Payment(Record):
    """Money that was received, for an order or without one."""

    platform: Slug = named("平台", "platform", options=PLATFORMS)
    shop: Ref | None = named("店铺", "shop", None)
    external_id: Ref = named("支付流水号", "payment number")
    order_id: Ref | None = named("平台订单号", "order number", None)
    method: Name | None = named("支付方式", "method", None)
    currency: Currency = named("币种", "currency", "CNY")
    amount: Amount = named("收款金额", "amount received")
    fee_amount: Amount | None = named("支付手续费", "payment fee", None)
    paid_at: Moment = named("收款时间", "received at")
    payer: Name | None = named("付款方", "payer", None)
    identities: Identities | None = named("客户身份", "customer identities", None)
    fields: Own | None = named("自定义字段", "own fields", None)


class Logistics(Record):
    """One movement of one parcel."""

    platform: Slug | None = named("平台", "platform", None, options=PLATFORMS)
    shop: Ref | None = named("店铺", "shop", None)
    order_id: Ref | None = named("平台订单号", "order number", None)
    tracking_number: Ref = named("运单号", "tracking number")
    carrier: Name | None = named("快递公司", "carrier", None)
    status: Literal["collected", "moving", "delivering", "delivered", "failed", "returned"] = named(
        "物流状态",
        "status",
        options={
            "collected": text("已揽收", "collected"),
            "moving": text("运输中", "on its way"),
            "delivering": text("派送中", "out for delivery"),
            "delivered": text("已签收", "delivered"),
            "failed": text("派送异常", "delivery failed"),
            "returned": text("已退回", "returned"),
        },
    )
    place: Name | None = named("所在地", "place", None)
    note: Words | None = named("物流说明", "note", None)
    updated_at: Moment = named("物流更新时间", "updated at")
    identities: Identities | None = named("客户身份", "customer identities", None)
    fields: Own | None = named("自定义字段", "own fields", None)


class Cart(Record):
    """What somebody put into the cart and has not ordered yet."""

    platform: Slug = named("平台", "platform", options=PLATFORMS)
    shop: Ref = named("店铺", "shop")
    external_id: Ref | None = named("购物车编号", "cart number", None)
    currency: Currency = named("币种", "currency", "CNY")
    amount: Amount = named("购物车金额", "amount")
    lines: OrderLines | None = named("购物车商品", "lines", None)
    updated_at: Moment | None = named("最后加购时间", "last changed at", None)
    abandoned_at: Moment | None = named("放弃时间", "abandoned at", None)
    url: Link | None = named("购物车链接", "link", None)
    identities: Identities | None = named("客户身份", "customer identities", None)
    fields: Own | None = named("自定义字段", "own fields", None)


class Product(Record):
    """A product as a shop lists it."""

    platform: Slug = named("平台", "platform", options=PLATFORMS)
    shop: Ref = named("店铺", "shop")
    external_id: Ref = named("平台商品编号", "product id")
    sku: Name | None = named("SKU", "SKU", None)
    outer_id: Name | None = named("商家编码", "merchant code", None)
    name: Name = named("商品名称", "name")
    category: Name | None = named("商品类目", "category", None)
    brand: Name | None = named("品牌", "brand", None)
    currency: Currency = named("币种", "currency", "CNY")
    price: Amount | None = named("售价", "price", None)
    stock: Count | None = named("可售库存", "stock", None)
    listed_at: Moment | None = named("上架时间", "listed at", None)
    url: Link | None = named("商品链接", "link", None)
    fields: Own | None = named("自定义字段", "own fields", None)
