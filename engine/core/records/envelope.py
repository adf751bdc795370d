"""The `data` of each kind of event: its record under its name, and what else comes with it."""

from __future__ import annotations

from engine.core.records.contact import (
    Coupon,
    Customer,
    FieldChange,
    Interaction,
    LinkClick,
    Message,
    PageView,
    QrScan,
    Review,
    Tags,
)
from engine.core.records.notice import (
    ConnectorNotice,
    FlowNotice,
    SettlementNotice,
    StockNotice,
    TicketNotice,
)
from engine.core.records.order import Order
from engine.core.records.record import Record, Ref, named
from engine.core.records.trade import Cart, Logistics, Payment, Product, Refund


class OrderData(Record):
    order: Order = named("订单", "order")


class RefundData(Record):
    refund: Refund = named("售后", "refund")
    order: Order | None = named("订单", "order", None)


class PaymentData(Record):
    payment: Payment = named("收款", "payment")
    order: Order | None = named("订单", "order", None)


class LogisticsData(Record):
    logistics: Logistics = named("物流", "logistics")
    order: Order | None = named("订单", "order", None)


class CartData(Record):
    cart: Cart = named("购物车", "cart")


class ProductData(Record):
    product: Product = named("商品", "product")


class CustomerData(Record):
    """`changes` for an update, `added` and `removed` for tags, `merged_from` after a merge."""

    customer: Customer = named("客户", "customer")
    changes: list[FieldChange] | None = named("变更", "changes", None, max_length=200)
    added: Tags | None = named("新增标签", "tags added", None)
    removed: Tags | None = named("移除标签", "tags removed", None)
    merged_from: list[Ref] | None = named("被合并的客户", "merged customers", None, max_length=50)


class MessageData(Record):
    message: Message = named("消息", "message")
    order: Order | None = named("订单", "order", None)


class CouponData(Record):
    coupon: Coupon = named("优惠券", "coupon")
    order: Order | None = named("订单", "order", None)


class PageData(Record):
    page: PageView = named("页面浏览", "page view")


class LinkData(Record):
    link: LinkClick = named("链接点击", "link click")


class QrcodeData(Record):
    qrcode: QrScan = named("扫码", "QR scan")


class ReviewData(Record):
    review: Review = named("评价", "review")
    order: Order | None = named("订单", "order", None)


class InteractionData(Record):
    interaction: Interaction = named("互动", "interaction")


class TicketData(Record):
    ticket: TicketNotice = named("工单", "ticket")


class SettlementData(Record):
    settlement: SettlementNotice = named("结算", "settlement")


class StockData(Record):
    stock: StockNotice = named("库存", "stock")


class ConnectorData(Record):
    connector: ConnectorNotice = named("平台对接", "connector")


class FlowData(Record):
    flow: FlowNotice = named("流程", "flow")


ENVELOPES: dict[str, type[Record]] = {
    "order": OrderData,
    "refund": RefundData,
    "payment": PaymentData,
    "logistics": LogisticsData,
    "cart": CartData,
    "product": ProductData,
    "customer": CustomerData,
    "message": MessageData,
    "coupon": CouponData,
    "page": PageData,
    "link": LinkData,
    "qrcode": QrcodeData,
    "review": ReviewData,
    "interaction": InteractionData,
    "ticket": TicketData,
    "settlement": SettlementData,
    "stock": StockData,
    "connector": ConnectorData,
    "flow": FlowData,
}
