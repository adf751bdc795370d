"""The canonical records: what an order, a refund, a customer, ... is, whatever platform told it.

record.py     types of values: Amount, Moment, Identity; write_amount, write_cents, write_moment
order.py      Order with lines, adjustments and fees
trade.py      Refund, Payment, Logistics, Cart, Product
contact.py    Customer, Message, Coupon, PageView, LinkClick, QrScan, Review, Interaction
notice.py     what the system's own events tell
envelope.py   the `data` of each kind of event
schema.py     their published JSON Schemas
spread.py     order-level amounts over lines, to the cent
checking.py   validation            loading.py   JSON values -> Decimal and datetime
samples.py    an invented event of every type
"""

from engine.core.records.contact import (
    Coupon,
    Customer,
    Interaction,
    LinkClick,
    Message,
    PageView,
    QrScan,
    Review,
)
from engine.core.records.order import Adjustment, Fee, Order, OrderLine
from engine.core.records.record import (
    PLATFORMS,
    Identity,
    Promoter,
    write_amount,
    write_cents,
    write_moment,
)
from engine.core.records.schema import RECORDS, schemas
from engine.core.records.spread import spread, spread_over_lines
from engine.core.records.trade import Cart, Logistics, Payment, Product, Refund

__all__ = [
    "PLATFORMS",
    "RECORDS",
    "Adjustment",
    "Cart",
    "Coupon",
    "Customer",
    "Fee",
    "Identity",
    "Interaction",
    "LinkClick",
    "Logistics",
    "Message",
    "Order",
    "OrderLine",
    "PageView",
    "Payment",
    "Product",
    "Promoter",
    "QrScan",
    "Refund",
    "Review",
    "schemas",
    "spread",
    "spread_over_lines",
    "write_amount",
    "write_cents",
    "write_moment",
]
