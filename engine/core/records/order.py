"""The canonical order with its lines, and what was taken off, put on and charged for it.

Signs: every amount is written positive in its usual direction. An adjustment's type says what it
does to what the buyer pays: DIRECTION -1 takes it off (coupons, points, 满减), +1 adds it
(freight), 0 only splits the payment (定金, 尾款). A fee is what the seller pays to somebody.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engine.core.records.record import (
    PLATFORMS,
    Amount,
    Currency,
    Flag,
    Identities,
    Moment,
    Name,
    Number,
    Own,
    Promoter,
    Record,
    Ref,
    Slug,
    Words,
    named,
)
from engine.core.text import Text, text

OrderStatus = Literal["created", "paid", "shipped", "delivered", "completed", "closed"]
OrderKind = Literal[
    "normal",
    "presale",
    "group_buy",
    "sample",
    "exchange",
    "price_difference",
    "stored_value",
    "self_purchase",
    "staff",
    "other",
]
AdjustmentType = Literal[
    "shop_coupon",
    "platform_coupon",
    "platform_subsidy",
    "creator_coupon",
    "points",
    "full_reduction",
    "gift_money",
    "member_discount",
    "price_change",
    "freight",
    "deposit",
    "balance",
    "other",
]
FeeType = Literal[
    "platform_commission",
    "payment_fee",
    "creator_commission",
    "leader_commission",
    "agency_commission",
    "compensation",
    "freight_insurance",
    "other",
]
Bearer = Literal["shop", "platform", "promoter", "agency", "brand", "supplier", "buyer"]

DIRECTION: dict[str, int] = {"freight": 1, "deposit": 0, "balance": 0}  # all others: -1

STATUS_NAMES: dict[str, Text] = {
    "created": text("待付款", "unpaid"),
    "paid": text("已付款", "paid"),
    "shipped": text("已发货", "shipped"),
    "delivered": text("已签收", "delivered"),
    "completed": text("交易完成", "completed"),
    "closed": text("已关闭", "closed"),
}
KIND_NAMES: dict[str, Text] = {
    "normal": text("普通", "normal"),
    "presale": text("预售", "pre-sale"),
    "group_buy": text("拼团", "group buy"),
    "sample": text("样品", "sample"),
    "exchange": text("换货", "exchange"),
    "price_difference": text("补差价", "price difference"),
    "stored_value": text("储值卡", "stored-value card"),
    "self_purchase": text("自购", "bought by the promoter"),
    "staff": text("员工购", "bought by staff"),
    "other": text("其他", "other"),
}
ADJUSTMENT_NAMES: dict[str, Text] = {
    "shop_coupon": text("店铺券", "shop coupon"),
    "platform_coupon": text("平台券", "platform coupon"),
    "platform_subsidy": text("平台补贴", "platform subsidy"),
    "creator_coupon": text("达人券", "creator's coupon"),
    "points": text("积分抵扣", "points"),
    "full_reduction": text("满减", "spend-and-save"),
    "gift_money": text("礼金", "gift money"),
    "member_discount": text("会员折扣", "member discount"),
    "price_change": text("卖家改价", "price changed by the seller"),
    "freight": text("运费", "freight"),
    "deposit": text("定金", "deposit"),
    "balance": text("尾款", "balance"),
    "other": text("其他", "other"),
}
FEE_NAMES: dict[str, Text] = {
    "platform_commission": text("平台扣点", "platform commission"),
    "payment_fee": text("支付手续费", "payment fee"),
    "creator_commission": text("达人佣金", "creator's commission"),
    "leader_commission": text("团长佣金", "group leader's commission"),
    "agency_commission": text("机构佣金", "agency's commission"),
    "compensation": text("赔付", "compensation"),
    "freight_insurance": text("运费险", "freight insurance"),
    "other": text("其他", "other"),
}
BEARER_NAMES: dict[str, Text] = {
    "shop": text("店铺", "shop"),
    "platform": text("平台", "platform"),
    "promoter": text("达人/推广人", "promoter"),
    "agency": text("机构", "agency"),
    "brand": text("品牌总部", "brand"),
    "supplier": text("供应商", "supplier"),
    "buyer": text("消费者", "buyer"),
}


class Adjustment(Record):
    """One thing that made the price another one; without `line` it is the whole order's."""

    type: AdjustmentType = named("调整类型", "type", options=ADJUSTMENT_NAMES)
    code: Name | None = named("券/活动编号", "code", None)
    amount: Amount = named("金额", "amount")
    bearer: Bearer = named("承担方", "borne by", "shop", options=BEARER_NAMES)
    line: Ref | None = named("对应明细", "line", None)


class Fee(Record):
    """What the seller pays for the order; `estimated` until the platform's bill says so."""

    type: FeeType = named("费用类型", "type", options=FEE_NAMES)
    amount: Amount = named("金额", "amount")
    estimated: Flag = named("是否预估", "estimated", False)
    line: Ref | None = named("对应明细", "line", None)


class OrderLine(Record):
    """One row of an order (子订单)."""

    id: Ref | None = named("明细编号", "line id", None)
    sku: Name | None = named("SKU", "SKU", None)
    outer_id: Name | None = named("商家编码", "merchant code", None)
    product_id: Name | None = named("平台商品编号", "product id", None)
    name: Name = named("商品名称", "product name")
    category: Name | None = named("商品类目", "category", None)
    brand: Name | None = named("品牌", "brand", None)
    spec: Name | None = named("规格", "variant", None)
    quantity: Number = named("数量", "quantity", 1)
    price: Amount | None = named("单价", "unit price", None)
    amount: Amount = named("明细实付金额", "amount paid")
    list_amount: Amount | None = named("明细原价金额", "amount at list price", None)
    refunded_amount: Amount | None = named("明细已退金额", "amount refunded", None)
    is_gift: Flag = named("是否赠品", "is a gift", False)
    promoter: Promoter | None = named("推广人", "promoter", None)


class Receiver(Record):
    """Where the goods go; platforms mask most of it."""

    name: Name | None = named("收货人", "name", None)
    phone: Name | None = named("收货电话", "phone", None)
    province: Name | None = named("省", "province", None)
    city: Name | None = named("市", "city", None)
    district: Name | None = named("区县", "district", None)
    address: Name | None = named("详细地址", "address", None)


OrderLines = Annotated[list[OrderLine], Field(max_length=2_000)]
Adjustments = Annotated[list[Adjustment], Field(max_length=2_000)]
Fees = Annotated[list[Fee], Field(max_length=2_000)]


class Order(Record):
    """An order of any platform; platform + shop + external_id name it for ever."""

    id: Ref | None = named("系统订单编号", "id here", None)
    platform: Slug = named("平台", "platform", options=PLATFORMS)
    shop: Ref = named("店铺", "shop")
    external_id: Ref = named("平台订单号", "order number")
    status: OrderStatus = named("订单状态", "status", options=STATUS_NAMES)
    kind: OrderKind = named("订单类型", "kind of order", "normal", options=KIND_NAMES)
    currency: Currency = named("币种", "currency", "CNY")
    amount: Amount = named("订单实付金额", "amount paid")
    goods_amount: Amount | None = named("商品总额", "goods total", None)
    discount_amount: Amount | None = named("优惠总额", "discount total", None)
    freight_amount: Amount | None = named("运费", "freight", None)
    refunded_amount: Amount | None = named("已退金额", "amount refunded", None)
    created_at: Moment = named("下单时间", "ordered at")
    paid_at: Moment | None = named("付款时间", "paid at", None)
    shipped_at: Moment | None = named("发货时间", "shipped at", None)
    delivered_at: Moment | None = named("签收时间", "delivered at", None)
    completed_at: Moment | None = named("交易完成时间", "completed at", None)
    settled_at: Moment | None = named("平台结算时间", "settled by the platform at", None)
    closed_at: Moment | None = named("关闭时间", "closed at", None)
    updated_at: Moment | None = named("平台更新时间", "updated at", None)
    close_reason: Name | None = named("关闭原因", "why closed", None)
    payment_method: Name | None = named("支付方式", "payment method", None)
    channel: Name | None = named("渠道", "channel", None)
    campaign: Name | None = named("活动", "campaign", None)
    scene: Name | None = named("成交场景", "scene", None)
    content_id: Name | None = named("直播间/内容编号", "live room or content", None)
    promoter: Promoter | None = named("推广人", "promoter", None)
    store: Name | None = named("门店", "store", None)
    identities: Identities | None = named("客户身份", "customer identities", None)
    buyer_nick: Name | None = named("买家昵称", "buyer's nickname", None)
    buyer_note: Words | None = named("买家留言", "buyer's note", None)
    seller_note: Words | None = named("卖家备注", "seller's note", None)
    receiver: Receiver | None = named("收货信息", "receiver", None)
    lines: OrderLines | None = named("订单明细", "lines", None)
    adjustments: Adjustments | None = named("优惠与调整", "adjustments", None)
    fees: Fees | None = named("费用", "fees", None)
    fields: Own | None = named("自定义字段", "own fields", None)
